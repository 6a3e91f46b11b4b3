"""The pages of a stock-take: how it is started, how far it is, all its things, its end."""

from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency

from api import urls
from api.http.access import allow, in_person
from api.http.types import WebRequest
from api.inventory.options import chosen_donation, chosen_model, place_options, school_codes
from api.kit.flash import see_other
from api.kit.forms import Form, convert_form
from api.kit.lists import read_list
from api.kit.numbers import PathId
from api.kit.rendering import render
from api.kit.repeats import KEY_FIELD, new_key
from api.kit.submission import Once, submit
from core import clock, places
from core.access import Actor
from core.errors import say
from core.numbers import Id
from core.permissions import COUNT_STOCK, EDIT_EQUIPMENT
from core.places import PlaceKind
from inventory import stocktakes
from inventory.stocktakes import (
    Closing,
    NewStocktake,
    Scope,
    StocktakeAssetFilters,
    StocktakeDetails,
)

KEEPS = allow(EDIT_EQUIPMENT, tokens=False)


class StartForm(msgspec.Struct, frozen=True):
    """What is to be counted: a model or a donation by a link from its page, else places or all."""

    school: str
    title: str
    scope: Scope = Scope.school
    place_ids: list[Id] = []
    model_id: Id | None = None
    donation_id: Id | None = None
    note: str = ""


class NoFields(msgspec.Struct, frozen=True):
    """A button."""


class _From(msgspec.Struct, frozen=True):
    """What a link says of the stock-take that it starts, or of where one counts."""

    school: str | None = None
    place: Id | None = None
    model: Id | None = None
    donation: Id | None = None


class StocktakePages(Controller):
    """/stocktakes/new, /stocktakes/…"""

    include_in_schema = False

    @get(urls.new_stocktake, guards=[KEEPS])
    async def show_new(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
        return await _start_page(request, actor)

    @post(urls.new_stocktake, guards=[KEEPS])
    async def start(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        return await submit(
            request,
            StartForm,
            lambda form: stocktakes.start_stocktake(actor, _new(form)),
            then=lambda made: see_other(urls.stocktake(made.id)),
            page=lambda form: _start_page(request, actor, form),
            once=Once(actor, StocktakeDetails),
        )

    @get(urls.stocktake, guards=[in_person])
    async def show(
        self, request: WebRequest, actor: NamedDependency[Actor], stocktake_id: PathId
    ) -> Response[str]:
        return await _stocktake_page(request, actor, stocktake_id)

    @get(urls.stocktake_assets, guards=[in_person])
    async def list_assets(
        self, request: WebRequest, actor: NamedDependency[Actor], stocktake_id: PathId
    ) -> Response[str]:
        asked = read_list(request, StocktakeAssetFilters)
        found = await stocktakes.find_stocktake(actor, stocktake_id)
        return render(
            request,
            "inventory/stocktakes/assets.html",
            stocktake=found,
            page=await stocktakes.list_stocktake_assets(
                actor, stocktake_id, asked.filters, cursor=asked.cursor, limit=asked.limit
            ),
            query=asked.filters,
            places=await place_options(actor, school_id=found.school_id),
        )

    @post(urls.close_stocktake, guards=[KEEPS])
    async def close(
        self, request: WebRequest, actor: NamedDependency[Actor], stocktake_id: PathId
    ) -> Response[Any]:
        return await submit(
            request,
            Closing,
            lambda closing: stocktakes.close_stocktake(actor, stocktake_id, closing),
            then=lambda _: see_other(urls.stocktake_receipt(stocktake_id), say("It is closed.")),
            page=lambda form: _stocktake_page(request, actor, stocktake_id, form),
        )

    @post(urls.cancel_stocktake, guards=[KEEPS])
    async def cancel(
        self, request: WebRequest, actor: NamedDependency[Actor], stocktake_id: PathId
    ) -> Response[Any]:
        return await submit(
            request,
            NoFields,
            lambda _: stocktakes.cancel_stocktake(actor, stocktake_id),
            then=lambda _: see_other(urls.stocktakes(), say("The stock-take is given up.")),
            page=lambda form: _stocktake_page(request, actor, stocktake_id, form),
        )


def _new(form: StartForm) -> NewStocktake:
    """What was chosen; rooms that were ticked before the whole school was chosen are none of it."""
    place_ids = form.place_ids if form.scope is Scope.places else []
    return NewStocktake(**{**msgspec.structs.asdict(form), "place_ids": place_ids})


async def _start_page(request: WebRequest, actor: Actor, form: Form | None = None) -> Response[str]:
    asked = convert_form(request.query_params, _From)
    given = form or Form()
    model = await chosen_model(actor, _number(given.values.get("model_id")) or asked.model)
    donation_id = _number(given.values.get("donation_id")) or asked.donation
    donation = await chosen_donation(actor, donation_id)
    scope = Scope.model if model else Scope.donation if donation else Scope.places
    written = await school_codes(request, actor, EDIT_EQUIPMENT)
    given = given.with_defaults(
        **{KEY_FIELD: new_key()},
        scope=scope,
        school=asked.school
        or await _school_of(actor, asked.place)
        or next(iter(written), ("",))[0],
        place_ids=[asked.place] if asked.place else [],
        model_id=model[0][0] if model else "",
        donation_id=donation_id if donation else "",
        title=f"{clock.today(actor.zone):%Y-%m-%d}",
    )
    return render(
        request,
        "inventory/stocktakes/new.html",
        form=given,
        schools=written,
        places=await place_options(
            actor, school_ids=actor.school_ids_with(EDIT_EQUIPMENT), without=PlaceKind.cabinet
        ),
        model=model[0][1] if model else None,
        donation=donation,
    )


async def _school_of(actor: Actor, place_id: int | None) -> str:
    """The code of the school at which a place is, so that its stock-take is started there."""
    if place_id is None:
        return ""
    school_id = (await places.get_place(actor, place_id)).school_id
    return next((one.school_code for one in actor.memberships if one.school_id == school_id), "")


def _number(text: object) -> int | None:
    return int(str(text)) if str(text).isdecimal() and len(str(text)) < 18 else None


async def _stocktake_page(
    request: WebRequest, actor: Actor, stocktake_id: int, form: Form | None = None
) -> Response[str]:
    found = await stocktakes.get_stocktake(actor, stocktake_id)
    return render(
        request,
        "inventory/stocktakes/stocktake.html",
        form=form or Form(),
        stocktake=found,
        corrections=await stocktakes.count_open_corrections(actor, stocktake_id),
        may_count=actor.can_at(found.school_id, COUNT_STOCK) and found.state == "open",
        may_write=actor.can_at(found.school_id, EDIT_EQUIPMENT),
    )
