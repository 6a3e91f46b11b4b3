"""Texts are tidied, and refused with their sentence: as long as their column, said once."""

import msgspec
import pytest

from core import tables
from core.errors import Invalid, say
from core.texts import Line, Text, tidied


class Facts(msgspec.Struct, frozen=True):
    name: str = ""
    note: str = ""
    remark: str | None = None


RULES = {
    "name": Line(tables.Place.name, required=say("Give the place a name")),
    "note": Text(10),
    "remark": Text(5, too_long=(say("Shorter, please"), "remark")),
}


def test_a_line_has_single_spaces_and_a_text_keeps_its_lines() -> None:
    clean, errors = tidied(Facts("  a \n b ", "  a\n b "), RULES)
    assert (clean.name, clean.note, clean.remark) == ("a b", "a\n b", None)
    assert errors == []


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (Facts("  "), [("name", "required", "Give the place a name")]),
        (Facts("x" * 120 + " "), []),
        (Facts("x" * 121), [("name", "too_long", "At most 120 characters")]),
        (
            Facts("x", "x" * 11, "x" * 6),
            [
                ("note", "too_long", "At most 10 characters"),
                ("remark", "remark", "Shorter, please"),
            ],
        ),
    ],
)
def test_every_wrong_text_is_named(facts: Facts, expected: list[tuple[str, str, str]]) -> None:
    _, errors = tidied(facts, RULES)
    assert [(error.field, error.code, str(error.message)) for error in errors] == expected


def test_one_text_is_checked_alone() -> None:
    assert RULES["name"].checked("title", " a  b ") == "a b"
    with pytest.raises(Invalid) as refused:
        RULES["name"].checked("title", " ")
    assert refused.value.field == "title"
