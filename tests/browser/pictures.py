"""Pictures of real pages for the README: ``python -m tests.browser.pictures`` (or make snapshots).

The demo's data on engines of its own, as a visitor of ``labshare demo`` would see it.
"""

import asyncio
import io
import tempfile
from pathlib import Path

import msgspec
from PIL import Image
from playwright.async_api import Browser, async_playwright

from core import database
from core.settings import PRIVATE_NETWORKS, Settings
from labshare.demo.seed import seed
from labshare.engines import object_store, postgres
from labshare.engines.ports import LOOPBACK_NETWORK
from labshare.migrations import migrate
from storage import objects
from tests.browser import harness, touring
from tests.browser.harness import DESKTOP, PHONE

FOLDER = harness.ROOT / "docs" / "pictures"
MOST_BYTES = 150_000
COLOURS = 128


class Picture(msgspec.Struct, frozen=True):
    """One picture: a kind of page as somebody sees it on one screen."""

    name: str
    login: str
    kind: str
    locale: str
    width: int


PICTURES = (
    Picture("technician-phone-zh", "technician", "/", "zh_CN", PHONE),
    Picture("report-phone-zh", "teacher", "/assets/{}/report", "zh_CN", PHONE),
    Picture("work-order-phone-zh", "technician", "/work-orders/{}", "zh_CN", PHONE),
    Picture("courseware-phone-zh", "teacher", "/library/{}", "zh_CN", PHONE),
    Picture("admin-desktop-zh", "admin", "/", "zh_CN", DESKTOP),
    Picture("assets-desktop-zh", "admin", "/assets", "zh_CN", DESKTOP),
    Picture("asset-desktop-en", "admin", "/assets/{}", "en", DESKTOP),
    Picture("repairs-desktop-en", "technician", "/work-orders", "en", DESKTOP),
    Picture("library-desktop-zh", "teacher", "/library", "zh_CN", DESKTOP),
    Picture("usage-desktop-en", "admin", "/usage", "en", DESKTOP),
    Picture("donation-desktop-en", "admin", "/donations/{}/usage", "en", DESKTOP),
)


async def main() -> None:
    path = harness.chromium_path()
    if path is None:
        raise SystemExit("no Chromium on this machine: apt-get install chromium")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="labshare-pictures-") as folder,
        postgres.running(Path(folder)) as rows,
        object_store.running(Path(folder)) as store,
    ):
        settings = Settings(
            data=Path(folder),
            database_url=rows.dsn,
            s3=store.access.settings(),
            secret_key="only for pictures, and gone with them",
            networks=(*PRIVATE_NETWORKS, LOOPBACK_NETWORK),
        )
        await _take_all(settings, path)


async def _take_all(settings: Settings, chromium: str) -> None:
    assert settings.database_url
    assert settings.s3
    await migrate(settings.database_url)
    await database.open(settings.database_url)
    await objects.open(settings.s3)
    try:
        await seed(settings)
        with harness.serving(settings) as address:
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(
                    executable_path=chromium,
                    args=["--no-sandbox", "--disable-gpu"],
                    timeout=harness.PATIENCE_MS,
                )
                pages = await _tours(address)
                for picture in PICTURES:
                    await _take(browser, address, picture, pages[picture.login])
                await browser.close()
    finally:
        await objects.close()
        await database.close()


class Visitor(msgspec.Struct, frozen=True):
    """Somebody of the demo, and one path for each kind of page they reach."""

    person_id: int
    pages: dict[str, str]


async def _tours(address: str) -> dict[str, Visitor]:
    visitors = {}
    for login in sorted({picture.login for picture in PICTURES}):
        person_id = await database.fetch_value("SELECT id FROM person WHERE login = $1", login)
        tour = await touring.find_pages(address, person_id)
        visitors[login] = Visitor(person_id, tour.pages)
    return visitors


async def _take(browser: Browser, address: str, picture: Picture, visitor: Visitor) -> None:
    await harness.set_language(visitor.person_id, picture.locale)
    if picture.kind not in visitor.pages:
        print(f"{picture.name}: nothing links to {picture.kind}")
        return
    context = await harness.context_for(
        browser, address, person_id=visitor.person_id, locale=picture.locale, width=picture.width
    )
    page = await context.new_page()
    await page.goto(visitor.pages[picture.kind], wait_until="networkidle")
    content = smaller(await page.screenshot())
    await context.close()
    (FOLDER / f"{picture.name}.png").write_bytes(content)
    print(f"{picture.name}.png {len(content) // 1024} kB")


def smaller(content: bytes) -> bytes:
    """The same picture with a palette: pages have few colours, and a README loads them all."""
    with Image.open(io.BytesIO(content)) as image:
        written = io.BytesIO()
        image.convert("RGB").quantize(COLOURS).save(written, "PNG", optimize=True)
    if written.tell() > MOST_BYTES:
        raise SystemExit(f"a picture of {written.tell()} bytes is too heavy for a README")
    return written.getvalue()


if __name__ == "__main__":
    asyncio.run(main())
