"""The file to fill in for an import: CSV as spreadsheet programs in China open it."""

from core import csv_files
from core.sheets import Field
from inventory.imports.nouns import IMPORTERS
from inventory.imports.shapes import Noun

OF_NO_SCHOOL = 0


async def template(locale: str, noun: Noun = Noun.assets) -> bytes:
    """A file to fill in: the headers in the reader's language, and one row that shows how."""
    importer = IMPORTERS[noun]
    fields = {field.name: field for field in await importer.fields(OF_NO_SCHOOL)}
    is_english = locale == "en"
    rows = [
        [_head(fields[name], is_english=is_english) for name in importer.sample],
        [english if is_english else chinese for english, chinese in importer.sample.values()],
    ]
    return csv_files.written(rows).encode()


def _head(field: Field, *, is_english: bool) -> str:
    """The surest head of a field in a language; ISBN is one in both."""
    return next((head for head in field.heads if head.isascii() is is_english), field.heads[0])
