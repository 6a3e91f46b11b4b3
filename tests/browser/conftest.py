"""The browser and the application for this folder; skipped, with a line, where there is no Chromium."""

import os
from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser, async_playwright, expect

from core import database
from core.access import Role
from labshare.demo import school, sign_ins
from labshare.demo.seed import seed
from tests.browser import harness
from tests.browser.scanned import Scanned, at_a_desk
from tests.conftest import Stack, empty


@pytest.fixture(scope="session")
def chromium() -> str:
    path = harness.chromium_path()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium on this machine: .ci/run installs it")
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    return path


@pytest.fixture(scope="session")
def address(chromium: str, stack: Stack) -> Iterator[str]:
    """The address of the real application over the engines of the tests."""
    with harness.serving(stack.settings) as address:
        yield address


@pytest.fixture(scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    expect.set_options(timeout=harness.PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu"],
            timeout=harness.PATIENCE_MS,
        )
        yield browser
        await browser.close()


@pytest.fixture(scope="module")
async def people(connections: Stack) -> dict[str, int]:
    """The demo's schools; gives the person of each role, in the order of the tour.

    Seeded once: the files with these people are one worker's (tests/conftest.py). Again if another
    file emptied the database in between.
    """
    if not await school.is_there():
        await empty(connections)
        await seed(connections.settings)
    accounts, _ = sign_ins.find_or_make(connections.settings)
    return {
        str(role): await database.fetch_value(
            "SELECT id FROM person WHERE login = $1", accounts.of(role).login
        )
        for role in (Role.admin, Role.technician, Role.teacher, Role.student_helper, Role.auditor)
    }


@pytest.fixture
async def desk(browser: Browser, address: str, connections: Stack) -> AsyncIterator[Scanned]:
    """The desk that hands out, of a technician whose school has four assets, in English."""
    await empty(connections)
    async with at_a_desk(browser, address) as scanned:
        yield scanned
