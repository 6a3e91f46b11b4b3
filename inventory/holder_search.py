"""Who may be meant by what is typed: persons, classes, places and guests, those of late first."""

from datetime import timedelta
from typing import Literal

import msgspec

from core import clock
from core.access import Actor
from core.database import fetch
from core.permissions import EDIT_EQUIPMENT
from inventory.groups import IS_OVER
from inventory.guests import KEY
from inventory.models import like

TEXT_MOST = 120
RECENT_DAYS = 60


class Candidate(msgspec.Struct, frozen=True):
    """One who can hold something; ``detail`` tells those of one name apart."""

    kind: Literal["person", "place", "group", "guest"]
    id: int
    name: str
    detail: str
    is_exact: bool

    @property
    def value(self) -> str:
        """What a form sends for it."""
        return f"{self.kind}:{self.id}"


FIND = f"""
WITH candidate AS (
    SELECT DISTINCT 'person' AS kind, p.id, p.name, p.login AS detail,
           lower(p.name) = lower(:text) AS is_exact
      FROM valid_membership m JOIN person p ON p.id = m.person
     WHERE m.school = any(:schools::bigint[]) AND p.closed_at IS NULL
    UNION ALL
    SELECT 'place', r.id, pp.path, '', :text IN (r.name, pp.path)
      FROM place r JOIN place_path pp ON pp.place = r.id
     WHERE r.school = any(:schools::bigint[]) AND r.retired_at IS NULL
    UNION ALL
    SELECT 'group', g.id, g.name, coalesce(g.year::text, ''),
           g.folded = borrower_group_key(:text)
      FROM borrower_group g JOIN school s ON s.id = g.school
     WHERE g.school = any(:schools::bigint[]) AND NOT {IS_OVER}
    UNION ALL
    SELECT 'guest', g.id, g.name, g.contact,
           {KEY.format(name="g.name")} = {KEY.format(name=":text")}
      FROM guest g WHERE g.school = any(:schools::bigint[]) AND g.erased_at IS NULL
), recent AS (
    SELECT CASE WHEN holder IS NOT NULL THEN 'person' WHEN holder_place IS NOT NULL THEN 'place'
                WHEN borrower_group IS NOT NULL THEN 'group' ELSE 'guest' END AS kind,
           coalesce(holder, holder_place, borrower_group, guest) AS id, max(started_at) AS at
      FROM (SELECT holder, holder_place, borrower_group, guest, started_at FROM custody
             WHERE school = any(:schools::bigint[]) AND started_at > :since::timestamptz
            UNION ALL
            SELECT holder, holder_place, borrower_group, guest, started_at FROM lot_loan
             WHERE school = any(:schools::bigint[]) AND started_at > :since::timestamptz) loan
     GROUP BY 1, 2
)
SELECT c.kind, c.id, c.name, c.detail, c.is_exact
  FROM candidate c LEFT JOIN recent r ON r.kind = c.kind AND r.id = c.id
 WHERE c.is_exact OR c.name ILIKE :pattern OR c.detail ILIKE :pattern
 ORDER BY c.is_exact DESC, r.at DESC NULLS LAST, c.kind = 'place', c.name, c.id LIMIT :limit
"""


async def find_holders(
    actor: Actor, school_ids: list[int], text: str = "", *, limit: int = 20
) -> list[Candidate]:
    """Those of schools whose equipment the actor keeps who fit ``text``; of all, without one.

    Whoever is called just so comes first, then who got something last.
    """
    typed = " ".join(text.split())[:TEXT_MOST]
    kept = set(actor.school_ids_with(EDIT_EQUIPMENT))
    return await fetch(
        Candidate,
        FIND,
        text=typed,
        pattern=like(typed),
        schools=[school_id for school_id in school_ids if school_id in kept],
        since=clock.now() - timedelta(days=RECENT_DAYS),
        limit=limit,
    )
