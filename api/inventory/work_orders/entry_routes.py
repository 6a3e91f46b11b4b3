"""Entries, comments and pictures of work orders over JSON."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromQuery
from litestar.types import ControllerRouterHandler

from api.http import delivery
from api.http.access import allow
from api.http.types import WebRequest
from api.kit.forms import PHOTO_FORM_BYTES
from api.kit.noun_routes import NounRoutes
from api.kit.numbers import PathId
from api.kit.repeats import Key
from api.wording.language import Language
from core.access import Actor
from core.idempotency import once
from core.paging import Page
from core.permissions import EDIT_EQUIPMENT, READ_EQUIPMENT, WRITE_WORK_ORDERS
from inventory import repairs
from inventory.photos import store_photos
from inventory.repairs import OrderPart, WorkOrderEntry
from storage.photos import Photo, PhotoSize


class Comment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something to say about the order."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]


@dataclass
class Pictures:
    """The files of a form with the field ``photos``."""

    photos: list[UploadFile]


PictureForm = Annotated[Pictures, Body(media_type=RequestEncodingType.MULTI_PART)]


@post(
    "/work-orders/{order_id:int}/entries/{entry_id:int}/photos",
    guards=[allow(WRITE_WORK_ORDERS)],
    operation_id="work_order_photo_add",
    request_max_body_size=PHOTO_FORM_BYTES,
    summary="Add pictures to an entry",
    tags=("work orders",),
)
async def add_photos(
    actor: NamedDependency[Actor],
    order_id: PathId,
    entry_id: PathId,
    data: PictureForm,
    key: Key = None,
) -> WorkOrderEntry:
    """JPEG, PNG or WebP, up to 20 MB each, made smaller, six an entry; judged by content, not by name."""
    await repairs.get_work_order(actor, order_id)
    files = [await file.read() for file in data.photos]
    photos: list[Photo] = []

    async def store() -> None:
        photos.extend(await store_photos(files))

    return await once(
        actor,
        key,
        f"work_order_photo_add {entry_id}",
        WorkOrderEntry,
        lambda: repairs.add_photos(actor, order_id, entry_id, photos),
        given=[order_id, *(sha256(file).hexdigest() for file in files)],
        before=store,
    )


@get(
    "/work-orders/photos/{photo_id:int}",
    guards=[allow(READ_EQUIPMENT)],
    operation_id="work_order_photo_get",
    summary="A picture of an entry",
    tags=("work orders",),
)
async def get_photo(
    request: WebRequest,
    actor: NamedDependency[Actor],
    photo_id: PathId,
    size: FromQuery[PhotoSize] = "full",
) -> Response[Any]:
    """For those who may read its work order. `small` is for a page, `icon` for a list."""
    return await delivery.picture(request, (await repairs.get_photo(actor, photo_id)).sized(size))


def _localized(entry: WorkOrderEntry, speech: Language) -> WorkOrderEntry:
    return msgspec.structs.replace(entry, found=speech.words(entry.wording))


async def list_entries(actor: Actor, order_id: int) -> Page[WorkOrderEntry]:
    """All of them in one page."""
    return Page(await repairs.list_entries(actor, order_id))


async def list_parts(actor: Actor, order_id: int) -> Page[OrderPart]:
    """All of them in one page."""
    return Page(await repairs.list_parts(actor, order_id))


_routes = NounRoutes(
    "/work-orders/{order_id:int}",
    "work_order",
    tags=("work orders",),
    read=READ_EQUIPMENT,
    write=WRITE_WORK_ORDERS,
    localize=_localized,
)
ROUTES: list[ControllerRouterHandler] = [
    _routes.at(
        "GET /entries",
        list_entries,
        "What was found and done, the oldest first",
        "All of them: a job card has no pages.",
        operation="work_order_entry_list",
    ),
    _routes.at(
        "GET /parts",
        list_parts,
        "Parts that the order has reserved and used",
        operation="work_order_part_list",
    ),
    _routes.at(
        "POST /parts/reserve",
        repairs.reserve_part,
        "Keep parts in stock for the order",
        "So many in all, 0 frees them; closing the order does too. 409 says how many are free.",
        operation="work_order_part_reserve",
        gives=Page[OrderPart],
        status=200,
        allowed=EDIT_EQUIPMENT,
    ),
    _routes.at(
        "POST /parts/return",
        repairs.return_part,
        "Put unused parts of the order back into stock",
        "Their cost is taken off the order's.",
        operation="work_order_part_return",
        gives=Page[OrderPart],
        status=200,
        allowed=EDIT_EQUIPMENT,
    ),
    _routes.at(
        "POST /entries",
        repairs.create_entry,
        "Write down work",
        "For technicians and admins, and for the student helper to whom the order was given.",
        operation="work_order_entry_add",
    ),
    _routes.at(
        "POST /comments",
        repairs.comment,
        "Say something about an order",
        "For everyone who sees the order but auditors; a closed order takes comments too.",
        operation="work_order_comment_add",
        body=Comment,
    ),
    add_photos,
    get_photo,
]
