"""Every list that a school works with: its files, its columns, and who gets at them."""

import re
from pathlib import Path

import httpx
import pytest

from api.inventory.assets.table import TABLE
from api.wording.language import language
from core import database
from inventory import custody, imports
from inventory.asset_columns import column_of
from inventory.custody import Holder
from tests import factories
from tests.api.office import office_of
from tests.api.school_worlds import World, build
from tests.api.test_list_files import sheet_of, table_of
from tests.factories_imports import staged

# A list, a column to choose, and one that its page has without a choice.
LISTS = [
    ("/assets", "kind", "condition"),
    ("/asset-models", "isbn", "kind"),
    ("/custody", "note", "holder"),
    ("/donations", "number", "donor"),
    ("/donors", "contact", "kind"),
    ("/work-orders", "opened_by", "place"),
    ("/people", "created_at", "login"),
    ("/devices", "tag", "address"),
]
# Which head belongs to the column chosen.
HEADS = {
    "kind": "Kind",
    "isbn": "ISBN",
    "note": "Note",
    "number": "Acknowledgement number",
    "contact": "Contact",
    "opened_by": "Reported by",
    "created_at": "Added on",
    "tag": "Tag",
}


@pytest.fixture
async def world(client: httpx.AsyncClient, tmp_path: Path) -> World:
    made = await build("Kestrel", tmp_path)
    await factories.signed_in(client, made.admin)
    return made


def heads_of(page: str) -> list[str]:
    row = re.search(r"<thead><tr>(.*?)</tr></thead>", page, re.DOTALL)
    assert row is not None
    return [
        re.sub(r"<svg.*?</svg>|<[^>]+>", "", head).strip()
        for head in re.findall(r"<th scope=\"col\".*?</th>", row[1], re.DOTALL)
    ]


@pytest.mark.parametrize(("path", "chosen", "other"), LISTS)
async def test_page_and_files_have_the_columns_that_were_chosen(
    world: World, client: httpx.AsyncClient, path: str, chosen: str, other: str
) -> None:
    page = (await client.get(f"{path}?columns={chosen}&limit=1&q=")).text
    heads = heads_of(page)
    assert len(heads) == 2 and heads[1] == HEADS[chosen]
    table = await table_of(client, f"{path}.csv?columns={chosen}")
    sheet = await sheet_of(client, f"{path}.xlsx?columns={chosen}")
    assert len(table) == len(sheet) >= 2
    assert {len(row) for row in (*table, *sheet)} == {2}
    assert table[0][1] == sheet[0][1] == HEADS[chosen]
    # The files, the order and the next page keep the choice; the box of the column is ticked.
    assert f'href="{path}.csv?columns={chosen}' in page
    assert f'href="{path}.xlsx?columns={chosen}' in page
    for link in re.findall(r'class="sort" href="([^"]+)"', page):
        assert f"columns={chosen}" in link
    for link in re.findall(r'rel="next" href="([^"]+)"', page):
        assert f"columns={chosen}" in link
    assert f'value="{chosen}" form="columns-form" checked' in page
    assert f'value="{other}" form="columns-form">' in page
    assert f'<input type="hidden" name="columns" value="{chosen}">' in page


@pytest.mark.parametrize(("path", "chosen", "other"), LISTS)
async def test_without_a_choice_a_list_has_its_own_columns(
    world: World, client: httpx.AsyncClient, path: str, chosen: str, other: str
) -> None:
    page = (await client.get(path)).text
    assert f'value="{other}" form="columns-form" checked' in page
    if f'value="{chosen}" form="columns-form">' in page:
        assert HEADS[chosen] not in heads_of(page)
    table = await table_of(client, f"{path}.csv")
    assert len(table) >= 2 and len(table[0]) > 2
    assert "columns=" not in page.replace('name="columns"', "")


