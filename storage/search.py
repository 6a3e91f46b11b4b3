"""Search words of a query, the mirror of ``search_words`` in the database.

A document's Han runs are stored as overlapping pairs plus the last character; a query must not be
treated the same way, or that last character breaks every phrase. Here pairs become a phrase, one
character and Latin words become prefixes, and runs are joined by AND.
"""

import re
import unicodedata

import msgspec
from pypinyin import Style, lazy_pinyin

LONGEST_QUERY = 100
# The initials of a title are kept from every syllable on, so that "sx" finds 人教版数学.
LONGEST_INITIALS = 12

_RUN = re.compile(
    "([\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]+)"
    "|([a-z0-9\u00df-\u00f6\u00f8-\u024f]+)"
)


class Query(msgspec.Struct, frozen=True):
    """A query in the three forms the database asks for; empty if it holds no word at all."""

    # For short fields, which keep positions: pairs as phrases.
    phrases: str
    # For page texts, whose index keeps none: pairs joined by AND, then `runs` looked for as they are.
    pairs: str
    runs: tuple[str, ...]
    # Every run as it was written, to show where it was found.
    words: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.phrases)


def parse(text: str) -> Query:
    """The query that ``text`` asks; words are letters, digits and Han, so none needs quoting."""
    phrases: list[str] = []
    pairs: list[str] = []
    runs: list[str] = []
    words: list[str] = []
    for han, latin in _RUN.findall(normal(text)[:LONGEST_QUERY]):
        terms = _pairs(han) if len(han) > 1 else [f"{han or latin}:*"]
        phrases.append(f"({' <-> '.join(terms)})")
        pairs.append(f"({' & '.join(terms)})")
        words.append(han or latin)
        # One pair, one character and one prefix are exact already.
        if len(han) > 2:
            runs.append(han)
    return Query(" & ".join(phrases), " & ".join(pairs), tuple(runs), tuple(words))


def normal(text: str) -> str:
    """Full-width and compatibility forms as the usual ones, and lower case."""
    return unicodedata.normalize("NFKC", text).lower()


def initials(title: str) -> str:
    """First letters of the syllables of each Han run, from every syllable on."""
    words: list[str] = []
    for han, _ in _RUN.findall(normal(title)):
        letters = "".join(lazy_pinyin(han, style=Style.FIRST_LETTER, errors="ignore"))
        words.extend(
            letters[start : start + LONGEST_INITIALS] for start in range(max(0, len(letters) - 1))
        )
    return " ".join(dict.fromkeys(words))


def _pairs(run: str) -> list[str]:
    return [run[start : start + 2] for start in range(len(run) - 1)]
