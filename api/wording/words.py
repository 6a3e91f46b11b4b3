"""Stored codes in words, so that a state reads alike on every page."""

from api.wording.entities import CODES
from api.wording.language import Language
from storage import vocabulary
from storage.entities import FACETS


def word_of(language: Language, kind: str, code: object) -> str:
    """The text of a code; one without a word reads as itself, so that nothing is ever hidden."""
    if kind in FACETS:
        term = vocabulary.terms(FACETS[kind]).get(str(code))
        return term.label(language.code) if term else str(code or "")
    word = CODES.get(kind, {}).get(str(code))
    return language.words(word.label) if word else str(code)


def tone_of(kind: str, code: object) -> str:
    """The tone of a code's badge."""
    word = CODES.get(kind, {}).get(str(code))
    return word.tone if word else "idle"


def choices(language: Language, kind: str, *codes: str) -> list[tuple[str, str]]:
    """All codes of a kind (or those named) with their text, in order, for a select."""
    known = vocabulary.terms(FACETS[kind]) if kind in FACETS else CODES[kind]
    return [(code, word_of(language, kind, code)) for code in (codes or known)]
