"""Label codes: random, so that nobody can guess one from another, and easy to read and type."""

import re
import secrets
import unicodedata

import msgspec

from core import clock
from core.database import execute_many, fetch

# Without 0 O 1 I L U, which are easily mistaken for others. 12 of 30 characters are 58 bits.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 12
BARE = re.compile(f"[{ALPHABET}]{{{CODE_LENGTH}}}")
# What a label's QR holds, from whatever host it was printed for: the code alone decides.
ADDRESS = re.compile(r"(?:^|/)t/([0-9a-z-]{1,40})/?(?:[?#].*)?$", re.IGNORECASE)


class _Bare(msgspec.Struct):
    id: int
    school_id: int


def new_code() -> str:
    """A fresh random code."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def clean(code: str) -> str:
    """A code as it is stored, whatever a scanner or a thumb made of it."""
    plain = unicodedata.normalize("NFKC", code)
    return plain.strip().replace(" ", "").replace("-", "").upper()


def find_code(text: str) -> str | None:
    """The code in what was scanned or typed, its address or the code alone, else None."""
    plain = unicodedata.normalize("NFKC", text).strip()
    address = ADDRESS.search(plain)
    if address:
        return clean(address[1])
    code = clean(plain)
    return code if BARE.fullmatch(code) else None


async def give_codes(tags: list[str]) -> None:
    """A code for each of these assets that has none; in the caller's transaction."""
    bare = await fetch(
        _Bare,
        "SELECT id, school AS school_id FROM asset a WHERE tag = any($1::text[])"
        " AND NOT EXISTS (SELECT FROM label_code l WHERE l.asset = a.id)",
        tags,
    )
    moment = clock.now()
    await execute_many(
        "INSERT INTO label_code (code, school, asset, created_at, linked_at)"
        " VALUES ($1, $2, $3, $4, $4)",
        [(new_code(), asset.school_id, asset.id, moment) for asset in bare],
    )
