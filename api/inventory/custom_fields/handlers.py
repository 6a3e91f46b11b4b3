"""Custom fields: their pages and their JSON, made from the verbs of inventory.custom_fields."""

from litestar.types import ControllerRouterHandler

from api import urls
from api.inventory.custom_fields.forms import create_from_form, update_from_form
from api.kit.forms import Form
from api.kit.noun_pages import NounPages
from api.kit.noun_routes import NounRoutes
from api.kit.page_handlers import button, to
from core.errors import say
from core.permissions import EDIT_CUSTOM_FIELDS, READ_EQUIPMENT
from inventory import custom_fields
from inventory.custom_fields import CustomField

_pages = NounPages[CustomField](
    "custom_field",
    "inventory/custom_fields",
    urls.custom_fields,
    read=READ_EQUIPMENT,
    write=EDIT_CUSTOM_FIELDS,
)
PAGES: list[ControllerRouterHandler] = [
    _pages.list(custom_fields.list_fields),
    *_pages.new(
        urls.new_custom_field, create_from_form, first=Form({"kind": "text", "position": "1"})
    ),
    *_pages.edit(
        urls.custom_field,
        custom_fields.get_field,
        update_from_form,
        then=to(urls.custom_field, say("Saved.")),
    ),
    _pages.delete(urls.delete_custom_field, custom_fields.delete_field),
    button(
        urls.retire_custom_field,
        custom_fields.retire_field,
        then=to(
            urls.custom_field, say("It is asked no more; what assets say in it stays readable.")
        ),
        allowed=EDIT_CUSTOM_FIELDS,
    ),
    button(
        urls.restore_custom_field,
        custom_fields.restore_field,
        then=to(urls.custom_field, say("It is asked again.")),
        allowed=EDIT_CUSTOM_FIELDS,
    ),
]

_routes = NounRoutes(
    "/custom-fields",
    "custom_field",
    tags=("assets",),
    read=READ_EQUIPMENT,
    write=EDIT_CUSTOM_FIELDS,
)
ROUTES: list[ControllerRouterHandler] = [
    _routes.list(custom_fields.list_fields, "Custom fields, in the order of their forms"),
    _routes.create(
        custom_fields.create_field,
        "Add a custom field",
        "For a kind of equipment or for one model; a name is given once a school.",
    ),
    _routes.get(custom_fields.get_field, "One custom field"),
    _routes.update(
        custom_fields.update_field,
        "Write a custom field anew",
        "409 where values would be lost: another kind, or a choice left out that assets have.",
    ),
    _routes.step("retire", custom_fields.retire_field, "Ask a custom field no more"),
    _routes.step("restore", custom_fields.restore_field, "Ask a custom field again"),
    _routes.delete(
        custom_fields.delete_field,
        "Delete a custom field",
        "409 once an asset had a value in it: retire it then.",
    ),
]
