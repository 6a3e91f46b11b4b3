"""People and their roles over JSON."""

import msgspec
from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from litestar.types import ControllerRouterHandler

from api.http.access import in_person
from api.http.identity import client_address
from api.http.types import WebRequest
from api.kit.noun_routes import NounRoutes
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


async def get_me(actor: Actor) -> Me:
    """Whoever asks."""
    return Me(
        person_id=actor.person_id or 0,
        name=actor.name,
        locale=actor.locale,
        memberships=actor.memberships,
        scopes=None if actor.scopes is None else sorted(actor.scopes),
    )


async def give_role(actor: Actor, person_id: int, new: NewRole) -> Person:
    """Give a person a role; gives the person with it."""
    await memberships.give_role(actor, person_id, new)
    return await people.get_person(actor, person_id)


@post(
    "/sign-ins/confirm",
    guards=[in_person],
    operation_id="sign_in_confirm",
    summary="Prove with the password who is at this browser",
    tags=("people",),
    status_code=204,
)
async def confirm(
    request: WebRequest, actor: NamedDependency[Actor], data: JSONBody[Confirmation]
) -> None:
    """For ten minutes. Whatever answers 403 `confirm_password` asks for it first."""
    await account.confirm(
        actor, password=data.password, address=client_address(request), field="password"
    )


_people = NounRoutes("/people", "person", tags=("people",), read=READ_PEOPLE, write=MANAGE_PEOPLE)
_own = NounRoutes("/", "me", tags=("people",), read=READ_ACCOUNT, write=EDIT_ACCOUNT)
ROUTES: list[ControllerRouterHandler] = [
    _own.at("GET me", get_me, "Who you are", operation="me_get"),
    _own.at(
        "GET sign-ins",
        account.list_sessions,
        "Where you are signed in",
        operation="sign_in_list",
        gives=Page[account.Session],
    ),
    _own.at(
        "DELETE sign-ins/{session_id:int}",
        account.end_session,
        "Sign out in one of your browsers",
        operation="sign_in_end",
    ),
    confirm,
    _people.list(
        people.list_people,
        "The people of your schools",
        "By name; `q` is part of a name or of a sign-in name.",
        orders=people.ORDERS,
    ),
    _people.create(
        people.create_person,
        "Open an account with a one-time password",
        "The password is in this answer alone; it opens only the page to choose another.",
        tokens=False,
    ),
    _people.get(people.get_person, "One person"),
    _people.update(people.update_person, "Write a person's facts anew"),
    _people.step(
        "invite",
        people.invite_again,
        "A fresh one-time password; every session ends",
        tokens=False,
    ),
    _people.step(
        "close",
        people.close_account,
        "Close an account",
        "Sessions and tokens end at once; the history stays.",
    ),
    _people.step("reopen", people.reopen_account, "Open a closed account again"),
    _people.at(
        "POST /{person_id:int}/memberships",
        give_role,
        "Give a person a role at one of your schools",
        operation="membership_give",
    ),
    _people.at(
        "DELETE /{person_id:int}/memberships/{membership_id:int}",
        memberships.end_role,
        "End a role from now on",
        "The last admin of a school stays until another is named.",
        operation="membership_end",
    ),
    _people.at(
        "DELETE /{person_id:int}/second-factor",
        second_factor.reset,
        "Take away the second factor of somebody who lost the phone",
        "The password stays; the person's sessions end.",
        operation="person_second_factor_reset",
        tokens=False,
    ),
]
