"""One sight of a stock-take: its note and pictures, what it turned out to be."""

from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency

from api import urls
from api.http import delivery
from api.http.access import allow, in_person
from api.http.types import WebRequest
from api.kit.flash import see_other
from api.kit.forms import PHOTO_FORM_BYTES, Form
from api.kit.numbers import PathId
from api.kit.photos import FormPhotos, read_photos
from api.kit.rendering import render
from api.kit.repeats import KEY_FIELD, new_key
from api.kit.submission import Once, submit
from core.access import Actor
from core.database import transaction
from core.errors import Unavailable, say
from core.permissions import COUNT_STOCK, EDIT_EQUIPMENT
from inventory import stocktakes
from inventory.stocktakes import (
    ResolvedThing,
    ScanNote,
    Stocktake,
)

COUNTS = allow(COUNT_STOCK, tokens=False)
KEEPS = allow(EDIT_EQUIPMENT, tokens=False)


class NoFields(msgspec.Struct, frozen=True):
    """A button."""


class ScanPages(Controller):
    """/stocktake-scans/…: one sight, its note and pictures"""

    include_in_schema = False

    @get(urls.stocktake_scan, guards=[in_person])
    async def show(
        self, request: WebRequest, actor: NamedDependency[Actor], sight_id: PathId
    ) -> Response[str]:
        return await _scan_page(request, actor, sight_id)

    @post(urls.stocktake_scan, guards=[COUNTS], request_max_body_size=PHOTO_FORM_BYTES)
    async def note(
        self, request: WebRequest, actor: NamedDependency[Actor], sight_id: PathId
    ) -> Response[Any]:
        pictures = await read_photos(request)

        async def store() -> None:
            await stocktakes.require_counter(actor, sight_id)
            await pictures.store()

        async def write(given: ScanNote) -> Stocktake:
            async with transaction(actor):
                taken = await pictures.take(actor)
                return await stocktakes.note_scan(actor, sight_id, given, pictures=taken)

        return await submit(
            request,
            ScanNote,
            write,
            then=lambda _: see_other(urls.stocktake_scan(sight_id), say("Saved.")),
            page=lambda form: _scan_page(request, actor, sight_id, form, pictures),
            also=(Unavailable,),
            once=Once(actor, Stocktake, store),
        )

    @post(urls.void_scan, guards=[COUNTS])
    async def void(
        self, request: WebRequest, actor: NamedDependency[Actor], sight_id: PathId
    ) -> Response[Any]:
        return await submit(
            request,
            NoFields,
            lambda _: stocktakes.void_scan(actor, sight_id),
            then=lambda found: see_other(urls.stocktake(found.id), say("It is taken back.")),
            page=lambda form: _scan_page(request, actor, sight_id, form),
        )

    @post(urls.resolve_scan, guards=[KEEPS])
    async def resolve(
        self, request: WebRequest, actor: NamedDependency[Actor], sight_id: PathId
    ) -> Response[Any]:
        return await submit(
            request,
            ResolvedThing,
            lambda given: stocktakes.resolve_unknown(actor, sight_id, given),
            then=lambda found: see_other(urls.correct_stocktake(found.id), say("Saved.")),
            page=lambda form: _scan_page(request, actor, sight_id, form),
        )


@get(urls.stocktake_photo, guards=[in_person], include_in_schema=False)
async def show_photo(
    request: WebRequest, actor: NamedDependency[Actor], stocktake_photo_id: PathId
) -> Response[bytes]:
    """A picture of something seen."""
    photo = await stocktakes.get_photo(actor, stocktake_photo_id)
    is_small = request.query_params.get("size") == "small"
    return await delivery.picture(request, photo.sized("small" if is_small else "full"))


async def _scan_page(
    request: WebRequest,
    actor: Actor,
    sight_id: int,
    form: Form | None = None,
    pictures: FormPhotos | None = None,
) -> Response[str]:
    sight = await stocktakes.get_sight(actor, sight_id)
    found = await stocktakes.find_stocktake(actor, sight.stocktake_id)
    is_open = found.state == "open" and actor.can_at(found.school_id, COUNT_STOCK)
    given = form or Form()
    kept, errors = await pictures.keep(actor) if pictures else ([], [])
    return render(
        request,
        "inventory/stocktakes/scan.html",
        form=given.with_errors(*errors).with_defaults(**{KEY_FIELD: new_key()}, note=sight.note),
        kept_photos=kept,
        sight=sight,
        stocktake=found,
        may_note=is_open,
        may_void=is_open
        and (sight.by_id == actor.person_id or actor.can_at(found.school_id, EDIT_EQUIPMENT)),
        may_resolve=actor.can_at(found.school_id, EDIT_EQUIPMENT)
        and sight.tag is None
        and sight.resolved_at is None,
    )
