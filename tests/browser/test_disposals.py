"""A technician's phone proposes what leaves the books; an admin's approves with the password."""

import pytest
from playwright.async_api import Browser, expect

from core import database
from inventory import disposals
from inventory.disposals import RuleFacts
from tests import factories
from tests.browser import harness
from tests.browser.harness import PHONE
from tests.conftest import Stack, empty
from tests.factories import PASSWORD

pytestmark = pytest.mark.browser


async def test_a_thing_leaves_the_books_by_two_people(
    browser: Browser, address: str, connections: Stack
) -> None:
    await empty(connections)
    school = await factories.school()
    technician, admin = [await factories.person(one, school) for one in ("technician", "admin")]
    await disposals.write_rule(admin.actor, school.id, RuleFacts(True, 90))
    model = await factories.asset_model("projector")
    thing = await factories.asset(school, model=model, lifecycle="retired", tag="HG-00001")
    first = await harness.context_for(
        browser, address, person_id=technician.id, locale="en", width=PHONE
    )
    page = await first.new_page()
    await page.goto(f"/assets/{thing.tag}")
    await page.get_by_role("link", name="Propose a disposal").tap()
    await expect(page.locator("[data-scan-rows]")).to_contain_text(thing.tag)
    await page.get_by_label("Dispose of it").check()
    await page.get_by_label("Reason").fill("The board is burnt")
    await page.get_by_role("button", name="Propose").tap()
    await expect(page.locator(".notice-ok")).to_contain_text("Proposed: 1.")
    await first.close()
    second = await harness.context_for(
        browser, address, person_id=admin.id, locale="en", width=PHONE
    )
    # The password was typed long ago.
    await database.execute("UPDATE sign_in SET confirmed_at = NULL")
    page = await second.new_page()
    await page.goto("/")
    await page.get_by_role("link", name="Disposals to approve").tap()
    await page.locator("main a.code").tap()
    await page.get_by_role("button", name="Approve").tap()
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Go on").tap()
    await expect(page.locator(".notice-ok")).to_contain_text("Approved.")
    await page.get_by_role("link", name="Certificate").tap()
    await expect(page.locator("#paper")).to_contain_text("The board is burnt")
    await expect(page.locator("#paper")).to_contain_text(admin.name)
    await second.close()
    state = await database.fetch_value("SELECT lifecycle FROM asset WHERE id = $1", thing.id)
    assert state == "disposed"
