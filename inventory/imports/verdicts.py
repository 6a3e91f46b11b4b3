"""Each row of a list of assets judged against the books."""

from collections.abc import Sequence

import msgspec

from core.errors import Invalid, say
from inventory import serials, tags
from inventory.asset_columns import Column
from inventory.assets.school_numbers import folded
from inventory.assets.shapes import ENDS, LifecycleState
from inventory.brand_names import model_key
from inventory.imports import asset_lots, book_columns, costs, field_columns
from inventory.imports.asset_cells import AssetCells
from inventory.imports.asset_changes import changed, created
from inventory.imports.books import Books, Known, serial_key
from inventory.imports.importers import Judged, Order
from inventory.imports.mapped_cells import MappedCells
from inventory.imports.new_names import MOST_SHOWN, NewModels, with_near
from inventory.imports.quantities import Quantities
from inventory.imports.shapes import Findings, Remark, Verdict
from inventory.models import AssetKind, ModelFacts, checked

HOLDS_DATA = frozenset({AssetKind.computer, AssetKind.printer, AssetKind.network})
IN_USE = frozenset({LifecycleState.in_service, LifecycleState.in_repair, LifecycleState.lost})


class AssetJudge:
    """Judges the rows of one file in their order; remembers what it has seen."""

    def __init__(self, order: Order, books: Books) -> None:
        self.order = order
        self.books = books
        self.models = NewModels()
        self.cells = AssetCells(order, books)
        self.quantities = Quantities(order.quantity)
        self.numbers = book_columns.Numbers(books)
        self._lines_by_tag: dict[str, int] = {}
        self._lines_by_serial: dict[tuple[str, str], int] = {}
        self._lines_by_asset: dict[int, int] = {}

    async def learn(self, rows: Sequence[MappedCells]) -> None:
        """Look up the tags, serial numbers and own numbers of these rows."""
        numbers = {number for row in rows for number in book_columns.numbers_of(row)}
        await self.books.learn(
            # A number may be the tag of another.
            {
                tags.clean(text)
                for text in (*numbers, *(row.plain(Column.tag) for row in rows))
                if text
            },
            {row.plain(Column.serial_number) for row in rows} - {""},
            {folded(number) for number in numbers},
            raw_serials={row[Column.serial_number] for row in rows} - {""},
        )

    def findings(self) -> Findings:
        """The new names of all rows, and how many things they make."""
        known = [(model.id, model.title) for model in self.books.models.values()]
        return Findings(
            models=self.models.with_kinds(with_near(self.models.rows, known)),
            places=with_near(self.cells.new_places.rows, self.books.places.items()),
            retired_places=tuple(self.cells.retired.values())[:MOST_SHOWN],
            things=self.quantities.things,
            quantities=self.quantities.asked,
        )

    def judge(self, cells: MappedCells) -> Judged:
        """The verdict on one row."""
        tag = self._tag(cells)
        model_id, model = self._model(cells)
        serial = serials.clean(cells.text(Column.serial_number))
        known = self._match(cells, tag, model_id, serial)
        given, place_path = self.cells.read(cells, serial, known)
        if known is not None and model_id is not None:
            given["model_id"] = model_id
        if known is None and model is None and not cells.remarks:
            cells.complain(Column.model, say("A new asset needs a model"))
        self._refuse_twins(cells, known, model, serial)
        self._refuse_serial(cells, known, model_id, model, serial)
        known_id = known.id if known is not None else None
        self.numbers.refuse_taken(cells.line, cells, known_id, given.get("numbers"))
        self._refuse_unwiped(cells, known, model)
        asked = self._fields(cells, known, model_id, model)
        cells.remarks += asked.remarks
        pieces = self.quantities.read(cells, known, tag, serial, given.get("numbers"))
        if cells.remarks and pieces.skipped is None:
            return Judged(cells.line, Verdict.error, label=tag or "", remarks=tuple(cells.remarks))
        if pieces.skipped is not None:
            return Judged(cells.line, Verdict.skip, remarks=(pieces.skipped,))
        new_model = model if model_id is None else None
        if known is None:
            assert model is not None
            if pieces.is_lot:
                found = (model_id, model)
                return asset_lots.judged(self.books, cells, found, given, place_path, pieces.count)
            self.quantities.things += pieces.count
            made = created(
                self.books, cells.line, tag, (model_id, model), given, place_path, asked,
                pieces.count,
            )  # fmt: skip
            doubt = costs.doubt(cells, given.get("cost")) if pieces.count > 1 else None
            remarks = (Remark(cells.header(Column.cost), doubt),) if doubt else ()
            return msgspec.structs.replace(made, remarks=remarks)
        if known.lifecycle in ENDS:
            ended = Remark("", say("{tag} has left the books; nothing is changed", tag=known.tag))
            return Judged(
                cells.line, Verdict.skip, label=known.tag, target=known.id, remarks=(ended,)
            )
        return changed(self.books, cells.line, known, new_model, given, place_path, asked)

    def _fields(
        self,
        cells: MappedCells,
        known: Known | None,
        model_id: int | None,
        model: ModelFacts | None,
    ) -> field_columns.FieldCells:
        """What the row says in custom fields, by the model that its asset has then."""
        if known is not None and model is None:
            model_id = known.model_id
        kind = self.books.models[model_id].kind if model_id else None
        if model_id is None and model is not None:
            kind = model.kind
        return field_columns.read(
            cells,
            self.books.fields,
            kind=kind,
            model_id=model_id,
            known=None if known is None else known.fields,
        )

    def _tag(self, cells: MappedCells) -> str | None:
        text = cells.text(Column.tag)
        if not text:
            return None
        try:
            tag = tags.checked(text)
        except Invalid as refusal:
            cells.complain(Column.tag, refusal.message)
            return None
        earlier = self._lines_by_tag.setdefault(tag, cells.line)
        if earlier != cells.line:
            cells.complain(Column.tag, say("Line {line} has the same tag", line=earlier))
        return tag

    def _kind(self, cells: MappedCells) -> AssetKind | None:
        word = cells.word(Column.kind)
        if cells[Column.kind] and word is None:
            text = cells[Column.kind]
            cells.complain(Column.kind, say("“{text}” is no kind that we know", text=text))
        return AssetKind(word) if word else None

    def _model(self, cells: MappedCells) -> tuple[int | None, ModelFacts | None]:
        """The model in the list, by its id too, or one to be added; None if the row names none."""
        kind = self._kind(cells)
        brand, name = cells.text(Column.brand), cells.text(Column.model)
        if not name:
            return None, None
        title = f"{brand} {name}".strip()
        raw = f"{cells[Column.brand]} {cells[Column.model]}".strip()
        if joined := self.order.joined("model", title):
            raw, title, brand, name = joined, joined, "", joined
        found = self.books.find_models(kind, raw, title)
        if len(found) > 1:
            found = [one for one in found if (one.brand, one.name) == (brand, name)] or found
        if len(found) == 1:
            one = found[0]
            return one.id, ModelFacts(one.kind, one.name, one.brand)
        if (earlier := self.models.find(kind, title)) is not None:
            return None, self.models.add(earlier)
        if kind is None:
            kind = self.models.kind_of(
                title, cells.meaning(Column.kind, title), cells.plain(Column.name)
            )
        if kind is None:
            if not cells.remarks:
                cells.complain(Column.kind, say("A model that is not in the list needs its kind"))
            return None, None
        try:
            return None, self.models.add(checked(ModelFacts(kind, name, brand)))
        except Invalid as refusal:
            cells.complain(Column.model, refusal.message)
            return None, None

    def _match(
        self, cells: MappedCells, tag: str | None, model_id: int | None, serial: str | None
    ) -> Known | None:
        """By the keys that were chosen: the tag, else a trusted serial number with its model, else
        a number of the school."""
        by_tag = self.books.by_tag.get(tag) if tag else None
        if by_tag is not None and by_tag.school_id != self.books.school_id:
            cells.complain(Column.tag, say("Another asset has this tag; tags are never used twice"))
            return None
        by_serial = self._by_serial(cells, model_id, serial)
        if tag and by_serial is not None and by_serial.tag != tag:
            message = say("This serial number belongs to {tag}", tag=by_serial.tag)
            cells.complain(Column.serial_number, message)
        if tag and "tag" in self.order.keys:
            known = by_tag
        else:
            if by_tag is not None and by_tag is not by_serial:
                message = say("Another asset has this tag; tags are never used twice")
                cells.complain(Column.tag, message)
            known = by_serial if "serial_number" in self.order.keys else None
            known = known or self._by_number(cells)
        if known is not None:
            earlier = self._lines_by_asset.setdefault(known.id, cells.line)
            if earlier != cells.line and not cells.remarks:
                message = say("Line {line} is the same asset", line=earlier)
                cells.complain(Column.serial_number, message)
        return known

    def _by_serial(
        self, cells: MappedCells, model_id: int | None, serial: str | None
    ) -> Known | None:
        if not serial or model_id is None or serials.trust(serial) is not serials.SerialTrust.ok:
            return None
        found = self.books.by_serial.get((model_id, serial_key(serial)))
        if found is not None and found.school_id != self.books.school_id:
            message = say("Another asset of this model has this serial number")
            cells.complain(Column.serial_number, message)
            return None
        return found

    def _by_number(self, cells: MappedCells) -> Known | None:
        if "numbers" not in self.order.keys:
            return None
        found = {
            self.books.by_number[fold]
            for number in book_columns.numbers_of(cells)
            if (fold := folded(number)) in self.books.by_number
        }
        known = [self.books.by_id[one] for one in found if one in self.books.by_id]
        own = [one for one in known if one.school_id == self.books.school_id]
        if len(own) > 1:
            cells.complain(Column.numbers, say("These numbers are of different assets"))
        return own[0] if len(own) == 1 else None

    def _refuse_twins(
        self,
        cells: MappedCells,
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
        key = (model_key(title), serial_key(serial))
        earlier = self._lines_by_serial.setdefault(key, cells.line)
        if earlier != cells.line and not cells.remarks:
            message = say("Line {line} has the same serial number", line=earlier)
            cells.complain(Column.serial_number, message)

    def _refuse_serial(
        self,
        cells: MappedCells,
        known: Known | None,
        model_id: int | None,
        model: ModelFacts | None,
        serial: str | None,
    ) -> None:
        """A serial number that the asset would have, by its old or new model, and another has."""
        if known is None or cells.remarks or (model is not None and model_id is None):
            return
        will_be = (model_id or known.model_id, serial_key(serial or known.serial_number or ""))
        other = self.books.by_serial.get(will_be)
        if other is not None and other.id != known.id:
            message = say("Another asset of this model has this serial number")
            cells.complain(Column.serial_number, message)

    def _refuse_unwiped(
        self, cells: MappedCells, known: Known | None, model: ModelFacts | None
    ) -> None:
        """The donor's terms: no way around the wipe by correcting the model."""
        if known is None or model is None or not known.must_be_wiped:
            return
        before = self.books.models[known.model_id].kind
        if known.lifecycle in IN_USE and before not in HOLDS_DATA and model.kind in HOLDS_DATA:
            cells.complain(
                Column.model,
                say(
                    "The donor of {tag} asks that data is wiped before it is used;"
                    " record the wipe first",
                    tag=known.tag,
                ),
            )
