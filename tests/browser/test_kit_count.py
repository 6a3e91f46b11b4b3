"""A kit is counted with a thumb: taps, a long press, a line that is cut, a page that is loaded anew."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, Route, expect

from core import database
from inventory import kits
from inventory.kits import KitDetails, NewPartsList, PartFacts
from tests import factories
from tests.browser import harness
from tests.browser.harness import PHONE
from tests.conftest import Stack, empty
from tests.factories import MadePerson

pytestmark = pytest.mark.browser

PARTS = [PartFacts(f"零件 {number}", 1 + number % 5, number < 3) for number in range(40)]


class Counted:
    """A teacher's page on which the parts of a kit stand."""

    def __init__(self, page: Page, who: MadePerson, tag: str) -> None:
        self.page, self.who, self.tag = page, who, tag
        self.taps = 0

    async def tap(self, part: str) -> None:
        self.taps += 1
        await self.tile(part).tap()

    async def hold(self, part: str) -> None:
        self.taps += 1
        tile = self.tile(part)
        await tile.dispatch_event("pointerdown", {"button": 0})
        await expect(tile).to_contain_text("Damaged")
        await tile.dispatch_event("pointerup")
        await tile.dispatch_event("click")

    def tile(self, part: str):  # type: ignore[no-untyped-def]
        return self.page.locator(".part-tile-face").filter(
            has=self.page.get_by_text(part, exact=True)
        )

    async def save(self) -> None:
        self.taps += 1
        await self.page.get_by_role("button", name="Save the count").tap()

    async def lacks(self) -> dict[str, tuple[int, int]]:
        kit: KitDetails = await kits.get_kit(self.who.actor, self.tag)
        return {
            part.part: (part.missing, part.damaged)
            for part in kit.parts
            if part.missing or part.damaged
        }


@pytest.fixture
async def box(browser: Browser, address: str, connections: Stack) -> AsyncIterator[Counted]:
    await empty(connections)
    school = await factories.school()
    keeper = await factories.person("technician", school)
    who = await factories.person("teacher", school)
    asset = await factories.asset(school, tag="HG-00001")
    await kits.write_parts_list(keeper.actor, asset.model_id, NewPartsList(PARTS))
    context = await harness.context_for(
        browser, address, person_id=who.id, locale="en", width=PHONE
    )
    page = await context.new_page()
    await page.goto(f"/kits/{asset.tag}/count")
    await expect(page.locator(".part-tile-face").first).to_be_visible()
    yield Counted(page, who, asset.tag)
    await context.close()


async def test_a_box_of_forty_parts_is_counted_in_a_tap_for_each_that_is_missing(
    box: Counted,
) -> None:
    await box.tap("零件 3")
    await box.tap("零件 3")
    await box.hold("零件 9")
    await box.save()
    await expect(box.page.get_by_text("Missing: 2, damaged: 1")).to_be_visible()
    assert await box.page.evaluate("Object.keys(localStorage)") == []
    # What is measured is what a person does: as many taps as parts are missing, and one to save.
    assert box.taps == 4
    assert await box.lacks() == {"零件 3": (2, 0), "零件 9": (0, 1)}


async def test_taps_go_round_to_none_again_and_the_keyboard_counts_too(box: Counted) -> None:
    for _ in range(3):
        await box.tap("零件 1")
    await box.tile("零件 7").focus()
    await box.page.keyboard.press("Enter")
    await box.page.keyboard.press("d")
    await box.save()
    await expect(box.page.get_by_text("Missing: 1, damaged: 1")).to_be_visible()
    assert await box.lacks() == {"零件 7": (1, 1)}


async def test_what_was_tapped_survives_a_reload_and_a_dead_line(box: Counted) -> None:
    await box.tap("零件 3")
    await box.page.reload()
    await expect(box.tile("零件 3")).to_contain_text("Missing 1")
    answered = asyncio.Event()

    async def cut(route: Route) -> None:
        # It arrives, and the answer is lost on its way.
        if not answered.is_set():
            await route.fetch()
            answered.set()
            await route.abort()
        else:
            await route.continue_()

    await box.page.route("**/kits/*/count", cut)
    await box.save()
    await expect(box.page.get_by_text("No connection.")).to_be_visible()
    await expect(box.page.get_by_text("Missing: 1, damaged: 0")).to_be_visible()
    assert await box.lacks() == {"零件 3": (1, 0)}
    assert await database.fetch_value("SELECT count(*) FROM kit_count") == 1
    await box.page.goto(f"/kits/{box.tag}/count")
    await expect(box.page.locator("[data-kit-status]")).to_be_hidden()


async def test_what_is_wrong_is_said_and_what_was_counted_stays(box: Counted) -> None:
    await box.tap("零件 3")
    await box.page.get_by_role("button", name="Type numbers instead").click()
    await box.page.locator("[name^=missing_]").nth(5).evaluate("field => field.value = '8'")
    await box.page.locator("form.form").first.evaluate("form => form.noValidate = true")
    await box.save()
    await expect(box.page.get_by_role("alert")).to_contain_text("The kit has only 1 of")
    await expect(box.page.locator("[name^=missing_]").nth(3)).to_have_value("1")
    assert await box.lacks() == {}
