"""Each row of a file judged against the books: pure, so that looking and applying agree."""

import msgspec

from core.errors import Invalid, say
from inventory import serials, tags
from inventory.asset_columns import Column
from inventory.assets.shapes import ENDS, Condition
from inventory.assets.writing import FIRST_STATES, TEXTS
from inventory.imports import book_columns, field_columns
from inventory.imports.books import Books, Known, place_key
from inventory.imports.cells import RowCells
from inventory.imports.columns import (
    READ_CONDITION,
    READ_KIND,
    READ_STATE,
    read_word,
)
from inventory.imports.field_columns import FieldCells
from inventory.imports.files import RawRow
from inventory.imports.shapes import FieldDiff, Remark, Verdict
from inventory.models import ModelFacts, checked


class Judged(msgspec.Struct, frozen=True):
    """A row with its verdict and all that applying it takes."""

    row: RawRow
    verdict: Verdict
    known: Known | None = None
    model: ModelFacts | None = None
    given: dict[str, object] = {}
    tag: str | None = None
    diff: tuple[FieldDiff, ...] = ()
    remarks: tuple[Remark, ...] = ()
    fields: dict[str, str] = {}


def _with_fields(judged: Judged, asked: FieldCells) -> Judged:
    """A verdict on the whole row: custom fields change an asset as its own fields do."""
    if not asked.changed or judged.verdict is Verdict.skip:
        return judged
    return msgspec.structs.replace(
        judged,
        verdict=Verdict.update if judged.verdict is Verdict.same else judged.verdict,
        diff=(*judged.diff, *asked.diff),
        fields=asked.changed,
    )


