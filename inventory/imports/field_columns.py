"""What the cells of a row say in a school's custom fields."""

from collections.abc import Mapping

import msgspec

from core.errors import say
from core.sheets.cells import read_number
from inventory.custom_fields.fields import AskedField, FieldKind
from inventory.custom_fields.values import TEXT, plain_name, read_value
from inventory.imports.asset_fields import CUSTOM
from inventory.imports.mapped_cells import MappedCells
from inventory.imports.same_values import same_text
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


def read(
    cells: MappedCells,
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
    for field in fields.values():
        place = CUSTOM + field.name
        if not cells.has(place):
            continue
        complaints = len(cells.remarks)
        text = _read(cells, field, place)
        if len(cells.remarks) > complaints:
            continue
        before = (known or {}).get(field.name)
        is_asked = field.asset_kind == kind if field.asset_kind else field.model_id == model_id
        if not is_asked:
            # A file of the books holds what an asset was told while it was of another model.
            if text and not same_text(read_value(field, text)[0], before):
                message = say("This is not asked of assets of this model")
                remarks.append(Remark(cells.header(place), message))
            continue
        if not text and known is not None:
            continue
        value, error = read_value(field, text)
        if error is not None:
            remarks.append(Remark(cells.header(place), error.message))
            continue
        if value and not same_text(value, before):
            changed[field.name] = value
            diff.append(FieldDiff(field.name, before, value))
    return FieldCells(changed, tuple(diff), tuple(remarks))


def _read(cells: MappedCells, field: AskedField, place: str) -> str:
    """What a cell says, read by the kind of its field as in any other column."""
    if field.kind is FieldKind.choice:
        return cells.word(place) or TEXT.tidy(cells[place])
    if field.kind is FieldKind.number:
        number = cells.read(place, read_number)
        return "" if number is None else f"{number:f}"
    if field.kind is FieldKind.date:
        day = cells.day(place)
        return "" if day is None else day.isoformat()
    return TEXT.tidy(cells.text(place))
