"""Rooms by their seats: which computers are on, which are off, which need somebody."""

from datetime import datetime
from enum import StrEnum

import msgspec

from core import places
from core.access import Actor
from core.database import fetch
from core.natural_order import natural_key
from inventory.assets.shapes import NO_LONGER_USED
from monitoring.devices.views import DeviceState, profile_of

MOST_UNWATCHED = 200


class SeatState(StrEnum):
    """What a teacher sees from the door."""

    on = "on"
    off = "off"  # and may be
    fault = "fault"  # an alert is open, or it is silent and should not be
    unknown = "unknown"
    paused = "paused"


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """One monitored asset of the room; ``row`` and ``column`` are None until somebody seats it."""

    device_id: int
    asset_tag: str
    name: str
    kind: str
    state: SeatState
    row: int | None
    column: int | None
    last_seen_at: datetime | None
    can_wake: bool
    open_alerts: int


class Unwatched(msgspec.Struct, frozen=True):
    """A computer of the room that nobody monitors, so nothing tells whether it is on."""

    asset_tag: str
    name: str


class Room(msgspec.Struct, frozen=True):
    """A room with all its seats, those with a place first, row by row."""

    place_id: int
    school_id: int
    name: str
    seats: list[Seat]
    unwatched: list[Unwatched] = []

    @property
    def wakeable(self) -> int:
        """How many computers of the room can be woken: the card is known, and it is not on."""
        return sum(
            seat.can_wake and seat.kind == "computer" and seat.state is not SeatState.on
            for seat in self.seats
        )

    @property
    def rows(self) -> list[list[Seat | None]]:
        """The plan as it is seen from above: None where there is no seat; two in one place stand
        side by side with those that have none."""
        grid = self._grid()
        if not grid:
            return []
        columns = range(1, 1 + max(column for _, column in grid))
        lines = range(1, 1 + max(row for row, _ in grid))
        return [[grid.get((row, column)) for column in columns] for row in lines]

    @property
    def loose(self) -> list[Seat]:
        """Those that nobody has seated yet, or whose place another one has."""
        placed = {seat.device_id for seat in self._grid().values()}
        return [seat for seat in self.seats if seat.device_id not in placed]

    def short_name(self, seat: Seat | Unwatched) -> str:
        """The seat's name without the room's, which all of them begin with."""
        return seat.name.removeprefix(self.name).strip(" -_·/、") or seat.name

    def count(self, state: SeatState) -> int:
        """How many seats are in the state."""
        return sum(seat.state is state for seat in self.seats)

    def _grid(self) -> dict[tuple[int, int], Seat]:
        grid: dict[tuple[int, int], Seat] = {}
        for seat in self.seats:
            if seat.row is not None and seat.column is not None:
                grid.setdefault((seat.row, seat.column), seat)
        return grid


class RoomCounts(msgspec.Struct, frozen=True):
    """One room of the list: how many of its devices are how."""

    place_id: int
    school_id: int
    name: str
    devices: int
    on: int
    off: int
    faults: int


# A room holds what stands in it and in its cabinets.
INSIDE = """
  CROSS JOIN LATERAL (SELECT p.id UNION ALL SELECT c.id FROM place c WHERE c.parent = p.id) AS i(id)
  JOIN asset a ON a.place = i.id JOIN device d ON d.asset = a.id
"""
WATCHED = "d.removed_at IS NULL AND a.lifecycle <> ALL ($2::text[])"

