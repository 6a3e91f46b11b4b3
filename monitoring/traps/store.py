"""Traps into the database: one row a minute for the same thing, and in the outbox what follows."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from core import outbox
from core.database import execute, transaction
from monitoring.decoding.readings import State
from monitoring.traps.alert_changes import TOPIC, Effect
from monitoring.traps.meaning import Said

MOST_CONTENTS = 20  # different things said within one row; beyond that it only counts


class Row(msgspec.Struct):
    """What goes into ``trap``: the same, said again, adds to ``repeats``."""

    school_id: int | None
    device_id: int | None
    source: str
    is_inform: bool
    trap_oid: str
    name: str | None
    severity: State | None
    said: list[Said]
    first_at: datetime
    last_at: datetime
    repeats: int = 1

    @property
    def minute(self) -> datetime:
        return self.first_at.replace(second=0, microsecond=0)

    @property
    def key(self) -> tuple[object, ...]:
        return (self.school_id, self.device_id, self.source, self.trap_oid, self.minute)


class Moved(msgspec.Struct, frozen=True):
    """How far a sender's clock has come."""

    source: str
    engine_id: bytes
    boots: int
    time: int
    heard_at: datetime


def merged(rows: Iterable[Row]) -> list[Row]:
    """One row for each thing said, as many times as it was said."""
    found: dict[tuple[object, ...], Row] = {}
    for row in rows:
        same = found.get(row.key)
        if same is None:
            found[row.key] = row
            continue
        same.repeats += row.repeats
        same.last_at = max(same.last_at, row.last_at)
        new = [said for said in row.said if said not in same.said]
        same.said = [*same.said, *new][:MOST_CONTENTS]
    return sorted(found.values(), key=lambda row: (row.source, row.trap_oid, row.minute))


async def store_traps(
    rows: Sequence[Row], effects: Sequence[Effect] = (), moved: Sequence[Moved] = ()
) -> None:
    """All of it or nothing, and durable when this returns."""
    async with transaction():
        if rows:
            await _write(merged(rows))
        for effect in effects:
            await outbox.enqueue(TOPIC, msgspec.to_builtins(effect))
        if moved:
            await _write_clocks(moved)


async def _write(rows: list[Row]) -> None:
    await execute(
        "INSERT INTO trap AS t (school, device, source, kind, trap_oid, name, severity, varbinds,"
        " minute, first_at, last_at, repeats)"
        " SELECT n.school, n.device, n.source, n.kind, n.trap_oid, n.name, n.severity,"
        "  n.varbinds::jsonb, n.minute, n.first_at, n.last_at, n.repeats"
        " FROM unnest(:schools::bigint[], :devices::bigint[], :sources::text[], :kinds::text[],"
        "  :trap_oids::text[], :names::text[], :severities::text[], :varbinds::text[],"
        "  :minutes::timestamptz[], :first_at::timestamptz[], :last_at::timestamptz[],"
        "  :repeats::int[]) AS n(school, device, source, kind, trap_oid, name, severity, varbinds,"
        "  minute, first_at, last_at, repeats)"
        " ON CONFLICT ON CONSTRAINT trap_once_a_minute DO UPDATE SET"
        "  repeats = t.repeats + excluded.repeats,"
        "  last_at = greatest(t.last_at, excluded.last_at),"
        "  varbinds = CASE WHEN t.varbinds @> excluded.varbinds"
        f"   OR jsonb_array_length(t.varbinds) >= {MOST_CONTENTS} THEN t.varbinds"
        "   ELSE t.varbinds || excluded.varbinds END",
        schools=[row.school_id for row in rows],
        devices=[row.device_id for row in rows],
        sources=[row.source for row in rows],
        kinds=["inform" if row.is_inform else "trap" for row in rows],
        trap_oids=[row.trap_oid for row in rows],
        names=[row.name for row in rows],
        severities=[row.severity for row in rows],
        varbinds=[msgspec.json.encode(row.said).decode() for row in rows],
        minutes=[row.minute for row in rows],
        first_at=[row.first_at for row in rows],
        last_at=[row.last_at for row in rows],
        repeats=[row.repeats for row in rows],
    )


async def _write_clocks(moved: Sequence[Moved]) -> None:
    latest = {(one.source, one.engine_id): one for one in moved}
    clocks = [latest[key] for key in sorted(latest)]
    await execute(
        "INSERT INTO trap_clock AS c (source, engine_id, boots, engine_time, heard_at)"
        " SELECT * FROM unnest(:sources::text[], :engine_ids::bytea[], :boots::int[],"
        " :times::int[], :heard_at::timestamptz[])"
        " ON CONFLICT (source, engine_id) DO UPDATE SET boots = excluded.boots,"
        " engine_time = excluded.engine_time, heard_at = excluded.heard_at"
        " WHERE (c.boots, c.engine_time) < (excluded.boots, excluded.engine_time)",
        sources=[one.source for one in clocks],
        engine_ids=[one.engine_id for one in clocks],
        boots=[one.boots for one in clocks],
        times=[one.time for one in clocks],
        heard_at=[one.heard_at for one in clocks],
    )
