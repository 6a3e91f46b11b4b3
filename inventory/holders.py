"""Who shall get something: exactly one person, place, class or guest."""

from typing import NamedTuple

import msgspec

from core.database import Refusals, fetch_value
from core.errors import Invalid, say
from core.numbers import Id
from inventory import groups, guests
from inventory.guests import NewGuest
from inventory.places import require_place_in_use

REFUSALS: Refusals = {
    "custody_group_is_of_the_school": Invalid.of(
        "group_id", say("Choose a class of this school"), code="group"
    ),
    "custody_guest_is_of_the_school": Invalid.of(
        "guest_id", say("Choose a guest of this school"), code="guest"
    ),
}
# The person :person at the school :school.
IS_AT_SCHOOL = """
EXISTS (SELECT FROM valid_membership m JOIN person p ON p.id = m.person
         WHERE m.person = :person::bigint AND m.school = :school::bigint AND p.closed_at IS NULL)
"""


class Holder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who shall have it: exactly one of a person, a place, a class or group, a guest.

    ``group`` names a class of this school year or a group ("五(2)班", "Robot club"), which is added
    if the school has none of that name; ``guest`` is somebody who may not have come before.
    """

    person_id: Id | None = None
    place_id: Id | None = None
    group: str | None = None
    group_id: Id | None = None
    guest_id: Id | None = None
    guest: NewGuest | None = None

    def checked(self) -> "Holder":
        """The same with spaces put straight, else Invalid."""
        group = groups.NAME.tidy(self.group or "") or None
        guest = self.guest and guests.checked(self.guest)
        clean = msgspec.structs.replace(self, group=group, guest=guest)
        if sum(one is not None for one in msgspec.structs.astuple(clean)) != 1:
            raise Invalid.of(
                "holder",
                say("Choose who gets it: one person, one place, one class or one guest"),
                code="one_holder",
            )
        if group is not None:
            groups.NAME.checked("group", group)
        return clean


class HolderColumns(NamedTuple):
    """The holder of a row, as custody and loans of lots have it."""

    person: int | None = None
    place: int | None = None
    group: int | None = None
    guest: int | None = None


async def refuse_unfit(school_id: int, who: Holder) -> None:
    """Invalid for who cannot get anything of the school now; in the caller's transaction."""
    if who.place_id is not None:
        await require_place_in_use(who.place_id)
    if who.person_id is not None and not await fetch_value(
        f"SELECT {IS_AT_SCHOOL}", person=who.person_id, school=school_id
    ):
        raise not_at_school()
    if who.group_id is not None:
        await groups.require_in_use(school_id, who.group_id)
    if who.guest_id is not None:
        await guests.require_known(school_id, who.guest_id)


def not_at_school() -> Invalid:
    """The refusal of a person who is not at the school."""
    return Invalid.of("person_id", say("Choose a person of this school"), code="person")


async def resolve(school_id: int, who: Holder) -> HolderColumns:
    """The rows that a checked holder means; a group or guest that is only named may become one."""
    group_id, guest_id = who.group_id, who.guest_id
    if who.group is not None:
        group_id = await groups.ensure_group(school_id, who.group)
    if who.guest is not None:
        guest_id = await guests.ensure_guest(school_id, who.guest)
    return HolderColumns(who.person_id, who.place_id, group_id, guest_id)
