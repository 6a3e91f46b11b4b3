"""A list of assets, imported by the pages."""

import httpx
import pytest

from tests import factories
from tests.api.office import office_of


@pytest.mark.parametrize("locale", ["en", "zh_CN"])
async def test_a_list_is_imported_by_the_pages(client: httpx.AsyncClient, locale: str) -> None:
    office = await office_of(client, "admin", locale)
    await factories.asset_model("computer", "M720")
    await factories.asset(office.school, tag="P-1")
    await office.see("/imports")
    template = await client.get("/imports/template.csv")
    assert template.content.startswith(b"\xef\xbb\xbf")

    async def choose(text: str) -> httpx.Response:
        return await client.post(
            "/imports",
            data={"school": office.school.code},
            files={"file": ("list.csv", text.encode("gb18030"), "text/csv")},
        )

    unread = await choose("编号,编号\nP-1,P-2\n")
    assert unread.status_code == 422
    wrong = await choose("编号,品牌,型号,状况,颜色\nP 2,Maker,M720,完好,红\n")
    assert "P 2" in await office.see(wrong.headers["location"])
    fine = await choose("编号,品牌,型号,状况\nP-2,Maker,M720,完好\nP-1,,,损坏\n")
    job = fine.headers["location"]
    assert "/apply" in await office.see(job)
    await office.see(f"{job}?verdict=update")
    applied = await client.post(f"{job}/apply")
    assert applied.headers["location"] == job
    assert "/apply" not in await office.see(job)
    again = await client.post(f"{job}/apply")
    assert again.status_code == 409
    discarded = await client.post(f"{wrong.headers['location']}/discard")
    assert discarded.headers["location"] == "/imports"
    await office.see("/assets/P-2")
    nothing = await client.post("/imports", data={"school": office.school.code})
    assert nothing.status_code == 422
