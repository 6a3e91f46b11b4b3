"""Which encoding a text file is in: by its mark, by its bytes, else by a detection library."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
from charset_normalizer import from_bytes

# What a school's programs write, as Python calls it, and as people do.
CANDIDATES = {
    "gb18030": "gb18030",
    "big5hkscs": "big5",
    "mac_roman": "mac-roman",
    "cp1252": "windows-1252",
}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16", "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "utf-16"),
)
# First bytes of punctuation and of the characters that are in daily use (GB 2312 level 1, Big5
# level 1), which both encodings put before the rare ones.
_COMMON = {"gb18030": {*range(0xA1, 0xA4), *range(0xB0, 0xD8)}, "big5hkscs": {*range(0xA1, 0xC7)}}
CLEARLY = 0.3
# Tabs, line ends, and the line break of old Macintosh programs are no control characters here.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")
_PIECE = 1024 * 1024
_SAMPLE_BYTES = 64 * 1024


class NoText(Exception):
    """The bytes are text in no encoding that we know, or not in the one that was chosen."""


class Encoding(msgspec.Struct, frozen=True):
    """An encoding: ``codec`` for Python, ``name`` for people."""

    codec: str
    name: str
    is_sure: bool = True


def find_encoding(path: Path, chosen: str | None = None) -> Encoding:
    """The encoding in which the whole file is text, else NoText; ``chosen`` by a person is held to.

    UTF-8 and UTF-16 can be told for sure; of the others the likeliest is taken.
    """
    for encoding in _possible(path) if chosen is None else [_chosen(chosen)]:
        if _is_text(path, encoding.codec):
            return encoding
    raise NoText


def _possible(path: Path) -> Iterator[Encoding]:
    with path.open("rb") as file:
        head = file.read(_SAMPLE_BYTES)
    for mark, codec, name in _MARKS:
        if head.startswith(mark):
            yield Encoding(codec, name)
            return
    if b"\0" in head:
        # Commas and digits have their zero byte second in little endian, first in big endian.
        is_little = head[1::2].count(0) >= head[::2].count(0)
        yield Encoding("utf-16-le" if is_little else "utf-16-be", "utf-16")
        return
    yield Encoding("utf-8", "utf-8")
    sample = _sample(path)
    likeliest = [match.encoding for match in from_bytes(sample, cp_isolation=[*CANDIDATES])]
    common = {codec: _share_common(sample, codec) for codec in _COMMON}
    chinese = iter(sorted(_COMMON, key=lambda codec: -common[codec]))
    is_sure = common["gb18030"] > common["big5hkscs"] + CLEARLY and "gb18030" in likeliest
    for codec in dict.fromkeys([*likeliest, *CANDIDATES]):
        # Of few characters the library takes rare ones for as likely as common ones.
        better = next(chinese) if codec in _COMMON else codec
        yield Encoding(better, CANDIDATES[better], is_sure=is_sure and better == "gb18030")


def _share_common(sample: bytes, codec: str) -> float:
    """How many of the characters beyond ASCII are common ones; -1 if the bytes are no such text."""
    try:
        beyond = [character for character in sample.decode(codec) if not character.isascii()]
    except UnicodeDecodeError:
        return -1
    common = [one for one in beyond if one.encode(codec)[0] in _COMMON[codec]]
    return len(common) / max(1, len(beyond))


def _chosen(name: str) -> Encoding:
    codec = next((one for one, said in CANDIDATES.items() if said == name), name)
    return Encoding("utf-8-sig" if codec == "utf-8" else codec, name)


def _sample(path: Path) -> bytes:
    """The first whole lines that say something about the encoding: those beyond ASCII."""
    taken: list[bytes] = []
    size = 0
    with path.open("rb") as file:
        while (line := file.readline(_SAMPLE_BYTES)) and size < _SAMPLE_BYTES:
            if not line.isascii():
                taken.append(line)
                size += len(line)
    return b"".join(taken)


def _is_text(path: Path, codec: str) -> bool:
    try:
        decoder = codecs.getincrementaldecoder(codec)()
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                if _CONTROL.search(decoder.decode(piece)):
                    return False
            decoder.decode(b"", final=True)
    except (UnicodeDecodeError, LookupError):
        return False
    return True
