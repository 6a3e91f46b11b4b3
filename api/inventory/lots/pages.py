"""The pages of lots: one with its moves and loans, and what is done with it."""

from datetime import date
from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency

from api import urls
from api.http.access import allow, in_person
from api.http.types import WebRequest
from api.inventory.held import find_lots
from api.inventory.models import picking
from api.inventory.models.picking import submit_with_model
from api.inventory.options import lesson_options, place_options, school_codes
from api.inventory.who import WHO_FIELDS, WhoForm, find_holder, who_context
from api.kit.flash import see_other
from api.kit.forms import Form, Nothing
from api.kit.numbers import PathId
from api.kit.rendering import render
from api.kit.repeats import new_key
from api.kit.submission import Once, submit
from core.access import Actor
from core.errors import say
from core.numbers import Id
from core.permissions import EDIT_EQUIPMENT, RENEW_OWN
from inventory import lots
from inventory.custody.due import DueBy
from inventory.lots import (
    Lot,
    LotCount,
    LotHandOut,
    LotItem,
    LotLoan,
    LotLoanFilters,
    LotLoss,
    LotRenewal,
    LotReturn,
    LotTransfer,
    NewLot,
)
from inventory.lots.moving import MOST_THERE, Quantity

KEEPS = allow(EDIT_EQUIPMENT, tokens=False)


class HandOutForm(WhoForm, frozen=True):
    """How many, to whom, until when."""

    quantity: Quantity
    due_on: date | None = None
    due_by: DueBy | None = None
    due_period_id: Id | None = None
    note: str = ""


