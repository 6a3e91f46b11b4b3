"""A real browser on the real application: pages by role, language and width; axe; bytes on the wire."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import msgspec
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from api.http.identity import COOKIE
from core import database, sign_in
from core.settings import Settings
from tests.patience import PATIENCE_SECONDS

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PHONE, DESKTOP = 390, 1366
HEIGHTS = {PHONE: 844, DESKTOP: 768}
LANGUAGES = {"zh_CN": "zh-CN", "en": "en-GB"}
# Two cores may be busy with other things; a page that never comes still ends the test.
PATIENCE_MS = 1000 * PATIENCE_SECONDS


def chromium_path() -> str | None:
    """Debian's Chromium, or none on this machine."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def environment_of(settings: Settings) -> dict[str, str]:
    """The settings as the variables that a process of ours reads."""
    assert settings.s3
    return os.environ | {
        "LABSHARE_DATA": str(settings.data),
        "LABSHARE_DATABASE_URL": settings.database_url or "",
        "LABSHARE_S3_ENDPOINT": settings.s3.endpoint,
        "LABSHARE_S3_ACCESS_KEY": settings.s3.access_key,
        "LABSHARE_S3_SECRET_KEY": settings.s3.secret_key,
        "LABSHARE_S3_BUCKET": settings.s3.bucket,
        "LABSHARE_SECRET_KEY": settings.secret_key,
        "LABSHARE_BASE_URL": "",
    }


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def serving(settings: Settings) -> Iterator[str]:
    """The application in a process of its own; gives its address."""
    port = free_port()
    process = start_server(settings, port)
    try:
        wait_for(address_of(port), process)
        yield address_of(port)
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def start_server(settings: Settings, port: int) -> subprocess.Popen[bytes]:
    """The application in a process that whoever starts it ends."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.browser.server", str(port)],
        cwd=ROOT,
        env=environment_of(settings),
    )


def address_of(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the web application ended with {process.returncode}")
        try:
            with urlopen(f"{address}/healthz", timeout=PATIENCE_SECONDS):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError("the web application did not answer in time")


async def context_for(
    browser: Browser,
    address: str,
    *,
    person_id: int | None,
    locale: str,
    width: int,
    scripts: bool = True,
) -> BrowserContext:
    """A browser of one person (or of nobody) on a screen of ``width``, asking for ``locale``."""
    context = await browser.new_context(
        base_url=address,
        viewport={"width": width, "height": HEIGHTS[width]},
        locale=LANGUAGES[locale],
        timezone_id="Asia/Shanghai",
        reduced_motion="reduce",
        has_touch=width == PHONE,
        java_script_enabled=scripts,
    )
    context.set_default_timeout(PATIENCE_MS)
    if person_id is not None:
        token = await sign_in.start_session(person_id, address="127.0.0.1", browser="test")
        await context.add_cookies([{"name": COOKIE, "value": token, "url": address}])
    return context


def listen(page: Page) -> list[str]:
    """What scripts and the content security policy complain of on a page from now on."""
    said: list[str] = []

    def hear(line: ConsoleMessage) -> None:
        # Chromium's own hints about password managers are of type "debug".
        if line.type in ("error", "warning"):
            said.append(f"console: {line.text} {line.location['url']}")

    page.on("console", hear)
    page.on("pageerror", lambda error: said.append(f"script: {error}"))
    return said


async def set_language(person_id: int, locale: str) -> None:
    """Give a person a language, which comes before what the browser asks for."""
    await database.execute("UPDATE person SET locale = $2 WHERE id = $1", person_id, locale)


async def until(page: Page, condition: str) -> None:
    """Until an expression is true in a page, whose policy forbids Playwright's own way to wait."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        await page.evaluate(
            "() => new Promise((done) => { const look = () =>"
            f" (({condition}) ? done() : setTimeout(look, 20)); look(); }})"
        )


class Violation(msgspec.Struct):
    """One rule of axe that a page breaks, and where."""

    id: str
    help: str
    targets: list[str]

    def __str__(self) -> str:
        return f"{self.id}: {self.help} at {', '.join(self.targets[:3])}"


async def violations(page: Page) -> list[Violation]:
    """What axe-core finds on the page as it stands (WCAG 2.2 A and AA, and good practice)."""
    # Of a page half read it would judge what is not there yet.
    await page.wait_for_load_state()
    if not await page.evaluate("typeof window.axe !== 'undefined'"):
        # Evaluated by the debugger, so our own content security policy does not stop it.
        await page.evaluate(AXE.read_text())
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        Violation(
            rule["id"], rule["help"], [" ".join(map(str, node["target"])) for node in rule["nodes"]]
        )
        for rule in found["violations"]
    ]


# Controls that a finger does not reach, for something else lies over their middle.
# Of a control that each row of a list has, two are looked at.
COVERED = """() => { const seen = {}; return [...document.querySelectorAll(
    'main :is(input:not([type=hidden]), button, select, textarea, summary, a.button)')]
  .filter(one => {
    const kind = `${one.tagName} ${one.name} ${one.className} ${one.parentElement.className}`;
    return (seen[kind] = (seen[kind] ?? 0) + 1) <= 2;
  })
  .filter(one => one.checkVisibility({visibilityProperty: true}) && !one.disabled
                 && !one.closest('.visually-hidden'))
  .filter(one => {
    one.scrollIntoView({block: 'center', inline: 'center'});
    const box = one.getBoundingClientRect();
    if (box.width < 4 || box.height < 4) return false;
    const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    const label = one.labels?.[0] ?? one.closest('label');
    return !hit || !(one.contains(hit) || label?.contains(hit));
  })
  .map(one => `${one.tagName} ${one.name || one.textContent.trim().slice(0, 40)}`); }"""


async def covered(page: Page) -> list[str]:
    """What could not be pressed, because something else of the page lies over it."""
    found: list[str] = await page.evaluate(COVERED)
    return found


async def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the screen: a phone must never scroll sideways."""
    wide: int = await page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return wide


class Wire:
    """Counts what one page costs over the wire, headers and all, with a cold cache."""

    def __init__(self, page: Page) -> None:
        self.bytes_by_address: dict[str, int] = {}
        self._page = page
        self._finished: list[Request] = []
        page.on("requestfinished", lambda request: self._finished.append(request))

    async def total(self) -> int:
        for request in list(self._finished):
            sizes = await request.sizes()
            self.bytes_by_address[request.url] = (
                sizes["responseBodySize"] + sizes["responseHeadersSize"]
            )
        return sum(self.bytes_by_address.values())
