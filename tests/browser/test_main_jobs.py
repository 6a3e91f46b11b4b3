"""The main job of each role, done once with fingers and eyes: on both screens, in both languages."""

from collections.abc import AsyncIterator, Awaitable, Callable

import msgspec
import pytest
from playwright.async_api import Browser, Page

from api.language import language
from core import database
from tests.browser import harness
from tests.browser.harness import DESKTOP, PHONE

pytestmark = pytest.mark.browser

LOOKS = [("zh_CN", PHONE), ("en", PHONE), ("zh_CN", DESKTOP), ("en", DESKTOP)]


class Visit(msgspec.Struct, frozen=True):
    """One person at one screen; ``say`` gives the words that the page has in their language."""

    page: Page
    locale: str

    def say(self, msgid: str) -> str:
        return language(self.locale).gettext(msgid)

    async def press(self, msgid: str) -> None:
        await self.page.get_by_role("button", name=self.say(msgid), exact=True).click()

    async def follow(self, msgid: str) -> None:
        await self.page.get_by_role("link", name=self.say(msgid), exact=True).first.click()

    async def fill(self, msgid: str, text: str) -> None:
        await self.page.get_by_label(self.say(msgid)).first.fill(text)

    async def sees(self, text: str) -> None:
        await self.page.locator("main").get_by_text(text).first.wait_for()


Visiting = Callable[..., Awaitable[Visit]]


@pytest.fixture
async def visit(
    browser: Browser, address: str, people: dict[str, int]
) -> AsyncIterator[Callable[[str, str, int], Awaitable[Visit]]]:
    """Sends somebody of a role to their home page."""
    opened = []

    async def go(role: str, locale: str, width: int) -> Visit:
        await harness.set_language(people[role], locale)
        context = await harness.context_for(
            browser, address, person_id=people[role], locale=locale, width=width
        )
        opened.append(context)
        page = await context.new_page()
        await page.goto("/")
        return Visit(page, locale)

    yield go
    for context in opened:
        await context.close()


class AtHand(msgspec.Struct):
    tag: str


async def sound_asset() -> str:
    """The tag of an asset in service without an open order."""
    found = await database.fetch_one(
        AtHand,
        "SELECT tag FROM asset a WHERE lifecycle = 'in_service' AND NOT EXISTS"
        " (SELECT FROM work_order w WHERE w.asset = a.id AND w.closed_at IS NULL)"
        " ORDER BY id DESC LIMIT 1",
    )
    assert found
    return found.tag


@pytest.mark.parametrize(("locale", "width"), LOOKS)
async def test_a_technician_logs_a_repair(visit: Visiting, locale: str, width: int) -> None:
    tag = await sound_asset()
    here = await visit("technician", locale, width)
    await here.follow("Report a fault")
    await here.fill("Number on the sticker", tag.lower())
    await here.press("Go on to the report")
    await here.fill("What is wrong?", "屏幕不亮")
    await here.press("Send the report")
    await here.sees("屏幕不亮")
    await here.press("I take it")
    await here.fill("What was found", "电源线松动")
    await here.fill("What was done", "重新插紧并测试")
    await here.fill("Minutes", "15")
    await here.press("Write down")
    await here.sees("重新插紧并测试")
    await here.page.get_by_text(here.say("It works again"), exact=True).click()
    await here.fill("How it ended", "已修好")
    await here.press("Mark as completed")
    await here.sees(language(locale).gettext("Completed"))
    states = await database.fetch_value(
        "SELECT w.state || ' ' || a.lifecycle FROM work_order w JOIN asset a ON a.id = w.asset"
        " WHERE a.tag = $1 ORDER BY w.id DESC LIMIT 1",
        tag,
    )
    assert states == "completed in_service"
