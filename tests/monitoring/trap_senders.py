"""Senders of traps and informs for the tests: net-snmp's own, and raw datagrams."""

import asyncio
import os
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from monitoring.snmp import Address, Community, Credential, PrivProtocol, User
from monitoring.snmp.trap_socket import TrapSocket
from monitoring.traps.inbox import Inbox
from monitoring.traps.receiver import listen
from tests.conftest import Stack
from tests.patience import MANY_LOOKS, PATIENCE_SECONDS

# Where net-snmp keeps its boots.
_STATE = tempfile.TemporaryDirectory(prefix="labshare-senders-")
SNMPTRAP, SNMPINFORM = shutil.which("snmptrap"), shutil.which("snmpinform")
needs_snmptrap = pytest.mark.skipif(
    SNMPTRAP is None and not os.environ.get("CI"),
    reason="net-snmp's tools are not installed (apt-get install snmp)",
)

LINK_DOWN = "1.3.6.1.6.3.1.1.5.3"
COLD_START = "1.3.6.1.6.3.1.1.5.1"
UPS_ON_BATTERY = "1.3.6.1.4.1.318.0.5"
UPS_POWER_RESTORED = "1.3.6.1.4.1.318.0.9"
ENGINE = "0x8000000001020304"
UNANSWERED_SECONDS = 1.0

_AUTH = {
    "md5": "MD5",
    "sha": "SHA",
    "sha224": "SHA-224",
    "sha256": "SHA-256",
    "sha384": "SHA-384",
    "sha512": "SHA-512",
}
_PRIV = {
    PrivProtocol.des: "DES",
    PrivProtocol.aes: "AES",
    PrivProtocol.aes192: "AES-192",
    PrivProtocol.aes256: "AES-256",
}
SPOKEN_BY_NET_SNMP = tuple(_PRIV)


class Listening(msgspec.Struct, frozen=True):
    """A receiver at a port of its own."""

    port: int
    inbox: Inbox

    async def counted(self, name: str, least: int = 1) -> None:
        """Wait until so many are counted."""
        await until(lambda: self.inbox.counts[name] >= least, f"{name} {self.inbox.counts}")


@asynccontextmanager
async def listening(stack: Stack, *, port: int = 0) -> AsyncIterator[Listening]:
    inbox, stop = Inbox(), asyncio.Event()
    opened = TrapSocket(Address("127.0.0.1", port), inbox.arrived)
    task = asyncio.create_task(listen(stack.settings, inbox, opened, stop))
    try:
        yield Listening(opened.port, inbox)
    finally:
        stop.set()
        await task
        opened.close()


async def until(is_so: Callable[[], bool], what: str) -> None:
    for _ in range(MANY_LOOKS):
        if is_so():
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"it never came to that: {what}")


async def send(
    port: int,
    trap_oid: str,
    *values: str,
    wire: Credential = Community("public"),  # noqa: B008 - a frozen value
    inform: bool = False,
    is_answered: bool = True,
    source: str = "127.0.0.1",
    engine: str = ENGINE,
) -> tuple[int, str]:
    """Send one by net-snmp; its exit code (an inform: 0 once it was acknowledged) and words.

    ``is_answered``: whether the receiver answers an inform, be it by a refusal; else its sender
    does not wait for long.
    """
    program = SNMPINFORM if inform else SNMPTRAP
    assert program is not None
    seconds = PATIENCE_SECONDS if is_answered else UNANSWERED_SECONDS
    asks = ["-r", "0", "-t", f"{seconds:.0f}"] if inform else []
    if isinstance(wire, User) and not inform:
        asks += ["-e", engine]
    target = [f"--clientaddr={source}", f"127.0.0.1:{port}"]
    return await run(program, *_credential(wire), *asks, *target, "", trap_oid, *values)


async def somebody_listens(port: int) -> None:
    """Wait until informs are answered at the port."""
    wanted = f":{port:04X} "
    await until(lambda: wanted in Path("/proc/net/udp").read_text("ascii"), f"a socket at {port}")
    assert (await send(port, COLD_START, inform=True))[0] == 0


async def send_v1(
    port: int, enterprise: str, generic: int, specific: int, *values: str, agent: str = ""
) -> None:
    assert SNMPTRAP is not None
    to = ["-v1", "-c", "public", f"127.0.0.1:{port}"]
    await run(SNMPTRAP, *to, enterprise, agent, str(generic), str(specific), "7", *values)


async def run(*command: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *command,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "MIBS": "", "SNMP_PERSISTENT_DIR": _STATE.name},
    )
    try:
        said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return process.returncode, said.decode()


class Wiretap:
    """A socket between a sender and the receiver, to get hold of what goes over the line."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self.port: int = self._socket.getsockname()[1]

    async def caught(self) -> bytes:
        loop = asyncio.get_running_loop()
        return await asyncio.wait_for(loop.sock_recv(self._socket, 65_535), PATIENCE_SECONDS)

    async def ask(
        self, payload: bytes, port: int, *, seconds: float = PATIENCE_SECONDS
    ) -> bytes | None:
        """Send the bytes; what comes back, None if nothing does."""
        self._socket.sendto(payload, ("127.0.0.1", port))
        try:
            return await asyncio.wait_for(
                asyncio.get_running_loop().sock_recv(self._socket, 65_535), seconds
            )
        except TimeoutError:
            return None

    def close(self) -> None:
        self._socket.close()


def _credential(wire: Credential) -> list[str]:
    if isinstance(wire, Community):
        return ["-v2c", "-c", wire.community]
    level = "authPriv" if wire.priv else "authNoPriv" if wire.auth else "noAuthNoPriv"
    words = ["-v3", "-u", wire.name, "-l", level]
    if wire.auth:
        words += ["-a", _AUTH[wire.auth], "-A", wire.auth_password]
    if wire.priv:
        words += ["-x", _PRIV[wire.priv], "-X", wire.priv_password]
    return words
