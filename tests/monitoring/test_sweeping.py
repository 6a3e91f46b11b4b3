"""Going through addresses: never faster than allowed, in order, and so many at once."""

import asyncio
from pathlib import Path

import pytest

from monitoring.discovery.address_sweep import Pace, sweep
from monitoring.discovery.neighbours import card_at


class Clock:
    """A clock that sleeping alone moves on."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.parametrize("per_second", [1, 7, 20, 200])
async def test_no_second_sees_more_than_the_rate(per_second: int) -> None:
    clock = Clock()
    pace = Pace(per_second, clock=clock, sleep=clock.sleep)
    starts = []
    for turn in range(5 * per_second):
        await pace.next_slot()
        starts.append(clock.now)
        if turn == per_second:
            clock.now += 3  # three seconds lost are not made up
    most = max(sum(start <= other < start + 0.999 for other in starts) for start in starts)
    assert most <= per_second


async def test_a_search_takes_as_long_as_its_rate_says() -> None:
    """By counting: 30 addresses at 60 a second need 29 distances, however fast the machine is."""
    loop = asyncio.get_running_loop()
    asked: list[float] = []

    async def ask_one(_host: str) -> None:
        asked.append(loop.time())

    begun = loop.time()
    places = [str(n) for n in range(30)]
    told = [done async for done, _ in sweep(places, ask_one, Pace(60))]
    assert told[-1] == 30
    assert len(asked) <= 1 + (max(asked) - begun) * 60


async def test_progress_never_passes_an_address_that_is_still_asked() -> None:
    gate = asyncio.Event()

    asked: list[str] = []

    async def ask_one(host: str) -> str:
        asked.append(host)
        if host == "3":
            await gate.wait()
        return host

    told: list[int] = []
    answers: list[str] = []

    async def go() -> None:
        places = [str(n) for n in range(10)]
        async for done, some in sweep(places, ask_one, Pace(1000), most_at_once=20):
            told.append(done)
            answers.extend(some)

    going = asyncio.create_task(go())
    while len(asked) < 10 or max(told, default=0) < 3:  # noqa: ASYNC110 - what is waited for are the questions
        await asyncio.sleep(0)
    assert max(told) == 3
    gate.set()
    await going
    assert told[-1] == 10
    assert answers == [str(n) for n in range(10)]


async def test_no_more_than_so_many_are_asked_at_once() -> None:
    under_way = most = 0

    async def ask_one(_host: str) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.01)
        under_way -= 1

    places = [str(n) for n in range(40)]
    async for _ in sweep(places, ask_one, Pace(10_000), most_at_once=4):
        pass
    assert most <= 4


ARP = """IP address       HW type     Flags       HW address            Mask     Device
10.0.0.1         0x1         0x2         00:1B:44:11:3a:b7     *        eth0
10.0.0.2         0x1         0x0         00:00:00:00:00:00     *        eth0
10.0.0.3         0x1         0x2         02:42:ac:11:00:02     *        docker0
"""


@pytest.mark.parametrize(
    ("host", "card"),
    [
        ("10.0.0.1", "00:1b:44:11:3a:b7"),
        ("10.0.0.2", None),
        ("10.0.0.3", None),
        ("10.0.0.9", None),
        ("fd00::1", None),
    ],
)
def test_the_card_at_an_address_is_known_on_our_own_cables(
    tmp_path: Path, host: str, card: str | None
) -> None:
    table = tmp_path / "arp"
    table.write_text(ARP)
    assert card_at(host, table) == card
    assert card_at(host, tmp_path / "nothing") is None
