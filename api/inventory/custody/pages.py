"""Custody: who has what, the desk where things go out, and where they come back."""

from datetime import date
from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency

from api import urls
from api.http.access import allow, in_person
from api.http.types import WebRequest
from api.inventory.custody.desk import Chosen, Desk, lay_out, split_tags, submit_desk
from api.inventory.custody.table import TABLE
from api.inventory.options import place_options, school_codes
from api.kit.flash import see_other
from api.kit.forms import Form, convert_form
from api.kit.lists import read_list
from api.kit.rendering import language_of, render
from api.kit.submission import Once
from core import school_days
from core.access import Actor
from core.errors import Message, say
from core.numbers import Id
from core.permissions import EDIT_EQUIPMENT
from inventory import custody
from inventory.assets import Condition
from inventory.custody import Custody, CustodyFilters, Holder
from inventory.custody.due import DueBy
from inventory.custody.listing import CustodyView, default_order
from inventory.scope import school_id_of


class HandOutForm(msgspec.Struct, frozen=True):
    """Which assets, to whom, until when."""

    tags: str
    person_id: Id | None = None
    place_id: Id | None = None
    group: str | None = None
    due_on: date | None = None
    due_by: DueBy | None = None
    note: str = ""


class TakeBackForm(msgspec.Struct, frozen=True):
    """Which assets came back, and how they look."""

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
                without=("due_on" if query.view is CustodyView.ended else "ended_at",),
                default_sort=default_order(query),
            ),
            query=query,
            overdue=await custody.count_overdue(actor),
            may_keep=actor.can(EDIT_EQUIPMENT),
            schools=await school_codes(request, actor),
        )

    @get(urls.hand_out, guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def show_hand_out(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        chosen = convert_form(request.query_params, Chosen)
        return await _hand_out_page(request, actor, await chosen.form(actor, urls.hand_out()))

    @post(urls.hand_out, guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def hand_out(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        return await submit_desk(
            request,
            HandOutForm,
            lambda form: _hand_out(actor, form),
            then=lambda given: _handed_out(actor, given),
            page=lambda form: _hand_out_page(request, actor, form),
            # The choice of a holder is three fields; the sentence stands at the first.
            fields={"holder": "person_id"},
            once=Once(actor, list[Custody]),
        )

    @get(urls.take_back, guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def show_take_back(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        chosen = convert_form(request.query_params, Chosen)
        return await _take_back_page(request, actor, await chosen.form(actor, urls.take_back()))

    @post(urls.take_back, guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def take_back(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        return await submit_desk(
            request,
            TakeBackForm,
            lambda form: custody.take_back(
                actor, split_tags(form.tags), condition=form.condition, note=form.note
            ),
            then=lambda ended: _back(
                ended, urls.take_back(), say("Taken back: {count}.", count=len(ended))
            ),
            page=lambda form: _take_back_page(request, actor, form),
            once=Once(actor, list[Custody]),
        )


async def _hand_out(actor: Actor, form: HandOutForm) -> list[Custody]:
    return await custody.hand_out(
        actor,
        split_tags(form.tags),
        Holder(form.person_id, form.place_id, form.group),
        due_on=form.due_on,
        due_by=form.due_by,
        note=form.note,
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
    return _back(loans, urls.custody(), said)


def _back(loans: list[Custody], many: str, said: Message) -> Response[Any]:
    """To the asset if it was one, else on with the next stack."""
    return see_other(urls.asset(loans[0].tag) if len(loans) == 1 else many, said)


async def _hand_out_page(request: WebRequest, actor: Actor, form: Form) -> Response[str]:
    desk = await lay_out(actor, form, lambda tags: custody.check_hand_out(actor, tags))
    school_ids = await _schools_of(actor, desk)
    people = {
        person.id: person.name
        for school_id in school_ids
        for person in await custody.find_candidates(actor, school_id)
    }
    return render(
        request,
        "inventory/custody/hand_out.html",
        form=desk.form,
        desk=desk,
        people=sorted(people.items(), key=lambda one: one[1]),
        places=await place_options(actor, school_ids=school_ids),
    )


async def _take_back_page(request: WebRequest, actor: Actor, form: Form) -> Response[str]:
    desk = await lay_out(actor, form, lambda tags: custody.check_take_back(actor, tags))
    return render(request, "inventory/custody/take_back.html", form=desk.form, desk=desk)


async def _schools_of(actor: Actor, desk: Desk) -> list[int]:
    """The schools of the assets chosen that the actor keeps, else all of those."""
    kept = actor.school_ids_with(EDIT_EQUIPMENT)
    codes = {row.asset.school for row in desk.rows if row.asset is not None}
    chosen = {await school_id_of(actor, code) for code in codes}
    return sorted(chosen & set(kept)) or kept
