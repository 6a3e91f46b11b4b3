"""A computer without a network is measured: a file downloaded, really run, its texts uploaded by phone."""

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from playwright.async_api import Browser, Page, expect

from core import clock, database
from tests import factories, factories_collector, factories_usage
from tests.browser import harness
from tests.browser.harness import PHONE
from tests.conftest import Stack, empty
from tests.factories import MadeAsset

pytestmark = pytest.mark.browser


class AtTheDesk(msgspec.Struct):
    """Who keeps a school's equipment and reads its reports, with one computer that nobody monitors."""

    page: Page
    asset: MadeAsset


@pytest.fixture
async def desk(browser: Browser, address: str, connections: Stack) -> AsyncIterator[AtTheDesk]:
    await empty(connections)
    school = await factories.school()
    who = await factories.person("admin", school)
    asset = await factories.asset(school, tag="HG-00012")
    await factories_usage.created(asset, clock.now() - timedelta(days=100))
    context = await harness.context_for(
        browser, address, person_id=who.id, locale="en", width=PHONE
    )
    yield AtTheDesk(await context.new_page(), asset)
    await context.close()


async def _run(file: Path, hours: int) -> str:
    """What the file writes on a computer whose disk says so."""
    root, programs = file.parent / "root", file.parent / "bin"
    for name, content in (("size", "976773168\n"), ("device/serial", "WD-1\n")):
        path = root / "sys/block/sda" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    programs.mkdir()
    stub = programs / "smartctl"
    stub.write_text(f"#!/bin/sh\necho '  9 Power_On_Hours 0x0032 1 1 0 Old_age Always - {hours}'\n")
    stub.chmod(0o755)
    environment = {"PATH": f"{programs}:{os.environ['PATH']}", "LABSHARE_ROOT": str(root)}
    process = await asyncio.create_subprocess_exec(
        "sh", str(file), "hg-00012", env=environment, stdin=asyncio.subprocess.DEVNULL
    )
    assert await process.wait() == 0
    return (file.parent / "labshare-readings.txt").read_text("ascii")


async def test_a_computer_without_a_network_is_measured(desk: AtTheDesk, tmp_path: Path) -> None:
    page = desk.page
    await page.goto("/collector")
    await page.get_by_role("button", name="Make a file").click()
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name="labshare-collect.cmd").click()
    file = tmp_path / "labshare-collect.cmd"
    await (await downloading.value).save_as(file)
    key = await database.fetch_value("SELECT id FROM collector_key")
    # As if the file had been made, and used for the first time, four weeks ago.
    began = clock.now() - timedelta(days=28)
    await database.execute("UPDATE collector_key SET made_at = $1", began - timedelta(days=1))
    first = await factories_collector.text(key, 1000, at=began, tag=desk.asset.tag, disk="WD-1")
    await page.goto("/collector/texts")
    await page.get_by_label("Files from the stick").set_input_files(
        [
            {"name": "first.txt", "mimeType": "text/plain", "buffer": first.encode()},
            {
                "name": "second.txt",
                "mimeType": "text/plain",
                "buffer": (await _run(file, 1048)).encode(),
            },
        ]
    )
    await page.get_by_role("button", name="See what becomes of them").click()
    await expect(page.get_by_role("heading", name="2 readings")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.get_by_role("button", name="Store 2 readings").click()
    await expect(page.get_by_text("Stored: 2.")).to_be_visible()
    await page.goto(f"/assets/{desk.asset.tag}")
    card = page.locator("#collected")
    await expect(card).to_contain_text("12.0 h a week")
    await expect(card).to_contain_text("measured by the collector")
    await page.goto("/usage")
    await expect(page.get_by_text("1 measured by the collector")).to_be_visible()
    await expect(page.get_by_text("Of the hours on, 48 are averages")).to_be_visible()
