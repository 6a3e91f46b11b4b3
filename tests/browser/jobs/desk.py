"""One person at one screen of the demo: follows links, fills forms, and hears of every fault."""

import re
from collections.abc import Awaitable, Callable

import msgspec
from playwright.async_api import Browser, Locator, Page, Response

from api.wording.language import language
from tests.browser import harness
from tests.browser.harness import HEIGHTS, PATIENCE_MS

# What a page says in Chinese, for words that may yet be chosen better.
say = language("zh_CN").gettext


class Desk(msgspec.Struct):
    """A signed-in browser; ``heard`` is what its console and the server complained of."""

    page: Page
    heard: list[str]

    @property
    def faults(self) -> list[str]:
        """Without refusals (4xx): they are answers, told on their page, though Chromium complains."""
        return [one for one in self.heard if "with a status of 4" not in one]

    async def open(self, path: str) -> None:
        await self.page.goto(path)
        # The script of a list that is scanned comes behind the page, and folds the list as text.
        if await self.page.locator("[data-scan]").count():
            await self.page.locator("[data-scan-entry]").wait_for()

    async def follow(self, href: str, within: str = "main") -> None:
        """Follow the first link in the page's body to an address with ``href`` in it."""
        link = self.page.locator(f"{within} a[href*='{href}']").first
        await self._unfold(link)
        await link.click()

    async def send(self, action: str, **fields: str) -> None:
        """Fill the first form that goes to ``action`` by the names of its fields, and send it."""
        form = self.page.locator(f"main form[action*='{action}']").first
        await self._unfold(form)
        for name, value in fields.items():
            field = form.locator(f"[name='{name}']")
            await self._unfold(field.first)
            await _put(field, value)
        await form.locator("button[type=submit], button:not([type])").last.click()

    async def _unfold(self, inside: Locator) -> None:
        # A page sent just before may still be on its way: what is not there has nothing to unfold.
        await inside.wait_for(state="attached")
        fold = inside.locator("xpath=ancestor::details[not(@open)]")
        for each in await fold.all():
            await each.locator("summary").first.click()

    async def sees(self, *texts: str) -> None:
        """Each text stands in the page's body, sooner or later, and the page is all there."""
        for text in texts:
            await self.page.locator("main").get_by_text(text).first.wait_for()
        await self.page.wait_for_load_state()

    async def search(self, words: str) -> None:
        """Look for words in the list that is open."""
        box = self.page.locator("main input[name=q]").first
        await box.fill(words)
        await box.press("Enter")
        await self.page.wait_for_url("**q=*")

    async def tags(self, listing: str) -> list[str]:
        """The tags of the assets of a list, as it shows them."""
        await self.open(listing)
        hrefs: list[str] = await self.page.eval_on_selector_all(
            "main a[href^='/assets/']", "links => links.map(one => one.getAttribute('href'))"
        )
        found = [href.split("/")[2] for href in hrefs if re.fullmatch(r"/assets/[A-Z]+-\d+", href)]
        assert found
        return list(dict.fromkeys(found))

    async def first_tag(self, listing: str) -> str:
        return (await self.tags(listing))[0]

    async def download(self, selector: str) -> bytes:
        async with self.page.expect_download() as arriving:
            await self.page.locator(f"main {selector}").first.click()
        return (await (await arriving.value).path()).read_bytes()


async def _put(field: Locator, value: str) -> None:
    """Type into a field, choose an option by its text, tick the radio or box of a value."""
    kind = await field.first.evaluate("one => one.tagName === 'SELECT' ? 'select' : one.type")
    if kind == "select":
        texts = await field.first.locator("option").all_inner_texts()
        wanted = next(text for text in texts if re.search(value, text))
        await field.first.select_option(label=wanted)
    elif kind in ("radio", "checkbox"):
        await field.and_(field.page.locator(f"[value='{value}']")).first.check()
    elif kind == "file":
        await field.first.set_input_files(value)
    else:
        await field.first.fill(value)


def hear_faults(page: Page) -> list[str]:
    """Complaints of scripts and of the content security policy, and answers of 500 and above."""
    said = harness.listen(page)

    def answer(response: Response) -> None:
        if response.status >= 500:
            said.append(f"{response.status}: {response.url}")

    page.on("response", answer)
    return said


async def signed_in(
    browser: Browser, address: str, login: str, password: str, *, width: int
) -> Desk:
    """Sign in as people do, with the name and password that the demo printed."""
    context = await browser.new_context(
        base_url=address,
        viewport={"width": width, "height": HEIGHTS[width]},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        reduced_motion="reduce",
        has_touch=width == harness.PHONE,
    )
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    desk = Desk(page, hear_faults(page))
    await desk.open("/sign-in")
    await desk.send("/sign-in", login=login, password=password)
    await page.wait_for_url(f"{address}/")
    return desk


Job = Callable[[Desk], Awaitable[None]]
