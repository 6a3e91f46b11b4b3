"""Pings to real addresses of this machine, in each way that it allows, and to nobody."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitoring.icmp import echoes
from monitoring.icmp.pinging import Pinger, Way
from monitoring.presence import magic_packets
from monitoring.presence.magic_packets import Sleeper
from tests.monitoring.sessions import SILENCE_SECONDS
from tests.patience import PATIENCE_SECONDS

# Kept for documentation (RFC 5737): nobody has this address.
NOBODY = "192.0.2.77"
# By default an example has 0.2 s, which would measure the machine.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(params=list(Way))
async def pinger(request: pytest.FixtureRequest) -> AsyncIterator[Pinger]:
    async with Pinger(only=request.param) as one:
        if one.way() is not request.param:
            pytest.skip(f"this system does not allow {request.param}")
        yield one


async def test_this_machine_answers(pinger: Pinger) -> None:
    pong = await pinger.ping("127.0.0.1", timeout_seconds=PATIENCE_SECONDS)
    assert pong is not None
    assert pong.way is pinger.way()
    assert pong.seconds >= 0


async def test_nobody_does_not_answer(pinger: Pinger) -> None:
    assert await pinger.ping(NOBODY, timeout_seconds=SILENCE_SECONDS, tries=1) is None


async def test_a_thousand_addresses_at_once_are_told_apart() -> None:
    async with Pinger() as pinger:
        if pinger.way() is Way.tcp:
            pytest.skip("this system does not allow ICMP")
        hosts = [f"127.{n // 250}.1.{n % 250 + 1}" for n in range(1000)]
        pongs = await asyncio.gather(
            *(pinger.ping(host, timeout_seconds=PATIENCE_SECONDS) for host in hosts),
            pinger.ping(NOBODY, timeout_seconds=SILENCE_SECONDS),
        )
        assert pongs[-1] is None
        assert all(pongs[:-1])
        assert not pinger._waiting


async def test_a_port_that_nobody_listens_at_is_an_answer() -> None:
    async with Pinger(only=Way.tcp) as pinger:
        pong = await pinger.ping("127.77.77.77", timeout_seconds=PATIENCE_SECONDS)
        assert pong is not None
        assert pong.way is Way.tcp


async def test_ipv6_is_asked_as_well() -> None:
    with suppress(OSError), socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
        probe.bind(("::1", 0))
        async with Pinger() as pinger:
            assert await pinger.ping("::1", timeout_seconds=PATIENCE_SECONDS) is not None
        return
    pytest.skip("this machine has no IPv6")


async def test_who_leaves_while_it_is_closed_hears_nobody() -> None:
    pinger = Pinger()
    asking = asyncio.create_task(pinger.ping(NOBODY, timeout_seconds=PATIENCE_SECONDS * 2, tries=1))
    await asyncio.sleep(0.05)
    was_tcp = pinger.way() is Way.tcp
    pinger.close()
    if was_tcp:
        asking.cancel()
        return
    assert await asyncio.wait_for(asking, PATIENCE_SECONDS) is None


@UNHURRIED
@given(st.binary(max_size=80), st.booleans(), st.booleans())
def test_no_datagram_is_taken_for_a_reply_but_one(
    datagram: bytes, is_v6: bool, has_ip_header: bool
) -> None:
    echo = echoes.read(datagram, is_v6=is_v6, has_ip_header=has_ip_header)
    assert echo is None or len(echo.token) == echoes.TOKEN_BYTES


@UNHURRIED
@given(st.integers(0, 65535), st.binary(min_size=16, max_size=16))
def test_a_request_sums_up_to_nothing(sequence: int, token: bytes) -> None:
    """RFC 1071: over a whole message with its checksum the sum's complement is zero."""
    assert echoes.internet_checksum(echoes.request(sequence, token, is_v6=False)) == 0


async def test_a_magic_packet_is_six_ones_and_the_address_sixteen_times() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as card:
        card.bind(("127.0.0.1", 0))
        card.setblocking(False)
        port = card.getsockname()[1]
        sent = await magic_packets.send([Sleeper("02:00:5e:10:00:01", "127.0.0.1")], port=port)
        heard = [card.recv(1000) for _ in range(sent)]
    assert sent == magic_packets.TIMES
    assert set(heard) == {b"\xff" * 6 + bytes.fromhex("02005e100001") * 16}


async def test_a_network_that_cannot_be_reached_wakes_nobody_and_raises_nothing() -> None:
    assert await magic_packets.send([Sleeper("02:00:5e:10:00:01", "256.1.1.1")]) == 0
