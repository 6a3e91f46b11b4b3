"""What was typed outlives a change of language and a session that ended, for the same person."""

import pytest
from playwright.async_api import Browser, Page, expect

from api.http.identity import COOKIE
from core import database, sign_in
from tests.browser import harness
from tests.browser.harness import PHONE

pytestmark = pytest.mark.browser
WORDS = "屏幕花了一大片"


async def _filled_report(browser: Browser, address: str, who: int) -> Page:
    await harness.set_language(who, "zh_CN")
    context = await harness.context_for(
        browser, address, person_id=who, locale="zh_CN", width=PHONE
    )
    page = await context.new_page()
    tag = await database.fetch_value(
        "SELECT a.tag FROM asset a JOIN membership m ON m.school = a.school"
        " WHERE m.person = $1 AND a.lifecycle = 'in_service' ORDER BY a.tag LIMIT 1",
        who,
    )
    await page.goto(f"/assets/{tag}/report")
    await page.locator("[name=what]").fill(WORDS)
    await page.locator("[name=severity][value=critical]").evaluate("one => { one.checked = true; }")
    return page


async def _switch_language(page: Page) -> None:
    await page.locator("details.account summary").click()
    await page.locator("form[data-language] button").click()


async def _sign_in(page: Page, who: int) -> None:
    token = await sign_in.start_session(who, address="127.0.0.1", browser="test")
    await page.context.add_cookies([{"name": COOKIE, "value": token, "url": page.url}])
    # Its script makes sure of the draft, sooner than anybody can type a password.
    await page.wait_for_load_state()
    # The sign-in page leads whoever is signed in to where they wanted to go.
    await page.reload()


async def test_a_filled_form_stays_filled_in_the_other_language(
    browser: Browser, address: str, people: dict[str, int]
) -> None:
    page = await _filled_report(browser, address, people["teacher"])
    await _switch_language(page)
    await page.locator("html[lang=en]").wait_for()
    await expect(page.locator("[name=what]")).to_have_value(WORDS)
    await expect(page.locator("[name=severity][value=critical]")).to_be_checked()
    await page.reload()
    assert await page.locator("[name=what]").input_value() == ""
    await page.context.close()


async def test_a_form_sent_after_the_session_ended_is_filled_again_for_the_same_person(
    browser: Browser, address: str, people: dict[str, int]
) -> None:
    for back, kept in (("teacher", WORDS), ("technician", "")):
        page = await _filled_report(browser, address, people["teacher"])
        form = page.url
        await page.context.clear_cookies()
        await page.locator("main form button[type=submit]").last.click()
        await page.get_by_text("刚才的内容还没有保存").wait_for()
        await _sign_in(page, people[back])
        await page.wait_for_url(form)
        assert await page.locator("[name=what]").input_value() == kept, back
        await page.context.close()


async def test_the_address_of_a_refused_form_leads_to_its_page_in_the_other_language(
    browser: Browser, address: str, people: dict[str, int]
) -> None:
    page = await _filled_report(browser, address, people["technician"])
    tag = page.url.split("/")[-2]
    await page.goto(f"/assets/{tag}/step")
    await page.wait_for_url(f"**/assets/{tag}")
    await page.context.close()
