"""Lending what is booked: to whom it is booked for, or to others knowingly."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from core.access import Actor
from core.errors import Conflict, NotFound, say
from core.permissions import OVERRIDE_BOOKINGS
from inventory.assets.locking import Locked, Stack
from inventory.holders import Holder
from inventory.holds.availability import State, find_against_loans
from inventory.holds.listing import Hold, get_hold

# A class that is only named may be one that the hand-out adds, of this school year.
HANDED_OUT = """
SELECT w.n, w.asset, :person::bigint AS person, coalesce(g.folded, borrower_group_key(:group)) AS key,
       CASE WHEN g.id IS NOT NULL THEN g.year
            WHEN borrower_group_key(:group) ~ '^[0-9]+[(][0-9]+[)]$'
            THEN school_year((:now AT TIME ZONE s.zone)::date) END AS year,
       :booking::bigint AS booking, :now::timestamptz AS since, :until::timestamptz AS until,
       (:assets::bigint[])[1 : (w.n - 1)] AS but_assets
  FROM unnest((SELECT :assets::bigint[])) WITH ORDINALITY w (asset, n)
  JOIN asset a ON a.id = w.asset JOIN school s ON s.id = a.school
  LEFT JOIN borrower_group g ON g.id = :group_id::bigint
"""
# What was renewed before it in the list is out for longer by then as well.
RENEWED = """
SELECT w.n, c.asset, c.holder AS person, g.folded AS key, g.year, c.booking,
       renewed_from(c.due_at) AS since, w.until,
       array(SELECT p.asset
               FROM unnest(:assets::bigint[], :untils::timestamptz[]) WITH ORDINALITY
                    p (asset, until, n)
              WHERE p.n < w.n AND p.until >= w.until) AS but_assets
  FROM unnest((SELECT :assets::bigint[]), :untils::timestamptz[]) WITH ORDINALITY
       w (asset, until, n)
  JOIN custody c ON c.asset = w.asset AND c.ended_at IS NULL
  LEFT JOIN borrower_group g ON g.id = c.borrower_group
"""


class Meeting(msgspec.Struct, frozen=True):
    """The booking that the hand-out is for, if it is named, and whether others may be broken."""

    booking_id: int | None = None
    overrides_bookings: bool = False


NONE = Meeting()


async def match_named(actor: Actor, stack: Stack, meeting: Meeting) -> dict[int, int]:
    """The booking that is named, by as many assets as it asks for; others may go along with them.

    Refused in the stack where it is of none of them.
    """
    if meeting.booking_id is None:
        return {}
    try:
        held = await get_hold(actor, meeting.booking_id)
    except NotFound as missing:
        stack.refuse_field("booking_id", NotFound, missing.message, missing.code)
        return {}
    fits = [asset.id for asset in stack.assets if _fits(held, asset)]
    if stack.assets and (held.kind != "booking" or held.closed_at is not None or not fits):
        none = say("None of these is what was booked")
        stack.refuse_field("booking_id", Conflict, none, "not_booked")
    return dict.fromkeys(fits[: held.outstanding], held.id)


def _fits(held: Hold, asset: Locked) -> bool:
    if held.tag is not None:
        return held.tag == asset.tag
    return held.place_id is None and held.model_id == asset.model_id


def require_override(actor: Actor, stack: Stack, meeting: Meeting) -> None:
    """Forbidden to break bookings of others without the permission."""
    if meeting.overrides_bookings and stack.assets:
        actor.require(stack.assets[0].school_id, OVERRIDE_BOOKINGS)


async def refuse_booked(
    actor: Actor,
    stack: Stack,
    who: Holder | None,
    meeting: Meeting,
    now: datetime,
    until: datetime | None,
) -> None:
    """Refuse in the stack what others have booked before it is due back, row by row.

    While nobody knows ``who`` gets it, bookings may be that person's own, and only what is kept
    from everybody is refused.
    """
    if meeting.overrides_bookings:
        return
    anybody = who or Holder()
    await _refuse(
        actor,
        stack,
        stack.accepted,
        HANDED_OUT,
        but=() if who else ("booking", "requested"),
        person=anybody.person_id,
        group=anybody.group,
        group_id=anybody.group_id,
        booking=meeting.booking_id,
        now=now,
        until=until,
    )


async def refuse_booked_renewals(
    actor: Actor, stack: Stack, until: Mapping[int, datetime | None]
) -> None:
    """Refuse in the stack what others have booked of the time that is added, row by row.

    ``until`` is when each asset is to be due.
    """
    assets = [asset for asset in stack.accepted if asset.id in until]
    await _refuse(actor, stack, assets, RENEWED, untils=[until[asset.id] for asset in assets])


async def _refuse(
    actor: Actor,
    stack: Stack,
    assets: list[Locked],
    loans: str,
    *,
    but: Sequence[State] = (),
    **values: object,
) -> None:
    if not assets:
        return
    ids = [asset.id for asset in assets]
    found = await find_against_loans(actor, loans, assets=ids, **values)
    for n, obstacles in found.items():
        against = [one for one in obstacles if one.state not in but]
        if against:
            why = say("{thing}: {why}", thing=assets[n].tag, why=against[0].sentence)
            stack.refuse(assets[n], Conflict, why, "booked")