@pytest.mark.parametrize(("path", "chosen", "other"), LISTS)
async def test_a_column_that_a_list_has_not_is_refused_by_name(
    client: httpx.AsyncClient, path: str, chosen: str, other: str
) -> None:
    await office_of(client, "admin")
    for address in (path, f"{path}.csv", f"{path}.xlsx"):
        answer = await client.get(f"{address}?columns={chosen}&columns=password_hash")
        assert answer.status_code == 422, address
        assert f", {other}" in answer.text


@pytest.mark.parametrize(("path", "chosen", "other"), LISTS)
async def test_the_files_of_a_list_are_for_those_who_read_it(
    world: World, client: httpx.AsyncClient, path: str, chosen: str, other: str
) -> None:
    for role in ("teacher", "student_helper", "auditor", "technician"):
        who = await factories.person(role, await factories.school())
        await factories.signed_in(client, who)
        shown = await client.get(path)
        for kind in ("csv", "xlsx"):
            answer = await client.get(f"{path}.{kind}")
            assert answer.status_code == shown.status_code, (role, kind)
        if shown.status_code == 200 and path != "/asset-models":
            assert world.mark not in str(await sheet_of(client, f"{path}.xlsx"))


@pytest.mark.parametrize(("path", "chosen", "other"), LISTS)
async def test_a_list_without_any_box_ticked_has_its_first_column_alone(
    world: World, client: httpx.AsyncClient, path: str, chosen: str, other: str
) -> None:
    page = (await client.get(path)).text
    form = page[page.index('<form id="columns-form"') :].partition("</form>")[0]
    [first] = re.findall(r'name="columns" value="([^"]+)"', form)
    alone = (await client.get(f"{path}?columns={first}")).text
    assert len(heads_of(alone)) == 1
    assert f'value="{chosen}" form="columns-form">' in alone
    assert f'value="{other}" form="columns-form">' in alone


@pytest.mark.parametrize("locale", ["en", "zh_CN"])
async def test_files_name_schools_as_the_pages_do(client: httpx.AsyncClient, locale: str) -> None:
    office = await office_of(client, "admin", locale)
    # With a name in one language alone it has that in the other too.
    await database.execute("UPDATE school SET name_zh = '', name_en = 'Kestrel'")
    await factories.asset(office.school, tag="K-1")
    await office.send("/custody/hand-out", tags="K-1", group="5B")
    await database.execute(
        "INSERT INTO donor (school, kind, name) VALUES ($1, 'named', 'Firm')", office.school.id
    )
    assert (await table_of(client, "/custody.csv?columns=school"))[1:] == [["K-1", "Kestrel"]]
    assert (await table_of(client, "/donors.csv?columns=school"))[1:] == [["Firm", "Kestrel"]]
    assert (await sheet_of(client, "/assets.xlsx?columns=school"))[1][1] == office.school.code
    [person] = (await table_of(client, "/people.csv?columns=roles"))[1:]
    assert person[1].endswith(" · Kestrel")


@pytest.mark.parametrize(
    ("path", "column", "head"),
    [
        ("/people", "created_at", "添加时间"),
        ("/donations", "received", "实收数量"),
        ("/custody", "ended_at", "归还日期"),
        ("/donors", "donations", "捐赠次数"),
        ("/asset-models", "assets", "资产数量"),
    ],
)
async def test_a_head_says_what_its_column_holds(
    client: httpx.AsyncClient, path: str, column: str, head: str
) -> None:
    await office_of(client, "admin", "zh_CN")
    assert (await table_of(client, f"{path}.csv?columns={column}"))[0][1] == head


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_a_student_helpers_files_name_no_borrower(
    client: httpx.AsyncClient, kind: str
) -> None:
    office = await office_of(client, "student_helper")
    keeper = await factories.person("technician", office.school)
    borrowers = [await factories.person("teacher", office.school) for _ in range(2)]
    for borrower in borrowers:
        tag = (await factories.asset(office.school)).tag
        await custody.hand_out(keeper.actor, [tag], Holder(person_id=borrower.id))
    read = table_of if kind == "csv" else sheet_of
    for path in ("/assets", "/custody"):
        for query in ("", "?columns=holder", "?columns=holder&sort=holder"):
            answer = await client.get(f"{path}.{kind}{query}")
            if answer.status_code == 200:
                rows = str(await read(client, f"{path}.{kind}{query}"))
                assert not [one.name for one in borrowers if one.name in rows], (path, query)
            else:
                assert answer.status_code in (403, 422), (path, query)
                assert not [one.name for one in borrowers if one.name in answer.text]
    assert len(await read(client, f"/assets.{kind}?columns=holder")) == 3


