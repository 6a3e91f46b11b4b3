"""Rows of a desk and the answers about them: late, missing, lost, sent by Enter, stored beside them."""

import asyncio
from datetime import timedelta

import pytest
from playwright.async_api import Browser, Page, Route, expect

from core import clock, database
from inventory import custody
from inventory.custody import Holder
from inventory.holds import bookings
from inventory.holds.bookings import NewBooking
from tests import factories
from tests.browser import harness
from tests.browser.scanned import Scanned, at_a_desk
from tests.conftest import Stack, empty
from tests.patience import EVERY_SECONDS, MANY_LOOKS, PATIENCE_SECONDS

pytestmark = pytest.mark.browser
QUESTIONS = "**/api/v1/scans?**"
CONDITION = "[data-row-field=condition]"
# Counts the answers about scans that the page's script is done with. A task of its own, behind the promises of
# whoever waits for the answer; a channel, because a test may have stopped the page's timers.
COUNT_TAKEN = """() => {
  const channel = new MessageChannel();
  window.taken = 0;
  channel.port1.onmessage = () => { window.taken += 1; };
  const ask = window.fetch;
  window.fetch = async (...asked) => {
    if (!String(asked[0]).includes("/scans?")) return ask(...asked);
    const answer = await ask(...asked).catch((error) => { channel.port2.postMessage(0); throw error; });
    if (!answer.ok) channel.port2.postMessage(0);
    const read = answer.json.bind(answer);
    answer.json = () => read().finally(() => channel.port2.postMessage(0));
    return answer;
  };
}"""


class HeldBack:
    """Answers about scans that come when the test lets them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.routes: asyncio.Queue[Route] = asyncio.Queue()

    async def begin(self) -> None:
        await self.page.evaluate(COUNT_TAKEN)
        await self.page.route(QUESTIONS, self.routes.put)

    async def asked(self) -> Route:
        """The next question, once the page has asked it."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self.routes.get()

    async def release(self, route: Route | None = None, *, is_lost: bool = False) -> None:
        """Let one answer come or be lost, the oldest unless one is named, and the page take it."""
        before = await self.page.evaluate("window.taken")
        held = route or await self.asked()
        await (held.abort() if is_lost else held.continue_())
        await harness.until(self.page, f"window.taken > {before}")


async def test_enter_in_a_field_sends_the_list_and_leaves_nothing_behind(desk: Scanned) -> None:
    await desk.scan("HG-00001", "HG-00002")
    await desk.shows("HG-00002", "HG-00001")
    await desk.page.fill("#find", "nothing is called so")
    await desk.page.press("#find", "Enter")
    await expect(desk.page.locator("#found")).to_be_visible()
    await desk.page.press("#find", "Enter")
    await expect(desk.page.locator("#found")).to_be_visible()
    assert await desk.holder("HG-00001") is None
    await desk.page.fill("#who", "Robot club")
    await desk.page.fill("#note", "for the fair")
    await desk.page.press("#note", "Enter")
    await expect(desk.page.locator(".notice-ok")).to_contain_text("Handed out to Robot club: 2.")
    await desk.keeps_nothing()
    await desk.page.goto("/custody/hand-out")
    await desk.shows()
    await expect(desk.page.locator("[data-scan-kept]")).to_be_hidden()


async def test_a_row_taken_out_before_its_answer_stays_out(desk: Scanned) -> None:
    held = HeldBack(desk.page)
    await held.begin()
    await desk.scan("hg-00001")
    await desk.page.locator("[data-scan-rows] [data-take-out]").click()
    await held.release()
    await expect(desk.page.locator("[data-scan-rows] > li")).to_have_count(0)
    assert await desk.page.input_value("#tags") == ""
    await desk.page.locator("[data-scan-undo]").click()
    await desk.shows("HG-00001")
    await desk.scan("hg-00002")
    await desk.page.locator("[data-scan-undo]").click()
    await held.release()
    await desk.shows("HG-00001")
    assert await desk.page.input_value("#tags") == "HG-00001"


async def test_the_answer_for_whoever_was_named_last_stands_also_if_it_comes_first(
    desk: Scanned,
) -> None:
    teacher = await factories.person("teacher", desk.school)
    today = clock.today("Asia/Shanghai")
    await bookings.book(teacher.actor, NewBooking(tag="HG-00003", day=today))
    await desk.scan("HG-00003")
    await desk.shows("HG-00003")
    held = HeldBack(desk.page)
    await held.begin()
    asked = []
    for name in ("Robot club", teacher.name):
        await desk.page.fill("#who", name)
        await desk.page.press("#who", "Tab")
        asked.append(await held.asked())
    await held.release(asked[1])
    await held.release(asked[0])
    await expect(desk.page.locator("[data-scan-rows] > li.is-refused")).to_have_count(0)


