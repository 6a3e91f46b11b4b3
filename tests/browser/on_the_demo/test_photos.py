"""A large photograph of a phone is made smaller in the browser before it is sent."""

import os
import re
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Browser, expect

from api.wording.language import language
from core import database
from storage import objects
from tests.browser import harness
from tests.browser.harness import PHONE
from tests.conftest import Stack

pytestmark = pytest.mark.browser

say = language("zh_CN").gettext


def photo_of_a_phone(path: Path) -> int:
    """A picture of 4000 by 3000 that its Exif says was held upright; how many bytes."""
    exif = Image.Exif()
    exif[0x0112] = 6
    noise = Image.frombytes("RGB", (1000, 750), os.urandom(1000 * 750 * 3))
    noise.resize((4000, 3000)).save(path, "JPEG", quality=97, exif=exif.tobytes())
    return path.stat().st_size


async def test_a_large_photo_is_sent_small_and_upright(
    browser: Browser,
    address: str,
    people: dict[str, int],
    connections: Stack,
    tmp_path: Path,
) -> None:
    path = tmp_path / "IMG_0001.jpg"
    size = photo_of_a_phone(path)
    tag = await database.fetch_value(
        "SELECT a.tag FROM asset a JOIN membership m ON m.school = a.school"
        " WHERE m.person = $1 AND a.lifecycle = 'in_service' ORDER BY a.id LIMIT 1",
        people["teacher"],
    )
    await harness.set_language(people["teacher"], "zh_CN")
    context = await harness.context_for(
        browser, address, person_id=people["teacher"], locale="zh_CN", width=PHONE
    )
    page = await context.new_page()
    said = harness.listen(page)
    await page.goto(f"/assets/{tag}/report")
    await page.fill("#what", "屏幕一直是黑的")
    await page.set_input_files("#photos", path)
    # The line breaks once: nothing that was typed is lost.
    await context.set_offline(True)
    await page.click("main button[type=submit]")
    broken = say("The line is broken. What you wrote is still here: send it again.")
    await expect(page.locator("[data-said]")).to_have_text(broken)
    await expect(page.locator("#what")).to_have_value("屏幕一直是黑的")
    await context.set_offline(False)
    said.clear()
    await page.click("main button[type=submit]")
    await expect(page.locator("h1")).to_contain_text("屏幕一直是黑的")
    assert re.search(r"/work-orders/\d+$", page.url)
    assert not said
    await context.close()
    key = await database.fetch_value(
        "SELECT object_key FROM work_order_photo ORDER BY id DESC LIMIT 1"
    )
    stored = await objects.size_of(key)
    assert stored
    assert stored < size / 2
    with Image.open(BytesIO(await objects.read(key, 0, stored))) as kept:
        assert kept.size == (1500, 2000)
