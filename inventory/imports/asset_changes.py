"""What a judged row does to an asset: shown in words, and kept as what applying and undoing take."""

from collections.abc import Mapping

import msgspec

from inventory import serials
from inventory.imports import book_columns
from inventory.imports.books import Books, Known
from inventory.imports.field_columns import FieldCells
from inventory.imports.importers import Judged
from inventory.imports.same_values import same
from inventory.imports.shapes import FieldDiff, Verdict
from inventory.models import ModelFacts

COLUMN_OF = {"model_id": "model", "place_id": "place"}


def created(
    books: Books,
    line: int,
    tag: str | None,
    model: tuple[int | None, ModelFacts],
    given: Mapping[str, object],
    place_path: str | None,
    asked: FieldCells,
    count: int,
) -> Judged:
    """An asset that is not there, or ``count`` of them."""
    model_id, facts = model
    title = f"{facts.brand} {facts.name}".strip()
    shown: dict[str, object] = {"tag": tag, "model_id": title}
    if model_id is None:
        shown["kind"] = facts.kind.value
    shown |= {**given, "place": place_path}
    if count > 1:
        shown["quantity"] = count
    diff = tuple(
        FieldDiff(field, None, _in_words(books, field, value))
        for field, value in shown.items()
        if value not in (None, "", ())
    )
    change = {
        "fields": _columns(given) | ({"model": model_id} if model_id is not None else {}),
        "numbers": given.get("numbers", ()),
        "values": asked.changed,
        "count": count,
        **_to_make(facts if model_id is None else None, place_path),
    }
    if tag:
        change["tags"] = [tag]
    return Judged(line, Verdict.create, tag or "", diff=(*diff, *asked.diff), change=change)


def changed(
    books: Books,
    line: int,
    known: Known,
    new_model: ModelFacts | None,
    given: Mapping[str, object],
    place_path: str | None,
    asked: FieldCells,
) -> Judged:
    """An asset that is there: what differs, and what it was before."""
    differs = {
        field: value for field, value in given.items() if not same(getattr(known, field), value)
    }
    diff = [
        FieldDiff(
            field,
            _in_words(books, field, getattr(known, field)),
            _in_words(books, field, value),
        )
        for field, value in differs.items()
    ]
    before = {field: getattr(known, field) for field in differs}
    if new_model is not None:
        title = f"{new_model.brand} {new_model.name}".strip()
        diff.append(FieldDiff("model_id", books.models[known.model_id].title, title))
        before["model_id"] = known.model_id
    if place_path is not None:
        diff.append(FieldDiff("place", books.places.get(known.place_id or 0), place_path))
        before["place_id"] = known.place_id
    diff += asked.diff
    change: dict[str, object] = {
        "fields": _columns(differs),
        "before": _columns(before),
        "values": asked.changed,
        "values_before": {name: known.fields.get(name) for name in asked.changed},
        **_to_make(new_model, place_path),
    }
    if "numbers" in differs:
        change |= {"numbers": differs["numbers"], "numbers_before": known.numbers}
    verdict = Verdict.update if diff else Verdict.same
    return Judged(
        line, verdict, known.tag, known.id, known.version, tuple(diff),
        change=change if diff else {},
    )  # fmt: skip


def _columns(given: Mapping[str, object]) -> dict[str, object]:
    """Values by the columns of the table; a serial number with how far it can be trusted."""
    values = {COLUMN_OF.get(field, field): value for field, value in given.items()}
    values.pop("numbers", None)
    if "serial_number" in values:
        serial = values["serial_number"]
        values["serial_trust"] = serials.trust(serial if isinstance(serial, str) else None)
    return values


def _to_make(model: ModelFacts | None, place_path: str | None) -> dict[str, object]:
    made: dict[str, object] = {}
    if model is not None:
        made["model"] = msgspec.to_builtins(model)
    if place_path is not None:
        made["place"] = place_path
    return made


def _in_words(books: Books, field: str, value: object) -> object:
    if field == "place_id" and isinstance(value, int):
        return books.places.get(value, str(value))
    if field == "model_id" and isinstance(value, int):
        return books.models[value].title
    if isinstance(value, tuple):
        return book_columns.BETWEEN.join(value)
    return value
