"""The pages of a part in stock: what is there, and all that is done with it."""

from decimal import Decimal
from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from api import urls
from api.http.access import allow, in_person
from api.http.types import WebRequest
from api.inventory.models import picking
from api.inventory.models.picking import submit_with_model
from api.inventory.options import place_options, school_codes
from api.kit.flash import see_other
from api.kit.forms import Form, convert_form
from api.kit.numbers import PathId
from api.kit.rendering import render
from api.kit.repeats import new_key
from api.kit.submission import Once, submit
from core.access import Actor
from core.errors import say
from core.numbers import Id
from core.permissions import EDIT_EQUIPMENT
from inventory import stock
from inventory.lots.moving import MOST_THERE, Counted, Quantity
from inventory.stock import (
    NewMinimum,
    NewPartCode,
    NewStock,
    PartFilters,
    StockCount,
    StockFilters,
    StockIssue,
    StockItem,
    StockReturn,
    StockTransfer,
)

KEEPS = allow(EDIT_EQUIPMENT, tokens=False)


class _Sought(msgspec.Struct, frozen=True):
    """What was scanned or typed."""

    q: str = ""


class MoreForm(msgspec.Struct, frozen=True):
    """So many more come to where such parts are already."""

    quantity: Quantity
    order_number: str = ""
    unit_cost: Decimal | None = None
    note: str = ""


class MinimumForm(msgspec.Struct, frozen=True):
    """How many there should be, at all places or at this one."""

    minimum: Counted = 0
    place_id: Id | None = None


class CodeForm(msgspec.Struct, frozen=True):
    """What stands in bars on the packing."""

    code: str = ""


class _Counted(msgspec.Struct, frozen=True):
    """What somebody counted, before it is written."""

    counted: Counted | None = None


