"""Files of lists, read back: what is filtered, in the order that is seen, whole."""

import csv
import tempfile
from collections.abc import AsyncIterator
from datetime import date
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pytest

from api.kit import list_files
from api.kit.workbooks import send, write_workbook
from api.wording.language import language
from core import database
from core import query as core_query
from core.errors import Invalid
from core.paging import FileLimit
from inventory import custody
from inventory.custody import Holder
from tests import factories
from tests.api.office import Office, office_of


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def sheet_of(client: httpx.AsyncClient, path: str) -> list[tuple[Any, ...]]:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    book = openpyxl.load_workbook(BytesIO(answer.content))
    assert all(cell.data_type != "f" for row in book.active.iter_rows() for cell in row)
    return list(book.active.iter_rows(values_only=True))


async def table_of(client: httpx.AsyncClient, path: str) -> list[list[str]]:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))


async def handed_out(office: Office, name: str, group: str, due_on: date | None = None) -> str:
    keeper = await factories.person("technician", office.school)
    tag: str = (await factories.asset(office.school)).tag
    await database.execute("UPDATE asset SET name = :name WHERE tag = :tag", name=name, tag=tag)
    await custody.hand_out(keeper.actor, [tag], Holder(group=group), due_on=due_on)
    return tag


@pytest.fixture
async def office(client: httpx.AsyncClient) -> Office:
    return await office_of(client, "admin")


async def test_what_is_filtered_and_sorted_is_in_both(office: Office) -> None:
    for name in ("B 笔记本", "A 笔记本", "Beamer"):
        await handed_out(office, name, "5B", date(2099, 5, 1))
    path = "q=笔记本&sort=-title&limit=1"
    sheet = await sheet_of(office.client, f"/custody.xlsx?{path}")
    assert sheet[0][:2] == ("Tag", "What it is")
    assert [row[1] for row in sheet[1:]] == ["B 笔记本", "A 笔记本"]
    assert sheet[1][5].date() == date(2099, 5, 1)
    table = await table_of(office.client, f"/custody.csv?{path}")
    assert [row[1] for row in table[1:]] == ["B 笔记本", "A 笔记本"]
    assert table[1][5] == "2099-05-01"
    assert "/custody.xlsx?q=%E7%AC%94" in await office.see(f"/custody?{path}")


@pytest.mark.parametrize("name", ["=1+1", "#N/A", "@SUM(A1)"])
async def test_no_text_is_a_formula(office: Office, name: str) -> None:
    await handed_out(office, name, "=2+2")
    assert (await sheet_of(office.client, "/custody.xlsx"))[1][1] == name
    assert (await table_of(office.client, "/custody.csv"))[1][3] == "'=2+2"


# Of each kind that no XML holds (XML 1.0, section 2.2); PostgreSQL stores all of them.
@pytest.mark.parametrize("letter", ["\x01", "\x0b", "\x1f", "\ufffe", "\uffff"])
async def test_no_stored_letter_breaks_a_workbook(office: Office, letter: str) -> None:
    await handed_out(office, f"Bea{letter}mer", "5B")
    assert (await sheet_of(office.client, "/custody.xlsx"))[1][1] == "Beamer"
    assert (await table_of(office.client, "/custody.csv"))[1][1] == f"Bea{letter}mer"


async def test_another_school_is_in_no_file(client: httpx.AsyncClient) -> None:
    tag = await handed_out(await office_of(client, "admin"), "Beamer", "5B")
    await office_of(client, "admin")
    for path in ("/custody.csv", "/custody.xlsx"):
        assert tag not in str(await (table_of if "csv" in path else sheet_of)(client, path))


async def test_a_wrong_filter_is_a_refusal(office: Office) -> None:
    for path in ("/custody.csv", "/custody.xlsx"):
        for query in ("sort=colour", "view=none", "school=NOWHERE"):
            assert (await office.client.get(f"{path}?{query}")).status_code in (404, 422)


async def test_heads_and_words_are_the_readers(client: httpx.AsyncClient) -> None:
    office = await office_of(client, "admin", "zh_CN")
    await handed_out(office, "Beamer", "5B")
    assert (await sheet_of(client, "/custody.xlsx"))[0][:2] == ("资产编号", "物品名称")


@pytest.mark.parametrize(("at_once", "statements"), [(None, 1), (200, 3)])
async def test_five_hundred_rows_are_whole(
    office: Office, monkeypatch: pytest.MonkeyPatch, at_once: int | None, statements: int
) -> None:
    keeper = await factories.person("technician", office.school)
    tags = [(await factories.asset(office.school)).tag for _ in range(500)]
    for start in range(0, 500, 100):
        await custody.hand_out(keeper.actor, tags[start : start + 100], Holder(group="5B"))
    if at_once:
        monkeypatch.setattr(list_files, "FILE_LIMIT", FileLimit(at_once))
    asked = []

    async def fetch(row_type: Any, sql: str, **values: object) -> Any:
        asked.append(sql)
        return await database.fetch(row_type, sql, **values)

    monkeypatch.setattr(core_query, "fetch", fetch)
    for kind in ("xlsx", "csv"):
        asked.clear()
        # In an order without an index each statement sorts all.
        path = f"/custody.{kind}?sort=title"
        rows = await (sheet_of if kind == "xlsx" else table_of)(office.client, path)
        assert sorted(row[0] for row in rows[1:]) == sorted(tags)
        assert len(asked) == statements
    with pytest.raises(Invalid):
        await custody.list_custody(keeper.actor, custody.CustodyFilters(), limit=201)


@pytest.mark.parametrize(("count", "cut"), [(4, False), (5, True), (9, True)])
async def test_a_full_sheet_says_that_the_list_goes_on(count: int, cut: bool) -> None:
    async def pages() -> Any:
        for number in range(count):
            yield [[number]]

    made = await write_workbook(["n"], pages(), language("en"), most=5)
    book = openpyxl.load_workbook(BytesIO(b"".join([part async for part in send(made)])))
    assert made.closed
    found = [row[0] for row in book.active.iter_rows(values_only=True)]
    assert len(found) == 5
    assert ("goes on" in str(found[-1])) == cut


async def test_a_workbook_that_cannot_be_written_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    async def pages() -> AsyncIterator[list[list[Any]]]:
        yield [[number] for number in range(500)]
        raise ValueError("the second page cannot be read")

    with pytest.raises(ValueError, match="second page"):
        await write_workbook(["n"], pages(), language("en"))
    assert names_in(tmp_path) == []
