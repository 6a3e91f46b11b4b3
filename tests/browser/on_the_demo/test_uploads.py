"""A file goes up in a real browser while its line breaks and its page is loaded anew."""

import asyncio
import random
import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Route, expect

from api.wording.language import language
from core import database
from storage import finishing
from tests import factories_library
from tests.browser import harness
from tests.browser.harness import PHONE
from tests.conftest import Stack
from tests.patience import MANY_LOOKS

pytestmark = pytest.mark.browser

MB = 1024 * 1024
PIECE = 8 * MB
say = language("zh_CN").gettext


class Line:
    """Loses the first piece that is sent, and carries it again once the page has said so. What comes
    behind that piece stays on its way, however fast the machine is."""

    def __init__(self) -> None:
        self.is_cut = False
        self.back = asyncio.Event()

    async def carry(self, route: Route) -> None:
        if int(route.request.headers.get("upload-offset", 0)) >= PIECE:
            return
        if route.request.method == "PATCH" and not self.is_cut:
            self.is_cut = True
            await route.abort("internetdisconnected")
            return
        await self.back.wait()
        await route.continue_()


async def test_a_broken_line_and_a_new_page_cost_nothing(
    browser: Browser,
    address: str,
    people: dict[str, int],
    connections: Stack,
    tmp_path: Path,
) -> None:
    data = random.Random(5).randbytes(24 * MB)
    path = tmp_path / "巡线小车素材.bin"
    path.write_bytes(data)
    await harness.set_language(people["teacher"], "zh_CN")
    context = await harness.context_for(
        browser, address, person_id=people["teacher"], locale="zh_CN", width=PHONE
    )
    page = await context.new_page()
    await page.goto("/library/new")
    line = Line()
    await page.route("**/api/v1/uploads/*", line.carry)
    await page.set_input_files("#file", path)
    said = page.locator("[data-said]")
    # The title is the file's until its owner says otherwise.
    await expect(page.locator("#title")).to_have_value("巡线小车素材")
    await expect(said).to_have_text(
        say("The line is broken. What has arrived is safe; trying again.")
    )
    line.back.set()
    await expect(said).to_contain_text("MB")
    for _ in range(MANY_LOOKS):
        if await received_bytes():
            break
        await page.wait_for_timeout(100)

    # The page is lost; whoever chooses the same file again goes on where it stopped.
    page.on("dialog", lambda dialog: dialog.accept())
    await page.reload()
    await page.unroute("**/api/v1/uploads/*")
    assert 0 < await received_bytes() < len(data)
    await page.set_input_files("#file", path)
    await page.select_option("#subject", "robotics")
    await page.select_option("#kind", "program")
    await page.get_by_role("button", name=say("Save as a draft")).click()
    await page.wait_for_url(re.compile(r"/library/[0-9a-f-]{36}$"))
    assert (
        await database.fetch_value("SELECT count(*) FROM upload WHERE size_bytes = $1", 24 * MB)
        == 1
    )

    await finishing.finish_waiting(tmp_path)
    await expect(page.get_by_role("button", name=say("Publish"))).to_be_visible()
    assert not await harness.violations(page)
    await page.get_by_role("button", name=say("Publish")).click()
    await expect(page.locator("main")).to_contain_text(
        say("It is published: others find it in the library now.")
    )
    found = await database.fetch_value(
        "SELECT r.state FROM resource r JOIN revision v ON v.resource = r.id"
        " JOIN blob b ON b.id = v.blob WHERE b.sha256 = $1",
        factories_library.sha256(data),
    )
    assert found == "published"
    await context.close()


async def received_bytes() -> int:
    count: int = await database.fetch_value(
        "SELECT received_bytes FROM upload WHERE size_bytes = $1 ORDER BY id DESC LIMIT 1", 24 * MB
    )
    return count
