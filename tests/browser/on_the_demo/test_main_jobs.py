"""The main job of each role, done once with fingers and eyes: on both screens, in both languages."""

import hashlib
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable

import msgspec
import pytest
from playwright.async_api import Browser, Page, expect

from api.wording.language import language
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

    async def is_sound(self) -> None:
        assert not [str(one) for one in await harness.violations(self.page)]

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


class Titled(msgspec.Struct):
    brand: str
    name: str


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
    # What helped before may say the same.
    await here.page.locator("summary", has_text=here.say("It works again")).click()
    await here.fill("How it ended", "已修好")
    await here.press("Mark as completed")
    # The word itself stands on the button that was just pressed.
    await here.page.locator("main .badge", has_text=here.say("Completed")).first.wait_for()
    await here.is_sound()
    states = await database.fetch_value(
        "SELECT w.state || ' ' || a.lifecycle FROM work_order w JOIN asset a ON a.id = w.asset"
        " WHERE a.tag = $1 ORDER BY w.id DESC LIMIT 1",
        tag,
    )
    assert states == "completed in_service"


class Courseware(msgspec.Struct):
    title: str
    sha256: str


async def pictured_courseware() -> Courseware:
    """A resource that all schools see, with pictures of its pages."""
    found = await database.fetch_one(
        Courseware,
        "SELECT r.title, b.sha256 FROM resource r"
        " CROSS JOIN LATERAL (SELECT v.blob FROM revision v WHERE v.resource = r.id"
        "   ORDER BY v.number DESC LIMIT 1) newest"
        " JOIN blob b ON b.id = newest.blob"
        " WHERE r.state = 'published' AND r.visibility = 'shared'"
        " AND EXISTS (SELECT FROM rendition t WHERE t.blob = b.id AND t.kind = 'page')"
        " ORDER BY r.id LIMIT 1",
    )
    assert found
    return found


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
async def test_a_technician_mends_a_scanned_list_and_names_a_model(
    visit: Visiting, width: int
) -> None:
    tech = await visit("technician", "zh_CN", width)
    tag = await sound_asset()
    await tech.page.goto(f"/custody/hand-out?tag={tag}&tag=NO-SUCH&tag=NO-OTHER")
    await tech.fill("Note", "Before the lesson")
    # Enter in a field sends the form, it takes no row out.
    await tech.page.locator("#note").press("Enter")
    await tech.page.locator("#who-error").wait_for()
    await expect(tech.page.locator(".desk-rows .list-item")).to_have_count(3)
    await tech.is_sound()
    refused = await tech.page.locator("#refused-rows .list-item").first.bounding_box()
    assert refused is not None
    assert refused["y"] + refused["height"] < harness.HEIGHTS[width], "seen without scrolling"
    await tech.press("Take out all refused rows")
    await tech.page.locator("#refused-rows").wait_for(state="detached")
    assert (await tech.page.locator("#tags").input_value()).strip() == tag
    assert await tech.page.locator("#note").input_value() == "Before the lesson"
    model = await database.fetch_one(Titled, "SELECT brand, name FROM asset_model LIMIT 1")
    assert model is not None
    title = f"{model.brand} {model.name}".strip()
    await tech.page.goto("/assets/new")
    await tech.page.evaluate("document.getElementById('model_title-list').replaceChildren()")
    await tech.page.locator("#model_title").press_sequentially(title[:-1])
    offered = tech.page.locator(
        f"#model_title-list option[value={json.dumps(title, ensure_ascii=False)}]"
    )
    await offered.first.wait_for(state="attached")
    await tech.is_sound()


@pytest.mark.parametrize(("locale", "width"), LOOKS)
async def test_a_teacher_finds_previews_and_downloads(
    visit: Visiting, locale: str, width: int
) -> None:
    wanted = await pictured_courseware()
    here = await visit("teacher", locale, width)
    await here.page.locator("nav.site-nav").get_by_role("link", name=here.say("Library")).click()
    await here.page.locator("main input[name=q]").fill(wanted.title[:4])
    await here.press("Find")
    await here.page.get_by_role("link", name=wanted.title).click()
    await here.page.get_by_role("heading", level=1, name=wanted.title).wait_for()
    picture = here.page.locator("main img[src*='/pictures/page/']").first
    await picture.scroll_into_view_if_needed()
    await here.page.wait_for_function(
        "document.querySelector(\"main img[src*='/pictures/page/']\").naturalWidth > 100"
    )
    await here.is_sound()
    async with here.page.expect_download() as arriving:
        await here.page.locator("main a.button-primary[download]").click()
    file = await (await arriving.value).path()
    assert hashlib.sha256(file.read_bytes()).hexdigest() == wanted.sha256


@pytest.mark.parametrize(("locale", "width"), LOOKS)
async def test_an_admin_reads_the_usage_of_a_donation(
    visit: Visiting, locale: str, width: int
) -> None:
    here = await visit("admin", locale, width)
    await here.page.locator("nav.site-nav").get_by_role("link", name=here.say("Usage")).click()
    row = here.page.locator("main tbody a[href*='/donations/']").first
    title = await row.inner_text()
    await row.click()
    await here.page.get_by_role("heading", level=1, name=title).wait_for()
    for msgid in ("Hours on", "Days in custody", "Idle for 30 days", "Received"):
        await here.sees(here.say(msgid))
    await here.page.locator(".chart-canvas canvas").first.wait_for()
    await here.is_sound()
    received = await database.fetch_value(
        "SELECT sum(l.received)::bigint FROM donation_line l JOIN donation d ON d.id = l.donation"
        " WHERE d.title = $1",
        title,
    )
    facts = await here.page.locator("dl.facts").first.inner_text()
    assert language(locale).number(received) in facts


@pytest.mark.parametrize("is_typed", [False, True], ids=["chosen", "typed"])
async def test_a_teacher_books_in_three_taps_from_home(visit: Visiting, is_typed: bool) -> None:
    here = await visit("teacher", "zh_CN", PHONE)
    await here.page.evaluate("scrollTo(0, 0)")
    card = here.page.locator("section").filter(has_text=here.say("Make a booking"))
    title = await card.locator("a.list-title").first.inner_text()
    taps = 0
    if is_typed:
        # What is typed and found alone leads to its week: touching the field is a tap.
        await card.locator("input[name=q]").tap()
        await here.page.keyboard.type(title)
        await here.page.keyboard.press("Enter")
    else:
        await card.locator("a.list-title").first.tap()
    taps += 1
    await here.page.get_by_role("heading", level=1, name=title).wait_for()
    free = here.page.locator("td.is-chosen a.slot-free")
    assert here.say("Free") in await free.last.inner_text() or "/" in await free.last.inner_text()
    await free.last.tap()
    taps += 1
    before = await database.fetch_value("SELECT count(*) FROM hold WHERE kind = 'booking'")
    await here.page.get_by_role("button", name=here.say("Make a booking")).tap()
    taps += 1
    await here.page.wait_for_url(re.compile(r"/bookings/\d+"))
    assert await database.fetch_value("SELECT count(*) FROM hold WHERE kind = 'booking'") > before
    assert taps == 3
    await here.is_sound()
