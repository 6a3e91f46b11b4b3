"""The pages of transfers: a new one, what becomes of it, what arrives, the paper that goes along."""

from datetime import date
from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency

from api import urls
from api.http.access import allow, in_person
from api.http.types import WebRequest
from api.inventory.attachments.gallery import gallery_of
from api.inventory.custody.desk import ASKED_BY_SCRIPT, Chosen, lay_out, split_tags, submit_desk
from api.inventory.drawings import as_path
from api.inventory.labels.qr import drawing, whole_address
from api.inventory.options import place_options
from api.inventory.transfers.forms import ReceiptForm, arrived_lines
from api.kit.flash import SeeOther, see_other
from api.kit.forms import LONG_FORM_BYTES, Form, convert_form, read_form
from api.kit.numbers import PathId
from api.kit.rendering import language_of, render
from api.kit.repeats import new_key
from api.kit.submission import Once, attempt
from core.access import Actor
from core.errors import Message, say
from core.permissions import COUNT_KITS, EDIT_EQUIPMENT
from inventory import attachments, transfers
from inventory.assets import Custodial
from inventory.rooms import find_planned_room
from inventory.signatures import BOARD_HEIGHT, BOARD_WIDTH
from inventory.transfers import (
    NewReceipt,
    NewTransfer,
    Sending,
    Side,
    Transfer,
    TransferState,
)

KEEPS = allow(EDIT_EQUIPMENT, tokens=False)


class NewForm(msgspec.Struct, frozen=True):
    """What goes to which school, and whether it comes back."""

    tags: str
    to_school: str
    kind: Sending = Sending.gift
    due_on: date | None = None
    reason: str = ""


class TransferPages(Controller):
    """/transfers/…"""

    include_in_schema = False

    @get(urls.new_transfer, guards=[KEEPS])
    async def show_new(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
        chosen = convert_form(request.query_params, Chosen)
        return await _new_page(request, actor, await chosen.form(actor, urls.new_transfer()))

    @post(urls.new_transfer, guards=[KEEPS])
    async def create(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        return await submit_desk(
            request,
            NewForm,
            lambda form: transfers.create_transfer(actor, _new(form)),
            then=lambda made: see_other(
                urls.transfer(made.id),
                say("Put aside: {count}. Check the list, then send it.", count=made.lines),
            ),
            page=lambda form: _new_page(request, actor, form),
            once=Once(actor, Transfer),
        )

    @get(urls.transfer, guards=[in_person])
    async def show(
        self, request: WebRequest, actor: NamedDependency[Actor], transfer_id: PathId
    ) -> Response[str]:
        return await transfer_page(request, actor, transfer_id)

    @get(urls.transfer_paper, guards=[in_person])
    async def show_paper(
        self, request: WebRequest, actor: NamedDependency[Actor], transfer_id: PathId
    ) -> Response[str]:
        found = await transfers.get_transfer(actor, transfer_id)
        return render(
            request,
            "inventory/transfers/paper.html",
            transfer=found,
            drawing=drawing(whole_address(request, urls.transfer(found.id))),
            **_signed(found),
        )

    @get(urls.receive_transfer, guards=[KEEPS])
    async def show_receipt(
        self, request: WebRequest, actor: NamedDependency[Actor], transfer_id: PathId
    ) -> Response[str]:
        return await _receipt_page(request, actor, transfer_id)

    @post(urls.receive_transfer, guards=[KEEPS], request_max_body_size=LONG_FORM_BYTES)
    async def receive(
        self, request: WebRequest, actor: NamedDependency[Actor], transfer_id: PathId
    ) -> Response[Any]:
        answer = await attempt(
            request,
            lambda: _receive(request, actor, transfer_id),
            then=lambda done: see_other(urls.transfer(done.id), _said(done)),
            page=lambda form: _receipt_page(request, actor, transfer_id, form),
            once=Once(actor, Transfer),
        )
        if isinstance(answer, SeeOther):
            answer.is_told = ASKED_BY_SCRIPT in request.headers
        return answer


def _new(form: NewForm) -> NewTransfer:
    return NewTransfer(split_tags(form.tags), form.to_school, form.kind, form.due_on, form.reason)


async def _new_page(request: WebRequest, actor: Actor, form: Form) -> Response[str]:
    desk = await lay_out(
        actor, form, lambda tags: transfers.check_sent(actor, tags), offered=Custodial.free
    )
    partners = await transfers.list_partners(actor)
    spoken = language_of(request).code
    return render(
        request,
        "inventory/transfers/new.html",
        form=desk.form,
        desk=desk,
        partners=partners,
        partners_named=", ".join(f"{one.code} {one.name(spoken)}" for one in partners),
    )


async def transfer_page(
    request: WebRequest, actor: Actor, transfer_id: int, form: Form | None = None
) -> Response[str]:
    found = await transfers.get_transfer(actor, transfer_id)
    may_send = actor.can_at(found.school_id, EDIT_EQUIPMENT)
    may_receive = actor.can_at(found.to_school_id, EDIT_EQUIPMENT)
    subject = await attachments.of_transfer(actor, found.id)
    return render(
        request,
        "inventory/transfers/transfer.html",
        transfer=found,
        form=(form or Form()).with_defaults(key=new_key(), due_on=found.due_on or ""),
        may_send=may_send,
        may_receive=may_receive,
        may_count=actor.can(COUNT_KITS),
        sides=_open_sides(found, may_send, may_receive),
        places=await place_options(actor, school_ids=[found.to_school_id] if may_receive else []),
        gallery=await gallery_of(actor, subject),
        **_signed(found),
    )


def _open_sides(found: Transfer, may_send: bool, may_receive: bool) -> list[Side]:
    """For which schools the reader may sign now."""
    signed = {one.side for one in found.signatures}
    sides = [
        (Side.sender, may_send and found.sent_at is not None),
        (Side.receiver, may_receive and found.received_at is not None),
    ]
    return [side for side, may in sides if may and side not in signed]


def _signed(found: Transfer) -> dict[str, Any]:
    return {
        "drawn": {one.side: as_path(one.strokes) for one in found.signatures},
        "board": (BOARD_WIDTH, BOARD_HEIGHT),
    }


async def _receipt_page(
    request: WebRequest, actor: Actor, transfer_id: int, form: Form | None = None
) -> Response[str]:
    found = await transfers.get_transfer(actor, transfer_id)
    actor.require(found.to_school_id, EDIT_EQUIPMENT)
    room = await find_planned_room(actor, found.id)
    return render(
        request,
        "inventory/transfers/receive.html",
        transfer=found,
        form=(form or Form()).with_defaults(key=new_key(), tags="", place_id=room or ""),
        # What was typed for one that somebody else has received meanwhile is still read.
        is_open=found.state is TransferState.sent or form is not None,
        places=await place_options(actor, school_ids=[found.to_school_id]),
    )


async def _receive(request: WebRequest, actor: Actor, transfer_id: int) -> Transfer:
    said = await read_form(request, ReceiptForm)
    found = await transfers.get_transfer(actor, transfer_id)
    lines = arrived_lines(found, said, await request.form())
    return await transfers.receive_transfer(
        actor, transfer_id, NewReceipt(lines, said.place_id, said.note)
    )


def _said(done: Transfer) -> Message:
    if done.state is TransferState.disputed:
        return say(
            "Arrived: {arrived}. In dispute: {open}.",
            arrived=done.arrived,
            open=done.disputed + sum(one.resolved_as is None for one in done.extras),
        )
    return say("Everything has arrived: {arrived}.", arrived=done.arrived)
