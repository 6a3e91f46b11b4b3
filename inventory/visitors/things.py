"""What somebody without an account sees of a thing whose label they scanned: nothing personal."""

import msgspec

from core.database import fetch_one
from core.errors import NotFound, say
from inventory import codes
from storage.photos import Photo


class Thing(msgspec.Struct, frozen=True, kw_only=True):
    """The thing behind a label, its school and the school's phone.

    No place, no holder, no serial number, nor the name that the school gave it, in which any of
    these may stand: labels hang where everybody passes. ``picture_id`` is the
    photograph of its model, never one of the thing itself, on which people may be.
    """

    code: str
    asset_id: int
    school_id: int
    title: str
    kind: str
    school_zh: str
    school_en: str
    phone: str
    picture_id: int | None
    takes_reports: bool


# What has left the books is nobody's to repair; a lost thing can be reported as found.
THING = """
SELECT l.code, a.id AS asset_id, a.school AS school_id,
       model_title(m.brand, m.name) AS title, m.kind,
       s.name_zh AS school_zh, s.name_en AS school_en, s.phone,
       (SELECT t.id FROM attachment t WHERE t.model = m.id AND t.is_main) AS picture_id,
       s.takes_visitor_reports AND NOT state.is_end AS takes_reports
  FROM label_code l JOIN asset a ON a.id = l.asset JOIN asset_model m ON m.id = a.model
  JOIN school s ON s.id = a.school JOIN lifecycle state ON state.state = a.lifecycle
 WHERE l.code = $1
"""


async def find_thing(code: str) -> Thing | None:
    """The thing on which the label of this code is, or None. Codes cannot be guessed."""
    return await fetch_one(Thing, THING, codes.clean(code)[:16])


async def get_thing(code: str) -> Thing:
    """:func:`find_thing`, or NotFound."""
    thing = await find_thing(code)
    if thing is None:
        raise NotFound(say("There is no such label"))
    return thing


async def open_picture(code: str) -> Photo:
    """Where the photograph of its model stands, else NotFound."""
    thing = await get_thing(code)
    found = await fetch_one(
        Photo,
        "SELECT object_key, media_type, size_bytes, small_bytes, icon_bytes FROM attachment"
        " WHERE id = $1 AND is_main",
        thing.picture_id,
    )
    if found is None:
        raise NotFound(say("There is no picture of it"))
    return found
