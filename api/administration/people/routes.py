"""People and their roles over JSON."""

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from api.http.access import allow, in_person
from api.http.identity import client_address
from api.http.types import WebRequest
from api.kit.list_parameters import asked_for
from api.kit.lists import ListQuery
from api.kit.numbers import PathId
from core import account, memberships, people, second_factor
from core.access import Actor, Membership
from core.memberships import NewRole
from core.paging import Page
from core.people import Invitation, NewPerson, PeopleFilters, Person
from core.permissions import EDIT_ACCOUNT, MANAGE_PEOPLE, READ_ACCOUNT, READ_PEOPLE
from core.person_facts import PersonFacts

# Who is given a password can do more, and for longer, than a token.


class Me(msgspec.Struct):
    """Whoever asks, as this service sees them."""

    person_id: int
    name: str
    locale: str
    memberships: tuple[Membership, ...]
    scopes: list[str] | None


class Confirmation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The password of whoever is signed in at this browser."""

    password: str


class MeRoutes(Controller):
    """/api/v1/me and /api/v1/sign-ins: one's own account"""

    path = "/"
    tags = ("people",)

    @get("/me", guards=[allow(READ_ACCOUNT)], operation_id="me_get", summary="Who you are")
    async def get_me(self, actor: NamedDependency[Actor]) -> Me:
        return Me(
            person_id=actor.person_id or 0,
            name=actor.name,
            locale=actor.locale,
            memberships=actor.memberships,
            scopes=None if actor.scopes is None else sorted(actor.scopes),
        )

    @get(
        "/sign-ins",
        guards=[allow(READ_ACCOUNT)],
        operation_id="sign_in_list",
        summary="Where you are signed in",
    )
    async def list_sessions(self, actor: NamedDependency[Actor]) -> Page[account.Session]:
        return Page(await account.list_sessions(actor))

    @delete(
        "/sign-ins/{session_id:int}",
        guards=[allow(EDIT_ACCOUNT)],
        operation_id="sign_in_end",
        summary="Sign out in one of your browsers",
    )
    async def end_session(self, actor: NamedDependency[Actor], session_id: PathId) -> None:
        await account.end_session(actor, session_id)

    @post(
        "/sign-ins/confirm",
        guards=[in_person],
        operation_id="sign_in_confirm",
        summary="Prove with the password who is at this browser",
        status_code=204,
    )
    async def confirm(
        self, request: WebRequest, actor: NamedDependency[Actor], data: JSONBody[Confirmation]
    ) -> None:
        """For ten minutes. Whatever answers 403 `confirm_password` asks for it first."""
        await account.confirm(
            actor, password=data.password, address=client_address(request), field="password"
        )


class PeopleRoutes(Controller):
    """/api/v1/people"""

    path = "/people"
    tags = ("people",)

    @get(
        guards=[allow(READ_PEOPLE)],
        operation_id="person_list",
        summary="The people of your schools",
        dependencies={"asked": asked_for(PeopleFilters)},
    )
    async def list_people(
        self, actor: NamedDependency[Actor], asked: NamedDependency[ListQuery[PeopleFilters]]
    ) -> Page[Person]:
        """By name; `q` is part of a name or of a sign-in name."""
        return await people.list_people(
            actor, asked.filters, cursor=asked.cursor, limit=asked.limit
        )

    @post(
        guards=[allow(MANAGE_PEOPLE, tokens=False)],
        operation_id="person_create",
        summary="Open an account with a one-time password",
    )
    async def create_person(
        self, actor: NamedDependency[Actor], data: JSONBody[NewPerson]
    ) -> Invitation:
        """The password is in this answer alone; it opens only the page to choose another."""
        return await people.create_person(actor, data)

    @get(
        "/{person_id:int}",
        guards=[allow(READ_PEOPLE)],
        operation_id="person_get",
        summary="One person",
    )
    async def get_person(self, actor: NamedDependency[Actor], person_id: PathId) -> Person:
        return await people.get_person(actor, person_id)

    @put(
        "/{person_id:int}",
        guards=[allow(MANAGE_PEOPLE)],
        operation_id="person_edit",
        summary="Write a person's facts anew",
    )
    async def edit_person(
        self, actor: NamedDependency[Actor], person_id: PathId, data: JSONBody[PersonFacts]
    ) -> Person:
        return await people.update_person(actor, person_id, data)

    @post(
        "/{person_id:int}/invite",
        guards=[allow(MANAGE_PEOPLE, tokens=False)],
        operation_id="person_invite",
        summary="A fresh one-time password; every session ends",
        status_code=200,
    )
    async def invite_again(self, actor: NamedDependency[Actor], person_id: PathId) -> Invitation:
        return await people.invite_again(actor, person_id)

    @post(
        "/{person_id:int}/close",
        guards=[allow(MANAGE_PEOPLE)],
        operation_id="person_close",
        summary="Close an account",
        status_code=200,
    )
    async def close_account(self, actor: NamedDependency[Actor], person_id: PathId) -> Person:
        """Sessions and tokens end at once; the history stays."""
        return await people.close_account(actor, person_id)

    @post(
        "/{person_id:int}/reopen",
        guards=[allow(MANAGE_PEOPLE)],
        operation_id="person_reopen",
        summary="Open a closed account again",
        status_code=200,
    )
    async def reopen_account(self, actor: NamedDependency[Actor], person_id: PathId) -> Person:
        return await people.reopen_account(actor, person_id)

    @post(
        "/{person_id:int}/memberships",
        guards=[allow(MANAGE_PEOPLE)],
        operation_id="membership_give",
        summary="Give a person a role at one of your schools",
    )
    async def give_role(
        self, actor: NamedDependency[Actor], person_id: PathId, data: JSONBody[NewRole]
    ) -> Person:
        await memberships.give_role(actor, person_id, data)
        return await people.get_person(actor, person_id)

    @delete(
        "/{person_id:int}/memberships/{membership_id:int}",
        guards=[allow(MANAGE_PEOPLE)],
        operation_id="membership_end",
        summary="End a role from now on",
    )
    async def end_role(
        self,
        actor: NamedDependency[Actor],
        person_id: PathId,
        membership_id: PathId,
    ) -> None:
        """The last admin of a school stays until another is named."""
        await memberships.end_role(actor, person_id, membership_id)

    @delete(
        "/{person_id:int}/second-factor",
        guards=[allow(MANAGE_PEOPLE, tokens=False)],
        operation_id="person_second_factor_reset",
        summary="Take away the second factor of somebody who lost the phone",
    )
    async def reset_second_factor(self, actor: NamedDependency[Actor], person_id: PathId) -> None:
        """The password stays; the person's sessions end."""
        await second_factor.reset(actor, person_id)