async def test_a_look_that_fails_late_does_not_hide_that_nothing_was_sent(desk: Scanned) -> None:
    held = HeldBack(desk.page)
    await held.begin()
    await desk.scan("HG-00001")
    asked = await held.asked()
    await desk.page.route("**/custody/hand-out", lambda route: route.abort(), times=1)
    await desk.page.fill("#who", "Robot club")
    await desk.submit()
    said = desk.page.locator("[data-scan-said]")
    await expect(said).to_contain_text("nothing was sent")
    await held.release(asked, is_lost=True)
    await expect(said).to_contain_text("nothing was sent")


async def test_what_is_scanned_while_the_list_is_sent_is_not_lost(desk: Scanned) -> None:
    await desk.scan("HG-00001")
    await desk.shows("HG-00001")
    await desk.page.fill("#who", "Robot club")

    async def slowly(route: Route) -> None:
        await desk.page.focus("#scan")
        await desk.scan("HG-00002")
        await desk.shows("HG-00002", "HG-00001")
        await route.continue_()

    await desk.page.route("**/custody/hand-out", slowly, times=1)
    await desk.submit()
    await expect(desk.page.locator(".notice-ok")).to_contain_text("Handed out to Robot club: 1.")
    await desk.page.goto("/custody/hand-out")
    await desk.shows("HG-00002")
    await desk.page.fill("#who", "Robot club")
    await desk.submit()
    await expect(desk.page.locator(".notice-ok")).to_contain_text("Handed out to Robot club: 1.")


async def test_how_each_thing_looks_outlives_undo_and_reload(desk: Scanned) -> None:
    await custody.hand_out(desk.who.actor, ["HG-00001", "HG-00002"], Holder(group="5B"))
    await desk.page.goto("/custody/take-back")
    await desk.scan("HG-00001", "HG-00002")
    await desk.shows("HG-00002", "HG-00001")
    row = desk.page.locator("[data-scan-rows] > li", has_text="HG-00001")
    await row.locator("summary").click()
    await row.locator(CONDITION).select_option("broken")
    await row.locator("[data-row-field=missing_parts]").fill("charger")
    # A scanner that types into the wrong field adds nothing and sends nothing.
    await row.locator("[data-row-field=note]").fill("fell")
    await row.locator("[data-row-field=note]").press("Enter")
    await expect(desk.page.locator("#scan")).to_be_focused()
    await row.locator("[data-take-out]").click()
    await desk.page.locator("[data-scan-undo]").click()
    await desk.page.reload()
    await desk.shows("HG-00002", "HG-00001")
    await expect(row.locator("[data-row-field=note]")).to_have_value("fell")
    await desk.submit()
    await expect(desk.page.locator(".notice-ok")).to_contain_text("Taken back: 2.")
    said = await database.fetch_value(
        "SELECT string_agg(concat_ws(' ', a.tag, c.condition_in, s.parts, c.return_note), ', '"
        " ORDER BY a.tag) FROM custody c JOIN asset a ON a.id = c.asset"
        " LEFT JOIN shortage s ON s.custody = c.id"
    )
    assert said.rstrip() == "HG-00001 broken charger fell, HG-00002 ok"
    await desk.keeps_nothing()


async def test_a_refused_return_keeps_how_its_rows_look(desk: Scanned) -> None:
    """Also of a row that was typed in short and that the server never looked up before."""
    await custody.hand_out(desk.who.actor, ["HG-00001"], Holder(group="5B"))
    await desk.page.goto("/custody/take-back")
    await desk.page.route(QUESTIONS, lambda route: route.abort())
    await desk.scan("hg00001", "HG-00002")
    row = desk.page.locator("[data-scan-rows] > li", has_text="hg00001")
    await row.locator("summary").click()
    await row.locator("[data-row-field=note]").fill("fell")
    await desk.submit()
    await expect(desk.page.locator("#refused-rows")).to_contain_text("HG-00002")
    await expect(desk.page.locator("[name='note.HG-00001']")).to_have_value("fell")


async def test_a_count_that_goes_on_after_its_answer_outlives_a_reload(desk: Scanned) -> None:
    room = await factories.place(desk.school)
    await desk.page.goto("/assets/count")
    await desk.page.select_option("#place_id", str(room))
    await desk.scan("HG-00001")
    await desk.shows("HG-00001")
    await desk.submit()
    await expect(desk.page.locator("#unexpected")).to_contain_text("HG-00001")
    await desk.keeps_nothing()
    await desk.page.focus("#scan")
    await desk.scan("HG-00002")
    await desk.shows("HG-00002", "HG-00001")
    for goes in (True, False):
        await (desk.page.reload() if goes else desk.page.goto("/assets/count"))
        await desk.shows("HG-00002", "HG-00001")
        assert await desk.page.input_value("#place_id") == str(room)