async def test_how_to_reach_a_donor_is_told_to_no_token(client: httpx.AsyncClient) -> None:
    office = await office_of(client, "admin")
    token = await factories.bearer(office.who, "inventory:read")
    client.cookies.clear()
    for kind in ("csv", "xlsx"):
        assert (await client.get(f"/donations.{kind}", headers=token)).status_code == 200
        assert (await client.get(f"/donors.{kind}", headers=token)).status_code == 403


@pytest.mark.parametrize(("path", "chosen", "other"), LISTS)
async def test_each_file_of_a_list_is_in_the_security_log(
    client: httpx.AsyncClient, path: str, chosen: str, other: str
) -> None:
    office = await office_of(client, "admin")
    for kind in ("csv", "xlsx"):
        assert (await client.get(f"{path}.{kind}?columns={chosen},{other}")).status_code == 422
        assert (await client.get(f"{path}.{kind}")).status_code == 200
    told = await client.get("/api/v1/security-events", params={"kind": "export"})
    assert [(one["actor_name"], one["detail"]) for one in told.json()["items"]] == [
        (office.who.name, f"GET {path}.{kind}") for kind in ("xlsx", "csv")
    ]


@pytest.mark.parametrize("locale", ["en", "zh_CN"])
def test_of_an_asset_file_an_import_reads_the_columns_made_for_it_and_no_other(
    locale: str,
) -> None:
    speech = language(locale)
    heads = {
        column.name: column.head(speech) if column.head else speech.words(column.word)
        for column in TABLE.columns
    }
    assert len(set(heads.values())) == len(heads)
    for column in TABLE.columns:
        meant = column_of(heads[column.name])
        assert meant == (column.name if column.head else None), heads[column.name]


@pytest.mark.parametrize("locale", ["en", "zh_CN"])
async def test_the_file_of_all_assets_imported_again_changes_nothing(
    client: httpx.AsyncClient, locale: str
) -> None:
    office = await office_of(client, "admin", locale)
    asset = await factories.asset(office.school, place=await factories.place(office.school))
    await factories.asset(office.school, lifecycle="disposed")
    await database.execute("UPDATE asset SET name = '=1+1' WHERE tag = $1", asset.tag)
    for query in ("", "?sort=-title"):
        file = (await client.get(f"/assets.csv{query}")).content
        assert file.startswith(b"\xef\xbb\xbf")
        job = await staged(office.who.actor, office.school.code, "assets.csv", file)
        rows = (await imports.list_rows(office.who.actor, job.id)).items
        assert sorted(row.verdict for row in rows) == ["same", "skip"]
        assert len(job.unused) == 2


async def test_the_file_of_assets_is_sorted_and_filtered_as_the_page(
    client: httpx.AsyncClient,
) -> None:
    office = await office_of(client, "admin")
    for name in ("Lamp 1", "Lamp 3", "Lamp 2", "Chair"):
        made = await factories.asset(office.school)
        await database.execute("UPDATE asset SET name = $2 WHERE tag = $1", made.tag, name)
    query = "q=lamp&sort=-title&columns=title&limit=1"
    for rows in (
        await table_of(client, f"/assets.csv?{query}"),
        await sheet_of(client, f"/assets.xlsx?{query}"),
    ):
        assert [row[1] for row in rows[1:]] == ["Lamp 3", "Lamp 2", "Lamp 1"]
