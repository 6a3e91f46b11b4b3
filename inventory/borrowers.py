"""Who borrowed what is for staff: a pupil who helps sees that an asset is out, not with whom."""

from typing import Any, Protocol, TypeVar, cast

import msgspec

from core.access import Actor
from core.permissions import READ_BORROWERS


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


def without_borrowers(actor: Actor, rows: list[Held]) -> list[Held]:
    """The rows of a page, each as :func:`without_borrower` gives it."""
    open_schools = {
        school for school in {row.school for row in rows} if reads_borrowers(actor, school)
    }
    return [row if row.school in open_schools else without_borrower(actor, row) for row in rows]


def without_borrower(actor: Actor, row: Held, **hidden: Any) -> Held:
    """The row as the actor may read it: that a person holds it stays, who it is does not.

    Classes and places are nobody's secret, and everybody reads what they hold themselves.
    ``hidden`` are more fields that would tell, with what stands there instead.
    """
    if row.holder_kind != "person" or reads_borrowers(actor, row.school):
        return row
    if row.holder_id == actor.person_id:
        return row
    return cast(
        Held, msgspec.structs.replace(cast(Any, row), holder_id=None, holder=None, **hidden)
    )
