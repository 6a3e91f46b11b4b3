"""Every sentence that the sources say, as Babel extracts it: ``python -m tests.api.sentences``
prints those that a catalogue lacks, ready to be translated.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import msgspec
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("core", "storage", "inventory", "monitoring", "api", "labshare")
METHODS = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")]
KEYWORDS = {"say": None, "_": None, "gettext": None, "ngettext": (1, 2)}
# Babel skips in silence a template that uses an extension which it was not told of.
OPTIONS = {
    "**.html": {
        "encoding": "utf-8",
        "newstyle_gettext": "true",
        "extensions": "jinja2.ext.do,jinja2.ext.loopcontrols",
    }
}
PLACEHOLDER = re.compile(r"\{(\w+)[^{}]*\}|%\((\w+)\)[sd]")


class Sentence(msgspec.Struct, frozen=True):
    """One msgid and where it is first said; ``plural`` where it counts something."""

    msgid: str
    plural: str | None
    place: str


class Entry(msgspec.Struct, frozen=True):
    """One translation and the file that holds it."""

    msgid: str
    text: str
    file: str
    fuzzy: bool


def said() -> dict[str, Sentence]:
    """Everything said in the packages, by msgid."""
    found: dict[str, Sentence] = {}
    for package in PACKAGES:
        extracted = extract_from_dir(
            ROOT / package, METHODS, OPTIONS, keywords=KEYWORDS, comment_tags=()
        )
        for file, line, message, _, _ in extracted:
            singular, plural = message if isinstance(message, tuple) else (message, None)
            if singular:
                found.setdefault(singular, Sentence(singular, plural, f"{package}/{file}:{line}"))
    return found


def entries(locale: str = "zh_CN") -> Iterator[Entry]:
    """Every entry of every catalogue of a language, repeated ones too."""
    for path in sorted((ROOT / "api" / "translations" / locale).glob("*.po")):
        for entry in read_po(BytesIO(path.read_bytes()), locale=locale):
            msgid = entry.id if isinstance(entry.id, str) else entry.id[0]
            text = entry.string if isinstance(entry.string, str) else (entry.string or [""])[0]
            if msgid:
                yield Entry(msgid, text, path.name, entry.fuzzy)


def placeholders(text: str) -> set[str]:
    return {curly or percent for curly, percent in PLACEHOLDER.findall(text)}


def print_missing() -> None:
    """The msgids without a translation, as entries of a catalogue."""
    known = {entry.msgid for entry in entries() if entry.text}
    for sentence in said().values():
        if sentence.msgid not in known:
            print(f"#: {sentence.place}")
            print("msgid", msgspec.json.encode(sentence.msgid).decode())
            if sentence.plural:
                print("msgid_plural", msgspec.json.encode(sentence.plural).decode())
                print('msgstr[0] ""\n')
            else:
                print('msgstr ""\n')


if __name__ == "__main__":
    print_missing()
