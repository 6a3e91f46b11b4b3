"""Time behind us for usage reports: devices, power sessions, custodies."""

from datetime import datetime

import msgspec

from core import database
from tests.factories import MadeAsset, MadePerson, MadeSchool


async def device(
    on: MadeAsset,
    *,
    since: datetime,
    until: datetime | None = None,
    profile: str | None = None,
    has_answered: bool = True,
) -> int:
    """The network side of an asset, from a moment to a moment."""
    await database.execute(
        "INSERT INTO network (school, name, cidr, created_at)"
        " VALUES ($1, 'This machine', '127.0.0.0/8', now()) ON CONFLICT DO NOTHING",
        on.school_id,
    )
    credential = await database.fetch_value(
        "INSERT INTO credential (school, name, version, sealed, created_at)"
        " VALUES ($1, $2, '2c', '\\x00', $3) RETURNING id",
        on.school_id,
        f"credential of {on.tag} {since.isoformat()}",
        since,
    )
    created: int = await database.fetch_value(
        "INSERT INTO device (school, asset, address, credential, created_at, removed_at,"
        " recognised, last_seen_at, next_poll_at)"
        " VALUES ($1, $2, '127.0.0.1', $3, $4, $5, $6, $7, $4) RETURNING id",
        on.school_id,
        on.id,
        credential,
        since,
        until,
        profile,
        since if has_answered else None,
    )
    return created


async def powered(on: MadeAsset, device_id: int, *spans: tuple[datetime, datetime]) -> None:
    """Sessions of a device."""
    await database.execute_many(
        "INSERT INTO power_session (school, device, asset, started_at, ended_at)"
        " VALUES ($1, $2, $3, $4, $5)",
        [(on.school_id, device_id, on.id, *span) for span in spans],
    )


async def held(
    on: MadeAsset, by: MadePerson, started_at: datetime, ended_at: datetime | None
) -> None:
    """A custody, closed or open."""
    await database.execute(
        "INSERT INTO custody (school, asset, holder, started_at, ended_at, handed_by, note,"
        " return_note) VALUES ($1, $2, $5, $3, $4, $5, '', '')",
        on.school_id,
        on.id,
        started_at,
        ended_at,
        by.id,
    )


async def held_by_place(on: MadeAsset, place: int, by: MadePerson, started_at: datetime) -> None:
    """An open custody of a room."""
    await database.execute(
        "INSERT INTO custody (school, asset, holder_place, started_at, handed_by, note,"
        " return_note) VALUES ($1, $2, $3, $4, $5, '', '')",
        on.school_id,
        on.id,
        place,
        started_at,
        by.id,
    )


async def created(on: MadeAsset, at: datetime) -> MadeAsset:
    """The asset, on the books since ``at``."""
    await database.execute("UPDATE asset SET created_at = $2 WHERE id = $1", on.id, at)
    await database.execute("UPDATE asset_stay SET since = $2 WHERE asset = $1", on.id, at)
    return on


async def moved(
    on: MadeAsset, at: datetime, *, place: int | None = None, school: MadeSchool | None = None
) -> MadeAsset:
    """The asset, since ``at`` in another place, or at another school."""
    school_id = on.school_id if school is None else school.id
    await database.execute(
        "UPDATE asset SET school = $2, place = $3 WHERE id = $1", on.id, school_id, place
    )
    await database.execute(
        "WITH last AS (SELECT max(id) AS id FROM asset_stay WHERE asset = $1)"
        " UPDATE asset_stay s SET since = CASE WHEN s.id = last.id THEN $2 ELSE s.since END,"
        " until = CASE WHEN s.id = last.id THEN NULL ELSE least(s.until, $2) END"
        " FROM last WHERE s.asset = $1",
        on.id,
        at,
    )
    return msgspec.structs.replace(on, school_id=school_id)


async def left(on: MadeAsset, at: datetime) -> None:
    """The asset, retired, has left the books at that time."""
    await created(on, at)
    await database.execute(
        "INSERT INTO asset_step (asset, school, from_state, to_state, at)"
        " VALUES ($1, $2, 'retired', 'disposed', $3)",
        on.id,
        on.school_id,
        at,
    )
    await database.execute("UPDATE asset SET lifecycle = 'disposed' WHERE id = $1", on.id)


async def donation_line(of: MadeSchool, title: str, model: int) -> tuple[int, int]:
    """A donation and its one line: (donation, line)."""
    donor = await database.fetch_value(
        "INSERT INTO donor (school, kind, name, contact) VALUES ($1, 'organisation', 'Donor', '')"
        " RETURNING id",
        of.id,
    )
    donation = await database.fetch_value(
        "INSERT INTO donation (school, donor, title, received_on, acknowledgement_number,"
        " created_at) VALUES ($1, $2, $3, current_date, $3, now()) RETURNING id",
        of.id,
        donor,
        title,
    )
    line = await database.fetch_value(
        "INSERT INTO donation_line (school, donation, model, declared, received, note)"
        " VALUES ($1, $2, $3, 3, 2, '') RETURNING id",
        of.id,
        donation,
        model,
    )
    return donation, line
