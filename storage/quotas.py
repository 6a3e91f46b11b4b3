"""How many bytes of files a school may have: set by the operator, reserved when an upload begins.

A school uses each content of its revisions and finished uploads once, and the announced sizes of
its unfinished uploads. The sum is made from the rows each time, so there is no counter that could
drift from them; a trigger holds it against the quota.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
import msgspec

from core import database
from core.access import Actor
from core.errors import Invalid, NotFound, say
from core.permissions import CONTRIBUTE_RESOURCES, MANAGE_SCHOOL

UNITS = ("B", "KB", "MB", "GB", "TB")
NO_LIMIT = "none"
_SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,3})?)\s*([KMGT]?B)?", re.IGNORECASE)
_LARGEST = 2**60


class StorageUse(msgspec.Struct, frozen=True):
    """What a school's files take, in bytes; ``allowed_bytes`` None where there is no limit."""

    used_bytes: int
    allowed_bytes: int | None

    @property
    def percent(self) -> int:
        """How full it is, 100 at most; a quota of nothing is full."""
        if not self.allowed_bytes:
            return 0 if self.allowed_bytes is None else 100
        return min(100, self.used_bytes * 100 // self.allowed_bytes)


class SchoolUse(StorageUse, frozen=True):
    """The same with the school's names, for lists."""

    code: str
    name_zh: str
    name_en: str


_USE = (
    "SELECT stored_bytes_of_school(s.id) AS used_bytes, q.bytes_allowed AS allowed_bytes,"
    " s.code, s.name_zh, s.name_en FROM school s LEFT JOIN storage_quota q ON q.school = s.id"
)


async def find_use(actor: Actor, school_id: int) -> StorageUse | None:
    """What a school's files take and may take, for its admins; None for everybody else."""
    if not actor.can_at(school_id, MANAGE_SCHOOL):
        return None
    return await database.fetch_one(StorageUse, f"{_USE} WHERE s.id = $1", school_id)


async def list_limited(actor: Actor) -> list[SchoolUse]:
    """The schools that have a quota and to which the actor may add files, by code."""
    return await database.fetch(
        SchoolUse,
        f"{_USE} WHERE q.school = any($1::bigint[]) ORDER BY s.code",
        actor.school_ids_with(CONTRIBUTE_RESOURCES),
    )


async def list_all(*, only_limited: bool = False) -> list[SchoolUse]:
    """Every school, or those with a quota, by code: for the operator, who sees them all."""
    return await database.fetch(
        SchoolUse, f"{_USE} WHERE NOT $1 OR q.school IS NOT NULL ORDER BY s.code", only_limited
    )


async def set_quota(school_code: str, allowed_bytes: int | None) -> SchoolUse:
    """Give a school so many bytes, or no limit; from the command line alone.

    Less than it uses already is no error: nothing is removed, and no file comes in until it fits.
    """
    operator = Actor.system("labshare school quota", [])
    async with database.transaction(operator):
        school_id = await database.fetch_value("SELECT id FROM school WHERE code = $1", school_code)
        if school_id is None:
            raise NotFound(say("There is no school with the code {code}", code=school_code))
        if allowed_bytes is None:
            await database.execute("DELETE FROM storage_quota WHERE school = $1", school_id)
        else:
            await database.execute(
                "INSERT INTO storage_quota (school, bytes_allowed) VALUES ($1, $2)"
                " ON CONFLICT (school) DO UPDATE SET bytes_allowed = excluded.bytes_allowed",
                school_id,
                allowed_bytes,
            )
        return (await database.fetch(SchoolUse, f"{_USE} WHERE s.id = $1", school_id))[0]


def parse_size(text: str) -> int | None:
    """Bytes from ``200GB``, ``1.5 TB`` or ``5000`` (1 KB = 1,024 bytes); None for ``none``."""
    if text.strip().lower() == NO_LIMIT:
        return None
    found = _SIZE.fullmatch(text.strip())
    if found is not None:
        unit = (found[2] or "B").upper()
        size = int(float(found[1]) * 1024 ** UNITS.index(unit))
        if size <= _LARGEST:
            return size
    raise Invalid.of("size", say("Write a size such as 200GB, or none for no limit"), code="size")


def size_text(count: int) -> str:
    """A size for a sentence, in the largest unit of which there is one at least."""
    amount, unit = float(count), 0
    while amount >= 1024 and unit < len(UNITS) - 1:
        amount, unit = amount / 1024, unit + 1
    return f"{amount:.1f}".removesuffix(".0") + f" {UNITS[unit]}"


@contextmanager
def refusing_beyond(size_bytes: int) -> Iterator[None]:
    """Turn the trigger's refusal of an upload of this size into a sentence with the figures.

    Wrap it around the transaction, never inside: after the error the transaction is spent.
    """
    try:
        yield
    except asyncpg.CheckViolationError as error:
        if error.constraint_name != "upload_fits_the_quota":
            raise
        used, allowed = map(int, (error.detail or "0 0").split())
        message = say(
            "The school uses {used} of its {allowed}, and this file has {size}. Send a smaller file,"
            " stop an unfinished upload, or ask whoever looks after the server for more room.",
            used=size_text(used),
            allowed=size_text(allowed),
            size=size_text(size_bytes),
        )
        raise Invalid.of("size_bytes", message, code="school_quota") from error
