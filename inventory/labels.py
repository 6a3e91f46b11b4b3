"""Labels: the sticker of an asset, and stickers printed before anybody knows for what."""

from uuid import UUID, uuid4

import msgspec

from core import clock
from core.access import Actor
from core.database import execute, execute_many, fetch, fetch_value, get_one, transaction
from core.errors import Conflict, Invalid, NotFound, say
from core.permissions import EDIT_EQUIPMENT
from inventory import codes
from inventory.assets.locking import lock
from inventory.assets.shapes import ENDS
from inventory.scope import school_id_of

MOST_IN_BATCH = 480


class Label(msgspec.Struct, frozen=True):
    """What is printed on one sticker; without a tag it is still to be claimed.

    ``donor`` is empty unless the donor wishes to be named.
    """

    code: str
    school_zh: str
    school_en: str
    tag: str | None = None
    title: str = ""
    donor: str | None = None


class Scan(msgspec.Struct, frozen=True):
    """Where a scanned code leads: an asset, or nowhere yet."""

    code: str
    school_id: int
    tag: str | None


class Batch(msgspec.Struct, frozen=True):
    """Codes printed ahead, to be claimed one by one."""

    id: UUID
    school: str
    codes: int
    unclaimed: int


async def prepare_sheet(actor: Actor, wanted: list[str]) -> list[str]:
    """Make sure that each of these assets has a code before its label is printed; their tags."""
    async with transaction(actor):
        tags = sorted(asset.tag for asset in await lock(actor, wanted))
        await codes.give_codes(tags)
    return tags


LABEL = """
SELECT l.code, s.name_zh AS school_zh, s.name_en AS school_en, a.tag,
       coalesce(asset_title(a.name, m.brand, m.name), '') AS title,
       CASE WHEN d.name_public AND donor.kind <> 'anonymous' THEN donor.name END AS donor
  FROM label_code l
  LEFT JOIN asset a ON a.id = l.asset
  JOIN school s ON s.id = coalesce(a.school, l.school)
  LEFT JOIN asset_model m ON m.id = a.model
  LEFT JOIN donation_line line ON line.id = a.donation_line
  LEFT JOIN donation d ON d.id = line.donation
  LEFT JOIN donor ON donor.id = d.donor
"""


async def find_labels(actor: Actor, tags: list[str]) -> list[Label]:
    """The labels of these assets, by tag: of each its newest code."""
    return await fetch(
        Label,
        f"SELECT DISTINCT ON (x.tag) x.* FROM ({LABEL} WHERE a.tag = any($1::text[])"
        " AND a.school = any($2::bigint[]) ORDER BY l.linked_at DESC NULLS LAST) x ORDER BY x.tag",
        [tag.strip().upper() for tag in tags],
        actor.school_ids,
    )


async def create_batch(actor: Actor, school: str, count: int) -> UUID:
    """Codes for stickers printed before anybody knows what they will be put on."""
    school_id = await school_id_of(actor, school)
    actor.require(school_id, EDIT_EQUIPMENT)
    if not 1 <= count <= MOST_IN_BATCH:
        raise Invalid.of("count", say("Between 1 and {most}", most=MOST_IN_BATCH), code="count")
    batch, moment = uuid4(), clock.now()
    async with transaction(actor):
        await execute_many(
            "INSERT INTO label_code (code, school, batch, created_at) VALUES ($1, $2, $3, $4)",
            [(codes.new_code(), school_id, batch, moment) for _ in range(count)],
        )
    return batch


async def list_batches(actor: Actor) -> list[Batch]:
    """The batches of the schools that the actor keeps, newest first."""
    return await fetch(
        Batch,
        "SELECT l.batch AS id, s.code AS school, count(*) AS codes,"
        " count(*) FILTER (WHERE l.asset IS NULL) AS unclaimed"
        " FROM label_code l JOIN school s ON s.id = l.school"
        " WHERE l.batch IS NOT NULL AND l.school = any($1::bigint[])"
        " GROUP BY l.batch, s.code ORDER BY min(l.created_at) DESC LIMIT 50",
        actor.school_ids_with(EDIT_EQUIPMENT),
    )


async def get_batch_labels(actor: Actor, batch: UUID) -> list[Label]:
    """The codes of a batch that nobody has claimed yet."""
    found = await fetch(
        Label,
        f"{LABEL} WHERE l.batch = $1 AND l.school = any($2::bigint[]) AND l.asset IS NULL"
        " ORDER BY l.code",
        batch,
        actor.school_ids_with(EDIT_EQUIPMENT),
    )
    if not found:
        raise NotFound(say("There is no such batch, or all its codes are in use"))
    return found


async def get_scan(actor: Actor, code: str) -> Scan:
    """Where a code leads: of the asset's school, or of its own while it is on none; else NotFound."""
    return await get_one(
        Scan,
        "SELECT l.code, coalesce(a.school, l.school) AS school_id, a.tag FROM label_code l"
        " LEFT JOIN asset a ON a.id = l.asset"
        " WHERE l.code = $1 AND coalesce(a.school, l.school) = any($2::bigint[])",
        codes.clean(code),
        actor.school_ids,
        missing=say("This code is not one of your school's labels"),
    )


async def claim(actor: Actor, code: str, tag: str) -> Scan:
    """Link an unclaimed code to an asset of its school; a code is claimed once."""
    scan = await get_scan(actor, code)
    actor.require(scan.school_id, EDIT_EQUIPMENT)
    async with transaction(actor):
        (asset,) = await lock(actor, [tag])
        if asset.school_id != scan.school_id:
            raise Invalid.of(
                "tag", say("The label and the asset are of different schools"), code="school"
            )
        if asset.lifecycle in ENDS:
            raise Conflict(
                say("{tag} has left the books; it gets no label any more", tag=asset.tag),
                code="asset_has_left_the_books",
            )
        is_ours = await execute(
            "UPDATE label_code SET asset = $2, linked_at = $3 WHERE code = $1 AND asset IS NULL",
            scan.code,
            asset.id,
            clock.now(),
        )
        if not is_ours:
            raise await _claimed(scan.code)
    return Scan(scan.code, scan.school_id, asset.tag)


async def _claimed(code: str) -> Conflict:
    tag = await fetch_value(
        "SELECT a.tag FROM label_code l JOIN asset a ON a.id = l.asset WHERE l.code = $1", code
    )
    return Conflict(say("This label is already on {tag}", tag=tag), code="code_claimed")
