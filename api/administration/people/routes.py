"""People and their roles over JSON."""

import msgspec
from litestar import Controller, delete, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from litestar.types import ControllerRouterHandler

from api.http.access import allow, in_person
from api.http.identity import client_address
from api.http.types import WebRequest
from api.kit.noun_routes import NounRoutes
from api.kit.numbers import PathId
from core import account, memberships, people, second_factor
from core.access import Actor, Membership
from core.memberships import NewRole
from core.paging import Page
from core.people import Person
from core.permissions import EDIT_ACCOUNT, MANAGE_PEOPLE, READ_ACCOUNT, READ_PEOPLE

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


PLAIN = NounRoutes("/people", "person", tags=("people",), read=READ_PEOPLE, write=MANAGE_PEOPLE)
PLAIN_ROUTES: list[ControllerRouterHandler] = [
    PLAIN.list(
        people.list_people,
        "The people of your schools",
        "By name; `q` is part of a name or of a sign-in name.",
        orders=people.ORDERS,
    ),
    PLAIN.create(
        people.create_person,
        "Open an account with a one-time password",
        "The password is in this answer alone; it opens only the page to choose another.",
        tokens=False,
    ),
    PLAIN.get(people.get_person, "One person"),
    PLAIN.update(people.update_person, "Write a person's facts anew"),
    PLAIN.step(
        "invite",
        people.invite_again,
        "A fresh one-time password; every session ends",
        tokens=False,
    ),
    PLAIN.step(
        "close",
        people.close_account,
        "Close an account",
        "Sessions and tokens end at once; the history stays.",
    ),
    PLAIN.step("reopen", people.reopen_account, "Open a closed account again"),
]


class PeopleRoutes(Controller):
    """/api/v1/people: roles and the second factor of one"""

    path = "/people"
    tags = ("people",)

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
