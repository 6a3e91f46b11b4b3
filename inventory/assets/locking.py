"""Assets locked for a change, always in the order of their ids, so that there is no deadlock."""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from core.access import Actor
from core.database import execute, fetch
from core.errors import Conflict, FieldError, Forbidden, Invalid, Message, NotFound, Problem, say
from core.permissions import EDIT_EQUIPMENT
from core.query import opaque
from inventory import tags
from inventory.assets.reading import no_such_asset
from inventory.assets.references import Meant, resolve
from inventory.assets.shapes import LifecycleState

MOST_AT_ONCE = 500
# The kind of several refusals at once: the first of these that occurred.
KINDS: tuple[type[Problem], ...] = (NotFound, Forbidden, Invalid, Conflict)
VALUE_MOST = 100
# The database refuses changes of what has left the books (disposed of, written off, given back), and
# what concerns the use of a thing that is put aside for another school.
HAS_LEFT = {
    "asset_has_left_the_books": say(
        "The asset has left the books; only its note can still be changed"
    ),
    "asset_is_on_its_way": say("One of these is on its way to another school"),
}


class Locked(msgspec.Struct, frozen=True):
    """An asset as it stands while its row is locked; ``is_out`` is of the moment before."""

    id: int
    tag: str
    school_id: int
    lifecycle: LifecycleState
    version: int
    place_id: int | None
    model_id: int
    is_out: bool


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
        self._by_text: dict[str, Locked] = {}
        self._refused: list[tuple[type[Problem], FieldError]] = []

    def add(self, row: Meant, asset: Locked) -> None:
        """An asset that may be changed."""
        self.assets.append(asset)
        self._rows[asset.id] = row
        for text in (asset.tag, row.given):
            self._by_text.setdefault(text, asset)

    def refuse(self, asset: Locked, kind: type[Problem], message: Message, code: str) -> None:
        """Note what stands in the way of one asset."""
        self.refuse_row(self._rows[asset.id], kind, message, code)

    def refuse_row(self, row: Meant, kind: type[Problem], message: Message, code: str) -> None:
        """Note what stands in the way of one row of the list."""
        error = FieldError("tags", message, code, row.index, row.given[:VALUE_MOST])
        self._refused.append((kind, error))

    def refuse_field(self, field: str, kind: type[Problem], message: Message, code: str) -> None:
        """Note what is wrong with a field that comes with the list."""
        self._refused.append((kind, FieldError(field, message, code)))

    def refuse_other_schools(self) -> None:
        """Note each asset of another school than the first."""
        for asset in self.assets:
            if asset.school_id != self.assets[0].school_id:
                other = say("{tag} is of another school than the first of the list", tag=asset.tag)
                self.refuse(asset, Invalid, other, "two_schools")

    def refuse_entry(self, field: str, index: int, given: str, message: Message) -> None:
        """Note what is wrong with an entry of a list that comes with this one."""
        error = FieldError(field, message, "not_in_list", index, given[:VALUE_MOST])
        self._refused.append((Invalid, error))

    def find(self, text: str) -> Locked | None:
        """The asset that stands in the list so, or whose tag it is."""
        return self._by_text.get(text.strip())

    @property
    def accepted(self) -> list[Locked]:
        """The assets in whose way nothing stands by now."""
        refused = {error.index for _, error in self._refused if error.field == "tags"}
        return [asset for asset in self.assets if self._rows[asset.id].index not in refused]

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
        message, field = errors[0].message, errors[0].field
        if len(errors) > 1:
            message = say("{count} things stand in the way; nothing was changed", count=len(errors))
            field = "tags"
        code = next(error.code for one, error in self._refused if one is kind)
        raise kind(message, code=code, field=field, errors=errors)


# Not FOR UPDATE: rows that only refer to the asset need not wait for a change of it.
COLUMNS = """
SELECT id, tag, school AS school_id, lifecycle, version, place AS place_id, model AS model_id,
       EXISTS (SELECT FROM custody c WHERE c.asset = asset.id AND c.ended_at IS NULL) AS is_out
  FROM asset"""
