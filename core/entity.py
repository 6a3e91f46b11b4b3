"""What people and programs call the rows of a table: declared once, beside the table."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from piccolo.columns import UUID, ForeignKey, Varchar
from piccolo.table import Table

from core.errors import Message

KEY_TYPES = {UUID: "uuid", Varchar: "text"}


class Word(msgspec.Struct, frozen=True):
    """What people read for a code, and the lamp beside it: ok, warn, bad, idle or info."""

    label: Message
    tone: str = "idle"


def ok(text: Message) -> Word:
    return Word(text, "ok")


def warn(text: Message) -> Word:
    return Word(text, "warn")


def bad(text: Message) -> Word:
    return Word(text, "bad")


def idle(text: Message) -> Word:
    return Word(text, "idle")


def info(text: Message) -> Word:
    return Word(text, "info")


class Entity(msgspec.Struct, frozen=True):
    """One table: its word, how a row of it reads, which columns hold codes, whether it is audited.

    ``row_name`` is SQL over ``t`` (the table) and ``joins``; ``{school_name}`` in it stands for a
    school's name column in the reader's language. ``codes`` is the kind of word of each column
    that holds a code: a key of ``CODES`` beside the entities. A foreign key to a table that has
    no entity holds a code itself.
    """

    table: type[Table]
    word: Message
    row_name: str = ""
    joins: str = ""
    codes: Mapping[str, str] = {}
    is_audited: bool = True

    @property
    def name(self) -> str:
        """The table's name, as ``audit_event.entity`` holds it."""
        return str(self.table._meta.tablename)

    @property
    def columns(self) -> frozenset[str]:
        return frozenset(column._meta.name for column in self.table._meta.columns)

    @property
    def key(self) -> str:
        """The primary key's column."""
        return str(self.table._meta.primary_key._meta.name)

    @property
    def key_type(self) -> str:
        """The primary key's type in PostgreSQL."""
        return KEY_TYPES.get(type(self.table._meta.primary_key), "bigint")

    @property
    def pointers(self) -> dict[str, str]:
        """Each column that points to a row -> the name of the table it is of."""
        return {
            column._meta.name: _pointed_table(column)
            for column in self.table._meta.foreign_key_columns
        }


def _pointed_table(column: ForeignKey[Any]) -> str:
    table = column._foreign_key_meta.resolved_references
    return str(table._meta.tablename)


def by_name(entities: Iterable[Entity]) -> dict[str, Entity]:
    """The entities by the names of their tables; ValueError where two are of one table."""
    found: dict[str, Entity] = {}
    for entity in entities:
        if entity.name in found:
            raise ValueError(f"{entity.name} is declared twice")
        found[entity.name] = entity
    return found
