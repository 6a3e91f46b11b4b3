"""What a machine said of itself is offered for fields that are empty in the books; nothing is overwritten."""

from collections.abc import Callable

import msgspec
from msgspec import UNSET

from core.access import Actor
from core.database import fetch_column
from core.errors import Invalid, say
from core.numbers import Version
from core.permissions import EDIT_EQUIPMENT
from inventory import serials
from inventory.assets import Asset, AssetChanges, update_asset
from inventory.collector.texts import CollectedText, read_texts
from inventory.custom_fields import AskedField, FieldKind, find_fields_of
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


class Offered(msgspec.Struct, frozen=True):
    """The fields that somebody chose, of the version of the asset that he saw."""

    version: Version
    fields: list[str] = []


async def find_offers(asset: Asset) -> list[Offer]:
    """What the newest reading says of fields that are empty, or hold no real serial number."""
    contents = await fetch_column(
        str,
        "SELECT content FROM machine_reading WHERE asset = $1 AND voided_at IS NULL"
        " ORDER BY read_at DESC, id DESC LIMIT 1",
        asset.id,
    )
    text = read_texts(contents[0])[0] if contents else None
    if not isinstance(text, CollectedText):
        return []
    offers = []
    if serials.trust(asset.serial_number) is not SerialTrust.ok and text.trusted_serial:
        offers.append(Offer(SERIAL, text.trusted_serial))
    filled = {field.name for field in asset.fields}
    for field in await find_fields_of(asset.school_id, asset.kind, asset.model_id):
        value = _value_for(field, text)
        if field.name not in filled and value:
            offers.append(Offer(field.name, value))
    return offers


async def fill_in(actor: Actor, asset: Asset, chosen: Offered) -> Asset:
    """Write what is offered into the fields that were chosen; Invalid where none was."""
    actor.require(asset.school_id, EDIT_EQUIPMENT)
    offers = [one for one in await find_offers(asset) if one.field in chosen.fields]
    if not offers:
        raise Invalid.of("fields", say("Choose what shall be written into the books"))
    fields: dict[str, str | None] = {one.field: one.value for one in offers if one.field != SERIAL}
    serial = next((one.value for one in offers if one.field == SERIAL), UNSET)
    return await update_asset(
        actor,
        asset.tag,
        AssetChanges(version=chosen.version, serial_number=serial, fields=fields or UNSET),
    )


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
