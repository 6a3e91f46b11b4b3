"""What devices have said, for people: one by one, and counted by device and kind."""

from datetime import datetime, timedelta

import msgspec

from core import clock
from core.access import Actor
from core.database import fetch
from core.errors import Message
from core.numbers import Id
from core.paging import Page
from core.query import Key, Order, Where, list_page
from monitoring.decoding.readings import State
from monitoring.profiles.trap_messages import TRAP_WORDS
from monitoring.traps.meaning import Said

MOST_COUNTS = 200


class DeviceMessage(msgspec.Struct, frozen=True):
    """The same thing said within a minute, as often as ``repeats``.

    ``title`` is a sentence for the reader's language, the bare OID for what no profile knows.
    Without ``device_id`` nobody has registered the device at ``source``.
    """

    id: int
    school_id: int
    device_id: int | None
    asset_tag: str
    device_name: str
    source: str
    kind: str
    trap_oid: str
    name: str | None
    title: Message | str
    severity: State | None
    said: list[Said]
    first_at: datetime
    last_at: datetime
    repeats: int
    alert_id: int | None


class MessageFilter(msgspec.Struct, frozen=True):
    """Which messages are wanted; ``is_known`` None: those that profiles know and others.

    ``q`` looks in the devices' tags and names, and in addresses and OIDs.
    """

    q: str | None = None
    school_id: Id | None = None
    device_id: Id | None = None
    is_known: bool | None = None
    trap_oid: str | None = None
    since: datetime | None = None


class MessageCount(msgspec.Struct, frozen=True):
    """How often one device, or an unknown one at an address, said one thing."""

    school_id: int
    device_id: int | None
    asset_tag: str
    device_name: str
    source: str
    trap_oid: str
    name: str | None
    title: Message | str
    severity: State | None
    repeats: int
    last_at: datetime


class _Count(msgspec.Struct, frozen=True):
    school_id: int
    device_id: int | None
    asset_tag: str
    device_name: str
    source: str
    trap_oid: str
    name: str | None
    severity: State | None
    repeats: int
    last_at: datetime


class _Row(_Count, frozen=True):
    id: int
    kind: str
    varbinds: list[Said]
    first_at: datetime
    alert_id: int | None


NAMED = """
       coalesce(a.tag, '') AS asset_tag,
       coalesce(device_name(a.name, d.identity, m.brand, m.name), '') AS device_name
"""
JOINS = """
  LEFT JOIN device d ON d.id = t.device
  LEFT JOIN asset a ON a.id = d.asset
  LEFT JOIN asset_model m ON m.id = a.model
"""
SELECT = f"""
SELECT t.id, t.school AS school_id, t.device AS device_id, {NAMED}, t.source, t.kind, t.trap_oid,
       t.name, t.severity, t.varbinds, t.first_at, t.last_at, t.repeats, t.alert AS alert_id
  FROM trap t {JOINS}
"""
LATEST_FIRST = Order(Key("t.last_at", datetime, "last_at"), Key("t.id", int, "id"), descending=True)


async def list_messages(
    actor: Actor, only: MessageFilter, *, limit: int = 50, cursor: str | None = None
) -> Page[DeviceMessage]:
    """The messages of the actor's schools that fit, the latest first."""
    page = await list_page(
        _Row, SELECT, _where(actor, only), LATEST_FIRST, cursor=cursor, limit=limit
    )
    return Page([_message(row) for row in page.items], page.next_cursor)


async def count_messages(actor: Actor, only: MessageFilter, *, days: int) -> list[MessageCount]:
    """By device and kind, what was said most often first; unknown things are apart by their OID."""
    since = clock.now() - timedelta(days=days)
    where = _where(actor, msgspec.structs.replace(only, since=since))
    # Counted first and named after: a switch that flaps has a row for each minute.
    joins = JOINS if only.q else ""
    rows = await fetch(
        _Count,
        "WITH t AS (SELECT t.school, t.device, CASE WHEN t.device IS NULL THEN t.source ELSE ''"
        " END AS source, t.trap_oid, t.name, max(t.severity) AS severity,"
        " sum(t.repeats)::bigint AS repeats, max(t.last_at) AS last_at FROM trap t"
        f"{joins}"
        f" WHERE {where} GROUP BY 1, 2, 3, 4, 5 ORDER BY 7 DESC, 8 DESC LIMIT {MOST_COUNTS})"
        f" SELECT t.school AS school_id, t.device AS device_id, {NAMED}, t.source, t.trap_oid,"
        f" t.name, t.severity, t.repeats, t.last_at FROM t {JOINS}"
        " ORDER BY t.repeats DESC, t.last_at DESC",
        **where.values,
    )
    return [_count(row) for row in rows]


def _where(actor: Actor, only: MessageFilter) -> Where:
    schools = actor.schools_for(only.school_id)
    where = Where("t.school = any(:schools::bigint[])", schools=schools)
    where.add_given(
        "strpos(lower(concat_ws(' ', a.tag, a.name, d.identity ->> 'name', t.source,"
        " t.trap_oid)), lower(:q)) > 0",
        q=(only.q or "").strip(),
    )
    where.add_given("t.device = :device", device=only.device_id)
    if only.is_known is not None:
        where.add(f"t.name IS {'NOT ' if only.is_known else ''}NULL")
    where.add_given("t.trap_oid = :trap_oid", trap_oid=only.trap_oid)
    where.add_given("t.last_at >= :since", since=only.since)
    return where


def _message(row: _Row) -> DeviceMessage:
    fields = {f: getattr(row, f) for f in row.__struct_fields__ if f != "varbinds"}
    parts = [said.part for said in row.varbinds if said.part]
    return DeviceMessage(**fields, title=title_of(row.name, row.trap_oid, parts), said=row.varbinds)


def _count(row: _Count) -> MessageCount:
    fields = {field: getattr(row, field) for field in row.__struct_fields__}
    return MessageCount(**fields, title=title_of(row.name, row.trap_oid, []))


def title_of(name: str | None, trap_oid: str, parts: list[str]) -> Message | str:
    """What was said, in words; the OID where no profile has words for it."""
    words = TRAP_WORDS.get(name or "")
    if words is None:
        return trap_oid
    if "{part}" not in words.template:
        return words
    return Message(words.template, {"part": ", ".join(dict.fromkeys(parts)) or "…"})
