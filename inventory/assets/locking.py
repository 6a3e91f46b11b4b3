"""Assets locked for a change, always in the order of their ids, so that there is no deadlock."""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from core.access import Actor
from core.database import fetch
from core.errors import Conflict, FieldError, Forbidden, Invalid, Message, NotFound, Problem, say
from core.permissions import EDIT_EQUIPMENT
from inventory.assets.reading import no_such_asset
from inventory.assets.references import Meant, resolve
from inventory.assets.shapes import LifecycleState

MOST_AT_ONCE = 500
# The kind of several refusals at once: the first of these that occurred.
KINDS: tuple[type[Problem], ...] = (NotFound, Forbidden, Invalid, Conflict)
VALUE_MOST = 100
# The database refuses changes of what has left the books (disposed of, written off, given back).
HAS_LEFT = {
    "asset_has_left_the_books": say(
        "The asset has left the books; only its note can still be changed"
    ),
}


class Locked(msgspec.Struct, frozen=True):
    """An asset as it stands while its row is locked."""

    id: int
    tag: str
    school_id: int
    lifecycle: LifecycleState
    version: int
    place_id: int | None
    model_id: int


def refuse_changed(asset: Locked, version: int | None) -> None:
    """Refuse a change that was based on an older version of the asset."""
    if version is not None and version != asset.version:
        raise Conflict(
            say(
                "Somebody else changed {tag} in the meantime; look at it again, then repeat yours",
                tag=asset.tag,
            ),
            code="version",
        )


class Stack:
    """Assets locked for one change, in the order given, and all that stands in its way."""

    def __init__(self) -> None:
        self.assets: list[Locked] = []
        self._rows: dict[int, Meant] = {}
        self._refused: list[tuple[type[Problem], FieldError]] = []

    def add(self, row: Meant, asset: Locked) -> None:
        """An asset that may be changed."""
        self.assets.append(asset)
        self._rows[asset.id] = row

    def refuse(self, asset: Locked, kind: type[Problem], message: Message, code: str) -> None:
        """Note what stands in the way of one asset."""
        self.refuse_row(self._rows[asset.id], kind, message, code)

    def refuse_row(self, row: Meant, kind: type[Problem], message: Message, code: str) -> None:
        """Note what stands in the way of one row of the list."""
        error = FieldError("tags", message, code, row.index, row.given[:VALUE_MOST])
        self._refused.append((kind, error))

    @contextmanager
    def collecting(self) -> Iterator[None]:
        """Note the wrong fields of the form that comes with the list."""
        try:
            yield
        except Invalid as refused:
            self._refused += [(Invalid, error) for error in refused.errors]

    @property
    def errors(self) -> tuple[FieldError, ...]:
        """All that stands in the way, by the rows of the list."""
        errors = [error for _, error in self._refused]
        return tuple(sorted(errors, key=lambda one: (one.index is None, one.index or 0)))

    def raise_refused(self) -> None:
        """Refuse the change if anything stands in its way, naming all of it."""
        if not self._refused:
            return
        errors = self.errors
        kind = next(kind for kind in KINDS if any(kind is one for one, _ in self._refused))
        if kind is Invalid:
            raise Invalid(errors)
        message = errors[0].message
        if len(errors) > 1:
            message = say("{count} things stand in the way; nothing was changed", count=len(errors))
        code = next(error.code for one, error in self._refused if one is kind)
        raise kind(message, code=code, field="tags", errors=errors)


# Not FOR UPDATE: rows that only refer to the asset need not wait for a change of it.
LOCK = """
SELECT id, tag, school AS school_id, lifecycle, version, place AS place_id, model AS model_id
  FROM asset WHERE id = any(:ids) AND school = any(:schools) ORDER BY id FOR NO KEY UPDATE
"""


async def lock_visible(actor: Actor, asset_id: int) -> Locked:
    """Lock one asset that the actor may see, whatever their role; else NotFound.

    Inside a transaction. An asset is always locked before its orders, so there is no deadlock.
    """
    found = await fetch(Locked, LOCK, ids=[asset_id], schools=actor.school_ids)
    if not found:
        raise no_such_asset()
    return found[0]


async def lock(actor: Actor, wanted: list[str]) -> list[Locked]:
    """Lock the assets of these tags or labels for one who keeps them; all of them or a refusal.

    Inside a transaction. Out of sight is NotFound, in sight without the role is Forbidden.
    """
    stack = await lock_stack(actor, wanted, refuse_twins=False)
    stack.raise_refused()
    return sorted(stack.assets, key=lambda asset: asset.id)


async def lock_stack(actor: Actor, wanted: list[str], *, refuse_twins: bool = True) -> Stack:
    """Lock what is there of a list as it was scanned or typed; the rest is refused in the stack.

    Inside a transaction; the caller adds its own refusals, then calls ``raise_refused``.
    """
    given = [text.strip() for text in wanted if text.strip()]
    if not given:
        raise Invalid.of("tags", say("Choose at least one asset"), code="required")
    if len(given) > MOST_AT_ONCE:
        raise Invalid.of(
            "tags", say("At most {most} assets at once", most=MOST_AT_ONCE), code="too_many"
        )
    rows = await resolve(actor, given)
    ids = [row.asset_id for row in rows if row.asset_id is not None]
    found = await fetch(Locked, LOCK, ids=ids, schools=actor.school_ids)
    return _sorted_out(actor, rows, {asset.id: asset for asset in found}, refuse_twins)


def _sorted_out(
    actor: Actor, rows: list[Meant], found: dict[int, Locked], refuse_twins: bool
) -> Stack:
    stack, editable = Stack(), actor.school_ids_with(EDIT_EQUIPMENT)
    first: dict[int, Meant] = {}
    for row in rows:
        asset = found.get(row.asset_id or 0)
        if row.candidates:
            stack.refuse_row(row, Invalid, row.missing, "ambiguous")
        elif asset is None:
            stack.refuse_row(row, NotFound, row.missing, "not_found")
        elif asset.id in first:
            if refuse_twins:
                line = first[asset.id].index + 1
                twice = say("{tag} stands in line {line} already", tag=asset.tag, line=line)
                stack.refuse_row(row, Invalid, twice, "duplicate")
        elif asset.school_id not in editable and not actor.is_system:
            role = say("Your role at the school of {tag} does not allow this", tag=asset.tag)
            stack.refuse_row(row, Forbidden, role, "forbidden")
        else:
            stack.add(row, asset)
            first[asset.id] = row
    return stack
