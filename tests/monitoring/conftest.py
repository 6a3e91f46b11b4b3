"""What asks devices in the tests, and an agent to be asked."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from monitoring.polling.poller import Poller
from tests import factories_monitoring as made
from tests.monitoring.agents import Snmpd, running
from tests.monitoring.sessions import PatientSession


@pytest.fixture
async def wire() -> AsyncIterator[PatientSession]:
    async with PatientSession() as session:
        yield session


@pytest.fixture
def poller(wire: PatientSession) -> Poller:
    return Poller(wire, made.CIPHER, worker="worker-one", slots=20)


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Snmpd]:
    with running(Snmpd(tmp_path)) as snmpd:
        yield snmpd
