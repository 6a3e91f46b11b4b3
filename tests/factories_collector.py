"""Texts of the collector as it would write them, and its keys."""

import hmac
from datetime import datetime, timedelta
from hashlib import sha256

from core import clock, database
from core.encryption import Cipher
from inventory import collector
from inventory.collector import PURPOSE, MachineReading, NewKey, NewTexts
from inventory.collector.keys import owner
from tests.factories import MadeAsset, MadePerson, MadeSchool
from tests.factories_monitoring import SECRET_KEY

CIPHER = Cipher(SECRET_KEY, purpose=PURPOSE)


async def key(by: MadePerson, of: MadeSchool, *, days_old: int = 200) -> int:
    """A key that was made so long ago that readings of those days may be signed with it."""
    made = await collector.create_key(by.actor, CIPHER, NewKey(of.id))
    await database.execute(
        "UPDATE collector_key SET made_at = $2 WHERE id = $1",
        made.id,
        clock.now() - timedelta(days=days_old),
    )
    return made.id


async def secret_of(key_id: int) -> bytes:
    school_id, sealed = (
        await database.fetch_value("SELECT school FROM collector_key WHERE id = $1", key_id),
        await database.fetch_value("SELECT sealed FROM collector_key WHERE id = $1", key_id),
    )
    return CIPHER.decrypt(sealed, owner=owner(school_id))


async def text(
    key_id: int,
    hours: int | None = 1000,
    *,
    at: datetime | None = None,
    tag: str = "",
    serial: str = "System Serial Number",
    disk: str = "WD-1",
    uuid: str = "",
) -> str:
    """A text of one machine with one disk, signed."""
    moment = (at or clock.now()).strftime("%Y-%m-%dT%H:%M:%SZ")
    lines = [
        "labshare-collect 1",
        f"key {key_id}",
        f"clock {moment}",
        "system Linux Debian GNU/Linux 12 (bookworm)",
        f"tag {tag}".strip(),
        "maker LENOVO",
        "model ThinkCentre M710t",
        f"serial {serial}".strip(),
        f"uuid {uuid}".strip(),
        "processor Intel(R) Core(TM) i5-6500 CPU @ 3.20GHz",
        "memory 7812",
        f"disk|{disk}|WDC WD5000AAKX|500107862016|"
        + ("-|" if hours is None else f"smartctl|{hours}"),
    ]
    signed = "".join(f"{line}\n" for line in lines)
    signature = hmac.new(await secret_of(key_id), signed.encode(), sha256).hexdigest()
    return f"{signed}signature {signature}\n"


async def read(
    by: MadePerson,
    key_id: int,
    on: MadeAsset,
    hours: int | None,
    *,
    at: datetime,
    disk: str = "WD-1",
) -> MachineReading:
    """A reading of an asset, taken in."""
    written = await text(key_id, hours, at=at, tag=on.tag, disk=disk)
    received = await collector.receive_texts(by.actor, CIPHER, NewTexts(written))
    assert received.stored == 1, received
    page = await collector.list_readings(by.actor, collector.ReadingFilters(tag=on.tag), limit=1)
    return page.items[0]
