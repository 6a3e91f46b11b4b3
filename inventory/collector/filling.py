"""What a machine said of itself is offered for fields that are empty in the books; nothing is overwritten."""

from collections.abc import Callable

import msgspec
from msgspec import UNSET

from core.access import Actor
from core.database import fetch
from core.errors import Conflict, FieldError, Invalid, say
from core.numbers import Version
from core.permissions import EDIT_EQUIPMENT
from inventory import serials, tags
from inventory.assets import Asset, AssetChanges, update_asset
from inventory.assets.reading import no_such_asset
from inventory.collector.texts import CollectedText, read_texts
from inventory.custom_fields import AskedField, FieldKind, find_fields_at
from inventory.models import AssetKind
from inventory.serials import SerialTrust

SERIAL = "serial_number"
MIB_A_GIB = 1024
BYTES_A_GB = 1_000_000_000
# A little of the memory is the machine's own: 7,812 MiB are 8 GB.
MEMORY_STEPS_GIB = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)
# What schools call these fields.
NAMES: dict[str, frozenset[str]] = {
    "memory": frozenset({"内存", "内存容量", "内存大小", "memory", "ram"}),
    "processor": frozenset({"cpu", "处理器", "中央处理器", "processor", "cpu型号"}),
    "disk": frozenset({"硬盘", "硬盘容量", "硬盘大小", "disk", "storage", "hard disk"}),
}


class Offer(msgspec.Struct, frozen=True):
    """What a field may be filled with: a custom field by its name, or "serial_number"."""

    field: str
    value: str


class AssetOffers(msgspec.Struct, frozen=True):
    """What is offered for the fields of one asset, as it is now."""

    tag: str
    title: str
    version: int
    offers: list[Offer]


class ChosenAssets(msgspec.Struct, frozen=True):
    """The assets into whose empty fields all is written that their machines say."""

    tags: list[str] = []


class Filled(msgspec.Struct, frozen=True):
    """How many assets were written, and which were refused, with the reason."""

    written: int
    refused: list[FieldError]


class Offered(msgspec.Struct, frozen=True):
    """The fields that somebody chose, of the version of the asset that he saw."""

    version: Version
    fields: list[str] = []


class _Read(msgspec.Struct):
    tag: str
    title: str
    school_id: int
    kind: AssetKind
    model_id: int
    version: int
    serial_number: str | None
    content: str
    filled: list[int]


LOOKED_AT = 200
READ = """
SELECT a.tag, coalesce(nullif(a.name, ''), model_title(m.brand, m.name)) AS title,
       a.school AS school_id, m.kind, a.model AS model_id, a.version, a.serial_number, r.content,
       array(SELECT v.field FROM asset_value v WHERE v.asset = a.id
                AND num_nonnulls(v.text_value, v.number_value, v.date_value, v.choice) > 0) AS filled
  FROM asset a JOIN asset_model m ON m.id = a.model
 CROSS JOIN LATERAL (SELECT content FROM machine_reading b
        WHERE b.asset = a.id AND b.voided_at IS NULL ORDER BY b.read_at DESC, b.id DESC LIMIT 1) r
"""
RECENT = """a.school = any(:schools::bigint[]) AND a.id IN (
       SELECT asset FROM machine_reading WHERE voided_at IS NULL AND school = any(:schools)
        GROUP BY asset ORDER BY max(id) DESC LIMIT :most)"""


async def find_offers(asset: Asset) -> list[Offer]:
    """What the newest reading says of fields that are empty, or hold no real serial number."""
    found = await _offered("a.id = :asset", asset=asset.id)
    return found[0].offers if found else []


async def list_offers(actor: Actor) -> list[AssetOffers]:
    """The same of those that were read last, at the schools whose equipment the actor keeps."""
    found = await _offered(RECENT, schools=actor.school_ids_with(EDIT_EQUIPMENT), most=LOOKED_AT)
    return [one for one in found if one.offers]


async def _offered(condition: str, **values: object) -> list[AssetOffers]:
    rows = await fetch(_Read, f"{READ} WHERE {condition} ORDER BY a.tag", **values)
    asked = await find_fields_at(sorted({row.school_id for row in rows}))
    return [AssetOffers(row.tag, row.title, row.version, _offers_of(row, asked)) for row in rows]