class LotPages(Controller):
    """/lots, but for their list"""

    include_in_schema = False

    @get(urls.new_lot, guards=[KEEPS])
    async def show_new(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
        values = {"quantity": 1, "key": new_key(), **dict(request.query_params)}
        return await _new_page(request, actor, Form(values))

    @post(urls.new_lot, guards=[KEEPS])
    async def receive(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        return await submit_with_model(
            request,
            actor,
            NewLot,
            lambda new, model: lots.receive_lot(actor, new, new_model=model),
            then=lambda lot: see_other(
                urls.lot(lot.id),
                say("{title}: {count} are there.", title=lot.title, count=lot.on_hand),
            ),
            page=lambda form: _new_page(request, actor, form),
            once=Once(actor, Lot),
        )

    @get(urls.lot, guards=[in_person])
    async def show(
        self, request: WebRequest, actor: NamedDependency[Actor], lot_id: PathId
    ) -> Response[str]:
        return await _lot_page(request, actor, lot_id, cursor=request.query_params.get("cursor"))

    @get(urls.hand_out_lot, guards=[KEEPS])
    async def show_hand_out(
        self, request: WebRequest, actor: NamedDependency[Actor], lot_id: PathId
    ) -> Response[str]:
        first = {"quantity": 1, "key": new_key(), "who": request.query_params.get("who", "")}
        return await _hand_out_page(request, actor, lot_id, Form(first))

    @post(urls.hand_out_lot, guards=[KEEPS])
    async def hand_out(
        self, request: WebRequest, actor: NamedDependency[Actor], lot_id: PathId
    ) -> Response[Any]:
        return await submit(
            request,
            HandOutForm,
            lambda form: _hand_out(actor, lot_id, form),
            then=lambda loans: see_other(
                urls.lot(lot_id),
                say(
                    "Handed out to {holder}: {count}.",
                    holder=loans[0].holder,
                    count=loans[0].quantity,
                ),
            ),
            page=lambda form: _hand_out_page(request, actor, lot_id, form),
            fields=WHO_FIELDS,
            once=Once(actor, list[LotLoan]),
        )

    @post(urls.count_lot, guards=[KEEPS])
    async def count(
        self, request: WebRequest, actor: NamedDependency[Actor], lot_id: PathId
    ) -> Response[Any]:
        return await submit(
            request,
            LotCount,
            lambda count: lots.count_lot(actor, lot_id, count),
            then=lambda lot: see_other(
                urls.lot(lot.id), say("Counted: {count}.", count=lot.on_hand)
            ),
            page=lambda form: _lot_page(request, actor, lot_id, form, "count"),
            # The number that should be there stands in no field of its own.
            fields={"note": "count-note", "expected": "counted"},
        )

    @post(urls.lose_of_lot, guards=[KEEPS])
    async def lose(
        self, request: WebRequest, actor: NamedDependency[Actor], lot_id: PathId
    ) -> Response[Any]:
        return await submit(
            request,
            LotLoss,
            lambda loss: lots.lose_of_lot(actor, lot_id, loss),
            then=lambda lot: see_other(urls.lot(lot.id), say("Saved.")),
            page=lambda form: _lot_page(request, actor, lot_id, form, "lose"),
            fields={"quantity": "lose-quantity", "note": "lose-note"},
            once=Once(actor, Lot),
        )

    @post(urls.move_lot, guards=[KEEPS])
    async def move(
        self, request: WebRequest, actor: NamedDependency[Actor], lot_id: PathId
    ) -> Response[Any]:
        return await submit(
            request,
            LotTransfer,
            lambda transfer: lots.move_lot(actor, lot_id, transfer),
            then=lambda lot: see_other(urls.lot(lot.id), say("Now at {place}.", place=lot.place)),
            page=lambda form: _lot_page(request, actor, lot_id, form, "move"),
            fields={"quantity": "move-quantity"},
            once=Once(actor, Lot),
        )

    @get(urls.lot_loan, guards=[in_person])
    async def show_loan(
        self, request: WebRequest, actor: NamedDependency[Actor], loan_id: PathId
    ) -> Response[str]:
        return await _loan_page(request, actor, loan_id)

    @post(urls.lot_loan, guards=[KEEPS])
    async def take_back(
        self, request: WebRequest, actor: NamedDependency[Actor], loan_id: PathId
    ) -> Response[Any]:
        return await submit(
            request,
            LotReturn,
            lambda given: lots.take_back_lot(actor, loan_id, given),
            then=lambda loan: see_other(
                urls.lot(loan.lot_id), say("Saved: {count} are still out.", count=loan.outstanding)
            ),
            page=lambda form: _loan_page(request, actor, loan_id, form),
            once=Once(actor, LotLoan),
        )

    @post(urls.renew_lot_loan, guards=[KEEPS])
    async def renew(
        self, request: WebRequest, actor: NamedDependency[Actor], loan_id: PathId
    ) -> Response[Any]:
        return await submit(
            request,
            LotRenewal,
            lambda until: lots.renew_lot_loan(actor, loan_id, until),
            then=lambda loan: see_other(
                urls.lot_loan(loan.id), say("Renewed until {day}.", day=loan.due_on)
            ),
            page=lambda form: _loan_page(request, actor, loan_id, form, sent="renew"),
            once=Once(actor, LotLoan),
        )

    @post(urls.renew_own_lot_loan, guards=[allow(RENEW_OWN, tokens=False)])
    async def renew_own(
        self, request: WebRequest, actor: NamedDependency[Actor], loan_id: PathId
    ) -> Response[Any]:
        """Back to what the person holds, with the new day; or what stands in the way."""
        return await submit(
            request,
            Nothing,
            lambda _: lots.renew_own_lot_loan(actor, loan_id),
            then=lambda loan: see_other(
                urls.custody(mine="on"),
                say("{title} is renewed until {day}.", title=loan.title, day=loan.due_on),
            ),
            page=lambda form: _loan_page(request, actor, loan_id, form),
            once=Once(actor, LotLoan),
        )


async def _hand_out(actor: Actor, lot_id: int, form: HandOutForm) -> list[LotLoan]:
    lot = await lots.get_lot(actor, lot_id)
    who = await find_holder(actor, [lot.school_id], form)
    return await lots.hand_out_lots(
        actor,
        LotHandOut(
            [LotItem(lot_id, form.quantity)],
            **msgspec.structs.asdict(who),
            due_on=form.due_on,
            due_by=form.due_by,
            due_period_id=form.due_period_id,
            note=form.note,
        ),
    )


async def _new_page(request: WebRequest, actor: Actor, form: Form) -> Response[str]:
    return render(
        request,
        "inventory/lots/new.html",
        form=form,
        schools=await school_codes(request, actor, EDIT_EQUIPMENT),
        places=await place_options(actor, school_ids=actor.school_ids_with(EDIT_EQUIPMENT)),
        **await picking.choices(actor, form),
    )


async def _lot_page(
    request: WebRequest,
    actor: Actor,
    lot_id: int,
    form: Form | None = None,
    sent: str = "",
    *,
    cursor: str | None = None,
) -> Response[str]:
    """The page of a lot; ``sent`` is which of its forms came back refused as ``form``."""
    lot = await lots.get_lot(actor, lot_id)
    return render(
        request,
        "inventory/lots/lot.html",
        form=(form or Form()).with_defaults(key=new_key()),
        lot=lot,
        sent=sent,
        most_there=MOST_THERE,
        loans=await find_lots(actor, LotLoanFilters(lot=lot.id)),
        moves=await lots.list_lot_moves(actor, lot.id, cursor=cursor),
        may_write=actor.can_at(lot.school_id, EDIT_EQUIPMENT),
        places=await place_options(actor, school_id=lot.school_id),
    )


async def _hand_out_page(
    request: WebRequest, actor: Actor, lot_id: int, form: Form
) -> Response[str]:
    lot = await lots.get_lot(actor, lot_id)
    actor.require(lot.school_id, EDIT_EQUIPMENT)
    return render(
        request,
        "inventory/lots/hand_out.html",
        form=form,
        lot=lot,
        lessons=await lesson_options(actor, [lot.school_id]),
        **await who_context(actor, [lot.school_id], form),
    )


async def _loan_page(
    request: WebRequest,
    actor: Actor,
    loan_id: int,
    form: Form | None = None,
    sent: str = "",
) -> Response[str]:
    """The page of a loan; ``sent`` is which of its forms came back refused as ``form``."""
    loan = await lots.get_lot_loan(actor, loan_id)
    lot = await lots.get_lot(actor, loan.lot_id)
    first = {"back": loan.outstanding, "lost": 0, "broken": 0, "key": new_key()}
    return render(
        request,
        "inventory/lots/loan.html",
        form=(form or Form()).with_defaults(**first),
        loan=loan,
        lot=lot,
        sent=sent,
        lessons=await lesson_options(actor, [lot.school_id]),
        may_write=actor.can_at(lot.school_id, EDIT_EQUIPMENT),
    )
