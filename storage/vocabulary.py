"""The words a resource is described with, as data: codes with a Chinese and an English label."""

import tomllib
from functools import cache
from pathlib import Path

import msgspec

from core.errors import FieldError, say

SOURCE = Path(__file__).with_name("vocabulary.toml")
FACETS = ("stage", "subject", "grade", "kind", "language", "licence")


class Term(msgspec.Struct, frozen=True):
    """One entry of one facet."""

    code: str
    zh: str
    en: str

    def label(self, locale: str) -> str:
        """The label for a person who reads ``locale``."""
        return self.zh if locale.startswith("zh") else self.en


@cache
def terms(facet: str) -> dict[str, Term]:
    """The entries of ``facet`` by code, in the order of the page."""
    with SOURCE.open("rb") as file:
        return {
            code: Term(code, zh=labels[0], en=labels[1])
            for code, labels in tomllib.load(file)[facet].items()
        }


def label(facet: str, code: str, locale: str) -> str:
    """What people call ``code``; the code itself if the vocabulary no longer knows it."""
    term = terms(facet).get(code)
    return term.label(locale) if term else code


def wrong_codes(**codes: str) -> list[FieldError]:
    """An error for each facet whose code is not in its vocabulary."""
    return [
        FieldError(facet, say("Choose one of the list"), "unknown_choice")
        for facet, code in codes.items()
        if code not in terms(facet)
    ]
