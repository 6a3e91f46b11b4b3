"""On a phone: a room lacks computers, spare ones are ticked, and become a transfer in one step."""

import re

import pytest
from playwright.async_api import Browser, expect

from core import database
from tests import factories, factories_rooms
from tests.browser import harness
from tests.browser.harness import PHONE
from tests.conftest import Stack, empty

pytestmark = pytest.mark.browser


async def test_a_gap_becomes_a_transfer_on_a_phone(
    browser: Browser, address: str, connections: Stack
) -> None:
    await empty(connections)
    here, there = await factories.school(), await factories.school()
    admin = await factories.person("admin", here, there)
    room = await factories_rooms.room(admin, here)
    things = [await factories.asset(there) for _ in range(3)]
    context = await harness.context_for(
        browser, address, person_id=admin.id, locale="en", width=PHONE
    )
    page = await context.new_page()
    await page.goto("/function-rooms")
    await page.get_by_role("link", name=re.compile("^room ")).first.click()
    await expect(page.get_by_text("Missing: 2")).to_be_visible()
    await page.get_by_role("link", name="Close the gap").click()
    # As many as are missing are ticked already.
    ticks = page.locator("input[name=tags][type=checkbox]")
    await expect(ticks).to_have_count(3)
    await expect(page.locator("input[name=tags]:checked")).to_have_count(2)
    await page.get_by_role("button", name="Bring what is ticked").click()
    await expect(page).to_have_url(re.compile("/transfers/[0-9]+"))
    await expect(page.locator("body")).to_contain_text(things[0].tag)
    assert await database.fetch_value("SELECT count(*) FROM transfer_line WHERE is_open") == 2
    await page.goto(f"/function-rooms/{room.place_id}")
    await expect(page.locator("body")).to_contain_text("on the way: 2")
    await expect(page.get_by_role("link", name="Close the gap")).to_have_count(0)
    await context.close()
