"""Custody: who has what, the desk where things go out, and where they come back."""

from functools import partial
from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency

from api import urls
from api.http.access import allow, in_person
from api.http.types import WebRequest
from api.inventory.custody.booked import begun, booking_of, is_against_bookings
from api.inventory.custody.condition_rows import returned_rows
from api.inventory.custody.desk import Chosen, Desk, lay_out, split_tags, submit_desk
from api.inventory.custody.refusals import HandOutForm, find_hand_out_refusals, who_is_meant
from api.inventory.custody.table import TABLE
from api.inventory.held import count_overdue, held_of_lots
from api.inventory.options import lesson_options, school_codes
from api.inventory.who import WHO_FIELDS, who_context
from api.kit.flash import see_other
from api.kit.forms import LONG_FORM_BYTES, Form, convert_form
from api.kit.lists import read_list
from api.kit.rendering import language_of, render
from api.kit.repeats import new_key
from api.kit.submission import Once
from core import school_days
from core.access import Actor
from core.errors import say
from core.permissions import EDIT_EQUIPMENT
from inventory import custody
from inventory.assets import Condition, Custodial
from inventory.custody import Custody, CustodyFilters, Holder
from inventory.custody.booked import Meeting
from inventory.custody.listing import ENDED, default_order
from inventory.holds.listing import list_to_hand_over
from inventory.scope import school_id_of

BOOKINGS_SHOWN = 5
# The value of the button that takes the booking away and leaves all else as it was typed.
WITHOUT_BOOKING = "without_booking"


class TakeBackForm(msgspec.Struct, frozen=True):
    """Which assets came back, and how they look; single rows say more, see ``returned_rows``."""

    tags: str
    condition: Condition | None = None
    note: str = ""


class CustodyPages(Controller):
    """/custody"""

    include_in_schema = False

    @get(urls.custody, guards=[in_person])
    async def list_custody(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        asked = read_list(request, CustodyFilters)
        query = asked.filters
        return render(
            request,
            "inventory/custody/list.html",
            page=await custody.list_custody(
                actor, query, cursor=asked.cursor, limit=asked.limit, sort=asked.sort
            ),
            shown=TABLE.shown(
                asked,
                language_of(request),
                without=("due_at" if query.view in ENDED else "ended_at",),
                default_sort=default_order(query),
            ),
            query=query,
            lot_loans=await held_of_lots(actor, query),
            overdue=await count_overdue(actor),
            may_keep=actor.can(EDIT_EQUIPMENT),
            new_key=new_key,
            schools=await school_codes(request, actor),
        )

    @get(urls.hand_out, guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def show_hand_out(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        chosen = convert_form(request.query_params, Chosen)
        form = await chosen.form(actor, urls.hand_out())
        who = request.query_params.get("who", "")
        form = await begun(request, actor, form.with_values(who=who))
        return await _hand_out_page(request, actor, form)

    @post(urls.hand_out, guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def hand_out(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        return await submit_desk(
            request,
            HandOutForm,
            lambda form: _hand_out(actor, form),
            then=lambda given: _handed_out(actor, given),
            page=lambda form: _hand_out_page(request, actor, form),
            fields=WHO_FIELDS,
            once=Once(actor, list[Custody]),
        )

    @get(urls.take_back, guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def show_take_back(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        chosen = convert_form(request.query_params, Chosen)
        return await _take_back_page(request, actor, await chosen.form(actor, urls.take_back()))

    @post(
        urls.take_back,
        guards=[allow(EDIT_EQUIPMENT, tokens=False)],
        request_max_body_size=LONG_FORM_BYTES,
    )
    async def take_back(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        typed = await request.form()

        async def work(form: TakeBackForm) -> list[Custody]:
            tags = split_tags(form.tags)
            rows = returned_rows(typed, tags)
            return await custody.take_back(
                actor, tags, condition=form.condition, note=form.note, rows=rows
            )

        return await submit_desk(
            request,
            TakeBackForm,
            work,
            then=lambda ended: see_other(
                urls.hand_over(ended[0].hand_in_id), say("Taken back: {count}.", count=len(ended))
            ),
            page=lambda form: _take_back_page(request, actor, form),
            once=Once(actor, list[Custody]),
        )


async def _hand_out(actor: Actor, form: HandOutForm) -> list[Custody]:
    tags = split_tags(form.tags)
    who = form.named
    if who == Holder():
        who = await who_is_meant(actor, tags, form) or who
    return await custody.hand_out(
        actor,
        tags,
        who,
        due_on=form.due_on,
        due_by=form.due_by,
        due_period_id=form.due_period_id,
        note=form.note,
        meeting=Meeting(form.booking_id, form.overrides_bookings),
    )


async def _handed_out(actor: Actor, loans: list[Custody]) -> Response[Any]:
    """On with the next; says it where nobody is at school on the day they are due."""
    first = loans[0]
    said = say("Handed out to {holder}: {count}.", holder=first.holder, count=len(loans))
    if first.due_on is not None:
        school_id = await school_id_of(actor, first.school)
        lessons = await school_days.find_lessons_from(school_id, first.due_on)
        if lessons not in (None, first.due_on):
            said = say(
                "{done} There are no lessons on {due}; the next are on {next}.",
                done=said,
                due=first.due_on,
                next=lessons,
            )
    return see_other(urls.hand_over(first.hand_out_id), said)


async def _hand_out_page(request: WebRequest, actor: Actor, form: Form) -> Response[str]:
    if form.values.get("lay_out") == WITHOUT_BOOKING:
        form = form.with_values(booking_id="")
    desk = await lay_out(
        actor, form, partial(find_hand_out_refusals, form, actor), offered=Custodial.free
    )
    school_ids = await _schools_of(actor, desk)
    return render(
        request,
        "inventory/custody/hand_out.html",
        form=desk.form,
        desk=desk,
        lessons=await lesson_options(actor, school_ids),
        **await who_context(actor, school_ids, desk.form),
        booking=await booking_of(actor, form),
        without_booking=WITHOUT_BOOKING,
        waiting=await list_to_hand_over(actor, school_ids, limit=BOOKINGS_SHOWN),
        is_against_bookings=is_against_bookings(form),
    )


async def _take_back_page(request: WebRequest, actor: Actor, form: Form) -> Response[str]:
    desk = await lay_out(
        actor, form, lambda tags: custody.check_take_back(actor, tags), offered=Custodial.out
    )
    return render(request, "inventory/custody/take_back.html", form=desk.form, desk=desk)


async def _schools_of(actor: Actor, desk: Desk) -> list[int]:
    """The schools of the assets chosen that the actor keeps, else all of those."""
    kept = actor.school_ids_with(EDIT_EQUIPMENT)
    codes = {row.asset.school for row in desk.rows if row.asset is not None}
    chosen = {await school_id_of(actor, code) for code in codes}
    return sorted(chosen & set(kept)) or kept
