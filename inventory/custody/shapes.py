"""Who has a thing, or had it: one row of custody as people read it, and how it is read."""

from datetime import date, datetime

import msgspec

from core.database import fetch
from core.query import opaque
from inventory.assets.shapes import DUE, HOLDER, IS_OVERDUE, HolderKind
from inventory.borrowers import HOLDER_JOINS, HOLDER_NAME


class Custody(msgspec.Struct, frozen=True):
    """One time that somebody had an asset; open while ``ended_at`` is empty.

    ``due_at`` is the moment, ``due_on`` its day by the school's clock, ``due_lesson`` the lesson
    after which it is. What ``was_lost`` in the holder's hands ended when it was lost, and nobody
    received it. ``missing_parts`` are those not resolved yet. ``holder`` is empty for readers who
    may not know which person it is.
    """

    id: int
    tag: str
    title: str
    school: str
    holder_kind: HolderKind
    holder_id: int | None
    holder: str | None
    started_at: datetime
    due_at: datetime | None
    due_on: date | None
    due_lesson: str | None
    is_overdue: bool
    renewals: int
    handed_by: str
    note: str
    hand_out_id: int | None = None
    ended_at: datetime | None = None
    received_by: str | None = None
    return_note: str = ""
    hand_in_id: int | None = None
    missing_parts: str = ""
    was_lost: bool = False


READ = f"""
SELECT c.id, a.tag, asset_title(a.name, m.brand, m.name) AS title,
       s.code AS school, {HOLDER},
       c.started_at, {DUE}, {IS_OVERDUE} AS is_overdue,
       (SELECT count(*) FROM custody_renewal r WHERE r.custody = c.id) AS renewals,
       handed.name AS handed_by, c.note, c.hand_out AS hand_out_id, c.ended_at,
       received.name AS received_by, c.return_note, c.hand_in AS hand_in_id,
       coalesce(lack.parts, '') AS missing_parts, c.was_lost
  FROM custody c
  JOIN asset a ON a.id = c.asset
  JOIN asset_model m ON m.id = a.model
  JOIN school s ON s.id = c.school
  JOIN person handed ON handed.id = c.handed_by
  LEFT JOIN person received ON received.id = c.received_by
  {HOLDER_JOINS}
  LEFT JOIN shortage lack ON lack.custody = c.id AND lack.resolved_at IS NULL
"""
OPEN = f"""
SELECT c.id, c.asset AS asset_id, a.tag, coalesce({HOLDER_NAME}, '–') AS holder
  FROM custody c JOIN asset a ON a.id = c.asset JOIN school s ON s.id = c.school {HOLDER_JOINS}
 WHERE c.ended_at IS NULL AND c.asset = any($1::bigint[]) ORDER BY a.tag
"""


class OpenLoan(msgspec.Struct):
    """What is out of some assets, and with whom."""

    id: int
    asset_id: int
    tag: str
    holder: str


async def read_loans(ids: list[int]) -> list[Custody]:
    """The rows of custody by their ids, by tag."""
    return await fetch(Custody, f"{READ} WHERE c.id = any{opaque('ids')} ORDER BY a.tag", ids=ids)
