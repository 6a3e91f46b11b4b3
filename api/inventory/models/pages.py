"""Asset models: the list, a new one, one to be put right."""

from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency

from api import urls
from api.http.access import allow, in_person
from api.http.types import WebRequest
from api.inventory.models.picking import A_FEW
from api.kit.flash import see_other
from api.kit.forms import Form, convert_form
from api.kit.lists import read_list
from api.kit.numbers import PathId
from api.kit.rendering import render
from api.kit.submission import submit
from core.access import Actor
from core.errors import say
from core.permissions import EDIT_EQUIPMENT
from inventory import models
from inventory.models import AssetModel, ModelFacts, ModelFilters


class TitleQuery(msgspec.Struct, frozen=True):
    """What is typed so far."""

    model_title: str = ""


class AssetModelPages(Controller):
    """/asset-models"""

    include_in_schema = False

    @get(urls.asset_models, guards=[in_person])
    async def list_models(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        asked = read_list(request, ModelFilters)
        page = await models.list_models(
            actor, asked.filters, cursor=asked.cursor, limit=asked.limit
        )
        return render(
            request,
            "inventory/models/list.html",
            page=page,
            query=asked.filters,
            may_keep=actor.can(EDIT_EQUIPMENT),
        )

    @get(urls.asset_model_titles, guards=[in_person])
    async def list_titles(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        """The names that fit what is typed, for the field's list."""
        query = convert_form(request.query_params, TitleQuery)
        found = await models.find_titled(actor, query.model_title, limit=A_FEW)
        return render(request, "inventory/models/titles.html", titles=[one.title for one in found])

    @get(urls.new_asset_model, guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def show_new(self, request: WebRequest) -> Response[str]:
        return _form_page(request, Form())

    @post(urls.new_asset_model, guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def create(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        return await submit(
            request,
            ModelFacts,
            lambda form: models.create_model(actor, form),
            then=lambda made: see_other(
                urls.asset_model(made.id), say("{model} is added.", model=made.title)
            ),
            page=lambda form: _form_page(request, form),
        )

    @get(urls.asset_model, guards=[in_person])
    async def show(
        self, request: WebRequest, actor: NamedDependency[Actor], model_id: PathId
    ) -> Response[str]:
        model = await models.get_model(actor, model_id)
        form = Form(msgspec.structs.asdict(model))
        return _form_page(request, form, model, may_keep=actor.can(EDIT_EQUIPMENT))

    @post(urls.asset_model, guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def edit(
        self, request: WebRequest, actor: NamedDependency[Actor], model_id: PathId
    ) -> Response[Any]:
        model = await models.get_model(actor, model_id)
        return await submit(
            request,
            ModelFacts,
            lambda form: models.update_model(actor, model_id, form),
            then=lambda _: see_other(urls.asset_model(model_id), say("Saved.")),
            page=lambda form: _form_page(request, form, model),
        )


def _form_page(
    request: WebRequest, form: Form, model: AssetModel | None = None, *, may_keep: bool = True
) -> Response[str]:
    return render(request, "inventory/models/model.html", model=model, form=form, may_keep=may_keep)
