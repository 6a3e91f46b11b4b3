"""Accounts in Chromium: what a form does that a real browser itself has to send on."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page

from core import database
from tests import factories
from tests.browser import harness
from tests.browser.harness import PHONE
from tests.conftest import Stack
from tests.factories import PASSWORD, MadePerson

pytestmark = pytest.mark.browser


@pytest.fixture
async def admin(connections: Stack) -> MadePerson:
    assert connections
    return await factories.person("admin", await factories.school(), locale="en")


@pytest.fixture
async def page(browser: Browser, address: str, admin: MadePerson) -> AsyncIterator[Page]:
    """The admin's phone."""
    context = await harness.context_for(
        browser, address, person_id=admin.id, locale="en", width=PHONE
    )
    yield await context.new_page()
    await context.close()


async def test_a_form_that_asks_for_the_password_goes_on_with_what_was_typed(
    page: Page, admin: MadePerson
) -> None:
    await page.goto("/account/tokens")
    await page.get_by_label("What for").fill("Backup script")
    await page.get_by_label("Read the library").check()
    await database.execute("UPDATE sign_in SET confirmed_at = NULL WHERE person = $1", admin.id)
    said = harness.listen(page)
    await page.get_by_role("button", name="Make the token").click()
    await page.get_by_role("heading", name="Type your password again").wait_for()
    assert not [str(one) for one in await harness.violations(page)]
    # The 403 of the page that asks is all that the console has to tell.
    assert [line for line in said if "403" not in line] == []
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Go on").click()
    await page.get_by_text("Copy it now").wait_for()
    assert await page.locator("code", has_text="lsh_").count() == 1
