"""Tags: the number on the sticker, unique, never used twice, given by hand or generated."""

import re
import unicodedata
from collections.abc import Iterable

from core.database import fetch_value
from core.errors import Invalid, say
from inventory import numbers

TAG = re.compile(r"[A-Z0-9][A-Z0-9-]{1,31}")
# A tag's number as it is said aloud, without its zeros: 248 of HG-00248. An index stands on it.
NUMBER = "substring(tag FROM '(?:^|[^0-9])0*([0-9]{1,9})$')"
# What stands before the number, without hyphens: HG of HG-00248.
STEM = "replace(regexp_replace(tag, '[0-9]+$', ''), '-', '')"
# A tag without its hyphens, as a thumb types it and as some scanners read it. An index stands on it.
BARE = "replace({tag}, '-', '')"
SPACED = re.compile(r"(?<=[A-Z-])\s+(?=[0-9])")
SAID = re.compile(r"([A-Z0-9-]*[A-Z-])?0*([0-9]{1,9})")


def clean(tag: str) -> str:
    """A tag as it is stored: plain letters in capitals, no spaces around."""
    return unicodedata.normalize("NFKC", tag).strip().upper()


def bare(tag: str) -> str:
    """A tag without hyphens and spaces, as it is compared where it is none as it stands."""
    return re.sub(r"[\s-]", "", clean(tag))


def checked(tag: str, *, field: str = "tag") -> str:
    """The clean form of a tag that may be stored, else Invalid."""
    cleaned = clean(tag)
    if not TAG.fullmatch(cleaned):
        raise Invalid.of(
            field,
            say("A tag is 2 to 32 Latin letters, digits and hyphens, a letter or digit first"),
            code="tag",
        )
    return cleaned


def said(text: str) -> tuple[str, str] | None:
    """Stem and number of a tag that is said in short: ("", "248"), ("HG", "248") for HG-248, HG 248."""
    found = SAID.fullmatch(SPACED.sub("", clean(text)))
    return ((found[1] or "").replace("-", ""), found[2]) if found else None


def of_number(number: str, school_codes: Iterable[str]) -> list[str]:
    """The tags with a number at each of the schools: "248" or "00248" is LB-00248; else none."""
    digits = clean(number)
    if not re.fullmatch(r"[0-9]{1,9}", digits):
        return []
    return sorted({numbers.tags_of(code).written(int(digits)) for code in school_codes})


async def next_tags(school_id: int, count: int) -> list[str]:
    """``count`` free tags of a school, PREFIX-00001 and on; inside the caller's transaction."""
    code: str = await fetch_value("SELECT code FROM school WHERE id = $1", school_id)
    return await numbers.take(numbers.tags_of(code), count)