SEATS = f"""
SELECT d.id AS device_id, a.tag AS asset_tag, m.kind,
       device_name(a.name, d.identity, m.brand, m.name) AS name,
       d.state, d.paused_at IS NOT NULL AS is_paused, d.method, d.profile AS chosen_profile,
       d.recognised, d.may_sleep AS chosen_may_sleep, d.seat_row, d.seat_column, d.last_seen_at,
       d.mac IS NOT NULL AS can_wake,
       (SELECT count(*) FROM alert l WHERE l.device = d.id AND l.cleared_at IS NULL) AS open_alerts
  FROM place p {INSIDE}
  JOIN asset_model m ON m.id = a.model
 WHERE p.id = $1 AND {WATCHED}
 ORDER BY d.seat_row NULLS LAST, d.seat_column, a.name, a.tag
"""
# From each device to its room, key by key: whatever the planner believes of the tables' sizes,
# after a large import above all, no table is read once for each room.
COUNTS = f"""
SELECT p.id AS place_id, p.school AS school_id, pp.path AS name,
       count(*) AS devices, count(*) FILTER (WHERE d.state = 'up') AS on,
       count(*) FILTER (WHERE d.state = 'down') AS off,
       count(*) FILTER (WHERE EXISTS
         (SELECT FROM alert l WHERE l.device = d.id AND l.cleared_at IS NULL)) AS faults
  FROM device d
  JOIN asset a ON a.id = d.asset
  JOIN place i ON i.id = a.place
  JOIN place p ON p.id = CASE WHEN i.kind = 'room' THEN i.id ELSE i.parent END
  JOIN place_path pp ON pp.place = p.id
 WHERE p.school = any($1::bigint[]) AND p.kind = 'room' AND p.retired_at IS NULL AND {WATCHED}
 GROUP BY 1, 2, 3
"""


UNWATCHED = """
SELECT a.tag AS asset_tag,
       asset_title(a.name, m.brand, m.name) AS name
  FROM place p
  CROSS JOIN LATERAL (SELECT p.id UNION ALL SELECT c.id FROM place c WHERE c.parent = p.id) AS i(id)
  JOIN asset a ON a.place = i.id
  JOIN asset_model m ON m.id = a.model AND m.kind = 'computer'
 WHERE p.id = $1 AND a.lifecycle <> ALL ($2::text[])
   AND NOT EXISTS (SELECT FROM device d WHERE d.asset = a.id AND d.removed_at IS NULL)
 ORDER BY a.name, a.tag LIMIT $3
"""


class _Row(msgspec.Struct, frozen=True):
    device_id: int
    asset_tag: str
    kind: str
    name: str
    state: DeviceState
    is_paused: bool
    method: str
    chosen_profile: str | None
    recognised: str | None
    chosen_may_sleep: bool | None
    seat_row: int | None
    seat_column: int | None
    last_seen_at: datetime | None
    can_wake: bool
    open_alerts: int


async def list_rooms(actor: Actor) -> list[RoomCounts]:
    """The rooms of the actor's schools that hold monitored devices, as people count them."""
    found = await fetch(RoomCounts, COUNTS, actor.school_ids, list(NO_LONGER_USED))
    return sorted(found, key=lambda room: (natural_key(room.name), room.place_id))


async def get_room(actor: Actor, place_id: int) -> Room:
    """A room in the actor's sight with its seats, else NotFound."""
    place = await places.get_place(actor, place_id)
    rows = await fetch(_Row, SEATS, place_id, list(NO_LONGER_USED))
    unwatched = await fetch(Unwatched, UNWATCHED, place_id, list(NO_LONGER_USED), MOST_UNWATCHED)
    return Room(place.id, place.school_id, place.name, [_seat(row) for row in rows], unwatched)


def _seat(row: _Row) -> Seat:
    return Seat(
        device_id=row.device_id,
        asset_tag=row.asset_tag,
        name=row.name,
        kind=row.kind,
        state=_state(row),
        row=row.seat_row,
        column=row.seat_column,
        last_seen_at=row.last_seen_at,
        can_wake=row.can_wake,
        open_alerts=row.open_alerts,
    )


def _state(row: _Row) -> SeatState:
    if row.is_paused:
        return SeatState.paused
    if row.open_alerts:
        return SeatState.fault
    if row.state is DeviceState.up:
        return SeatState.on
    if row.state is DeviceState.unknown:
        return SeatState.unknown
    usual = profile_of(row.chosen_profile, row.recognised).may_sleep
    may_sleep = usual if row.chosen_may_sleep is None else row.chosen_may_sleep
    return SeatState.off if may_sleep else SeatState.fault
