"""People: list, account, roles and one-time passwords, for the admins of their schools."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.types import ControllerRouterHandler

from api import urls
from api.administration.people.table import FILES, TABLE
from api.http.access import allow
from api.http.types import WebRequest
from api.kit.forms import Form
from api.kit.lists import read_list
from api.kit.numbers import PathId
from api.kit.options import school_options
from api.kit.page_handlers import button, posted, shown, to
from api.kit.rendering import language_of, render
from api.kit.submission import confirmed, submit
from api.wording import row_names
from core import memberships, people, schools
from core.access import Actor, Role
from core.errors import Invalid, say
from core.memberships import NewRole
from core.numbers import Id
from core.people import Invitation, NewPerson, PeopleFilters
from core.permissions import MANAGE_PEOPLE, READ_PEOPLE
from core.person_facts import PersonFacts


class RoleForm(msgspec.Struct, frozen=True):
    """A role to give; the day is the last one on which it holds."""

    school_id: Id
    role: Role
    last_day: str = ""


class PeoplePages(Controller):
    """/people"""

    include_in_schema = False

    @get(urls.people, guards=[allow(READ_PEOPLE, tokens=False)])
    async def list_people(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        asked = read_list(request, PeopleFilters)
        found = await people.list_people(
            actor, asked.filters, cursor=asked.cursor, limit=asked.limit, sort=asked.sort
        )
        return render(
            request,
            "administration/people/list.html",
            page=found,
            shown=TABLE.shown(asked, language_of(request)),
            only=asked.filters,
            school_options=await school_options(request, actor, READ_PEOPLE),
        )

    @get(urls.new_person, guards=[allow(MANAGE_PEOPLE, tokens=False)])
    async def show_new(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
        return await _new_page(request, actor, Form({"role": Role.teacher, "locale": "zh_CN"}))

    @post(urls.people, guards=[allow(MANAGE_PEOPLE, tokens=False)])
    async def create_person(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[Any]:
        """The page that answers is the one place where the password is ever shown."""
        return await submit(
            request,
            NewPerson,
            lambda new: people.create_person(actor, new),
            then=lambda invitation: _invitation_page(request, invitation),
            page=lambda form: _new_page(request, actor, form),
        )

    @post(urls.invite_person, guards=[allow(MANAGE_PEOPLE, tokens=False)])
    async def invite_again(
        self, request: WebRequest, actor: NamedDependency[Actor], person_id: PathId
    ) -> Response[Any]:
        return await confirmed(
            request,
            people.invite_again(actor, person_id),
            then=lambda invitation: _invitation_page(request, invitation),
        )


async def _new_role(actor: Actor, form: RoleForm) -> NewRole:
    """The role as the domain takes it: to the end of the last day, as the school's clocks go."""
    school = await schools.get_school(actor, form.school_id)
    valid_until = None
    if form.last_day:
        try:
            day = datetime.strptime(form.last_day, "%Y-%m-%d").date()  # noqa: DTZ007 (a day)
        except ValueError as error:
            raise Invalid.of("last_day", say("Write the date as year-month-day")) from error
        valid_until = datetime.combine(day, time.max, tzinfo=ZoneInfo(school.zone))
    return NewRole(form.school_id, form.role, valid_until)


async def _person_page(
    request: WebRequest, actor: Actor, person_id: int, form: Form | None = None
) -> Response[str]:
    """Either form's fields as they were typed, and those of the other one as they are."""
    person = await people.get_person(actor, person_id)
    administered = actor.school_ids_with(MANAGE_PEOPLE)
    return render(
        request,
        "administration/people/person.html",
        person=person,
        may_give_role=any(m.school_id in administered for m in person.memberships),
        may_edit=any(m.school_id in administered and m.is_valid for m in person.memberships),
        school_options=await school_options(request, actor, MANAGE_PEOPLE),
        changes=await row_names.history(language_of(request), "person", person_id, limit=30),
        form=(form or Form()).with_defaults(
            name=person.name, login=person.login, locale=person.locale
        ),
    )


async def _new_page(request: WebRequest, actor: Actor, form: Form) -> Response[str]:
    return render(
        request,
        "administration/people/new.html",
        school_options=await school_options(request, actor, MANAGE_PEOPLE),
        form=form,
    )


def _invitation_page(request: WebRequest, invitation: Invitation) -> Response[str]:
    return render(request, "administration/people/invitation.html", invitation=invitation)


async def _give_role(actor: Actor, person_id: int, form: RoleForm) -> None:
    await memberships.give_role(actor, person_id, await _new_role(actor, form))


PAGES: list[ControllerRouterHandler] = [
    PeoplePages,
    *FILES,
    shown(urls.person, _person_page, READ_PEOPLE),
    posted(
        urls.person,
        PersonFacts,
        people.update_person,
        then=to(urls.person, say("Saved.")),
        page=_person_page,
        allowed=MANAGE_PEOPLE,
    ),
    posted(
        urls.give_role,
        RoleForm,
        _give_role,
        then=to(urls.person, say("The role is given.")),
        page=_person_page,
        allowed=MANAGE_PEOPLE,
        fields={"": "role"},
    ),
    button(
        urls.end_role,
        memberships.end_role,
        then=to(urls.person, say("The role has ended.")),
        allowed=MANAGE_PEOPLE,
    ),
    button(
        urls.close_person,
        people.close_account,
        then=to(urls.person, say("The account is closed.")),
        allowed=MANAGE_PEOPLE,
    ),
    button(
        urls.reopen_person,
        people.reopen_account,
        then=to(urls.person, say("The account is open again.")),
        allowed=MANAGE_PEOPLE,
    ),
]
