"""Where messages may go: out, or inside if an admin says so; never to this machine or a cloud's inside."""

import socket
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from core.errors import Invalid
from core.webhooks import addresses, sending
from core.webhooks.addresses import Policy, Target, check, is_of_this_machine, resolve, why_not
from labshare.engines.ports import LOOPBACK_NETWORK
from tests.receiver import running

NEVER = (
    "127.0.0.1", "::1", "0.0.0.0", "::", "169.254.169.254", "169.254.1.1", "fe80::1",
    "100.100.100.200", "100.64.0.1", "168.63.129.16", "fd00:ec2::254", "224.0.0.1", "ff02::1",
    "240.0.0.1", "255.255.255.255", "::ffff:127.0.0.1", "::ffff:169.254.169.254",
    "64:ff9b::7f00:1", "2002:7f00:1::", "192.0.2.1", "198.18.0.1",
    "fec0::1", "192.88.99.1", "192.0.0.192",
)  # fmt: skip


@pytest.mark.parametrize("text", NEVER)
@pytest.mark.parametrize("is_private", [True, False])
def test_nothing_goes_to_what_is_nobodys(text: str, is_private: bool) -> None:
    found = ip_address(text)
    for scheme in ("http", "https"):
        assert why_not(found, scheme, is_private=is_private, policy=Policy()) is not None


@pytest.mark.parametrize(
    ("text", "scheme", "is_private", "may"),
    [
        ("93.184.216.34", "https", False, True),
        ("93.184.216.34", "http", False, False),
        ("93.184.216.34", "http", True, False),
        ("2606:2800:220:1::1", "https", False, True),
        ("10.1.2.3", "https", False, False),
        ("10.1.2.3", "http", True, True),
        ("192.168.1.20", "https", True, True),
        ("fd12:3456::1", "http", True, True),
        ("::ffff:10.1.2.3", "http", True, True),
        ("::ffff:10.1.2.3", "http", False, False),
    ],
)
def test_out_with_tls_and_inside_if_it_is_meant(
    text: str, scheme: str, is_private: bool, may: bool
) -> None:
    reason = why_not(ip_address(text), scheme, is_private=is_private, policy=Policy())
    assert (reason is None) == may


@pytest.mark.parametrize(
    "url",
    [
        "", "x", "ftp://example.org/", "//example.org/", "https://", "https://user:pw@example.org/",
        "https://example.org/#part", "https://example.org:99999/", "https://exa mple.org/",
        "https://127.0.0.1/", "https://localhost/", "https://a.localhost/", "https://[::1]/",
        "http://example.org/", "https://169.254.169.254/latest", "https://10.0.0.1/",
        "https://example.org/\r\nHost: other", "https://example.org/\x01",
    ],
)  # fmt: skip
def test_a_wrong_address_is_refused_by_its_field(url: str) -> None:
    with pytest.raises(Invalid) as refused:
        check(url, is_private=False, policy=Policy())
    assert refused.value.errors[0].field == "url"


def _resolving_to(monkeypatch: pytest.MonkeyPatch, *found: str) -> None:
    def getaddrinfo(_host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, port)) for text in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


async def test_a_name_that_leads_inside_is_refused_at_each_try(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    target = Target("https", "rebound.example.org", 443, "/")
    for found in (["127.0.0.1"], ["93.184.216.34", "169.254.169.254"], ["10.0.0.1"]):
        _resolving_to(monkeypatch, *found)
        with pytest.raises(Invalid):
            await resolve(target, is_private=False, policy=Policy())
        async with sending.client() as opened:
            answer = await sending.post(
                opened, "https://rebound.example.org/", {}, b"{}", is_private=False, policy=Policy()
            )
        assert answer.status is None
        assert answer.trouble == "refused"


async def test_a_message_goes_to_the_address_that_was_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    async def once(_target: Target, **_: object) -> addresses.Address:
        asked.append(_target.host)
        return ip_address("127.0.0.1")

    monkeypatch.setattr(sending, "resolve", once)

    def never(*_: object, **__: object) -> None:
        raise AssertionError("a second look-up")

    async with running() as receiver, sending.client() as opened:
        monkeypatch.setattr(socket, "getaddrinfo", never)
        answer = await sending.post(
            opened,
            f"http://hooks.example.org:{receiver.port}/x",
            {},
            b"{}",
            is_private=True,
            policy=Policy((LOOPBACK_NETWORK,)),
        )
    assert (answer.status, asked) == (200, ["hooks.example.org"])
    assert receiver.messages[0].headers["host"] == f"hooks.example.org:{receiver.port}"


def test_private_addresses_are_those_of_the_installation_and_never_our_own() -> None:
    policy = Policy(inside=(ip_network("10.1.0.0/16"),))
    may = [
        why_not(ip_address(text), "http", is_private=True, policy=policy) is None
        for text in ("10.1.2.3", "10.2.2.3")
    ]
    assert may == [True, False]
    assert is_of_this_machine(ip_address("127.0.0.1"))
    assert not is_of_this_machine(ip_address("203.0.113.7"))
