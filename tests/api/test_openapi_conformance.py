"""Whatever is sent, each operation answers as /schema/openapi.json says, whoever asks."""

import asyncio
from collections.abc import Iterator

import pytest
from litestar import Litestar

from tests import factories
from tests.api.described import Transport, Trial, document_of
from tests.api.school_worlds import World, build
from tests.conftest import Stack, empty

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
async def world(connections: Stack, tmp_path_factory: pytest.TempPathFactory) -> World:
    await empty(connections)
    return await build("Kestrel", tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
async def loop(connections: Stack) -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop()


@pytest.fixture(scope="module")
def transport(app: Litestar, world: World, loop: asyncio.AbstractEventLoop) -> Iterator[Transport]:
    made = Transport(app, loop)
    yield made
    made.close()


@pytest.fixture(scope="module")
async def as_admin(world: World) -> dict[str, str]:
    return {"Authorization": (await factories.bearer(world.admin))["authorization"]}


def test_an_admin_is_answered_as_described(
    app: Litestar, transport: Transport, world: World, as_admin: dict[str, str]
) -> None:
    trial = Trial(document_of(app), transport, world, as_admin, most_requests=40, most_examples=2)
    trial.run()
    assert not trial.failures, "\n".join(trial.failures)
    assert len(trial.sent) > 150 and trial.statuses[200] > 500


def test_a_stranger_is_answered_as_described(
    app: Litestar, transport: Transport, world: World
) -> None:
    # Refused before anything is read: what stands in the request does not matter.
    trial = Trial(
        document_of(app), transport, world, {}, most_requests=12, most_examples=2, covers=False
    )
    trial.run()
    assert not trial.failures, "\n".join(trial.failures)
    assert len(trial.sent) > 150 and trial.statuses[401] > 500