class Judge:
    """Judges the rows of one file in their order; remembers what it has seen."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.lines_by_tag: dict[str, int] = {}
        self.lines_by_serial: dict[tuple[str, str], int] = {}
        self.lines_by_asset: dict[int, int] = {}
        self.numbers = book_columns.Numbers(books.by_number)

    def judge(self, row: RawRow) -> Judged:
        """The verdict on one row."""
        cells = RowCells(row)
        cells.refuse_rounded(Column.serial_number)
        cells.refuse_rounded(Column.tag)
        tag = self._tag(row, cells)
        model_id, model = self._model(cells)
        serial = serials.clean(cells[Column.serial_number])
        known = self._match(row, cells, tag, model_id, serial)
        given = self._given(cells, serial, known)
        if known is not None and model_id is not None:
            given["model_id"] = model_id
        if known is None and model is None and not cells.remarks:
            cells.complain(Column.model, say("A new asset needs a model"))
        self._refuse_twins(row, cells, known, model, serial)
        holder_id = known.id if known is not None else None
        self.numbers.refuse_taken(row.line, cells, holder_id, given.get("numbers"))
        asked = self._fields(row, known, model_id, model)
        cells.remarks += asked.remarks
        if cells.remarks:
            return Judged(row, Verdict.error, tag=tag, remarks=tuple(cells.remarks))
        judged = (
            Judged(row, Verdict.create, None, model, given, tag, self._new(tag, model, given))
            if known is None
            else self._changed(row, known, model, given)
        )
        return _with_fields(judged, asked)

    def _fields(
        self, row: RawRow, known: Known | None, model_id: int | None, model: ModelFacts | None
    ) -> FieldCells:
        """What the row says in custom fields, by the model that its asset has then."""
        if known is not None and model is None:
            model_id = known.model_id
        kind = self.books.models[model_id].kind if model_id else None
        if model_id is None and model is not None:
            kind = model.kind
        return field_columns.read(
            row,
            self.books.fields,
            kind=kind,
            model_id=model_id,
            known=None if known is None else known.fields,
        )

    def _tag(self, row: RawRow, cells: RowCells) -> str | None:
        if not cells[Column.tag]:
            return None
        if serials.is_rounded(cells[Column.tag]):
            return None
        try:
            tag = tags.checked(cells[Column.tag])
        except Invalid as refusal:
            cells.complain(Column.tag, refusal.message)
            return None
        earlier = self.lines_by_tag.setdefault(tag, row.line)
        if earlier != row.line:
            cells.complain(Column.tag, say("Line {line} has the same tag", line=earlier))
        return tag

    def _model(self, cells: RowCells) -> tuple[int | None, ModelFacts | None]:
        """The model in the list, by its id too, or one to be added; None if the row names none."""
        kind = read_word(READ_KIND, cells[Column.kind])
        if cells[Column.kind] and kind is None:
            cells.complain(
                Column.kind, say("“{text}” is no kind that we know", text=cells[Column.kind])
            )
        if not cells[Column.model]:
            return None, None
        found = self.books.find_models(kind, cells[Column.brand], cells[Column.model])
        if len(found) == 1:
            one = found[0]
            return one.id, ModelFacts(one.kind, one.name, one.brand)
        if kind is None:
            if not cells.remarks:
                cells.complain(Column.kind, say("A model that is not in the list needs its kind"))
            return None, None
        try:
            facts = ModelFacts(kind, cells[Column.model], cells[Column.brand])
            return None, checked(facts)
        except Invalid as refusal:
            cells.complain(Column.model, refusal.message)
            return None, None

    def _match(
        self,
        row: RawRow,
        cells: RowCells,
        tag: str | None,
        model_id: int | None,
        serial: str | None,
    ) -> Known | None:
        """By the tag; without one by a serial number that can be trusted, and its model."""
        by_tag = self.books.by_tag.get(tag) if tag else None
        by_serial = None
        if serial and model_id is not None and serials.trust(serial) is serials.SerialTrust.ok:
            by_serial = self.books.by_serial.get((model_id, serial.upper()))
        if by_tag is not None and by_tag.school_id != self.books.school_id:
            cells.complain(Column.tag, say("Another asset has this tag; tags are never used twice"))
            return None
        if by_serial is not None and by_serial.school_id != self.books.school_id:
            cells.complain(
                Column.serial_number,
                say("Another asset of this model has this serial number"),
            )
            return None
        if tag and by_serial is not None and by_serial.tag != tag:
            cells.complain(
                Column.serial_number,
                say("This serial number belongs to {tag}", tag=by_serial.tag),
            )
        known = by_tag if tag else by_serial
        if known is not None:
            earlier = self.lines_by_asset.setdefault(known.id, row.line)
            if earlier != row.line and not cells.remarks:
                cells.complain(
                    Column.serial_number, say("Line {line} is the same asset", line=earlier)
                )
        return known

    def _refuse_twins(
        self,
        row: RawRow,
        cells: RowCells,
        known: Known | None,
        model: ModelFacts | None,
        serial: str | None,
    ) -> None:
        """Two rows of one file with one serial number and model."""
        if serial is None or serials.trust(serial) is not serials.SerialTrust.ok:
            return
        if model is not None:
            title = f"{model.brand} {model.name}"
        elif known is not None:
            title = self.books.models[known.model_id].title
        else:
            return
        key = (title.strip().casefold(), serial.upper())
        earlier = self.lines_by_serial.setdefault(key, row.line)
        if earlier != row.line and not cells.remarks:
            cells.complain(
                Column.serial_number, say("Line {line} has the same serial number", line=earlier)
            )

    def _given(self, cells: RowCells, serial: str | None, known: Known | None) -> dict[str, object]:
        """The values of the cells that are filled in; an empty cell changes nothing."""
        given: dict[str, object] = {}
        if serial:
            given["serial_number"] = serial
        for column in (Column.name, Column.note, Column.serial_number):
            text = cells[column]
            if error := TEXTS[column].find_error(column, text):
                cells.complain(column, error.message)
            elif text and column is not Column.serial_number:
                given[column.value] = text
        given.update(book_columns.read(cells, known))
        self._read_place(cells, given)
        self._read_states(cells, given, known)
        if cells[Column.school] and cells[Column.school] != self.books.school_code:
            cells.complain(
                Column.school, say("This import is for {school}", school=self.books.school_code)
            )
        return given

    def _read_place(self, cells: RowCells, given: dict[str, object]) -> None:
        text = cells[Column.place]
        if not text:
            return
        found = self.books.place_ids.get(place_key(text), [])
        if len(found) == 1:
            given["place_id"] = found[0]
        elif found:
            cells.complain(
                Column.place,
                say("Several places are called {place}; write building / room", place=text),
            )
        else:
            cells.complain(
                Column.place,
                say("There is no place {place}; add it to the places first", place=text),
            )

    def _read_states(self, cells: RowCells, given: dict[str, object], known: Known | None) -> None:
        if cells[Column.condition]:
            condition = read_word(READ_CONDITION, cells[Column.condition])
            if condition is None:
                text = cells[Column.condition]
                cells.complain(
                    Column.condition, say("“{text}” is no condition that we know", text=text)
                )
            given["condition"] = condition or Condition.unknown
        if not cells[Column.lifecycle]:
            return
        state = read_word(READ_STATE, cells[Column.lifecycle])
        if state is None:
            text = cells[Column.lifecycle]
            cells.complain(Column.lifecycle, say("“{text}” is no state that we know", text=text))
        elif known is None and state not in FIRST_STATES:
            cells.complain(Column.lifecycle, say("A new asset cannot begin in this state"))
        elif known is not None and state is not known.lifecycle:
            cells.complain(
                Column.lifecycle,
                say("An import changes no states; do it on the page of {tag}", tag=known.tag),
            )
        elif known is None:
            given["lifecycle"] = state

    def _changed(
        self, row: RawRow, known: Known, model: ModelFacts | None, given: dict[str, object]
    ) -> Judged:
        if known.lifecycle in ENDS:
            ended = Remark("", say("{tag} has left the books; nothing is changed", tag=known.tag))
            return Judged(row, Verdict.skip, known, tag=known.tag, remarks=(ended,))
        diff = [
            FieldDiff(field, self._in_words(field, before), self._in_words(field, after))
            for field, after in given.items()
            if (before := getattr(known, field)) != after
        ]
        changed = {field: value for field, value in given.items() if getattr(known, field) != value}
        if model is not None and "model_id" not in given:
            title = f"{model.brand} {model.name}".strip()
            diff.append(FieldDiff("model_id", self.books.models[known.model_id].title, title))
        verdict = Verdict.update if diff else Verdict.same
        new_model = model if "model_id" not in given else None
        return Judged(row, verdict, known, new_model, changed, known.tag, tuple(diff))

    def _new(
        self, tag: str | None, model: ModelFacts | None, given: dict[str, object]
    ) -> tuple[FieldDiff, ...]:
        title = f"{model.brand} {model.name}".strip() if model else ""
        shown = {"tag": tag, "model_id": title, **given}
        return tuple(
            FieldDiff(field, None, self._in_words(field, value))
            for field, value in shown.items()
            if value
        )

    def _in_words(self, field: str, value: object) -> object:
        if field == "place_id" and isinstance(value, int):
            return self.books.places.get(value, str(value))
        if field == "model_id" and isinstance(value, int):
            return self.books.models[value].title
        if isinstance(value, tuple):
            return book_columns.BETWEEN.join(value)
        return value
