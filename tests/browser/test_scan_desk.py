"""The scan field as a scanner and its person meet it: rows, refusals, a dead line, a session's end."""

import pytest
from playwright.async_api import Browser, Route, expect

from core import clock, database
from inventory import assets, custody
from inventory.assets import NewAsset
from inventory.custody import Holder
from inventory.holds import bookings
from inventory.holds.bookings import NewBooking
from tests import factories
from tests.browser import harness
from tests.browser.harness import PHONE
from tests.browser.scanned import Scanned

pytestmark = pytest.mark.browser


async def test_a_stack_is_scanned_and_handed_out(desk: Scanned) -> None:
    await custody.hand_out(desk.who.actor, ["HG-00004"], Holder(group="5B"))
    await desk.scan("hg00001", "ＨＧ－００００２")
    await desk.shows("HG-00002", "HG-00001")
    await expect(desk.page.locator("#scan")).to_be_focused()
    said = desk.page.locator("[data-scan-said]")
    await desk.scan("HG-00001")
    await expect(said).to_have_text("HG-00001 is in the list already")
    await desk.scan("HG-00004")
    await expect(said).to_contain_text("HG-00004 is already with 5B")
    await expect(desk.page.locator("[data-scan-rows] > li.is-refused")).to_have_count(1)
    await desk.page.locator("[data-scan-undo]").click()
    await desk.shows("HG-00002", "HG-00001")
    await desk.page.locator("[data-scan-rows] [data-take-out]").first.click()
    await desk.shows("HG-00001")
    await desk.page.locator("[data-scan-undo]").click()
    await desk.shows("HG-00002", "HG-00001")
    await desk.page.locator("summary", has_text="What was scanned here").click()
    await expect(desk.page.locator("[data-scan-history] li")).to_have_count(3)
    await desk.page.fill("#who", "Robot club")
    await desk.page.click("main .form-actions button[type=submit]")
    await expect(desk.page.locator(".notice-ok")).to_contain_text("Handed out to Robot club: 2.")
    assert await desk.holder("HG-00001") == "Robot club"
    await desk.page.goto("/custody/hand-out")
    await expect(desk.page.locator("#scan")).to_be_focused()
    await desk.shows()
    assert desk.said == []


async def test_who_gets_it_decides_what_is_refused(desk: Scanned) -> None:
    teacher = await factories.person("teacher", desk.school)
    today = clock.today("Asia/Shanghai")
    await bookings.book(teacher.actor, NewBooking(tag="HG-00003", day=today))
    await desk.scan("HG-00003")
    await desk.shows("HG-00003")
    refused = desk.page.locator("[data-scan-rows] > li.is-refused")
    await expect(refused).to_have_count(0)
    await desk.page.fill("#who", "Robot club")
    await desk.page.press("#who", "Tab")
    await expect(refused).to_contain_text(f"booked for {teacher.name} until")
    await desk.page.fill("#who", teacher.name)
    await desk.page.press("#who", "Tab")
    await expect(refused).to_have_count(0)
    await desk.page.click("main .form-actions button[type=submit]")
    await expect(desk.page.locator(".notice-ok")).to_contain_text("Handed out to")
    assert desk.said == []


async def test_a_refused_form_comes_back_with_its_rows(desk: Scanned) -> None:
    await desk.scan("HG-00001", "HG-00002")
    await desk.shows("HG-00002", "HG-00001")
    await desk.page.fill("#who", "Chess club")
    await desk.page.click("main .form-actions button[type=submit]")
    await expect(desk.page.locator("#who-error")).to_contain_text("Nobody here is called that")
    await expect(desk.page.locator(".desk-rows .list-item")).to_have_count(2)
    await desk.page.get_by_label("A new class or group of this name").check()
    await custody.hand_out(desk.who.actor, ["HG-00002"], Holder(group="5B"))
    await desk.page.click("main .form-actions button[type=submit]")
    refused = desk.page.locator("#refused-rows")
    await expect(refused).to_contain_text("HG-00002 is already with 5B")
    await refused.locator("[data-desk-row] button").click()
    await expect(refused).to_have_count(0)
    await desk.page.click("main .form-actions button[type=submit]")
    await expect(desk.page.locator(".notice-ok")).to_contain_text("Handed out to Chess club: 1.")
    assert await desk.holder("HG-00001") == "Chess club"


