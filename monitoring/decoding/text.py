"""Bytes that agents call text: never a reason to lose a visit."""

import codecs
import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

# Two bytes as in GB 2312, which holds the characters that anybody uses.
COMMON_CHINESE = re.compile(rb"[\xa1-\xf7][\xa1-\xfe]")


# Names and labels are the same at every visit, and at many devices.
REMEMBERED = 16_384
LONGEST_REMEMBERED = 64


class Text(NamedTuple):
    """Decoded text; ``is_guess`` when no encoding fitted and each byte became one letter."""

    value: str
    is_guess: bool = False


def decode_text(raw: bytes) -> Text:
    """UTF-8 if it is valid, else GB18030 (Chinese firmware), else Latin-1, flagged.

    NULs go first: fixed-width fields are padded with them, and one agent in ten sends one. Such a
    field may also be cut in the middle of a character: then the rest of that is left out.
    """
    return _remembered(raw) if len(raw) <= LONGEST_REMEMBERED else _decode(raw)


def _decode(raw: bytes) -> Text:
    bare = raw.replace(b"\0", b"")
    for decode in (_utf8, _gb18030):
        text = decode(bare)
        if text is not None:
            return Text(_clean(text))
    return Text(_clean(bare.decode("latin-1")), is_guess=True)


_remembered = lru_cache(maxsize=REMEMBERED)(_decode)


def _utf8(raw: bytes) -> str | None:
    """The text, or None. Cut at the end, it must have shown by a whole character what it is."""
    text, is_whole = _decoded(raw, "utf-8")
    return text if text is not None and (is_whole or not text.isascii()) else None


def _gb18030(raw: bytes) -> str | None:
    """The text, or None without a single common character: "Büro" in Latin-1 is valid GB18030."""
    text, _ = _decoded(raw, "gb18030")
    return text if text is not None and COMMON_CHINESE.search(raw) else None


def _decoded(raw: bytes, encoding: str) -> tuple[str | None, bool]:
    """The whole characters, None if there is a wrong one; and whether nothing is left over."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        text = decoder.decode(raw)
    except UnicodeDecodeError:
        return None, False
    rest = decoder.getstate()[0]
    # No character of either encoding begins with the byte 0xFF.
    return (None, False) if rest[:1] == b"\xff" else (text, not rest)


def _clean(text: str) -> str:
    """Without control characters, which terminals and tables would obey; line ends are spaces."""
    spaced = " ".join(text.split())
    if spaced.isprintable():
        return spaced
    return "".join(letter for letter in spaced if unicodedata.category(letter)[0] != "C").strip()