async def test_what_got_no_answer_is_asked_again_by_itself(desk: Scanned) -> None:
    """With growing pauses, not while the page is hidden, and at once on the return to it."""
    await desk.page.clock.install()
    # No pause ends by itself, however long the test takes between two steps.
    await desk.page.clock.pause_at(clock.now() + timedelta(hours=1))
    await desk.page.evaluate(COUNT_TAKEN)
    asked: list[str] = []

    async def refuse(route: Route) -> None:
        asked.append(route.request.url)
        await route.fulfill(status=503)

    async def taken(count: int) -> None:
        for _ in range(MANY_LOOKS):
            if await desk.page.evaluate("window.taken") == count:
                return
            await asyncio.sleep(EVERY_SECONDS)
        raise TimeoutError(f"the page never took {count} answers")

    await desk.page.route(QUESTIONS, refuse)
    await desk.scan("HG-00001")
    await expect(desk.page.locator("[data-scan-said]")).to_contain_text("could not look it up")
    for answers, pause in enumerate((5, 10, 20), 1):
        await taken(answers)
        await desk.page.clock.run_for(1000 * pause - 1)
        assert len(asked) == answers
        await desk.page.clock.run_for(1)
    await taken(4)
    await _hide(desk.page, True)
    await desk.page.clock.run_for(1000 * 3600)
    assert len(asked) == 4
    await desk.page.unroute(QUESTIONS)
    await _hide(desk.page, False)
    await desk.shows("HG-00001")


async def _hide(page: Page, value: bool) -> None:
    await page.evaluate(
        "(hidden) => { Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});"
        " document.dispatchEvent(new Event('visibilitychange')); }",
        value,
    )


async def test_a_server_that_cannot_leaves_the_list_where_it_is(desk: Scanned) -> None:
    await desk.scan("HG-00001")
    await desk.shows("HG-00001")
    held = HeldBack(desk.page)
    await held.begin()
    await desk.page.fill("#who", "Robot club")

    async def gateway(route: Route) -> None:
        await route.fulfill(status=502, body="<h1>Bad Gateway</h1>", content_type="text/html")

    await desk.page.route("**/custody/hand-out", gateway, times=1)
    await desk.submit()
    await expect(desk.page.locator("[data-scan-said]")).to_contain_text("send it again in a moment")
    # For another holder the list is looked up anew; the answer, late, does not hide that sentence.
    await held.release()
    await expect(desk.page.locator("[data-scan-said]")).to_contain_text("send it again in a moment")
    await desk.shows("HG-00001")
    await desk.submit()
    await expect(desk.page.locator(".notice-ok")).to_contain_text("Handed out to Robot club: 1.")


async def test_a_list_sent_before_the_script_is_there_leaves_nothing_behind(desk: Scanned) -> None:
    await desk.scan("HG-00001")
    await desk.shows("HG-00001")
    held: asyncio.Queue[Route] = asyncio.Queue()
    await desk.page.route("**/scan-rows.*.js", held.put)
    await desk.page.goto("/custody/hand-out?tag=HG-00001")
    await desk.page.fill("#who", "Robot club")
    await desk.submit()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await (await held.get()).continue_()
    await expect(desk.page.locator(".notice-ok")).to_contain_text("Handed out to Robot club: 1.")
    await desk.keeps_nothing()


async def test_a_server_killed_between_commit_and_answer_hands_out_once(
    browser: Browser, connections: Stack
) -> None:
    await empty(connections)
    port = harness.free_port()
    address = harness.address_of(port)
    process = harness.start_server(connections.settings, port)
    try:
        harness.wait_for(address, process)
        async with at_a_desk(browser, address) as desk:
            await desk.scan("HG-00001", "HG-00002")
            await desk.shows("HG-00002", "HG-00001")
            await desk.page.fill("#who", "Robot club")

            async def kill(route: Route) -> None:
                # Its answer says that all is committed; the browser never gets it.
                await route.fetch(max_redirects=0)
                process.kill()
                process.wait()
                await route.abort("connectionreset")

            await desk.page.route("**/custody/hand-out", kill, times=1)
            await desk.submit()
            await expect(desk.page.locator("[data-scan-said]")).to_contain_text("no answer came")
            assert await desk.holder("HG-00001") == "Robot club"
            process = harness.start_server(connections.settings, port)
            harness.wait_for(address, process)
            await desk.submit()
            await expect(desk.page.locator(".notice-ok")).to_contain_text("Robot club: 2.")
            await desk.keeps_nothing()
            assert await database.fetch_value("SELECT count(*) FROM custody") == 2
            assert await database.fetch_value("SELECT count(*) FROM hand_over") == 1
    finally:
        process.kill()
        process.wait()