class StockPages(Controller):
    """/stock, but for its list"""

    include_in_schema = False

    @get(urls.find_stock, guards=[in_person])
    async def find(self, request: WebRequest, actor: NamedDependency[Actor]) -> Redirect:
        """To the one part that is meant, else to the list of those that might be."""
        q = convert_form(request.query_params, _Sought).q.strip()
        found = (await stock.list_stock(actor, StockFilters(q), limit=2)).items if q else []
        if len(found) == 1:
            return Redirect(urls.stock_item(found[0].id), status_code=303)
        return Redirect(urls.stock(q=q) if q else urls.stock(), status_code=303)

    @get(urls.new_stock, guards=[KEEPS])
    async def show_new(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
        values = {"quantity": 1, "key": new_key(), **dict(request.query_params)}
        return await _new_page(request, actor, Form(values))

    @post(urls.new_stock, guards=[KEEPS])
    async def receive(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        return await submit_with_model(
            request,
            actor,
            NewStock,
            lambda new, model: stock.receive_stock(actor, new, new_model=model),
            then=_there,
            page=lambda form: _new_page(request, actor, form),
            fields={"model_id": "model_title"},
            once=Once(actor, StockItem),
        )

    @get(urls.stock_item, guards=[in_person])
    async def show(
        self, request: WebRequest, actor: NamedDependency[Actor], stock_id: PathId
    ) -> Response[str]:
        return await _item_page(request, actor, stock_id, cursor=request.query_params.get("cursor"))

    @post(urls.issue_stock, guards=[KEEPS])
    async def issue(
        self, request: WebRequest, actor: NamedDependency[Actor], stock_id: PathId
    ) -> Response[Any]:
        return await submit(
            request,
            StockIssue,
            lambda issue: stock.issue_stock(actor, stock_id, issue),
            then=_there,
            page=lambda form: _item_page(request, actor, stock_id, form),
            once=Once(actor, StockItem),
        )

    @post(urls.return_stock, guards=[KEEPS])
    async def take_back(
        self, request: WebRequest, actor: NamedDependency[Actor], stock_id: PathId
    ) -> Response[Any]:
        return await submit(
            request,
            StockReturn,
            lambda given: stock.return_stock(actor, stock_id, given),
            then=_there,
            page=lambda form: _item_page(request, actor, stock_id, form),
            once=Once(actor, StockItem),
        )

    @post(urls.receive_more, guards=[KEEPS])
    async def receive_more(
        self, request: WebRequest, actor: NamedDependency[Actor], stock_id: PathId
    ) -> Response[Any]:
        return await submit(
            request,
            MoreForm,
            lambda more: _receive_more(actor, stock_id, more),
            then=_there,
            page=lambda form: _item_page(request, actor, stock_id, form),
            once=Once(actor, StockItem),
        )

    @post(urls.move_stock, guards=[KEEPS])
    async def move(
        self, request: WebRequest, actor: NamedDependency[Actor], stock_id: PathId
    ) -> Response[Any]:
        return await submit(
            request,
            StockTransfer,
            lambda transfer: stock.move_stock(actor, stock_id, transfer),
            then=lambda item: see_other(
                urls.stock_item(item.id), say("Now at {place}.", place=item.place)
            ),
            page=lambda form: _item_page(request, actor, stock_id, form),
            once=Once(actor, StockItem),
        )

    @get(urls.count_stock, guards=[KEEPS])
    async def show_count(
        self, request: WebRequest, actor: NamedDependency[Actor], stock_id: PathId
    ) -> Response[str]:
        return await _count_page(request, actor, stock_id, Form(dict(request.query_params)))

    @post(urls.count_stock, guards=[KEEPS])
    async def count(
        self, request: WebRequest, actor: NamedDependency[Actor], stock_id: PathId
    ) -> Response[Any]:
        return await submit(
            request,
            StockCount,
            lambda count: stock.count_stock(actor, stock_id, count),
            then=lambda item: see_other(
                urls.stock_item(item.id), say("Counted: {count}.", count=item.on_hand)
            ),
            page=lambda form: _count_page(request, actor, stock_id, form),
            fields={"expected": "counted"},
        )

    @post(urls.set_minimum, guards=[KEEPS])
    async def set_minimum(
        self, request: WebRequest, actor: NamedDependency[Actor], stock_id: PathId
    ) -> Response[Any]:
        return await submit(
            request,
            MinimumForm,
            lambda form: _set_minimum(actor, stock_id, form),
            then=lambda _: see_other(urls.stock_item(stock_id), say("Saved.")),
            page=lambda form: _item_page(request, actor, stock_id, form),
            fields={"place_id": "minimum_place_id"},
        )

    @post(urls.add_part_code, guards=[KEEPS])
    async def add_code(
        self, request: WebRequest, actor: NamedDependency[Actor], stock_id: PathId
    ) -> Response[Any]:
        return await submit(
            request,
            CodeForm,
            lambda form: _add_code(actor, stock_id, form),
            then=lambda _: see_other(urls.stock_item(stock_id), say("Saved.")),
            page=lambda form: _item_page(request, actor, stock_id, form),
        )


def _there(item: StockItem) -> Response[Any]:
    return see_other(
        urls.stock_item(item.id),
        say("{title}: {count} are there.", title=item.title, count=item.on_hand),
    )


async def _receive_more(actor: Actor, stock_id: int, more: MoreForm) -> StockItem:
    item = await stock.get_stock(actor, stock_id)
    where = NewStock(item.school, item.model_id, item.place_id, more.quantity)
    return await stock.receive_stock(
        actor,
        msgspec.structs.replace(
            where, order_number=more.order_number, unit_cost=more.unit_cost, note=more.note
        ),
    )


async def _set_minimum(actor: Actor, stock_id: int, form: MinimumForm) -> NewMinimum:
    item = await stock.get_stock(actor, stock_id)
    return await stock.set_minimum(
        actor, NewMinimum(item.school, item.model_id, form.minimum, form.place_id)
    )


async def _add_code(actor: Actor, stock_id: int, form: CodeForm) -> NewPartCode:
    item = await stock.get_stock(actor, stock_id)
    return await stock.add_code(actor, NewPartCode(item.school, item.model_id, form.code))


async def _new_page(request: WebRequest, actor: Actor, form: Form) -> Response[str]:
    return render(
        request,
        "inventory/stock/new.html",
        form=form,
        schools=await school_codes(request, actor, EDIT_EQUIPMENT),
        places=await place_options(actor, school_ids=actor.school_ids_with(EDIT_EQUIPMENT)),
        **await picking.choices(actor, form),
    )


async def _item_page(
    request: WebRequest,
    actor: Actor,
    stock_id: int,
    form: Form | None = None,
    *,
    cursor: str | None = None,
) -> Response[str]:
    item = await stock.get_stock(actor, stock_id)
    parts = await stock.list_parts(actor, PartFilters(model=item.model_id, school=item.school))
    elsewhere = await stock.list_stock(
        actor, StockFilters(model=item.model_id, school=item.school, there=True)
    )
    return render(
        request,
        "inventory/stock/item.html",
        form=(form or Form()).with_defaults(key=new_key(), quantity=1),
        item=item,
        part=parts.items[0],
        elsewhere=[one for one in elsewhere.items if one.id != item.id],
        minima=await stock.find_minima(item),
        codes=await stock.find_codes(item),
        moves=await stock.list_stock_moves(actor, item.id, cursor=cursor),
        may_write=actor.can_at(item.school_id, EDIT_EQUIPMENT),
        places=await place_options(actor, school_id=item.school_id),
    )


async def _count_page(
    request: WebRequest, actor: Actor, stock_id: int, form: Form
) -> Response[str]:
    """First the number, then the difference that it makes, then it is written."""
    item = await stock.get_stock(actor, stock_id)
    actor.require(item.school_id, EDIT_EQUIPMENT)
    counted = None if form.errors else convert_form(request.query_params, _Counted).counted
    return render(
        request,
        "inventory/stock/count.html",
        form=form,
        item=item,
        most_there=MOST_THERE,
        counted=counted,
    )
