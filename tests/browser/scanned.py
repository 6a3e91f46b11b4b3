"""A technician before a desk of the application in Chromium, as a scanner and its person meet it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Page, expect

from inventory import assets, groups
from inventory.groups import NewGroup
from tests import factories
from tests.browser import harness
from tests.browser.harness import PHONE
from tests.factories import MadePerson, MadeSchool


class Scanned:
    """A technician's page, and what stands on the tables of the school."""

    def __init__(self, page: Page, who: MadePerson, school: MadeSchool, said: list[str]) -> None:
        self.page, self.who, self.school, self.said = page, who, school, said

    async def scan(self, *texts: str) -> None:
        """As a USB scanner does: the letters, then Enter, once there is a field to scan into."""
        await expect(self.page.locator("#scan")).to_be_visible()
        for text in texts:
            await self.page.keyboard.insert_text(text)
            await self.page.keyboard.press("Enter")

    async def sign_in(self, who: MadePerson) -> None:
        await self.page.fill("#login", who.login)
        await self.page.fill("#password", factories.PASSWORD)
        await self.page.click("main button[type=submit]")
        await expect(self.page.locator("#scan")).to_be_visible()

    async def submit(self) -> None:
        await self.page.click("main .form-actions button[type=submit]")

    async def shows(self, *tags: str) -> None:
        """The newest first; each is known to the server."""
        await expect(self.page.locator("[data-scan-rows] [data-row-tag]")).to_have_text(list(tags))
        await expect(self.page.locator("[data-scan-rows] .is-pending")).to_have_count(0)

    async def keeps_nothing(self) -> None:
        """The browser has no rows of any desk in its storage."""
        await harness.until(
            self.page,
            "!Object.keys(localStorage).some((name) => name.startsWith('labshare-desk/'))",
        )

    async def holder(self, tag: str) -> str | None:
        return (await assets.get_asset(self.who.actor, tag)).holder


@asynccontextmanager
async def at_a_desk(browser: Browser, address: str) -> AsyncIterator[Scanned]:
    """A school with four assets and a group, its technician's phone at the desk that hands out."""
    school = await factories.school()
    who = await factories.person("technician", school)
    await groups.create_group(who.actor, NewGroup(name="Robot club", school=school.code))
    for number in range(1, 5):
        await factories.asset(school, tag=f"HG-0000{number}")
    context = await harness.context_for(
        browser, address, person_id=who.id, locale="en", width=PHONE
    )
    page = await context.new_page()
    said = harness.listen(page)
    await page.goto("/custody/hand-out")
    await expect(page.locator("#scan")).to_be_focused()
    yield Scanned(page, who, school, said)
    await context.close()