async def test_one_of_several_is_chosen_where_it_was_scanned(desk: Scanned) -> None:
    made = [
        await assets.create_asset(
            desk.who.actor,
            NewAsset(
                school=desk.school.code,
                model_id=await factories.asset_model(),
                serial_number="CN0Q7-1",
            ),
        )
        for _ in range(2)
    ]
    await desk.scan("cn0q7-1")
    await desk.page.locator("[data-row-choice] button", has_text=made[1].tag).click()
    await desk.shows(made[1].tag)
    assert await desk.page.input_value("#tags") == made[1].tag


async def test_what_was_scanned_outlives_a_dead_line_and_a_reload(desk: Scanned) -> None:
    await desk.scan("HG-00001")
    await desk.shows("HG-00001")
    await desk.page.context.set_offline(True)
    await desk.scan("hg-00002")
    await expect(desk.page.locator("[data-scan-rows] .is-pending")).to_have_count(1)
    await desk.page.fill("#who", "Robot club")
    await desk.page.click("main .form-actions button[type=submit]")
    await expect(desk.page.locator("[data-scan-said]")).to_contain_text("nothing was sent")
    await desk.page.context.set_offline(False)
    await desk.shows("HG-00002", "HG-00001")
    await desk.page.reload()
    await expect(desk.page.locator("[data-scan-kept]")).to_contain_text("not sent: 2")
    await desk.shows("HG-00002", "HG-00001")
    assert await desk.page.input_value("#who") == "Robot club"
    await desk.page.click("main .form-actions button[type=submit]")
    await expect(desk.page.locator(".notice-ok")).to_contain_text("Handed out to Robot club: 2.")


