"""Every page that links reach, in Chromium: no violation of axe, no sideways scroll, no error."""

from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, Page

from tests.browser import harness, touring
from tests.browser.harness import DESKTOP, PHONE
from tests.browser.touring import Tour
from tests.conftest import Stack

pytestmark = [pytest.mark.browser, pytest.mark.long]

LOOKS = [("zh_CN", PHONE), ("en", PHONE), ("zh_CN", DESKTOP), ("en", DESKTOP)]
# axe costs half a second a page and judges structure and colour: each language and each width
# once; the main jobs run it in all four.
FULL_LOOKS = {("zh_CN", PHONE), ("en", DESKTOP)}


@pytest.fixture(scope="module")
async def tours(address: str, connections: Stack, people: dict[str, int]) -> dict[str, Tour]:
    return {
        role: await touring.find_pages(address, person_id) for role, person_id in people.items()
    }


def first_visits(tours: dict[str, Tour]) -> Iterator[tuple[str, list[str]]]:
    """For each role the pages that no role before it reaches; its own home always."""
    known: set[str] = set()
    for role, tour in tours.items():
        yield role, [path for kind, path in tour.pages.items() if kind not in known or kind == "/"]
        known |= tour.pages.keys()


async def test_every_link_leads_somewhere(tours: dict[str, Tour]) -> None:
    broken = {role: tour.broken for role, tour in tours.items() if tour.broken}
    assert not broken


@pytest.mark.parametrize(("locale", "width"), LOOKS)
async def test_every_page_is_sound(
    browser: Browser,
    address: str,
    people: dict[str, int],
    tours: dict[str, Tour],
    locale: str,
    width: int,
) -> None:
    found: list[str] = []
    for role, paths in first_visits(tours):
        await harness.set_language(people[role], locale)
        context = await harness.context_for(
            browser, address, person_id=people[role], locale=locale, width=width
        )
        page = await context.new_page()
        said = harness.listen(page)
        for path in paths:
            wrong = await faults(page, path, locale, with_axe=(locale, width) in FULL_LOOKS)
            found += [f"{role} {path}: {fault}" for fault in wrong]
        found += [f"{role}: {words}" for words in said]
        await context.close()
    assert not found, "\n".join(found)


async def faults(page: Page, path: str, locale: str, *, with_axe: bool = True) -> list[str]:
    """What is wrong with one page as it stands in the browser."""
    answer = await page.goto(path)
    assert answer
    found = [f"answers {answer.status}"] if answer.status >= 400 else []
    if await page.get_attribute("html", "lang") != locale.replace("_", "-"):
        found.append("is in another language")
    wide = await harness.overflow(page)
    if wide > 0:
        found.append(f"is {wide} px wider than the screen")
    if await page.locator("h1").count() != 1:
        found.append("has not exactly one h1")
    if with_axe:
        found += [f"has {one} below something else" for one in await harness.covered(page)]
        found += [str(one) for one in await harness.violations(page)]
    return found


@pytest.mark.parametrize(("locale", "width"), LOOKS)
async def test_a_stranger_finds_the_way_in(
    browser: Browser, address: str, people: dict[str, int], locale: str, width: int
) -> None:
    context = await harness.context_for(
        browser, address, person_id=None, locale=locale, width=width
    )
    page = await context.new_page()
    for path in ("/sign-in", "/api"):
        assert await faults(page, path, locale) == []
    await page.goto("/assets")
    assert "/sign-in" in page.url
    await context.close()


async def test_the_language_switch_works_by_hand(
    browser: Browser, address: str, people: dict[str, int]
) -> None:
    context = await harness.context_for(browser, address, person_id=None, locale="en", width=PHONE)
    page = await context.new_page()
    await page.goto("/sign-in")
    await page.get_by_role("button", name="中文").click()
    await page.get_by_role("heading", name="登录").wait_for()
    await page.get_by_role("button", name="English").click()
    await page.get_by_role("heading", name="Sign in").wait_for()
    await context.close()
