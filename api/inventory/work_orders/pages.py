"""Repairs: the technician's list, an order with its actions, the job card for the bench."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler

from api import urls
from api.http.access import allow
from api.http.types import WebRequest
from api.inventory.options import place_options
from api.inventory.work_orders.entry_forms import PART_FIELDS, EntryForm
from api.inventory.work_orders.order_page import order_page
from api.inventory.work_orders.table import TABLE, ShownOrders
from api.kit.addresses import Address
from api.kit.flash import see_other
from api.kit.forms import PHOTO_FORM_BYTES, read_form
from api.kit.lists import read_list
from api.kit.numbers import PathId
from api.kit.photos import FormPhotos, read_photos
from api.kit.rendering import language_of, render
from api.kit.submission import Once, attempt, submit
from core.access import Actor, Role
from core.database import transaction
from core.errors import Message, say
from core.numbers import Id, Version
from core.permissions import (
    EDIT_EQUIPMENT,
    MANAGE_WORK_ORDERS,
    READ_EQUIPMENT,
    REPORT_FAULTS,
    WRITE_WORK_ORDERS,
)
from inventory import repairs, visitors
from inventory.assets import Condition
from inventory.repairs import (
    OrderPart,
    PartReservation,
    PartReturn,
    WorkOrder,
    WorkOrderEntry,
)

KEEPS = allow(EDIT_EQUIPMENT, tokens=False)
F = TypeVar("F", bound=msgspec.Struct)


class StepForm(msgspec.Struct, frozen=True):
    """A step from the version that the page showed."""

    version: Version


class UsabilityForm(msgspec.Struct, frozen=True):
    """Whether the asset is in use meanwhile."""

    usable: Literal["yes", "no"]
    version: Version | None = None


class AssignForm(msgspec.Struct, frozen=True):
    """To whom."""

    version: Version
    assignee_id: Id


class CompleteForm(msgspec.Struct, frozen=True):
    """How it ended."""

    version: Version
    resolution: Annotated[str, msgspec.Meta(max_length=4000)]
    condition: Condition | None = None


class CancelForm(msgspec.Struct, frozen=True):
    """Why it was needless."""

    version: Version
    reason: Annotated[str, msgspec.Meta(max_length=4000)]


class CommentForm(msgspec.Struct, frozen=True):
    """A remark."""

    text: Annotated[str, msgspec.Meta(max_length=4000)]


def _step(
    address: Address,
    form_type: type[F],
    verb: Callable[..., Awaitable[WorkOrder]],
    said: Message,
    *,
    part: str = "",
) -> HTTPRouteHandler:
    """The handler of one step of an order, from the form ``part`` of its page and back to it.

    The fields of ``form_type`` are the verb's keywords.
    """

    @post(address, guards=[allow(MANAGE_WORK_ORDERS, tokens=False)])
    async def take_step(
        self: Controller, request: WebRequest, actor: NamedDependency[Actor], order_id: PathId
    ) -> Response[Any]:
        return await submit(
            request,
            form_type,
            lambda form: verb(actor, order_id, **msgspec.structs.asdict(form)),
            then=lambda _: _done(order_id, said),
            page=lambda form: order_page(request, actor, order_id, form, part=part),
        )

    return take_step


def _set_usable(
    actor: Actor, order_id: int, *, usable: Literal["yes", "no"], version: int | None
) -> Awaitable[WorkOrder]:
    return repairs.set_usable(actor, order_id, is_usable=usable == "yes", version=version)


class WorkOrderPages(Controller):
    """/work-orders"""

    include_in_schema = False

    @get(urls.work_orders, guards=[allow(READ_EQUIPMENT)])
    async def list_orders(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        asked = read_list(request, ShownOrders)
        query = asked.filters
        page = await repairs.list_work_orders(
            actor, query, cursor=asked.cursor, limit=asked.limit, sort=asked.sort
        )
        return render(
            request,
            "inventory/work_orders/list.html",
            page=page,
            shown=TABLE.shown(
                asked,
                language_of(request),
                without=("closed_at",) if query.state == "unfinished" else ("assignee",),
            ),
            query=query,
            places=await place_options(actor),
            works=actor.is_a(Role.admin, Role.technician, Role.student_helper),
            may_report=actor.can(REPORT_FAULTS),
            visitor_reports=(
                await visitors.count_waiting(actor) if actor.can(MANAGE_WORK_ORDERS) else None
            ),
            to_sign_off=(
                await repairs.count_to_sign_off(actor) if actor.can(MANAGE_WORK_ORDERS) else None
            ),
        )

    @get(urls.work_order, guards=[allow(READ_EQUIPMENT)])
    async def show_order(
        self, request: WebRequest, actor: NamedDependency[Actor], order_id: PathId
    ) -> Response[str]:
        return await order_page(request, actor, order_id)

    @get(urls.job_card, guards=[allow(READ_EQUIPMENT)])
    async def show_card(
        self, request: WebRequest, actor: NamedDependency[Actor], order_id: PathId
    ) -> Response[str]:
        """A sheet for the bench, with room for a pen."""
        return render(
            request,
            "inventory/work_orders/card.html",
            order=await repairs.get_work_order(actor, order_id),
            entries=await repairs.list_entries(actor, order_id),
        )

    @post(
        urls.work_order_entries,
        guards=[allow(WRITE_WORK_ORDERS)],
        request_max_body_size=PHOTO_FORM_BYTES,
    )
    async def add_entry(
        self, request: WebRequest, actor: NamedDependency[Actor], order_id: PathId
    ) -> Response[Any]:
        photos = await read_photos(request)
        return await attempt(
            request,
            lambda: _add_entry(request, actor, order_id, photos),
            then=lambda _: _done(order_id, say("Written down.")),
            page=lambda form: order_page(
                request, actor, order_id, form, part="entry", photos=photos
            ),
            fields=PART_FIELDS,
            once=Once(
                actor, WorkOrderEntry, lambda: _store_photos(request, actor, order_id, photos)
            ),
        )

    @post(urls.work_order_comments, guards=[allow(WRITE_WORK_ORDERS)])
    async def add_comment(
        self, request: WebRequest, actor: NamedDependency[Actor], order_id: PathId
    ) -> Response[Any]:
        return await submit(
            request,
            CommentForm,
            lambda form: repairs.comment(actor, order_id, form.text),
            then=lambda _: _done(order_id, say("Written down.")),
            page=lambda form: order_page(request, actor, order_id, form, part="comment"),
            once=Once(actor, WorkOrderEntry),
        )

    @post(urls.reserve_part, guards=[KEEPS])
    async def reserve(
        self, request: WebRequest, actor: NamedDependency[Actor], order_id: PathId
    ) -> Response[Any]:
        return await submit(
            request,
            PartReservation,
            lambda wanted: repairs.reserve_part(actor, order_id, wanted),
            then=lambda _: _done(order_id, say("Saved.")),
            page=lambda form: order_page(request, actor, order_id, form, part="parts"),
        )

    @post(urls.return_part, guards=[KEEPS])
    async def return_part(
        self, request: WebRequest, actor: NamedDependency[Actor], order_id: PathId
    ) -> Response[Any]:
        return await submit(
            request,
            PartReturn,
            lambda given: repairs.return_part(actor, order_id, given),
            then=lambda _: _done(order_id, say("Back in stock.")),
            page=lambda form: order_page(request, actor, order_id, form, part="return"),
            once=Once(actor, list[OrderPart]),
        )

    take = _step(urls.take_work_order, StepForm, repairs.take, say("It is yours now."))
    set_usable = _step(urls.set_usability, UsabilityForm, _set_usable, say("Saved."))
    wait_for_parts = _step(
        urls.wait_for_parts,
        StepForm,
        repairs.wait_for_parts,
        say("Laid aside until the parts come."),
    )
    resume = _step(urls.resume_work_order, StepForm, repairs.resume, say("The work goes on."))
    complete = _step(
        urls.complete_work_order,
        CompleteForm,
        repairs.complete,
        say("Completed."),
        part="complete",
    )
    cancel = _step(
        urls.cancel_work_order, CancelForm, repairs.cancel, say("Cancelled."), part="cancel"
    )

    @post(urls.assign_work_order, guards=[allow(MANAGE_WORK_ORDERS, tokens=False)])
    async def assign(
        self, request: WebRequest, actor: NamedDependency[Actor], order_id: PathId
    ) -> Response[Any]:
        return await submit(
            request,
            AssignForm,
            lambda form: repairs.assign(
                actor, order_id, assignee_id=form.assignee_id, version=form.version
            ),
            then=lambda order: _done(order_id, say("Given to {name}.", name=order.assignee)),
            page=lambda form: order_page(request, actor, order_id, form, part="assign"),
        )


def _done(order_id: int, said: Message) -> Response[Any]:
    return see_other(urls.work_order(order_id), said)


async def _add_entry(
    request: WebRequest, actor: Actor, order_id: int, photos: FormPhotos
) -> WorkOrderEntry:
    entry = (await read_form(request, EntryForm)).entry()
    async with transaction(actor):
        return await repairs.create_entry(actor, order_id, entry, photos=await photos.take(actor))


async def _store_photos(
    request: WebRequest, actor: Actor, order_id: int, photos: FormPhotos
) -> None:
    """Only with words that are right, and of whoever may see the order."""
    await read_form(request, EntryForm)
    await repairs.get_work_order(actor, order_id)
    await photos.store()
