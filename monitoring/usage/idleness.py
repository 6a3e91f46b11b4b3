"""Whether an asset is used: one definition for the report, the home page and the idle list.

docs/usage.md says it in words. What nobody watches is not known to be idle, and what is meant to
be on all the time is no matter of idleness.
"""

from datetime import datetime, timedelta

from core import clock, database
from core.access import Actor
from core.permissions import READ_USAGE
from monitoring.profiles import all_profiles

IDLE_AFTER_DAYS = 30
# Kinds of model that serve all the others, with a device or without.
INFRASTRUCTURE_KINDS = ("network", "ups")
# A machine has to be on to be read by the collector; that alone is no use.
HOURS_OF_READING = 1
# What was not used up to its last reading is idle for so long after it; then nobody knows.
READING_HOLDS_DAYS = 7


def idle_since(until: datetime) -> datetime:
    """Where the days begin in which something must have been used up to ``until``."""
    return until - timedelta(days=IDLE_AFTER_DAYS)


def always_on() -> list[str]:
    """The profiles of what is never switched off."""
    return [profile.name for profile in all_profiles() if not profile.may_sleep]


def use_of(asset: str, *, since: str, until: str, awake: str) -> str:
    """SQL for how an asset is used, one of 'used', 'idle', 'unknown', 'infrastructure', 'new';
    null for what is not in service.

    ``asset`` is a row with id, model, lifecycle and created_at; ``since`` and ``until`` are the
    arguments of the days that count, ``awake`` the one of ``always_on``.
    """
    return f"""CASE
    WHEN {asset}.lifecycle <> 'in_service' THEN NULL
    WHEN EXISTS (SELECT FROM asset_model m
                  WHERE m.id = {asset}.model AND m.kind IN {INFRASTRUCTURE_KINDS})
      OR EXISTS (SELECT FROM device d
                  WHERE d.asset = {asset}.id
                    AND (d.removed_at IS NULL OR d.removed_at > {since}::timestamptz)
                    AND NOT coalesce(d.may_sleep, coalesce(d.profile, d.recognised, 'generic')
                                                  <> ALL ({awake}::text[])))
    THEN 'infrastructure'
    WHEN EXISTS (SELECT FROM power_session p
                  WHERE p.asset = {asset}.id AND p.ended_at > {since}::timestamptz
                    AND p.started_at < {until}::timestamptz)
      OR EXISTS (SELECT FROM custody c
                  WHERE c.asset = {asset}.id AND c.holder_place IS NULL
                    AND c.started_at < {until}::timestamptz
                    AND (c.ended_at IS NULL OR c.ended_at > {since}::timestamptz))
      OR EXISTS (SELECT FROM machine_use u
                  WHERE u.asset = {asset}.id AND u.ends_at > {since}::timestamptz
                    AND u.starts_at < {until}::timestamptz AND u.hours > {HOURS_OF_READING})
    THEN 'used'
    WHEN {asset}.created_at > {since}::timestamptz THEN 'new'
    WHEN {_watched(asset, since)} AND {_watched(asset, until)}
     AND (EXISTS (SELECT FROM device d WHERE d.asset = {asset}.id AND d.last_seen_at IS NOT NULL)
       OR EXISTS (SELECT FROM power_session p WHERE p.asset = {asset}.id))
      OR {_read_around(asset, since, until)}
    THEN 'idle'
    ELSE 'unknown' END"""


def _read_around(asset: str, since: str, until: str) -> str:
    """SQL for whether the collector read the asset before the days and again at their end."""
    return f"""(EXISTS (SELECT FROM machine_use u
                  WHERE u.asset = {asset}.id AND u.ends_at > {since}::timestamptz
                    AND u.starts_at <= {since}::timestamptz)
       AND EXISTS (SELECT FROM machine_use u
                  WHERE u.asset = {asset}.id AND u.starts_at < {until}::timestamptz
                    AND u.ends_at > {until}::timestamptz - interval '{READING_HOLDS_DAYS} days'))"""


def _watched(asset: str, at: str) -> str:
    """SQL for whether the asset had a device at a moment."""
    return f"""EXISTS (SELECT FROM device d
                  WHERE d.asset = {asset}.id AND d.created_at <= {at}::timestamptz
                    AND (d.removed_at IS NULL OR d.removed_at >= {at}::timestamptz))"""


async def count_idle(actor: Actor) -> int:
    """How many assets are idle now at the schools whose usage the actor reads."""
    now = clock.now()
    use = use_of("a", since=":since", until=":until", awake=":awake")
    counted: int = await database.fetch_value(
        "SELECT count(*) FROM asset a WHERE a.school = any(:schools::bigint[])"
        f" AND a.lifecycle = 'in_service' AND {use} = 'idle'",
        schools=actor.school_ids_with(READ_USAGE),
        since=idle_since(now),
        until=now,
        awake=always_on(),
    )
    return counted