LOCK = f"""
{COLUMNS} WHERE id = any{opaque("ids")} AND school = any{opaque("schools")}
 ORDER BY id FOR NO KEY UPDATE
"""
# Only if all are tags as they stand: what else they may mean is asked before anything is locked.
LOCK_TAGS = f"""
WITH named AS MATERIALIZED (
    SELECT id FROM asset WHERE tag = any{opaque("tags", "text")} AND school = any{opaque("schools")})
{COLUMNS} WHERE id = any(ARRAY(SELECT id FROM named)) AND school = any{opaque("schools")}
   AND (SELECT count(*) FROM named) = :count
 ORDER BY id FOR NO KEY UPDATE
"""
# In one order for all, behind the assets.
LOCK_CALENDARS = """
SELECT lock_calendar(m.school_id, NULL, m.model_id)
  FROM (SELECT DISTINCT school_id, model_id FROM {assets} ORDER BY school_id, model_id) m
"""
LOCK_TAGS_WITH_CALENDARS = f"""
WITH locked AS MATERIALIZED ({LOCK_TAGS}),
     calendars AS MATERIALIZED ({LOCK_CALENDARS.format(assets="locked")})
SELECT locked.* FROM locked WHERE (SELECT count(*) FROM calendars) > 0
"""
LOCK_CALENDARS_OF = LOCK_CALENDARS.format(
    assets="(SELECT school AS school_id, model AS model_id FROM asset"
    f" WHERE id = any{opaque('ids')}) locked"
)


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


async def lock_stack(
    actor: Actor,
    wanted: list[str],
    *,
    refuse_twins: bool = True,
    for_keepers: bool = True,
    calendars: bool = False,
) -> Stack:
    """Lock what is there of a list as it was scanned or typed; the rest is refused in the stack.

    Inside a transaction; the caller adds its own refusals, then calls ``raise_refused``. Not
    ``for_keepers`` is what borrowers do themselves: it takes whatever they may see. With
    ``calendars`` nobody else takes things of these models meanwhile: asked for before anything is
    written, since whoever writes in another order than all others may wait for one who waits for him.
    """
    given = [text.strip() for text in wanted if text.strip()]
    if not given:
        raise Invalid.of("tags", say("Choose at least one asset"), code="required")
    if len(given) > MOST_AT_ONCE:
        raise Invalid.of(
            "tags", say("At most {most} assets at once", most=MOST_AT_ONCE), code="too_many"
        )
    rows, found = await _locked(actor, given, calendars=calendars)
    may_all = actor.is_system or not for_keepers
    editable = None if may_all else actor.school_ids_with(EDIT_EQUIPMENT)
    return _sorted_out(rows, {asset.id: asset for asset in found}, editable, refuse_twins)


async def _locked(
    actor: Actor, given: list[str], *, calendars: bool
) -> tuple[list[Meant], list[Locked]]:
    """What each entry means, and those of them that are there; one statement if all are tags."""
    cleaned = [tags.clean(text) for text in given]
    wanted = set(cleaned)
    found = await fetch(
        Locked,
        LOCK_TAGS_WITH_CALENDARS if calendars else LOCK_TAGS,
        tags=list(wanted),
        count=len(wanted),
        schools=actor.school_ids,
    )
    by_tag = {asset.tag: asset for asset in found}
    if by_tag.keys() == wanted:
        named = zip(given, cleaned, strict=True)
        return [Meant(n, text, by_tag[tag].id, tag) for n, (text, tag) in enumerate(named)], found
    rows = await resolve(actor, given)
    ids = [row.asset_id for row in rows if row.asset_id is not None]
    found = await fetch(Locked, LOCK, ids=ids, schools=actor.school_ids)
    if calendars:
        await execute(LOCK_CALENDARS_OF, ids=[asset.id for asset in found])
    return rows, found


def _sorted_out(
    rows: list[Meant], found: dict[int, Locked], editable: list[int] | None, refuse_twins: bool
) -> Stack:
    """The list with what is there; ``editable`` are the schools whose things may be, None all."""
    stack = Stack()
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
        elif editable is not None and asset.school_id not in editable:
            role = say("Your role at the school of {tag} does not allow this", tag=asset.tag)
            stack.refuse_row(row, Forbidden, role, "forbidden")
        else:
            stack.add(row, asset)
            first[asset.id] = row
    return stack
