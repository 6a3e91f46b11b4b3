"""Private addresses of calendars: a long secret, stored hashed, that shows bookings and nothing else."""

import secrets
from datetime import datetime, timedelta

import msgspec
from icalendar import Calendar, Event

from core import clock
from core.access import Actor
from core.database import execute, fetch, fetch_one, fetch_value, transaction
from core.errors import NoRoom, NotFound, say
from core.hashing import hash_token
from core.numbers import Id
from core.rows import insert_row
from inventory import tables
from inventory.holds.things import Wanted, find_thing

MOST_FEEDS = 10
PAST = timedelta(days=30)
AHEAD = timedelta(days=180)
MOST_EVENTS = 500


class NewFeed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of a room, or without ``place_id`` one's own bookings."""

    place_id: Id | None = None


class Feed(msgspec.Struct, frozen=True):
    """A private address as its owner sees it again: never the secret itself."""

    id: int
    place_id: int | None
    place: str | None
    created_at: datetime
    last_read_at: datetime | None


class IssuedFeed(msgspec.Struct, frozen=True):
    """A fresh address with its secret, which is shown this once."""

    id: int
    secret: str


class _Entry(msgspec.Struct):
    id: int
    title: str
    quantity: int
    of_model: bool
    group: str
    purpose: str
    starts_at: datetime
    ends_at: datetime
    changed: int
    made_at: datetime


class _Owner(msgspec.Struct):
    feed_id: int
    person_id: int
    place_id: int | None


LIST = """
SELECT f.id, f.place AS place_id, pp.path AS place, f.created_at, f.last_read_at
  FROM calendar_feed f LEFT JOIN place_path pp ON pp.place = f.place
 WHERE f.person = $1 ORDER BY f.id
"""
# Who has left the school of a room, or whose account is closed, reads nothing any more.
OWNER = """
SELECT f.id AS feed_id, f.person AS person_id, f.place AS place_id
  FROM calendar_feed f JOIN person p ON p.id = f.person
 WHERE f.token_hash = $1 AND p.closed_at IS NULL AND (f.place IS NULL OR EXISTS (
       SELECT FROM valid_membership m JOIN place room ON room.school = m.school
        WHERE m.person = f.person AND room.id = f.place))
"""
# What a class or a teacher does in a room is for whoever may read it there: its feed names classes.
ENTRIES = """
SELECT h.id, coalesce(pp.path, asset_title(a.name, m.brand, m.name)) AS title, h.quantity,
       h.model IS NOT NULL AS of_model, h.group_name AS group,
       CASE WHEN :place::bigint IS NULL THEN h.purpose ELSE '' END AS purpose,
       h.starts_at, h.ends_at, h.version AS changed, h.made_at
  FROM hold h
  LEFT JOIN asset a ON a.id = h.asset
  LEFT JOIN asset_model m ON m.id = coalesce(h.model, a.model)
  LEFT JOIN place_path pp ON pp.place = h.place
 WHERE (CASE WHEN :place::bigint IS NULL THEN h.person = :person AND h.kind = 'booking'
             ELSE h.place = :place END)
   AND h.closed_as IS DISTINCT FROM 'cancelled' AND h.displaced_by IS NULL
   AND h.ends_at > :since AND h.starts_at < :until
 ORDER BY h.starts_at, h.id LIMIT :most
"""


async def list_feeds(actor: Actor) -> list[Feed]:
    """The actor's own private addresses."""
    return await fetch(Feed, LIST, actor.person_id)


async def create_feed(actor: Actor, new: NewFeed) -> IssuedFeed:
    """A private address for the actor; NoRoom beyond ten, NotFound for a room out of sight."""
    actor.require_in_person()
    if new.place_id is not None:
        await find_thing(actor, Wanted(place_id=new.place_id))
    secret = secrets.token_urlsafe(32)
    async with transaction(actor):
        await execute("SELECT 1 FROM person WHERE id = $1 FOR UPDATE", actor.person_id)
        count = await fetch_value(
            "SELECT count(*) FROM calendar_feed WHERE person = $1", actor.person_id
        )
        if count >= MOST_FEEDS:
            raise NoRoom(say("At most {most} addresses; revoke one first", most=MOST_FEEDS))
        feed_id = await insert_row(
            tables.CalendarFeed,
            person_id=actor.person_id,
            place_id=new.place_id,
            token_hash=hash_token(secret),
            created_at=clock.now(),
        )
    return IssuedFeed(feed_id, secret)


async def revoke_feed(actor: Actor, feed_id: int) -> None:
    """From now on the address shows nothing; NotFound for one that is not the actor's own."""
    async with transaction(actor):
        if not await execute(
            "DELETE FROM calendar_feed WHERE id = $1 AND person = $2", feed_id, actor.person_id
        ):
            raise NotFound(say("There is no such address, or it is revoked already"))


async def read_feed(secret: str) -> bytes:
    """The calendar behind a secret, RFC 5545; NotFound for one that is wrong or revoked."""
    owner = await fetch_one(_Owner, OWNER, hash_token(secret))
    if owner is None:
        raise NotFound(say("There is no such address, or it is revoked already"))
    now = clock.now()
    entries = await fetch(
        _Entry,
        ENTRIES,
        person=owner.person_id,
        place=owner.place_id,
        since=now - PAST,
        until=now + AHEAD,
        most=MOST_EVENTS,
    )
    await execute(
        "UPDATE calendar_feed SET last_read_at = $2 WHERE id = $1"
        " AND (last_read_at IS NULL OR last_read_at < $2::timestamptz - interval '5 minutes')",
        owner.feed_id,
        now,
    )
    return _calendar(entries)


def _calendar(entries: list[_Entry]) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Labshare//bookings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for entry in entries:
        calendar.add_component(_event(entry))
    text: bytes = calendar.to_ical()
    return text


def _event(entry: _Entry) -> Event:
    what = f"{entry.quantity} × {entry.title}" if entry.of_model else entry.title
    event = Event()
    event.add("uid", f"hold-{entry.id}@labshare")
    event.add("dtstamp", entry.made_at)
    event.add("sequence", entry.changed)
    event.add("dtstart", entry.starts_at)
    event.add("dtend", entry.ends_at)
    event.add("summary", " · ".join(text for text in (what, entry.group) if text))
    if entry.purpose:
        event.add("description", entry.purpose)
    return event
