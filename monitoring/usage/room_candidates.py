"""Idle equipment that would close the gaps of a function room: where it stands, and why it is spare."""

from enum import StrEnum

import msgspec

from core import clock
from core.access import Actor
from core.database import fetch
from core.permissions import EDIT_EQUIPMENT
from inventory.rooms import get_function_room
from monitoring.usage.idleness import always_on, idle_since, use_of

MOST_FOR_A_LINE = 60


class WhySpare(StrEnum):
    """Why a thing may go: it was measured as idle, it stands in no room, or nobody has had it."""

    idle = "idle"
    no_place = "no_place"
    not_taken = "not_taken"


class SpareThing(msgspec.Struct, frozen=True):
    """A thing that would count for a line of the room."""

    item_id: int
    tag: str
    title: str
    condition: str
    place: str | None
    school_id: int
    school: str
    why: WhySpare


FIND = f"""
WITH wanted AS MATERIALIZED (
    SELECT f.standard, n.item, n.gap - n.coming AS missing
      FROM room_needs(ARRAY[:room::bigint]) n JOIN function_room f ON f.place = n.room
     WHERE n.gap > n.coming
), taken AS MATERIALIZED (
    SELECT p.place FROM room_places(ARRAY(
           SELECT place FROM function_room WHERE school = any(:schools::bigint[]))) p
), free AS MATERIALIZED (
    SELECT a.id, a.tag, a.name, a.model, a.place, a.school, a.condition, a.class_code, a.lifecycle,
           a.created_at
      FROM asset a JOIN asset_model m ON m.id = a.model
     WHERE a.school = any(:schools::bigint[]) AND a.lifecycle = 'in_service'
       AND a.condition NOT IN ('broken', 'incomplete')
       AND EXISTS (SELECT FROM wanted w JOIN room_standard_item i ON i.id = w.item
                    WHERE i.model = m.id OR i.kind = m.kind OR starts_with(
                          coalesce(nullif(a.class_code, ''), m.class_code), i.class_code))
       AND (a.place IS NULL OR a.place NOT IN (SELECT place FROM taken))
       AND NOT EXISTS (SELECT FROM custody c WHERE c.asset = a.id AND c.ended_at IS NULL)
       AND NOT EXISTS (SELECT FROM work_order o WHERE o.asset = a.id AND o.closed_at IS NULL)
       AND NOT EXISTS (SELECT FROM disposal_line d WHERE d.asset = a.id AND d.is_open)
       AND NOT EXISTS (SELECT FROM hold h WHERE h.asset = a.id AND h.closed_at IS NULL
                          AND coalesce(h.ends_at, 'infinity') > :until)
       AND NOT EXISTS (SELECT FROM kit_state k WHERE k.asset = a.id AND k.state = 'unusable')
       AND NOT EXISTS (SELECT FROM transfer_line l JOIN transfer t ON t.id = l.transfer
                        WHERE l.asset = a.id AND (l.is_open OR (t.kind = 'loan'
                          AND l.outcome IN ('received', 'late') AND l.returned_by IS NULL)))
), judged AS (
    SELECT a.*, {use_of("a", since=":since", until=":until", awake=":awake")} AS use FROM free a
), fitting AS (
    SELECT j.*, w.item, w.missing,
           CASE WHEN j.use = 'idle' THEN 'idle' WHEN j.place IS NULL THEN 'no_place'
                ELSE 'not_taken' END AS why
      FROM judged j JOIN wanted w ON w.item = room_item_of(w.standard, j.model, j.class_code)
     WHERE j.use IN ('idle', 'unknown', 'new') OR (j.use = 'infrastructure' AND j.place IS NULL)
), placed AS (
    SELECT f.*, row_number() OVER (PARTITION BY f.item ORDER BY f.school <> :own,
           array_position(ARRAY['idle', 'no_place', 'not_taken'], f.why), f.tag) AS position
      FROM fitting f
)
SELECT p.item AS item_id, p.tag, asset_title(p.name, m.brand, m.name) AS title, p.condition,
       pp.path AS place, p.school AS school_id, s.code AS school, p.why
  FROM placed p JOIN asset_model m ON m.id = p.model JOIN school s ON s.id = p.school
  LEFT JOIN place_path pp ON pp.place = p.place
 WHERE p.position <= least(p.missing + 10, {MOST_FOR_A_LINE})
 ORDER BY p.item, p.position
"""


async def find_room_candidates(actor: Actor, place_id: int) -> list[SpareThing]:
    """What may close the gaps of a room, line by line: of its own school first, then of others whose
    equipment the actor keeps; what was measured as idle comes before what nobody watches."""
    room = await get_function_room(actor, place_id)
    now = clock.now()
    return await fetch(
        SpareThing,
        FIND,
        room=room.place_id,
        own=room.school_id,
        schools=actor.school_ids_with(EDIT_EQUIPMENT),
        since=idle_since(now),
        until=now,
        awake=always_on(),
    )
