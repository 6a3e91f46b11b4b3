"""Who holds something: a person, a place, a class or a guest, as readers may see it.

Who borrowed what is for staff: a pupil who helps sees that an asset is out, not with whom.
"""

from typing import Any, Protocol, TypeVar, cast

import msgspec

from core.access import Actor
from core.permissions import READ_BORROWERS

# Of a table c that has the four columns of a holder, with its school joined as s.
HOLDER_JOINS = """
  LEFT JOIN person holder ON holder.id = c.holder
  LEFT JOIN place room ON room.id = c.holder_place
  LEFT JOIN borrower_group class ON class.id = c.borrower_group
  LEFT JOIN guest ON guest.id = c.guest
"""
HOLDER_KIND = """CASE WHEN c.holder IS NOT NULL THEN 'person'
            WHEN c.holder_place IS NOT NULL THEN 'place'
            WHEN c.borrower_group IS NOT NULL THEN 'group'
            WHEN c.guest IS NOT NULL THEN 'guest' END"""
HOLDER_ID = "coalesce(c.holder, c.holder_place, c.borrower_group, c.guest)"
# Empty for a guest whose name is erased.
HOLDER_NAME = (
    "coalesce(holder.name, room.name, borrower_group_title(class.name, class.year, s.zone),"
    " nullif(guest.name, ''))"
)
# Whether the reader may know who it is; ``readable`` are the schools with READ_BORROWERS.
IS_OPEN = "(c.holder IS NULL AND c.guest IS NULL)"
READABLE = "(c.school = any(:readable::bigint[]) OR c.holder = :me::bigint)"
# Kinds of holders who are somebody in particular.
SOMEBODY = ("person", "guest")


class _Held(Protocol):
    """A row of something that may be with somebody."""

    @property
    def school(self) -> str: ...
    @property
    def holder_kind(self) -> str | None: ...
    @property
    def holder_id(self) -> int | None: ...


Held = TypeVar("Held", bound=_Held)


def reads_borrowers(actor: Actor, school: str) -> bool:
    """Whether the actor may read which persons hold assets of a school, by its code."""
    return actor.is_system or any(
        one.school_code == school and one.role in READ_BORROWERS.roles for one in actor.memberships
    )


def is_readable(actor: Actor, school: str, kind: str | None, holder_id: int | None) -> bool:
    """Whether the actor may read who this holder is."""
    if kind not in SOMEBODY or (kind == "person" and holder_id == actor.person_id):
        return True
    return reads_borrowers(actor, school)


def without_borrowers(actor: Actor, rows: list[Held]) -> list[Held]:
    """The rows of a page, each as :func:`without_borrower` gives it."""
    open_schools = {
        school for school in {row.school for row in rows} if reads_borrowers(actor, school)
    }
    return [row if row.school in open_schools else without_borrower(actor, row) for row in rows]


def without_borrower(actor: Actor, row: Held, **hidden: Any) -> Held:
    """The row as the actor may read it: that somebody holds it stays, who it is does not.

    Classes and places are nobody's secret, and everybody reads what they hold themselves.
    ``hidden`` are more fields that would tell, with what stands there instead.
    """
    if is_readable(actor, row.school, row.holder_kind, row.holder_id):
        return row
    return cast(
        Held, msgspec.structs.replace(cast(Any, row), holder_id=None, holder=None, **hidden)
    )
