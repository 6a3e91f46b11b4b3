"""The columns of changed rows as people call them, and the kinds of code that they hold."""

from api.wording.entities import COLUMNS, ENTITIES
from api.wording.language import Language
from core.errors import Message, say

# What forms ask for beside columns.
FORM_FIELDS: dict[str, Message] = {
    "group": say("Class or group"),
    "photos": say("Photos"),
    "what": say("What is wrong"),
}
FIELDS = COLUMNS | FORM_FIELDS


def field_name(language: Language, column: str) -> str:
    """A column's name in a history, or a form's field's above the form."""
    known = FIELDS.get(column.removesuffix("_id"))
    return language.words(known) if known else column.replace("_", " ")


def is_named(field: str) -> bool:
    """Whether people have a word for the field of a form."""
    return field.removesuffix("_id") in FIELDS


def kind_of(entity: str, column: str) -> str | None:
    """The kind of code that a column of a table holds, if it holds one."""
    return ENTITIES[entity].codes.get(column) if entity in ENTITIES else None
