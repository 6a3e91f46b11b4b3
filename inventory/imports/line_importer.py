"""Lists of what donors declared: lines of the school's donations, so many of one model each."""

from collections.abc import Mapping, Sequence

import msgspec

from core.database import fetch
from core.errors import Invalid, say
from core.permissions import EDIT_DONATIONS
from core.sheets import CellKind, Field, spelling_key
from core.sheets.cells import read_number, read_prose
from inventory.asset_columns import Column
from inventory.asset_heads import heads_of
from inventory.donations.writing import DECLARED_MOST, LINE_TEXTS, REFUSALS
from inventory.imports.books import Books, open_books
from inventory.imports.importers import Importer, Judged, Made, Order, Staged, Written
from inventory.imports.made_models import MadeModels
from inventory.imports.mapped_cells import MappedCells
from inventory.imports.model_importer import FIELDS as MODEL_FIELDS
from inventory.imports.new_names import NewModels, with_near
from inventory.imports.plain_judging import Twins, changed, created, read_choice, said_before, wrong
from inventory.imports.plain_rows import PlainTable, PlainWriter, fields_of
from inventory.imports.shapes import Findings, Noun
from inventory.models import AssetKind, ModelFacts, checked

FIELDS = (
    Field("donation", ("Donation", "捐赠", "捐赠项目", "捐赠名称", "捐赠编号", "接收编号", "捐赠批次")),
    *(field for field in MODEL_FIELDS if field.name in ("kind", "brand")),
    Field("model", (*heads_of(Column.model), "名称", "物品名称", "设备名称", "Item")),
    Field(
        "declared",
        ("Declared", "承诺数量", "捐赠数量", "数量", "台数", "件数", "应到数量", "Promised", "Quantity", "Qty"),
        CellKind.number,
    ),
    Field("note", heads_of(Column.note), CellKind.prose),
)  # fmt: skip
CAME = say("Things of it have come by now")
TABLE = PlainTable(
    "donation_line",
    ("declared", "note"),
    uses={"asset": CAME, "donation_receipt": CAME, "lot_move": CAME},
)


class Known(msgspec.Struct, frozen=True):
    """A line of a donation of the school."""

    id: int
    donation: int
    model: int
    declared: int
    note: str


class Gift(msgspec.Struct, frozen=True):
    """A donation of the school, by what people call it."""

    id: int
    title: str
    number: str


