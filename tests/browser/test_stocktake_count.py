"""A room is counted with a scanner: on a line that is cut, over a page that is closed, by two people."""

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest
from playwright.async_api import APIResponse, Browser, Page, Route, expect

from core import database
from inventory import stocktakes
from inventory.stocktakes import Closing, NewStocktake, Scope, StocktakeDetails
from tests import factories
from tests.browser import harness
from tests.browser.harness import PHONE
from tests.conftest import Stack, empty
from tests.factories import MadeAsset, MadePerson
from tests.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.browser


class Counted(msgspec.Struct):
    """A teacher's phone at the desk of a stock-take, in a room with some things."""

    page: Page
    keeper: MadePerson
    taken: StocktakeDetails
    things: list[MadeAsset]
    address: str

    async def scan(self, text: str) -> None:
        await self.page.locator("[data-field]").fill(text)
        await self.page.keyboard.press("Enter")

    def row(self, text: str):  # type: ignore[no-untyped-def]
        return self.page.locator("[data-rows] > li").filter(has_text=text)

    async def kept(self) -> int:
        kept: int = await self.page.evaluate(
            "Object.keys(localStorage).filter(k => k.startsWith('labshare-stocktake/')).length"
        )
        return kept


@pytest.fixture
async def desk(browser: Browser, address: str, connections: Stack) -> AsyncIterator[Counted]:
    await empty(connections)
    school = await factories.school()
    keeper = await factories.person("technician", school)
    who = await factories.person("teacher", school)
    room = await factories.place(school)
    things = [await factories.asset(school, place=room, tag=f"HG-0000{n}") for n in range(1, 4)]
    new = NewStocktake(school.code, "Autumn", Scope.places, [room])
    taken = await stocktakes.start_stocktake(keeper.actor, new)
    context = await harness.context_for(
        browser, address, person_id=who.id, locale="en", width=PHONE
    )
    page = await context.new_page()
    desk = Counted(page, keeper, taken, things, f"/stocktakes/{taken.id}/count?place={room}")
    await page.goto(desk.address)
    await expect(page.locator("[data-field]")).to_be_visible()
    yield desk
    await context.close()


async def test_what_is_scanned_without_a_line_is_sent_once_when_it_is_back(desk: Counted) -> None:
    await desk.scan("HG-00001")
    await expect(desk.row("HG-00001")).to_contain_text("Found here")
    await desk.page.context.set_offline(True)
    await desk.scan("hg2")
    await desk.scan("chair")
    await expect(desk.page.locator("[data-status]")).to_contain_text("No connection.")
    # The page is closed; then the line is back, and so is what was scanned.
    context = desk.page.context
    await desk.page.close()
    await context.set_offline(False)
    desk.page = await context.new_page()
    await desk.page.goto(desk.address)
    await expect(desk.row("HG-00002")).to_contain_text("Found here")
    await expect(desk.row("chair")).to_contain_text("Unknown")
    assert await desk.kept() == 0
    assert await database.fetch_value("SELECT count(*) FROM stocktake_scan") == 3
    # What is seen is no more in the list of what is not.
    await expect(desk.page.locator("[data-expected]")).to_have_count(1)


async def test_an_answer_that_is_lost_counts_once_and_a_second_person_hears_of_the_first(
    desk: Counted,
) -> None:
    lost: list[APIResponse] = []

    async def lose(route: Route) -> None:
        if not lost:
            lost.append(await route.fetch())
            await route.abort()
        else:
            await route.continue_()

    await desk.page.route("**/scans", lose)
    await desk.scan("HG-00001")
    await expect(desk.row("HG-00001")).to_contain_text("Found here")
    assert lost
    assert await database.fetch_value("SELECT count(*) FROM stocktake_scan") == 1
    await desk.scan("HG-00001")
    await expect(desk.row("HG-00001").first).to_contain_text("Seen already")
    await desk.row("HG-00001").last.get_by_role("button", name="Undo").click()
    await expect(desk.row("HG-00001").last).to_contain_text("Taken back")
    assert await database.fetch_value("SELECT result FROM stocktake_asset ORDER BY id") == "found"


async def test_a_scan_undone_before_its_answer_is_taken_back(desk: Counted) -> None:
    held: asyncio.Queue[Route] = asyncio.Queue()
    await desk.page.route("**/scans", held.put)
    await desk.scan("HG-00001")
    async with asyncio.timeout(PATIENCE_SECONDS):
        sent = await held.get()
    await desk.row("HG-00001").get_by_role("button", name="Undo").click()
    await sent.continue_()
    await expect(desk.row("HG-00001")).to_contain_text("Taken back")
    assert (
        await database.fetch_value("SELECT count(*) FROM stocktake_asset WHERE result = 'found'")
        == 0
    )


async def test_scans_after_the_end_are_said_and_stay(desk: Counted) -> None:
    await stocktakes.close_stocktake(desk.keeper.actor, desk.taken.id, Closing())
    await desk.scan("HG-00001")
    await expect(desk.page.locator("[data-status]")).to_contain_text("has ended")
    assert await desk.kept() == 1
