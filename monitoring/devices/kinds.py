"""How many devices there are of each kind."""

import msgspec

from core.access import Actor
from core.database import fetch
from monitoring.profiles.loader import FALLBACK


class _Count(msgspec.Struct, frozen=True):
    profile: str
    devices: int


async def count_by_profile(actor: Actor) -> dict[str, int]:
    """Monitored devices of the actor's schools by the profile that holds for them."""
    rows = await fetch(
        _Count,
        "SELECT coalesce(profile, recognised, $2) AS profile, count(*) AS devices"
        " FROM device WHERE school = any($1::bigint[]) AND removed_at IS NULL GROUP BY 1",
        actor.school_ids,
        FALLBACK,
    )
    return {row.profile: row.devices for row in rows}