def _offers_of(row: _Read, asked: list[AskedField]) -> list[Offer]:
    text = read_texts(row.content)[0]
    if not isinstance(text, CollectedText):
        return []
    offers = []
    if serials.trust(row.serial_number) is not SerialTrust.ok and text.trusted_serial:
        offers.append(Offer(SERIAL, text.trusted_serial))
    for field in asked:
        is_asked = field.model_id == row.model_id or field.asset_kind == row.kind
        if field.school_id != row.school_id or not is_asked or field.id in row.filled:
            continue
        if value := _value_for(field, text):
            offers.append(Offer(field.name, value))
    return offers


async def fill_in(actor: Actor, asset: Asset, chosen: Offered) -> Asset:
    """Write what is offered into the fields that were chosen; Invalid where none was."""
    actor.require(asset.school_id, EDIT_EQUIPMENT)
    offers = [one for one in await find_offers(asset) if one.field in chosen.fields]
    if not offers:
        raise Invalid.of("fields", say("Choose what shall be written into the books"))
    return await _write(actor, asset.tag, chosen.version, offers)


async def fill_in_all(actor: Actor, chosen: ChosenAssets) -> Filled:
    """Write all that is offered for these assets, each for itself: one that is refused stops no other.

    NotFound names nothing of what is out of sight, or was never read.
    """
    wanted = list(dict.fromkeys(tags.clean(tag) for tag in chosen.tags))
    if not wanted or len(wanted) > LOOKED_AT:
        raise Invalid.of("tags", say("Choose what shall be written into the books"))
    found = await _offered(
        "a.tag = any(:tags::text[]) AND a.school = any(:schools::bigint[])",
        tags=wanted,
        schools=actor.school_ids_with(EDIT_EQUIPMENT),
    )
    if len(found) < len(wanted):
        raise no_such_asset()
    written, refused = 0, []
    for number, one in enumerate(found):
        if not one.offers:
            continue
        try:
            await _write(actor, one.tag, one.version, one.offers)
            written += 1
        except (Invalid, Conflict) as problem:
            why = problem.errors[0].message if problem.errors else problem.message
            refused.append(FieldError("tags", why, problem.code, number, one.tag))
    return Filled(written, refused)


async def _write(actor: Actor, tag: str, version: int, offers: list[Offer]) -> Asset:
    fields: dict[str, str | None] = {one.field: one.value for one in offers if one.field != SERIAL}
    serial = next((one.value for one in offers if one.field == SERIAL), UNSET)
    changes = AssetChanges(version=version, serial_number=serial, fields=fields or UNSET)
    return await update_asset(actor, tag, changes)


def _value_for(field: AskedField, text: CollectedText) -> str:
    name = " ".join(field.name.casefold().split())
    of = next((of for of, names in NAMES.items() if name in names), None)
    if of is None or field.kind not in (FieldKind.text, FieldKind.number):
        return ""
    is_number = field.kind is FieldKind.number
    if is_number and field.unit.upper() not in ("G", "GB", "GIB"):
        return ""
    return VALUES[of](text, "" if is_number or field.unit else " GB")


def _memory(text: CollectedText, unit: str) -> str:
    size = text.memory_mib / MIB_A_GIB
    steps = [step for step in MEMORY_STEPS_GIB if step >= size]
    return f"{steps[0] if steps else round(size)}{unit}" if text.memory_mib else ""


def _processor(text: CollectedText, unit: str) -> str:
    return text.processor if unit else ""


def _disk(text: CollectedText, unit: str) -> str:
    sizes = [disk.size_bytes for disk in text.disks if disk.size_bytes]
    if not unit:
        return str(round(sum(sizes) / BYTES_A_GB)) if sizes else ""
    return " + ".join(f"{round(size / BYTES_A_GB)}{unit}" for size in sizes)


VALUES: dict[str, Callable[[CollectedText, str], str]] = {
    "memory": _memory,
    "processor": _processor,
    "disk": _disk,
}
