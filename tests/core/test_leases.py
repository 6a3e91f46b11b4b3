"""Claims of rows: one worker at a time, counted when they are made, for any table of work."""

import asyncio
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from core import database, leases, outbox
from core.leases import Queue

pytestmark = pytest.mark.usefixtures("db")

QUEUE = Queue(
    table="outbox",
    until="due_at",
    waiting="topic = 'letter'",
    lease=timedelta(minutes=1),
    renew_seconds=15.0,
    longest_wait=timedelta(minutes=5),
)
LEASE_IS_OVER = "UPDATE outbox SET due_at = now() - interval '1 second'"


class Claim(msgspec.Struct, frozen=True):
    id: int
    attempts: int
    payload: dict[str, Any]


async def test_thirty_two_workers_claim_each_row_once() -> None:
    for number in range(40):
        await outbox.enqueue("letter", {"n": number})
    found = await asyncio.gather(*(leases.claim(Claim, QUEUE, most=3) for _ in range(32)))
    claimed = [claim.id for claims in found for claim in claims]
    assert len(claimed) == len(set(claimed)) == 40
    assert await leases.claim(Claim, QUEUE) == [], "all of them are held"


async def test_only_what_waits_and_is_asked_for_is_claimed() -> None:
    for number in range(3):
        await outbox.enqueue("letter", {"n": number})
    await outbox.enqueue("parcel", {"n": 1})
    where = "payload ->> 'n' = :n"
    [claim] = await leases.claim(Claim, QUEUE, most=9, where=where, n="1")
    assert (claim.payload, claim.attempts) == ({"n": 1}, 1)


async def test_a_claim_of_a_killed_worker_counts() -> None:
    await outbox.enqueue("letter", {})
    for attempt in range(1, 4):
        [claim] = await leases.claim(Claim, QUEUE)
        assert claim.attempts == attempt
        await database.execute(LEASE_IS_OVER)


async def test_who_comes_back_after_his_lease_changes_nothing() -> None:
    await outbox.enqueue("letter", {})
    [late] = await leases.claim(Claim, QUEUE)
    await database.execute(LEASE_IS_OVER)
    [claim] = await leases.claim(Claim, QUEUE)
    await leases.put_off(QUEUE, [late], last_error="too late")
    async with leases.renewed(QUEUE, [late]) as lease:
        await lease._renew()
    assert await database.fetch_value("SELECT last_error FROM outbox") is None
    await leases.put_off(QUEUE, [claim], last_error="it rains")
    assert await database.fetch_value("SELECT last_error FROM outbox") == "it rains"


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 2), (2, 4), (7, 128), (9, 300), (10_000, 300)]
)
def test_each_wait_is_twice_the_last_up_to_the_longest(attempts: int, seconds: int) -> None:
    assert QUEUE.back_off(attempts) == timedelta(seconds=seconds)
