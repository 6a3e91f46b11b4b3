"""How many files somebody has to read who wants to follow one steady poll."""

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest

from core.database import fetch_value
from monitoring.polling.poller import Poller
from tests import factories
from tests import factories_monitoring as made
from tests.conftest import Stack
from tests.monitoring.agents import Snmpd, needs_snmpd, running
from tests.monitoring.sessions import PatientSession

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("core", "inventory", "monitoring")
MOST_FILES = 28
MOST_IN_MONITORING = 24


@contextmanager
def files_run() -> Iterator[set[str]]:
    """The files of the domains in which a function runs, filled while the block lasts."""
    found: set[str] = set()
    folders = tuple(f"{ROOT / package}/" for package in PACKAGES)

    def note(frame: FrameType, event: str, _: object) -> None:
        name = frame.f_code.co_filename
        if event == "call" and name.startswith(folders):
            found.add(str(Path(name).relative_to(ROOT)))

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield found
    finally:
        sys.setprofile(before)


@pytest.fixture
async def poller() -> AsyncIterator[Poller]:
    async with PatientSession() as wire:
        yield Poller(wire, made.CIPHER, worker="worker-one", slots=20)


@needs_snmpd
async def test_a_steady_poll_passes_few_files(db: Stack, poller: Poller, tmp_path: Path) -> None:
    """From the claim to the rows in the database: by the plan of the visit before."""
    with running(Snmpd(tmp_path)) as agent:
        device = await made.device(await factories.school(), agent.address)
        await made.due_once(device.id)
        await poller.visit_due()
        assert poller.counted.full_visits == 1
        await made.due_once(device.id)
        with files_run() as files:
            assert await poller.visit_due() == 1
    assert (poller.counted.ok, poller.counted.full_visits) == (2, 1)  # the second by the plan
    stored = await fetch_value("SELECT count(DISTINCT at) FROM sample WHERE device = $1", device.id)
    assert stored == 2
    assert len(files) <= MOST_FILES, "\n".join(sorted(files))
    in_monitoring = [name for name in files if name.startswith("monitoring/")]
    assert len(in_monitoring) <= MOST_IN_MONITORING, "\n".join(sorted(in_monitoring))
