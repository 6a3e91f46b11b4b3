"""ISBNs: stored as the thirteen digits of the cover's barcode, found by their old ten as well."""

import re
import unicodedata

from stdnum import isbn
from stdnum.exceptions import InvalidChecksum, ValidationError

from core.errors import Invalid, say

DIGITS = re.compile(r"[0-9]{9}[0-9X]|[0-9]{13}")


def find_isbn(text: str) -> str | None:
    """The thirteen digits of the ISBN that ``text`` is, in either length; None if it is none.

    Source: ISO 2108. Full-width digits, hyphens, spaces and "ISBN" before it are read over.
    """
    try:
        return _thirteen(text)
    except ValidationError:
        return None


def checked(text: str | None, *, field: str = "isbn") -> str | None:
    """The ISBN as it is stored, None for an empty text; else Invalid saying what is wrong."""
    if text is None or not text.strip():
        return None
    try:
        return _thirteen(text)
    except InvalidChecksum:
        raise Invalid.of(
            field,
            say("The last digit of this ISBN does not fit the others: is a digit wrong?"),
            code="isbn",
        ) from None
    except ValidationError:
        raise Invalid.of(
            field,
            say(
                "An ISBN has 13 digits from 978 or 979 on, or 10; leave it empty for a book without"
            ),
            code="isbn",
        ) from None


def hyphenated(number: str) -> str:
    """An ISBN as it is printed, 978-7-115-54608-1; a number that is none as it stands."""
    return isbn.format(number) if find_isbn(number) else number


def _thirteen(text: str) -> str:
    plain = re.sub(r"[\s\u2010-\u2015-]", "", unicodedata.normalize("NFKC", text).upper())
    plain = plain.removeprefix("ISBN").lstrip(":")
    if not DIGITS.fullmatch(plain):
        raise ValidationError
    thirteen: str = isbn.to_isbn13(isbn.validate(plain))
    return thirteen
