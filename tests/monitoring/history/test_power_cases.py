"""When a device was on, from visits of which many were missed: the boots, and what is written down."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from core import database
from monitoring.polling.counters import TICKS_A_SECOND, WRAP_TICKS, Known, Uptime, follow
from tests import factories
from tests import factories_monitoring as made

pytestmark = pytest.mark.usefixtures("db")

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
Hours = list[tuple[float, float]]


def moment(hours: float) -> datetime:
    return BEGIN + timedelta(hours=hours)


async def visited(boots: Hours, visits: list[float]) -> Hours:
    """Visit a device that is on in these spans at these hours; what its sessions say then."""
    device = await made.device(await factories.school())
    known: Known | None = None
    for at in sorted(visits):
        boot = next((begin for begin, end in boots if begin <= at < end), None)
        if boot is not None:
            ticks = round((at - boot) * 3600 * TICKS_A_SECOND) % WRAP_TICKS
            followed = follow(known, Uptime(ticks, "host"), moment(at).timestamp())
            known = followed.known
            await made.was_on(device.id, followed, moment(at))
    async with database.connection() as conn:
        rows = await conn.fetch("SELECT started_at, ended_at FROM power_session ORDER BY 1")
    return [tuple((at - BEGIN).total_seconds() / 3600 for at in row) for row in rows]  # type: ignore[misc]


CASES: dict[str, tuple[Hours, list[float], Hours]] = {
    "every visit came": ([(0, 5)], [1, 2, 3, 4], [(0, 4)]),
    "the first hours were missed": ([(0, 9)], [8], [(0, 8)]),
    "the middle was missed": ([(0, 9)], [1, 8], [(0, 8)]),
    "a weekend was missed": ([(0, 100)], [1, 20, 90], [(0, 90)]),
    "nobody looked after the last one": ([(0, 9)], [2], [(0, 2)]),
    "off and on between two visits": ([(0, 4), (5, 9)], [3, 8], [(0, 3), (5, 8)]),
    "a short restart between two visits": ([(0, 4), (4.05, 9)], [3.9, 8], [(0, 3.9), (4.05, 8)]),
    "off while visits were answered by nobody": ([(0, 4), (7, 9)], [3, 5, 6, 8], [(0, 3), (7, 8)]),
    "on for no visit at all": ([(0, 1), (2, 3), (5, 9)], [0.5, 8], [(0, 0.5), (5, 8)]),
    "three days, each its own boot": (
        [(8, 17), (32, 41), (56, 65)], [9, 16, 40, 57], [(8, 16), (32, 40), (56, 57)],
    ),
    "the counter ran over, watched": (
        [(0, 12_200)], [11_900, 11_930, 11_940, 12_100], [(0, 12_100)],
    ),
    "the counter ran over, missed for weeks": ([(0, 12_900)], [11_500, 12_800], [(0, 12_800)]),
    "never on": ([], [1, 2, 3], []),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
async def test_sessions_are_exact_whatever_visits_were_missed(case: str) -> None:
    boots, visits, sessions = CASES[case]
    told = await visited(boots, visits)
    assert told == [pytest.approx(one, abs=0.001) for one in sessions]


@pytest.mark.parametrize("seed", range(4))
async def test_of_random_boots_only_what_follows_the_last_visit_is_missing(seed: int) -> None:
    chance = random.Random(seed)
    boots: Hours = []
    at = 0.0
    for _ in range(12):
        begin = at + chance.uniform(0.2, 30)
        at = begin + chance.uniform(0.3, 60)
        boots.append((begin, at))
    visits = [chance.uniform(0, at) for _ in range(60)]
    expected = []
    for begin, end in boots:
        inside = [visit for visit in visits if begin <= visit < end]
        if inside:
            expected.append((begin, max(inside)))
    told = await visited(boots, visits)
    assert told == [pytest.approx(one, abs=0.001) for one in expected]
