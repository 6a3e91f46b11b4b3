"""The first page costs at most 100 kB over the wire, on a phone that has never been here."""

import pytest
from playwright.async_api import Browser

from tests.browser import harness
from tests.browser.harness import PHONE

pytestmark = pytest.mark.browser

MOST_BYTES = 100_000
FIRST_PAGES = ("admin", "technician", "teacher", "student_helper", "auditor")


async def weigh(browser: Browser, address: str, person_id: int | None, path: str) -> dict[str, int]:
    context = await harness.context_for(
        browser, address, person_id=person_id, locale="zh_CN", width=PHONE
    )
    page = await context.new_page()
    wire = harness.Wire(page)
    await page.goto(path, wait_until="networkidle")
    await wire.total()
    await context.close()
    return wire.bytes_by_address


async def test_the_sign_in_page_is_light(
    browser: Browser, address: str, people: dict[str, int]
) -> None:
    weights = await weigh(browser, address, None, "/sign-in")
    assert sum(weights.values()) <= MOST_BYTES, weights


@pytest.mark.parametrize("role", FIRST_PAGES)
async def test_the_home_of_each_role_is_light(
    browser: Browser, address: str, people: dict[str, int], role: str
) -> None:
    weights = await weigh(browser, address, people[role], "/")
    assert sum(weights.values()) <= MOST_BYTES, weights
