"""Promises are kept at least once, and never by two workers at a time."""

import asyncio
from typing import Any

import pytest

from core import database, outbox

pytestmark = pytest.mark.usefixtures("db")


async def test_a_promise_falls_with_its_transaction() -> None:
    async def promise_and_fail() -> None:
        async with database.transaction():
            await outbox.put("letter", {"n": 1})
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await promise_and_fail()
    assert await database.fetch_value("SELECT count(*) FROM outbox") == 0


async def test_eight_workers_keep_each_promise_once() -> None:
    for number in range(40):
        await outbox.put("letter", {"n": number})
    seen: list[int] = []

    async def handler(payload: dict[str, Any]) -> None:
        await asyncio.sleep(0)
        seen.append(payload["n"])

    while await database.fetch_value("SELECT count(*) FROM outbox"):
        await asyncio.gather(*(outbox.work({"letter": handler}, most=3) for _ in range(8)))
    assert sorted(seen) == list(range(40))


async def test_a_failed_promise_stays_with_its_reason_and_comes_back_later() -> None:
    await outbox.put("letter", {"n": 1})

    async def handler(payload: dict[str, Any]) -> None:
        raise OSError("the post office is shut")

    assert await outbox.work({"letter": handler}) == 0
    attempts, reason, is_later = await database.fetch_value(
        "SELECT ROW(attempts, last_error, due_at > now()) FROM outbox"
    )
    assert (attempts, is_later) == (1, True)
    assert "post office" in reason
    assert await outbox.work({"letter": handler}) == 0, "it is not due yet"
    assert await database.fetch_value("SELECT attempts FROM outbox") == 1


async def test_a_promise_that_failed_a_hundred_times_holds_up_no_other() -> None:
    await outbox.put("letter", {"n": 1})
    await outbox.put("letter", {"n": 2})
    await database.execute("UPDATE outbox SET attempts = 100 WHERE payload ->> 'n' = '1'")

    async def handler(payload: dict[str, Any]) -> None:
        if payload["n"] == 1:
            raise OSError("the post office is shut")

    assert await outbox.work({"letter": handler}) == 1


async def test_topics_of_others_are_left_to_them() -> None:
    await outbox.put("parcel", {})
    assert await outbox.work({}) == 0
    assert await database.fetch_value("SELECT count(*) FROM outbox") == 1
