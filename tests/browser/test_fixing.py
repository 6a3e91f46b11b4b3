"""Fixed and closed on a phone: counted in taps, from the page of the asset and from an order."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from tests import factories, factories_repairs
from tests.browser import harness
from tests.browser.harness import PHONE
from tests.conftest import Stack, empty
from tests.factories import MadeAsset

pytestmark = pytest.mark.browser


@pytest.fixture
async def found(
    browser: Browser, address: str, connections: Stack
) -> AsyncIterator[tuple[Page, MadeAsset]]:
    await empty(connections)
    school = await factories.school()
    who = await factories.person("technician", school)
    asset = await factories.asset(school)
    context = await harness.context_for(
        browser, address, person_id=who.id, locale="en", width=PHONE
    )
    yield await context.new_page(), asset
    await context.close()


async def test_a_repair_is_written_down_and_closed_in_two_taps_beside_its_words(
    found: tuple[Page, MadeAsset],
) -> None:
    page, asset = found
    await page.goto(f"/assets/{asset.tag}")
    taps = 0

    async def tap(role: str, name: str) -> None:
        nonlocal taps
        taps += 1
        await page.get_by_role(role, name=name).tap()  # type: ignore[arg-type]

    # Nobody had reported it; the keyboard is up when the form is there.
    await tap("link", "Fixed and closed")
    await expect(page.get_by_label("What was wrong")).to_be_focused()
    await page.keyboard.type("No picture")
    await page.keyboard.press("Tab")
    await page.keyboard.type("Pushed the plug in")
    await tap("button", "Fixed: close it")
    await expect(page.get_by_text("Completed by")).to_be_visible()
    assert taps == 2

    order = await factories_repairs.order(asset)
    await page.goto(f"/work-orders/{order.id}")
    await tap("link", "Fixed: close it")
    await expect(page.get_by_label("What helped")).to_be_focused()
    await page.keyboard.type("A new cable")
    await page.locator("#photos").set_input_files(
        {"name": "x.png", "mimeType": "image/png", "buffer": factories_repairs.picture()}
    )
    await tap("button", "Fixed: close it")
    await expect(page.get_by_text("Completed by")).to_be_visible()
    await expect(page.get_by_role("img", name="Photo 1 by")).to_be_visible()
    assert taps == 4