async def test_an_answer_that_is_lost_leads_to_no_second_hand_out(desk: Scanned) -> None:
    """The server did it, the line died: sent again after a reload it says what it said."""
    await desk.scan("HG-00001", "HG-00002")
    await desk.shows("HG-00002", "HG-00001")
    await desk.page.fill("#who", "Robot club")

    async def lose(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await desk.page.route("**/custody/hand-out", lose, times=1)
    await desk.page.click("main .form-actions button[type=submit]")
    await expect(desk.page.locator("[data-scan-said]")).to_contain_text("no answer came")
    assert await desk.holder("HG-00001") == "Robot club"
    await desk.page.reload()
    await expect(desk.page.locator("[data-scan-kept]")).to_be_visible()
    await desk.page.click("main .form-actions button[type=submit]")
    await expect(desk.page.locator(".notice-ok")).to_contain_text("Handed out to Robot club: 2.")
    assert await database.fetch_value("SELECT count(*) FROM custody") == 2


async def test_a_session_that_ended_keeps_the_rows_for_its_person_alone(
    desk: Scanned, address: str
) -> None:
    await desk.scan("HG-00001")
    await desk.shows("HG-00001")
    await desk.page.context.clear_cookies()
    await desk.scan("HG-00002")
    await expect(desk.page.locator("[data-scan-sign-in]")).to_be_visible()
    await desk.page.fill("#who", "Robot club")
    await desk.page.click("main .form-actions button[type=submit]")
    await expect(desk.page.locator("#login")).to_be_visible()
    other = await factories.person("technician", desk.school)
    await desk.sign_in(other)
    await desk.shows()
    await desk.page.context.clear_cookies()
    await desk.page.goto("/custody/hand-out")
    await desk.sign_in(desk.who)
    await desk.shows("HG-00002", "HG-00001")
    assert await desk.page.input_value("#who") == "Robot club"


async def test_the_list_as_text_and_the_field_are_one(desk: Scanned) -> None:
    await desk.scan("HG-00001")
    await desk.page.locator("[data-scan-list] > summary").click()
    await desk.page.fill("#tags", "HG-00001, hg3\nHG-00002")
    await desk.page.locator("#tags").blur()
    await desk.shows("HG-00002", "HG-00003", "HG-00001")
    await desk.page.locator("[data-scan-rows] [data-take-out]").first.click()
    await expect(desk.page.locator("#tags")).to_have_value("HG-00001\nHG-00003")


async def test_the_fields_beside_a_row_take_a_finger_and_stay_while_more_is_scanned(
    desk: Scanned,
) -> None:
    tags = ["HG-00001", "HG-00002"]
    await custody.hand_out(desk.who.actor, tags, Holder(group="5B"))
    await desk.page.goto(f"/custody/take-back?tag={tags[0]}")
    parts = desk.page.locator(f'[name="missing_parts.{tags[0]}"]')
    await parts.click()
    await desk.page.keyboard.type("Charger")
    await desk.page.locator("#note").fill("All of 5B")
    await desk.page.locator("#scan").click()
    await desk.scan(tags[1])
    # The rows that the script makes have such fields themselves.
    await expect(desk.page.locator("[name=lay_out]")).to_be_hidden()
    await desk.page.locator("[data-scan-rows] li", has_text=tags[1]).locator("summary").click()
    await desk.page.locator(f'[name="missing_parts.{tags[1]}"]').click()
    await expect(parts).to_have_value("Charger")
    await expect(desk.page.locator("#note")).to_have_value("All of 5B")


async def test_who_signs_draws_on_the_board_and_is_not_sent_to_paper(desk: Scanned) -> None:
    (loan,) = await custody.hand_out(desk.who.actor, ["HG-00001"], Holder(group="5B"))
    await desk.page.goto(f"/custody/hand-overs/{loan.hand_out_id}")
    await expect(desk.page.locator("[data-board]")).to_be_visible()
    await expect(desk.page.get_by_text("print this page")).to_be_hidden()
    board = desk.page.locator("canvas")
    await board.scroll_into_view_if_needed()
    box = await board.bounding_box()
    assert box is not None
    await desk.page.mouse.move(box["x"] + 20, box["y"] + 20)
    await desk.page.mouse.down()
    for step in range(1, 8):
        await desk.page.mouse.move(box["x"] + 20 + 20 * step, box["y"] + 20 + 30 * (step % 2))
    await desk.page.mouse.up()
    await desk.page.locator("#signer").fill("Teacher Li")
    await desk.page.locator("[data-submit] button").click()
    await expect(desk.page.locator("figcaption")).to_contain_text("Signed by Teacher Li")


async def test_each_desk_works_without_scripts(
    desk: Scanned, browser: Browser, address: str
) -> None:
    room = await factories.place(desk.school)
    context = await harness.context_for(
        browser, address, person_id=desk.who.id, locale="en", width=PHONE, scripts=False
    )
    page = await context.new_page()

    async def done(path: str, answer: str = ".notice-ok", **chosen: str) -> None:
        await page.goto(path)
        await page.fill("#tags", "hg00001, HG-00002")
        for name, value in chosen.items():
            field = page.locator(f"main [name={name}]")
            if await field.first.get_attribute("type") == "radio":
                await page.check(f"main [name={name}][value={value}]")
            elif await field.evaluate("one => one.tagName") == "SELECT":
                await field.select_option(value)
            else:
                await field.fill(value)
        await page.click("main .form-actions button[type=submit]")
        await expect(page.locator(answer)).to_be_visible()

    await done("/custody/hand-out", who="Robot club")
    await done("/custody/renew", due_on="2099-01-05")
    await page.goto("/custody/take-back")
    await page.fill("#tags", "HG-00001 HG-00002")
    await page.click("button[name=lay_out]")
    await page.select_option("[name='condition.HG-00001']", "broken")
    await page.click("main .form-actions button[type=submit]")
    await expect(page.locator(".notice-ok")).to_contain_text("Taken back: 2.")
    await done("/assets/move", place_id=str(room))
    await done("/assets/wipe", method="overwritten", result="passed")
    await done("/assets/count", "#found .list-item >> nth=1", place_id=str(room))
    await done("/assets/step", to_state="lost")
    for tag, condition in (("HG-00001", "broken"), ("HG-00002", "ok")):
        asset = await assets.get_asset(desk.who.actor, tag)
        assert (asset.condition, asset.lifecycle) == (condition, "lost")
    await context.close()
