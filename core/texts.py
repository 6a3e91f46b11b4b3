"""Texts that people typed: tidied, and refused when one is missing or longer than its column."""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from piccolo.columns import Varchar

from core.errors import FieldError, Invalid, Message, say

T = TypeVar("T", bound=msgspec.Struct)


class Text:
    """What one text may be: its most characters, and the sentence that asks for it if it must be.

    ``most`` is the column that holds it, or a number where the column has no length. ``too_long``
    with its code takes the place of the usual sentence.
    """

    def __init__(
        self,
        most: Varchar | int,
        *,
        required: Message | None = None,
        too_long: tuple[Message, str] | None = None,
    ) -> None:
        self.most: int = most if isinstance(most, int) else most.length or 0
        self._required = required
        self._too_long = too_long or (say("At most {most} characters", most=self.most), "too_long")

    def tidy(self, text: str) -> str:
        """Without spaces around."""
        return text.strip()

    def find_error(self, field: str, text: str) -> FieldError | None:
        """What is wrong with a tidy text."""
        if self._required and not text:
            return FieldError(field, self._required, "required")
        if len(text) > self.most:
            return FieldError(field, *self._too_long)
        return None

    def checked(self, field: str, text: str) -> str:
        """The tidy text, else Invalid."""
        clean = self.tidy(text)
        if error := self.find_error(field, clean):
            raise Invalid([error])
        return clean


class Line(Text):
    """A text on one line, with single spaces between its words."""

    def tidy(self, text: str) -> str:
        return " ".join(text.split())


def tidied(given: T, texts: Mapping[str, Text]) -> tuple[T, list[FieldError]]:
    """``given`` with these fields of it tidied, and what is wrong with them; None stays None."""
    clean: dict[str, Any] = {}
    errors = []
    for field, text in texts.items():
        value = getattr(given, field)
        if isinstance(value, str):
            clean[field] = text.tidy(value)
            if error := text.find_error(field, clean[field]):
                errors.append(error)
    return msgspec.structs.replace(given, **clean), errors


def checked_texts(given: T, texts: Mapping[str, Text]) -> T:
    """``given`` with these fields of it tidied; Invalid if something is wrong with them."""
    clean, errors = tidied(given, texts)
    refuse(errors)
    return clean


def refuse(errors: list[FieldError]) -> None:
    """Raise Invalid if anything is wrong."""
    if errors:
        raise Invalid(errors)
