"""The columns of custom fields in an asset file: each headed by its field's name."""

from collections.abc import Mapping

import msgspec

from core.errors import say
from inventory.asset_columns import column_of
from inventory.custom_fields.fields import AskedField
from inventory.custom_fields.values import TEXT, plain_name, read_value
from inventory.imports.files import RawRow
from inventory.imports.shapes import FieldDiff, Remark
from inventory.models import AssetKind


class FieldCells(msgspec.Struct, frozen=True):
    """What the cells of one row say in custom fields: what changes, shown, and what is wrong."""

    changed: dict[str, str]
    diff: tuple[FieldDiff, ...]
    remarks: tuple[Remark, ...]


def by_name(fields: list[AskedField]) -> dict[str, AskedField]:
    """The fields by what a header may say."""
    return {plain_name(field.name): field for field in fields}


def field_of(header: str, fields: Mapping[str, AskedField]) -> AskedField | None:
    """The field that a header means; our own columns come first."""
    return None if column_of(header) else fields.get(plain_name(header))


def read(
    row: RawRow,
    fields: Mapping[str, AskedField],
    *,
    kind: AssetKind | None,
    model_id: int | None,
    known: Mapping[str, str] | None,
) -> FieldCells:
    """The cells of a row, for an asset of a model; ``known`` are the values of one in the books.

    An empty cell changes nothing; of a new asset it must be filled in where the field wants it.
    A field that is not asked of the model may say what the books say already, and nothing else.
    """
    changed: dict[str, str] = {}
    diff: list[FieldDiff] = []
    remarks: list[Remark] = []
    for header, cell in row.cells.items():
        field = field_of(header, fields)
        if field is None:
            continue
        text = TEXT.tidy(cell)
        before = (known or {}).get(field.name)
        is_asked = field.asset_kind == kind if field.asset_kind else field.model_id == model_id
        if not is_asked:
            # A file of the books holds what an asset was told while it was of another model.
            if text and read_value(field, text)[0] != before:
                remarks.append(Remark(header, say("This is not asked of assets of this model")))
            continue
        if not text and known is not None:
            continue
        value, error = read_value(field, text)
        if error is not None:
            remarks.append(Remark(header, error.message))
            continue
        if value and value != before:
            changed[field.name] = value
            diff.append(FieldDiff(field.name, before, value))
    return FieldCells(changed, tuple(diff), tuple(remarks))
