"""A sign-in name that is written like an address shares no lock with that address."""

import asyncio

import pytest

from core import throttle

pytestmark = pytest.mark.usefixtures("db")


async def test_names_that_are_addresses_do_not_wait_for_each_other_in_a_circle() -> None:
    # Each pair locks the same two texts, in the opposite order.
    tries = [
        throttle.begin(login, address)
        for n in range(4)
        for pair in [(f"10.0.0.{n}", f"10.0.1.{n}")]
        for login, address in (pair, pair[::-1])
    ]
    assert len(await asyncio.gather(*tries)) == len(tries)
