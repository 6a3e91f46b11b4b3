"""Lists of models: kind, brand, name and class of things that all schools share, and what books have."""

import re
from collections.abc import Sequence

import msgspec

from core.database import fetch, fetch_column
from core.errors import Invalid, Message, say
from core.permissions import EDIT_EQUIPMENT
from core.sheets import CellKind, CellRefused, Field
from inventory import isbns
from inventory.asset_columns import Column
from inventory.asset_heads import heads_of
from inventory.brand_names import model_key
from inventory.imports.applying import Stale
from inventory.imports.book_columns import read_edition
from inventory.imports.columns import KINDS
from inventory.imports.importers import Importer, Judged, Made, Order, Staged
from inventory.imports.mapped_cells import MappedCells
from inventory.imports.plain_judging import Twins, changed, created, read_choice, said_before, wrong
from inventory.imports.plain_rows import PlainTable, PlainWriter, targets_of
from inventory.imports.shapes import Findings, Noun
from inventory.models import OF_BOOKS, REFUSALS, AssetKind, ModelFacts, checked

FIELDS = (
    Field(
        "kind",
        heads_of(Column.kind),
        CellKind.choice,
        {kind.value: (kind.value.replace("_", " "), *words) for kind, words in KINDS.items()},
    ),
    Field("brand", (*heads_of(Column.brand), "Publisher", "出版社", "出版单位", "出版者")),
    Field(
        "model",
        (
            *heads_of(Column.model),
            "Name",
            "名称",
            "设备名称",
            "Model name",
            "书名",
            "题名",
            "图书名称",
        ),
    ),
    Field("isbn", ("ISBN", "书号", "ISBN号", "国际标准书号", "国际书号")),
    Field("class_code", heads_of(Column.class_code)),
    Field("class_edition", heads_of(Column.class_edition)),
    Field("author", ("Author", "作者", "著者", "责任者", "编者", "主编")),
    Field("published_year", ("Published", "出版年", "出版年份", "出版日期", "出版时间")),
    Field("call_number", ("Call number", "索书号", "分类号", "中图分类号", "图书分类号")),
)
CLASSED = ("class_code", "class_edition")
YEAR = re.compile(r"[^0-9]*([0-9]{4})(?![0-9])")
TABLE = PlainTable(
    "asset_model",
    ("kind", "brand", "name", *CLASSED, *OF_BOOKS),
    uses={
        "asset": say("There are assets of it by now"),
        "donation_line": say("A donation has a line of it by now"),
        "lot": say("There is a lot of it by now"),
    },
)
SHARED = say("Another school has this model too: make one of your own")
OTHERS = "SELECT DISTINCT model FROM asset WHERE model = any($1::bigint[]) AND school <> $2"


class Known(msgspec.Struct, frozen=True):
    """A model in the list; ``is_shared`` if another school has assets of it."""

    id: int
    kind: AssetKind
    brand: str
    name: str
    isbn: str | None
    class_code: str
    class_edition: str
    author: str
    published_year: int | None
    call_number: str
    is_shared: bool

    @property
    def title(self) -> str:
        return f"{self.brand} {self.name}".strip()


