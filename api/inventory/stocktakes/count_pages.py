"""The desk of a stock-take: things are scanned, typed or ticked in the place where they lie."""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency

from api import urls
from api.http.access import allow
from api.http.types import WebRequest
from api.inventory.custody.desk import split_tags
from api.inventory.options import place_options
from api.kit.flash import see_other
from api.kit.forms import Form, convert_form
from api.kit.numbers import PathId
from api.kit.rendering import render
from api.kit.repeats import KEY_FIELD, new_key
from api.kit.submission import Once, submit
from core.access import Actor
from core.errors import Invalid, say
from core.numbers import Id
from core.permissions import COUNT_STOCK
from inventory import stocktakes
from inventory.stocktakes import (
    NewScan,
    Result,
    ScanAnswer,
    ScanBatch,
    StocktakeAssetFilters,
)
from inventory.stocktakes.scanning import MOST_SCANS

COUNTS = allow(COUNT_STOCK, tokens=False)
TO_TICK_SHOWN = 100


class CountForm(msgspec.Struct, frozen=True):
    """Tags as they were typed or scanned without a script, and the place where they lie."""

    tags: str = ""
    place_id: Id | None = None
    key: str = ""


class TickForm(msgspec.Struct, frozen=True):
    """Things that somebody ticked because they are there; ``place_id`` is where."""

    tag: list[str] = []
    place_id: Id | None = None
    key: str = ""


class _Where(msgspec.Struct, frozen=True):
    """Where somebody counts."""

    place: Id | None = None


class CountPages(Controller):
    """/stocktakes/…/count, /stocktakes/…/ticks"""

    include_in_schema = False

    @get(urls.count_stocktake, guards=[COUNTS])
    async def show_count(
        self, request: WebRequest, actor: NamedDependency[Actor], stocktake_id: PathId
    ) -> Response[str]:
        return await _count_page(request, actor, stocktake_id)

    @post(urls.count_stocktake, guards=[COUNTS])
    async def count(
        self, request: WebRequest, actor: NamedDependency[Actor], stocktake_id: PathId
    ) -> Response[Any]:
        return await submit(
            request,
            CountForm,
            lambda form: _scan(
                actor, stocktake_id, split_tags(form.tags), form.place_id, form.key, False
            ),
            then=lambda answers: _onward(request, stocktake_id, answers),
            page=lambda form: _count_page(request, actor, stocktake_id, form),
            once=Once(actor, list[ScanAnswer]),
        )

    @post(urls.tick_stocktake, guards=[COUNTS])
    async def tick(
        self, request: WebRequest, actor: NamedDependency[Actor], stocktake_id: PathId
    ) -> Response[Any]:
        return await submit(
            request,
            TickForm,
            lambda form: _scan(actor, stocktake_id, form.tag, form.place_id, form.key, True),
            then=lambda answers: _onward(request, stocktake_id, answers),
            page=lambda form: _count_page(request, actor, stocktake_id, form),
            once=Once(actor, list[ScanAnswer]),
        )


async def _scan(
    actor: Actor,
    stocktake_id: int,
    texts: list[str],
    place_id: int | None,
    key: str,
    is_ticked: bool,
) -> list[ScanAnswer]:
    """The sights of a form: sent twice with its key they are the same ones."""
    if not texts:
        raise Invalid.of("tags", say("Choose at least one asset"), code="required")
    if len(texts) > MOST_SCANS:
        raise Invalid.of(
            "tags", say("At most {most} assets at once", most=MOST_SCANS), code="too_many"
        )
    made = f"{actor.person_id}/{stocktake_id}/{key or new_key()}"
    scans = [
        NewScan(uuid5(NAMESPACE_URL, f"{made}/{text}"), text[:400], place_id, is_ticked=is_ticked)
        for text in texts
    ]
    return await stocktakes.scan_things(actor, stocktake_id, ScanBatch(scans))


def _onward(request: WebRequest, stocktake_id: int, answers: list[ScanAnswer]) -> Response[Any]:
    unknown = sum(one.tag is None for one in answers)
    said = say("Seen: {count}.", count=len(answers) - unknown)
    if unknown:
        said = say(
            "Seen: {count}. Unknown: {unknown}; they stand under “What differs”.",
            count=len(answers) - unknown,
            unknown=unknown,
        )
    place = request.query_params.get("place", "")
    onward = {"place": place} if place.isdecimal() else {}
    return see_other(urls.count_stocktake(stocktake_id, **onward), said)


async def _count_page(
    request: WebRequest, actor: Actor, stocktake_id: int, form: Form | None = None
) -> Response[str]:
    found = await stocktakes.find_stocktake(actor, stocktake_id)
    asked = convert_form(request.query_params, _Where)
    given = (form or Form()).with_defaults(**{KEY_FIELD: new_key()}, place_id=asked.place or "")
    open_ones = StocktakeAssetFilters(result=Result.pending, place=asked.place)
    return render(
        request,
        "inventory/stocktakes/count.html",
        form=given,
        stocktake=found,
        place=asked.place,
        places=await place_options(actor, school_id=found.school_id),
        expected=await stocktakes.list_stocktake_assets(
            actor, stocktake_id, open_ones, limit=TO_TICK_SHOWN
        ),
    )
