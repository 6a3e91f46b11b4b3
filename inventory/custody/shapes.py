"""Who has a thing, or had it: one row of custody as people read it."""

from datetime import date, datetime

import msgspec

from core.errors import Invalid, say
from core.texts import Line
from inventory import tables
from inventory.assets.shapes import HolderKind

GROUP = Line(tables.Custody.holder_group)


class Holder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who shall have it: exactly one of a person, a place, or a group by its name ("5B")."""

    person_id: int | None = None
    place_id: int | None = None
    group: str | None = None

    def checked(self) -> "Holder":
        """The same with spaces put straight, else Invalid."""
        group = GROUP.tidy(self.group or "") or None
        if sum(one is not None for one in (self.person_id, self.place_id, group)) != 1:
            raise Invalid.of(
                "holder",
                say("Choose who gets it: one person, one place or one group"),
                code="one_holder",
            )
        GROUP.checked("group", group or "")
        return Holder(self.person_id, self.place_id, group)


class Custody(msgspec.Struct, frozen=True):
    """One time that somebody had an asset; open while ``ended_at`` is empty.

    What ``was_lost`` in the holder's hands ended when it was lost, and nobody received it. ``holder`` is empty for readers who may not know which person it is.
    """

    id: int
    tag: str
    title: str
    school: str
    holder_kind: HolderKind
    holder_id: int | None
    holder: str | None
    started_at: datetime
    due_on: date | None
    is_overdue: bool
    handed_by: str
    note: str
    ended_at: datetime | None = None
    received_by: str | None = None
    return_note: str = ""
    was_lost: bool = False


READ = """
SELECT c.id, a.tag, asset_title(a.name, m.brand, m.name) AS title,
       s.code AS school,
       CASE WHEN c.holder IS NOT NULL THEN 'person' WHEN c.holder_place IS NOT NULL THEN 'place'
            ELSE 'group' END AS holder_kind,
       coalesce(c.holder, c.holder_place) AS holder_id,
       coalesce(holder.name, room.name, c.holder_group) AS holder,
       c.started_at, c.due_on,
       coalesce(c.ended_at IS NULL AND c.due_on < (now() AT TIME ZONE s.zone)::date, false)
           AS is_overdue,
       handed.name AS handed_by, c.note, c.ended_at, received.name AS received_by, c.return_note,
       c.was_lost
  FROM custody c
  JOIN asset a ON a.id = c.asset
  JOIN asset_model m ON m.id = a.model
  JOIN school s ON s.id = c.school
  JOIN person handed ON handed.id = c.handed_by
  LEFT JOIN person received ON received.id = c.received_by
  LEFT JOIN person holder ON holder.id = c.holder
  LEFT JOIN place room ON room.id = c.holder_place
"""
