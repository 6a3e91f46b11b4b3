"""Promises are kept at least once, and never by two workers at a time."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from core import database, outbox

pytestmark = pytest.mark.usefixtures("db")


async def test_a_promise_falls_with_its_transaction() -> None:
    async def promise_and_fail() -> None:
        async with database.transaction():
            await outbox.enqueue("letter", {"n": 1})
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await promise_and_fail()
    assert await database.fetch_value("SELECT count(*) FROM outbox") == 0


async def test_eight_workers_keep_each_promise_once() -> None:
    for number in range(40):
        await outbox.enqueue("letter", {"n": number})
    seen: list[int] = []

    async def handler(payload: dict[str, Any]) -> None:
        await asyncio.sleep(0)
        seen.append(payload["n"])

    while await database.fetch_value("SELECT count(*) FROM outbox"):
        await asyncio.gather(*(outbox.deliver_due({"letter": handler}, most=3) for _ in range(8)))
    assert sorted(seen) == list(range(40))


async def test_a_failed_promise_stays_with_its_reason_and_comes_back_later() -> None:
    await outbox.enqueue("letter", {"n": 1})

    async def handler(payload: dict[str, Any]) -> None:
        raise OSError("the post office is shut")

    assert await outbox.deliver_due({"letter": handler}) == 0
    attempts, reason, is_later = await database.fetch_value(
        "SELECT ROW(attempts, last_error, due_at > now()) FROM outbox"
    )
    assert (attempts, is_later) == (1, True)
    assert "post office" in reason
    assert await outbox.deliver_due({"letter": handler}) == 0, "it is not due yet"
    assert await database.fetch_value("SELECT attempts FROM outbox") == 1


async def test_a_promise_that_failed_a_hundred_times_holds_up_no_other() -> None:
    await outbox.enqueue("letter", {"n": 1})
    await outbox.enqueue("letter", {"n": 2})
    await database.execute("UPDATE outbox SET attempts = 100 WHERE payload ->> 'n' = '1'")

    async def handler(payload: dict[str, Any]) -> None:
        if payload["n"] == 1:
            raise OSError("the post office is shut")

    assert await outbox.deliver_due({"letter": handler}) == 1


async def test_topics_of_others_are_left_to_them() -> None:
    await outbox.enqueue("parcel", {})
    assert await outbox.deliver_due({}) == 0
    assert await database.fetch_value("SELECT count(*) FROM outbox") == 1


async def test_what_a_killed_worker_held_is_taken_over_after_its_lease() -> None:
    """Its attempt counts no more: were it alive after all, it would change nothing."""
    await outbox.enqueue("letter", {"n": 1})
    begun, may_end = asyncio.Event(), asyncio.Event()
    seen: list[str] = []

    async def hang(payload: dict[str, Any]) -> None:
        begun.set()
        await may_end.wait()
        raise OSError("too late")

    async def deliver(payload: dict[str, Any]) -> None:
        seen.append("delivered")

    hanging = asyncio.create_task(outbox.deliver_due({"letter": hang}))
    await begun.wait()
    assert await outbox.deliver_due({"letter": deliver}) == 0, "it is held"
    assert await database.fetch_value("SELECT due_at <= now() + $1 FROM outbox", outbox.QUEUE.lease)
    await database.execute("UPDATE outbox SET due_at = now()")  # a minute later
    assert await outbox.deliver_due({"letter": deliver}) == 1
    may_end.set()
    assert await hanging == 0
    assert seen == ["delivered"]
    assert await database.fetch_value("SELECT count(*) FROM outbox") == 0


async def test_a_worker_that_takes_its_time_keeps_what_it_holds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outbox, "QUEUE", replace(outbox.QUEUE, renew_seconds=0.01))
    await outbox.enqueue("letter", {"n": 1})
    await outbox.enqueue("letter", {"n": 2})

    async def wait_until_renewed(payload: dict[str, Any]) -> None:
        await database.execute("UPDATE outbox SET due_at = now()")
        sql = "SELECT bool_or(due_at <= now()) FROM outbox"
        while await database.fetch_value(sql):  # noqa: ASYNC110 (it is in the database)
            await asyncio.sleep(0.01)

    assert await outbox.deliver_due({"letter": wait_until_renewed}) == 2


async def test_a_worker_that_slept_beyond_its_lease_leaves_the_rest_to_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outbox, "QUEUE", replace(outbox.QUEUE, lease=timedelta(0)))
    await outbox.enqueue("letter", {"n": 1})

    async def handler(payload: dict[str, Any]) -> None:
        pytest.fail("others may have it")

    assert await outbox.deliver_due({"letter": handler}) == 0
    assert await database.fetch_value("SELECT count(*) FROM outbox") == 1


async def test_a_clock_that_was_set_back_holds_up_no_promise() -> None:
    await outbox.enqueue("letter", {"n": 1})
    await database.execute("UPDATE outbox SET due_at = now() + interval '8 hours'")

    async def handler(payload: dict[str, Any]) -> None:
        return

    assert await outbox.deliver_due({"letter": handler}) == 1
