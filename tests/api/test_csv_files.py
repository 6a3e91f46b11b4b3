"""CSV files: no cell is a formula, and a program may fetch them all alike."""

import httpx
import pytest

from core import database
from core.csv_files import FORMULA_STARTS, bare, harmless, written
from tests import factories

FILES = {
    "/assets.csv": "inventory:read",
    "/custody.csv": "inventory:read",
    "/donations.csv": "inventory:read",
    "/devices.csv": "monitoring:read",
    "/usage.csv": "reports:read",
}


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_no_cell_begins_like_a_formula(start: str) -> None:
    cell = f"{start}1+1"
    assert harmless(cell) == f"'{cell}"
    assert bare(harmless(f"{start}1")) in (f"{start}1", f"'{start}1".strip())


def test_texts_are_guarded_and_numbers_stay_numbers() -> None:
    assert written([["＝1+1", -1, 2.5, None]], mark=False) == "'＝1+1,-1,2.5,\r\n"


async def test_a_full_width_sign_is_taken_for_the_plain_one(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    await factories.asset(school)
    await database.execute("UPDATE asset SET name = '＝HYPERLINK(1)'")
    await factories.signed_in(client, await factories.person("admin", school))
    assert "'＝HYPERLINK(1)" in (await client.get("/assets.csv")).text


@pytest.mark.parametrize(("path", "scope"), FILES.items())
async def test_a_token_with_the_scope_fetches_the_file(
    client: httpx.AsyncClient, path: str, scope: str
) -> None:
    admin = await factories.person("admin", await factories.school())
    right = await client.get(path, headers=await factories.bearer(admin, scope))
    assert right.status_code == 200
    assert right.headers["content-type"].startswith("text/csv")
    wrong = await client.get(path, headers=await factories.bearer(admin, "people:read"))
    assert wrong.status_code == 403
    assert (await client.get(path)).status_code == 303
