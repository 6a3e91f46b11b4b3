"""What the words of a column probably mean: 闲置, 完好, 在用 … as the codes of a choice."""

import re
from collections.abc import Iterable, Mapping

import msgspec

from core.sheets.cells import folded, is_empty
from core.sheets.fields import Field, Match

# Before a word they turn it round: 不正常, 不太正常, 未使用, "not in use".
_NOT = ("不", "未", "非", "无", "没", "待", "需")
_ENGLISH_NOT = re.compile(r"\b(?:not|no|non|never|without|needs?|to be)\b[ -]*(?:\w+ )?$")


class ValueSuggestion(msgspec.Struct, frozen=True):
    """A word of a column, how often it occurs, and the code that it probably means, if any."""

    text: str
    count: int
    code: str | None
    match: Match


def suggest_values(values: Mapping[str, int], field: Field) -> tuple[ValueSuggestion, ...]:
    """A suggestion for each different value of a column (``SheetColumn.values``), most frequent first.

    Empty ones are left out. ``near``: one of the field's words is part of it (在用（良好）), and only
    one code's.
    """
    frequent = sorted(values.items(), key=lambda one: (-one[1], one[0]))
    known = _words(field)
    return tuple(
        _suggested(text, count, known) for text, count in frequent if _is_filled(text, known)
    )


def share_known(values: Iterable[str], field: Field) -> float:
    """How many of the values (0 to 1) are words of the field: tells 状态 from 状况 by what is below."""
    words = _words(field)
    filled = [text for text in values if _is_filled(text, words)]
    known = [text for text in filled if _suggested(text, 1, words).code is not None]
    return len(known) / len(filled) if filled else 0.0


def _words(field: Field) -> dict[str, str]:
    return {
        folded(word): code for code, spellings in field.words.items() for word in (code, *spellings)
    }


def _is_filled(text: str, words: Mapping[str, str]) -> bool:
    """无 is a word where the field knows it (有, 无), and nothing elsewhere."""
    return not is_empty(text) or folded(text) in words


def _suggested(text: str, count: int, words: Mapping[str, str]) -> ValueSuggestion:
    plain = folded(text)
    if plain in words:
        return ValueSuggestion(text, count, words[plain], Match.exact)
    codes = {code for word, code in words.items() if _says(plain, word)}
    if len(codes) == 1:
        return ValueSuggestion(text, count, codes.pop(), Match.near)
    return ValueSuggestion(text, count, None, Match.none)


def _says(text: str, word: str) -> bool:
    at = text.find(word) if len(word) > 1 else -1
    if at < 0:
        return False
    before, after = text[:at], text[at + len(word) :]
    if word[0].isascii() and (before[-1:].isalpha() or after[:1].isalpha()):
        # "available" is no part of "unavailable".
        return False
    return not any(sign in before[-2:] for sign in _NOT) and not _ENGLISH_NOT.search(before)
