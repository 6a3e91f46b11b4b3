"""The headers and words that files of assets may have."""

import pytest

from api.wording import words
from api.wording.entities import CODES
from api.wording.language import language
from core.sheets.cells import folded
from inventory.asset_columns import Column, column_of
from inventory.imports.asset_fields import OWN
from inventory.imports.mapping import words_of


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("Tag", Column.tag),
        ("ASSET TAG", Column.tag),
        ("资产编号", Column.tag),
        ("设备编号", Column.tag),
        ("品牌型号", Column.model),
        ("serial_number", Column.serial_number),
        ("S/N", Column.serial_number),
        ("序列号", Column.serial_number),
        ("型号*", Column.model),
        ("Colour", None),
    ],
)
def test_headers_are_known_in_both_languages(header: str, column: Column | None) -> None:
    assert column_of(header) is column


@pytest.mark.parametrize("locale", ["en", "zh_CN"])
@pytest.mark.parametrize(
    ("kind", "field"),
    [("asset_category", "kind"), ("condition", "condition"), ("lifecycle", "lifecycle")],
)
def test_what_our_pages_say_can_be_written_into_a_file(kind: str, field: str, locale: str) -> None:
    speech = language(locale)
    for code in CODES[kind]:
        assert words_of(OWN)[field][folded(words.word_of(speech, kind, code))] == code
