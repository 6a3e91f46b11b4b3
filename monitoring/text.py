"""Bytes that agents call text: never a reason to lose a visit."""

import unicodedata
from typing import NamedTuple


class Text(NamedTuple):
    """Decoded text; ``is_guess`` when no encoding fitted and each byte became one letter."""

    value: str
    is_guess: bool = False


def decode_text(raw: bytes) -> Text:
    """UTF-8 if it is valid, else GB18030 (Chinese firmware), else Latin-1, flagged.

    NULs go first: fixed-width fields are padded with them, and one agent in ten sends one.
    """
    bare = raw.replace(b"\0", b"")
    for encoding in ("utf-8", "gb18030"):
        try:
            return Text(_clean(bare.decode(encoding)))
        except UnicodeDecodeError:
            continue
    return Text(_clean(bare.decode("latin-1")), is_guess=True)


def _clean(text: str) -> str:
    """Without control characters, which terminals and tables would obey; line ends are spaces."""
    spaced = " ".join(text.split())
    return "".join(letter for letter in spaced if unicodedata.category(letter)[0] != "C").strip()