class ModelJudge:
    """A row finds its model by kind, brand and name however they are spelled, or by its ISBN."""

    def __init__(self, order: Order, known: Sequence[Known]) -> None:
        self.order = order
        self.by_title: dict[str, list[Known]] = {}
        self.by_isbn: dict[str, list[Known]] = {}
        self.twins = Twins()
        for one in known:
            self.by_title.setdefault(model_key(one.title), []).append(one)
            if one.isbn:
                self.by_isbn.setdefault(one.isbn, []).append(one)

    async def learn(self, rows: Sequence[MappedCells]) -> None:
        """All models are known already."""

    def findings(self) -> Findings:
        return Findings()

    def judge(self, cells: MappedCells) -> Judged:
        """The verdict on one row."""
        text = cells["kind"]
        kind = read_choice(cells, "kind", say("“{text}” is no kind that we know", text=text))
        brand, name = cells.text("brand"), cells.text("model")
        isbn = cells.read("isbn", _read_isbn) or ""
        title = f"{brand} {name}".strip()
        known = self._find(cells, kind, name and title, isbn)
        if known is None and isbn:
            kind = kind or AssetKind.book
        given = {
            "kind": kind,
            "brand": brand,
            "name": name,
            "isbn": isbn,
            "class_code": cells.text("class_code"),
            "class_edition": read_edition(cells) if cells["class_edition"] else "",
            **_of_a_book(cells),
        }
        facts = self._facts(cells, known, {field: value for field, value in given.items() if value})
        if facts is None or cells.remarks:
            return wrong(cells, title or isbn)
        fields = msgspec.to_builtins(facts)
        title = f"{facts.brand} {facts.name}".strip()
        thing = known.id if known else (facts.kind, model_key(title))
        for field, same in (("model", thing), ("isbn", facts.isbn)):
            if same and (earlier := self.twins.line_before(same, cells.line)) is not None:
                said_before(cells, field, earlier)
                return wrong(cells, title)
        if facts.isbn and self.by_isbn.get(facts.isbn, [known])[0] is not known:
            cells.complain("isbn", REFUSALS["asset_model_isbn_once"].message)
            return wrong(cells, title)
        if known is None:
            return created(cells.line, title, fields, fields)
        verdict = changed(cells.line, title, known.id, fields, msgspec.to_builtins(known))
        if verdict.change and known.is_shared:
            cells.complain("model", SHARED)
            return wrong(cells, title)
        return verdict

    def _find(self, cells: MappedCells, kind: str | None, title: str, isbn: str) -> Known | None:
        found: list[Known] = []
        if title and "model" in self.order.keys:
            named = self.by_title.get(model_key(title), [])
            found = [one for one in named if kind in (None, one.kind)]
        if not found and isbn and "isbn" in self.order.keys:
            found = self.by_isbn.get(isbn, [])
        if len(found) > 1:
            cells.complain("model", say("Several models are called so; give the kind as well"))
        return found[0] if len(found) == 1 else None

    def _facts(
        self, cells: MappedCells, known: Known | None, given: dict[str, object]
    ) -> ModelFacts | None:
        """The model as it would be; a name that is only spelled otherwise stays as it is."""
        if known is not None:
            title = f"{given.get('brand', '')} {given.get('name', '')}".strip()
            if model_key(title) == model_key(known.title):
                given = {field: given[field] for field in given if field not in ("brand", "name")}
            before = {field: getattr(known, field) for field in ModelFacts.__struct_fields__}
            given = before | given
        elif "name" not in given:
            cells.complain("model", say("Give the model a name"))
        elif "kind" not in given:
            cells.complain("kind", say("A model that is not in the list needs its kind"))
        if cells.remarks:
            return None
        try:
            return checked(msgspec.convert(given, ModelFacts))
        except Invalid as refusal:
            for error in refusal.errors:
                cells.complain("model" if error.field == "name" else error.field, error.message)
            return None


def _of_a_book(cells: MappedCells) -> dict[str, object]:
    """Author, year and call number of a row; of a date its year."""
    return {
        "author": cells.text("author"),
        "published_year": cells.read("published_year", _year_of),
        "call_number": cells.text("call_number"),
    }


def _read_isbn(text: str) -> str | None:
    try:
        return isbns.checked(text)
    except Invalid as refusal:
        raise CellRefused(refusal.message) from None


def _year_of(text: str) -> int | None:
    found = YEAR.match(text)
    if text and (not found or not 1400 <= int(found[1]) <= 2100):
        raise CellRefused(say("“{text}” is no year, such as 2019", text=text))
    return int(found[1]) if found else None


class ModelWriter(PlainWriter):
    """Models that only this school has are changed; nobody else's."""

    async def update(self, rows: Sequence[Staged]) -> None:
        await super().update(rows)
        if await self._of_others(rows):
            raise Stale

    async def find_updated_obstacles(self, rows: Sequence[Staged]) -> dict[int, Message]:
        found = await super().find_updated_obstacles(rows)
        shared = await self._of_others(rows)
        return found | {row.line: SHARED for row in rows if row.targets[0] in shared}

    async def _of_others(self, rows: Sequence[Staged]) -> set[int]:
        return set(await fetch_column(int, OTHERS, targets_of(rows), self.school_id))


async def _open_judge(order: Order) -> ModelJudge:
    known = await fetch(
        Known,
        f"SELECT id, kind, brand, name, {', '.join((*CLASSED, *OF_BOOKS))},"
        " EXISTS (SELECT FROM asset a"
        " WHERE a.model = m.id AND a.school <> $1) AS is_shared FROM asset_model m ORDER BY id",
        order.school_id,
    )
    return ModelJudge(order, known)


async def _open_writer(school_id: int, made: Made) -> ModelWriter:
    return ModelWriter(TABLE, school_id, made)


async def _fields(_school_id: int) -> tuple[Field, ...]:
    return FIELDS


MODELS = Importer(
    noun=Noun.models,
    permission=EDIT_EQUIPMENT,
    fields=_fields,
    keys=("model", "isbn"),
    needs=("model", "isbn"),
    missing=say("No column is the model or the ISBN"),
    open_judge=_open_judge,
    open_writer=_open_writer,
    refusals=REFUSALS,
    table=TABLE.name,
    sample={
        "kind": ("computer", "计算机"),
        "brand": ("Lenovo", "联想"),
        "model": ("ThinkCentre M720", "启天 M415"),
        "class_code": ("A02010105", "A02010105"),
    },
)