class LineJudge:
    """A row finds its donation by title or acknowledgement number, and there the line of its model."""

    def __init__(
        self, order: Order, books: Books, gifts: Sequence[Gift], lines: Sequence[Known]
    ) -> None:
        self.order = order
        self.books = books
        self.gifts: dict[str, list[Gift]] = {}
        for gift in gifts:
            for name in {spelling_key(gift.title), spelling_key(gift.number)}:
                self.gifts.setdefault(name, []).append(gift)
        self.lines = {(line.donation, line.model): line for line in lines}
        self.models = NewModels()
        self.twins = Twins()

    async def learn(self, rows: Sequence[MappedCells]) -> None:
        """All donations of the school are known already."""

    def findings(self) -> Findings:
        known = [(model.id, model.title) for model in self.books.models.values()]
        return Findings(models=with_near(self.models.rows, known))

    def judge(self, cells: MappedCells) -> Judged:
        """The verdict on one row."""
        gift = self._gift(cells)
        model_id, facts = self._model(cells)
        given = self._given(cells)
        if cells.remarks or gift is None or facts is None:
            return wrong(cells)
        title = f"{facts.brand} {facts.name}".strip()
        label = f"{gift.number} · {title}"
        thing = (gift.id, model_id or spelling_key(title), facts.kind)
        if (earlier := self.twins.line_before(thing, cells.line)) is not None:
            said_before(cells, "model", earlier)
        line = self.lines.get((gift.id, model_id or 0))
        if line is None and "declared" not in given:
            cells.complain("declared", say("How many were declared?"))
        if cells.remarks:
            return wrong(cells, label)
        if line is not None:
            return changed(cells.line, label, line.id, given, msgspec.to_builtins(line))
        fields: dict[str, object] = {"note": "", **given, "donation": gift.id}
        fields["school"] = self.order.school_id
        if model_id is not None:
            fields["model"] = model_id
        shown = {"donation": gift.title, "model": title, **given}
        more = {} if model_id is not None else {"model": msgspec.to_builtins(facts)}
        return created(cells.line, label, fields, shown, **more)

    def _gift(self, cells: MappedCells) -> Gift | None:
        text = cells.text("donation")
        found = self.gifts.get(spelling_key(text), []) if text else []
        if len(found) == 1:
            return found[0]
        if found:
            message = say("Several donations are called so; write the acknowledgement number")
        else:
            message = say("The school has no donation with this title or number")
        cells.complain("donation", message)
        return None

    def _model(self, cells: MappedCells) -> tuple[int | None, ModelFacts | None]:
        """The model in the list, by its id too, or one to be added."""
        text = cells["kind"]
        word = read_choice(cells, "kind", say("“{text}” is no kind that we know", text=text))
        kind = AssetKind(word) if word else None
        brand, name = cells.text("brand"), cells.text("model")
        title = f"{brand} {name}".strip()
        if joined := self.order.joined("model", title):
            title, brand, name = joined, "", joined
        found = self.books.find_models(kind, title) if name else []
        if len(found) == 1:
            return found[0].id, ModelFacts(found[0].kind, found[0].name, found[0].brand)
        if name and (earlier := self.models.find(kind, title)) is not None:
            return None, self.models.add(earlier)
        if not name:
            cells.complain("model", say("Give the model a name"))
        elif kind is None:
            cells.complain("kind", say("A model that is not in the list needs its kind"))
        if cells.remarks or kind is None:
            return None, None
        try:
            return None, self.models.add(checked(ModelFacts(kind, name, brand)))
        except Invalid as refusal:
            cells.complain("model", refusal.message)
            return None, None

    def _given(self, cells: MappedCells) -> dict[str, object]:
        given: dict[str, object] = {}
        count = cells.read("declared", read_number)
        if count is not None and not (0 <= count <= DECLARED_MOST and count == int(count)):
            message = say("A whole number up to {most}", most=DECLARED_MOST)
            cells.complain("declared", message)
        elif count is not None:
            given["declared"] = int(count)
        if note := cells.read("note", read_prose):
            given["note"] = note
            if error := LINE_TEXTS["note"].find_error("note", note):
                cells.complain("note", error.message)
        return given


class LineWriter(PlainWriter):
    """Lines, with the models that are new."""

    def __init__(self, school_id: int, made: Made) -> None:
        super().__init__(TABLE, school_id, made)
        self._models = MadeModels(made)

    async def reserve(self, rows: Sequence[Staged]) -> dict[int, dict[str, object]]:
        await self._models.make(rows)
        return {}

    async def create(self, rows: Sequence[Staged]) -> list[Written]:
        given: list[Mapping[str, object]] = [fields_of(row) | self._models.of(row) for row in rows]
        ids = await self.insert(given)
        return [
            Written(row.line, [row_id], row.raw_label)
            for row, row_id in zip(rows, ids, strict=True)
        ]


async def _open_judge(order: Order) -> LineJudge:
    gifts = await fetch(
        Gift,
        "SELECT id, title, acknowledgement_number AS number FROM donation WHERE school = $1",
        order.school_id,
    )
    lines = await fetch(
        Known,
        "SELECT id, donation, model, declared, note FROM donation_line WHERE school = $1",
        order.school_id,
    )
    return LineJudge(order, await open_books(order.school_id, order.school), gifts, lines)


async def _open_writer(school_id: int, made: Made) -> LineWriter:
    return LineWriter(school_id, made)


async def _fields(_school_id: int) -> tuple[Field, ...]:
    return FIELDS


DONATION_LINES = Importer(
    noun=Noun.donation_lines,
    permission=EDIT_DONATIONS,
    fields=_fields,
    keys=("donation",),
    needs=("model",),
    missing=say("No column is the model"),
    open_judge=_open_judge,
    open_writer=_open_writer,
    refusals=REFUSALS,
    table=TABLE.name,
    sample={
        "donation": ("Robot kits of 2026", "2026 年机器人套件"),
        "kind": ("robot kit", "机器人套件"),
        "brand": ("Makeblock", "童心制物"),
        "model": ("mBot2", "mBot2"),
        "declared": ("30", "30"),
        "note": ("", ""),
    },
)
