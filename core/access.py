"""Who is asking, and what of it they may see: the one place where schools are kept apart."""

from datetime import datetime, timedelta

import msgspec

from core import clock
from core.errors import Forbidden, NotConfirmed, NotFound, say
from core.permissions import Permission
from core.roles import Role as Role

# So long a session that somebody left open can still do what asks for the password.
CONFIRMATION_LASTS = timedelta(minutes=10)


# Of a school that says nothing else, and of who belongs to none.
USUAL_ZONE = "Asia/Shanghai"


class Membership(msgspec.Struct, frozen=True):
    """One person's role at one school, while it is valid."""

    school_id: int
    school_code: str
    school_name_zh: str
    school_name_en: str
    role: Role
    school_zone: str = USUAL_ZONE


class Actor(msgspec.Struct, frozen=True):
    """A person with their memberships, or a worker of ours (``person_id`` None, sees all).

    ``scopes`` is None for a person at a browser; a token carries only what it was made for.
    """

    person_id: int | None
    name: str
    locale: str = ""
    memberships: tuple[Membership, ...] = ()
    scopes: frozenset[str] | None = None
    request_id: str = ""
    address: str = ""
    sign_in_id: int | None = None
    # When the password was last typed in this browser.
    confirmed_at: datetime | None = None
    every_school: tuple[int, ...] | None = None

    @classmethod
    def system(cls, name: str, school_ids: tuple[int, ...] | list[int]) -> "Actor":
        """A worker that acts for the schools given, by its own name in the history."""
        return cls(person_id=None, name=name, every_school=tuple(school_ids))

    @property
    def zone(self) -> str:
        """The time zone of the actor's school, of several that of the oldest; their clock on pages."""
        return self.memberships[0].school_zone if self.memberships else USUAL_ZONE

    def zone_at(self, school_id: int) -> str:
        """The time zone of one of the actor's schools."""
        zones = (one.school_zone for one in self.memberships if one.school_id == school_id)
        return next(zones, self.zone)

    @property
    def is_system(self) -> bool:
        return self.every_school is not None

    @property
    def school_ids(self) -> list[int]:
        """The schools whose rows this actor may see: the ``any($n)`` of every query."""
        if self.every_school is not None:
            return list(self.every_school)
        return sorted({m.school_id for m in self.memberships})

    def school_ids_with(self, permission: Permission) -> list[int]:
        """The schools where the actor has the permission."""
        return self.school_ids_as(*(permission.roles or Role))

    def school_ids_as(self, *roles: Role) -> list[int]:
        """The schools where the actor has one of ``roles``; what is allowed is no matter of it."""
        if self.every_school is not None:
            return list(self.every_school)
        return sorted({m.school_id for m in self.memberships if m.role in roles})

    def is_a(self, *roles: Role) -> bool:
        """Whether the actor has one of ``roles`` at any school; see :meth:`can` for what is allowed."""
        return self.is_system or any(m.role in roles for m in self.memberships)

    def can(self, permission: Permission) -> bool:
        """Whether the actor has the permission at any school."""
        return self.is_a(*(permission.roles or Role))

    def may(self, scope: str) -> bool:
        """Whether the credentials in use reach ``scope``; a write scope includes its read."""
        if self.scopes is None or scope in self.scopes:
            return True
        area, _, verb = scope.partition(":")
        return verb == "read" and f"{area}:write" in self.scopes

    def require_in_person(self) -> None:
        """Pass people at a browser and the machine itself, no tokens.

        For whatever outlives a token: another one, or a password to sign in with.
        """
        if self.scopes is not None:
            raise Forbidden(say("This is for people at a browser, not for tokens"))

    def require_confirmed(self, within: timedelta = CONFIRMATION_LASTS) -> None:
        """Pass a browser in which the password was typed ``within``, tokens and the machine itself.

        For what a borrowed browser must not do: make admins, tokens, passwords, close accounts.
        """
        if self.sign_in_id is None:
            return
        if self.confirmed_at is None or clock.now() - self.confirmed_at > within:
            raise NotConfirmed(say("Type your password again to do this"))

    def refuse_token(self) -> None:
        """Raise Forbidden for a token: whatever concerns admins is done by people."""
        if self.scopes is not None:
            raise Forbidden(
                say("Admins and their accounts are changed at a browser, not by a token"),
                code="admins_in_person",
            )

    def sees(self, school_id: int) -> bool:
        return school_id in self.school_ids

    def school_id_of(self, code: str) -> int:
        """The school of a code, if the person has a part in it, else NotFound."""
        for membership in self.memberships:
            if membership.school_code == code:
                return membership.school_id
        raise NotFound(
            say("There is no such school, or you have no part in it"), code="other_school"
        )

    def can_at(self, school_id: int, permission: Permission) -> bool:
        """Whether the actor has the permission at this very school."""
        return school_id in self.school_ids_with(permission)

    def require(self, school_id: int, permission: Permission | None = None) -> None:
        """Pass if the actor has the permission at the school (none named: any part in it).

        A school out of sight is NotFound, so that nobody learns what exists elsewhere; a school
        in sight without the permission is Forbidden.
        """
        if not self.sees(school_id):
            raise NotFound(
                say("There is no such school, or you have no part in it"), code="other_school"
            )
        if permission is not None and not self.can_at(school_id, permission):
            raise Forbidden(say("Your role at this school does not allow this"))

    def schools_for(self, school_id: int | None, permission: Permission | None = None) -> list[int]:
        """The school that is asked for, if the actor passes ``require`` there; without one all
        where the actor has the permission (none named: any part)."""
        if school_id is not None:
            self.require(school_id, permission)
            return [school_id]
        return self.school_ids if permission is None else self.school_ids_with(permission)
