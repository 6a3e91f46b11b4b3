"""Receipts of the year's hand-overs, some of them signed; renewals, and parts that still lack."""

import math
import random
from datetime import datetime

import msgspec

from core.database import execute, execute_many, fetch
from labshare.demo.calendar import YearBehind
from labshare.demo.rows import random_for

TERMS = (
    "一、妥善保管，不转借他人。\n二、按时归还；需要延期请先续借。\n"
    "三、丢失或损坏请当天告诉设备室，并按学校规定处理。"
)
PHONES = {"LB": "0557-602 1188", "HG": "0557-605 3321"}
PARTS = ("超声波传感器 1 个", "充电线 1 根", "遥控器电池盖", "M3 螺丝 4 颗", "触控笔")
SIGNED_MOST, RENEWED_MOST = 40, 12

# What went to one holder, or came back from one, on one day by one person was one hand-over.
HAND_OUTS = """
WITH made AS (
    INSERT INTO hand_over (school, kind, at, by)
    SELECT school, 'out', started_at, handed_by FROM custody GROUP BY 1, 3, 4 ORDER BY 3, 1, 4
    RETURNING id, school, at, by)
UPDATE custody c SET hand_out = made.id FROM made
 WHERE made.school = c.school AND made.at = c.started_at AND made.by = c.handed_by
"""
HAND_INS = """
WITH made AS (
    INSERT INTO hand_over (school, kind, at, by)
    SELECT school, 'in', ended_at, received_by FROM custody WHERE received_by IS NOT NULL
     GROUP BY 1, 3, 4 ORDER BY 3, 1, 4
    RETURNING id, school, at, by)
UPDATE custody c SET hand_in = made.id FROM made
 WHERE made.school = c.school AND made.at = c.ended_at AND made.by = c.received_by
"""
UNSIGNED = """
SELECT h.id, h.school AS school_id, h.at, h.by,
       min(coalesce(p.name, '王老师')) AS signer,
       jsonb_agg(jsonb_build_object('tag', a.tag, 'title', asset_title(a.name, m.brand, m.name),
           'serial_number', a.serial_number, 'numbers', '[]'::jsonb, 'condition', NULL,
           'due_at', c.due_at, 'missing_parts', '') ORDER BY a.tag)::text AS items
  FROM hand_over h JOIN custody c ON c.hand_out = h.id
  JOIN asset a ON a.id = c.asset JOIN asset_model m ON m.id = a.model
  LEFT JOIN person p ON p.id = c.holder
 WHERE c.ended_at IS NULL GROUP BY h.id ORDER BY h.id DESC LIMIT :most
"""
SIGN = """
INSERT INTO custody_signature (school, hand_over, signer, terms, items, strokes, signed_at,
       recorded_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
RENEW = """
INSERT INTO custody_renewal (school, custody, number, own_number, renewed_at, by, from_due_at,
       due_at)
SELECT school, id, 1, 1, :at, holder, due_at, due_at + interval '14 days'
  FROM custody WHERE ended_at IS NULL AND holder IS NOT NULL AND due_at > :at
 ORDER BY due_at, id LIMIT :most
"""
LACKING = """
SELECT c.id AS custody_id FROM custody c JOIN asset a ON a.id = c.asset
 WHERE c.received_by IS NOT NULL AND a.lifecycle = 'in_service'
   AND NOT EXISTS (SELECT FROM custody later WHERE later.asset = c.asset AND later.id > c.id)
 ORDER BY c.ended_at DESC, c.id LIMIT :most
"""
LACK = """
INSERT INTO shortage (school, asset, custody, parts, noted_at, noted_by, resolved_at, resolved_by,
       resolved_as)
SELECT school, asset, id, $2, ended_at, received_by, CASE WHEN $3 THEN ended_at + interval '1 hour' END,
       CASE WHEN $3 THEN received_by END, CASE WHEN $3 THEN 'replaced' END
  FROM custody WHERE id = $1
"""


class _Unsigned(msgspec.Struct):
    id: int
    school_id: int
    at: datetime
    by: int
    signer: str
    items: str


class _Lacking(msgspec.Struct):
    custody_id: int


async def add_hand_overs(year: YearBehind) -> None:
    """Group what was lent into hand-overs, and write what belongs to some of them."""
    chance = random_for("hand-overs")
    await execute_many(
        "UPDATE school SET phone = $2, lending_terms = $3 WHERE code = $1",
        [(code, phone, TERMS) for code, phone in PHONES.items()],
    )
    await execute(HAND_OUTS)
    await execute(HAND_INS)
    await execute_many(
        SIGN,
        [
            (one.school_id, one.id, one.signer, TERMS, one.items, _drawn(chance), one.at, one.by)
            for one in await fetch(_Unsigned, UNSIGNED, most=SIGNED_MOST)
        ],
    )
    await execute(RENEW, at=year.at, most=RENEWED_MOST)
    lacking = await fetch(_Lacking, LACKING, most=len(PARTS))
    await execute_many(
        LACK, [(one.custody_id, PARTS[n], n % 5 > 2) for n, one in enumerate(lacking)]
    )


def _drawn(chance: random.Random) -> str:
    """Strokes that look like a hand's: three waves beside each other."""
    strokes = []
    for start in (60, 210, 360):
        high, fast = chance.randint(30, 70), chance.uniform(4, 9)
        strokes.append(
            [
                value
                for step in range(0, 130, 5)
                for value in (start + step, round(100 + high * math.sin(step / 130 * fast)))
            ]
        )
    return msgspec.json.encode(strokes).decode()
