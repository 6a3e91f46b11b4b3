"""One message over the wire: to one pinned address, without redirects, within bounds."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from time import monotonic
from typing import Literal

import certifi
import httpx
import msgspec

from core.connections import refuse_in_transaction
from core.errors import Invalid
from core.webhooks.addresses import Policy, Target, parse, resolve

TRY_SECONDS = 10.0
ANSWER_MOST_BYTES = 2048
ANSWER_KEPT_LETTERS = 300
# What kept a message from being answered.
Trouble = Literal["", "timeout", "refused", "tls", "unreachable", "protocol"]


class Answer(msgspec.Struct, frozen=True):
    """What came of one try: a status and the beginning of the answer, or what was in the way."""

    status: int | None
    text: str
    trouble: Trouble
    took_ms: int

    @property
    def is_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@asynccontextmanager
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """For the messages of one turn to one receiver; knows no proxies, cookies or redirects."""
    async with httpx.AsyncClient(
        verify=_trusted(), trust_env=False, follow_redirects=False, timeout=TRY_SECONDS
    ) as opened:
        yield opened


@cache
def _trusted() -> ssl.SSLContext:
    """Who the machine trusts, a school's own authority among them, and who everybody does."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


async def post(
    opened: httpx.AsyncClient,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    is_private: bool,
    policy: Policy,
) -> Answer:
    """Send once; whatever the network or the receiver does is an answer, never an exception."""
    refuse_in_transaction("sending a message")
    began = monotonic()
    status, text = None, ""
    trouble: Trouble = ""
    try:
        async with asyncio.timeout(TRY_SECONDS):
            target = parse(url)
            where = await resolve(target, is_private=is_private, policy=policy)
            request = _request(opened, target, str(where), headers, body)
            response = await opened.send(request, stream=True)
            try:
                status = response.status_code
                text = await _beginning(response)
            finally:
                await response.aclose()
    except (TimeoutError, httpx.TimeoutException):
        trouble = "timeout"
    except (Invalid, httpx.InvalidURL):
        trouble = "refused"
    except httpx.ProtocolError:
        trouble = "protocol"
    except (httpx.HTTPError, OSError, UnicodeError) as error:
        trouble = "tls" if _is_of_tls(error) else "unreachable"
    took = int((monotonic() - began) * 1000)
    return Answer(status, text, trouble, took)


def _is_of_tls(error: BaseException | None) -> bool:
    """Whether it came of a certificate or a handshake, however deep httpx wraps it."""
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _request(
    opened: httpx.AsyncClient, target: Target, where: str, headers: Mapping[str, str], body: bytes
) -> httpx.Request:
    """To the address that was looked at, in the name of the host, whose certificate it must have."""
    host = f"[{where}]" if ":" in where else where
    return opened.build_request(
        "POST",
        f"{target.scheme}://{host}:{target.port}{target.path}",
        content=body,
        headers={
            **headers,
            "host": target.host_header,
            "content-type": "application/json",
            "accept-encoding": "identity",
            "user-agent": "Labshare-Webhooks/1",
        },
        extensions={"sni_hostname": target.host},
    )


async def _beginning(response: httpx.Response) -> str:
    read = bytearray()
    async for chunk in response.aiter_raw():
        read += chunk
        if len(read) >= ANSWER_MOST_BYTES:
            break
    return _printable(bytes(read[:ANSWER_MOST_BYTES]).decode("utf-8", "replace"))[
        :ANSWER_KEPT_LETTERS
    ]


def _printable(text: str) -> str:
    """On one line, without what steers a terminal or a page."""
    return "".join(one if one.isprintable() else " " for one in text).strip()
