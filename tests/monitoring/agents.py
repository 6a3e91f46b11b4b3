"""Real agents for the tests: net-snmp's snmpd, snmpsim with our walks, and one that misbehaves."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from monitoring.snmp import Address, AuthProtocol, PrivProtocol, User
from tests.patience import PATIENCE_SECONDS

# Of real devices, by `labshare profile record`, or written from their MIBs; and those of the demo.
WALKS = Path(__file__).parent / "walks"
DEMO_WALKS = Path(__file__).resolve().parents[2] / "labshare" / "demo" / "walks"
SNMPD = shutil.which("snmpd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")

needs_snmpd = pytest.mark.skipif(
    SNMPD is None and not os.environ.get("CI"),
    reason="net-snmp's snmpd is not installed (apt-get install snmpd)",
)

SECRET = "correct-horse"
OTHER_SECRET = "battery-staple"
USERS = {
    "md5des": User("md5des", AuthProtocol.md5, SECRET, PrivProtocol.des, OTHER_SECRET),
    "shaaes": User("shaaes", AuthProtocol.sha, SECRET, PrivProtocol.aes, OTHER_SECRET),
    "sha256aes": User("sha256aes", AuthProtocol.sha256, SECRET, PrivProtocol.aes, OTHER_SECRET),
    "sha512aes": User("sha512aes", AuthProtocol.sha512, SECRET, PrivProtocol.aes, OTHER_SECRET),
    "signed": User("signed", AuthProtocol.sha, SECRET),
    "open": User("open"),
}
_AUTH_WORDS = {
    AuthProtocol.md5: "MD5",
    AuthProtocol.sha: "SHA",
    AuthProtocol.sha256: "SHA-256",
    AuthProtocol.sha512: "SHA-512",
}


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def silent_at(host: str) -> Iterator[Address]:
    """A port at which whatever comes is taken, and nothing answered nor refused."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind((host, 0))
        yield Address(host, silent.getsockname()[1])


class Snmpd:
    """One snmpd on a loopback address; it can be stopped and started again, or given a new engine."""

    def __init__(self, folder: Path, *, host: str = "127.0.0.1", extra: str = "") -> None:
        self.folder = folder
        self.address = Address(host, free_port())
        self._extra = extra
        self._process: subprocess.Popen[bytes] | None = None
        self._silence: socket.socket | None = None
        self.engine_id = "0x80001f8804746573740001"

    def start(self) -> None:
        self._end_silence()
        state = self.folder / "state"
        state.mkdir(parents=True, exist_ok=True)
        config = self.folder / "snmpd.conf"
        config.write_text(self._configuration(), encoding="utf-8")
        self._process = subprocess.Popen(
            [
                str(SNMPD),
                "-f",
                "-Le",
                "-C",
                "-c",
                str(config),
                "-I",
                "-smux",
                "--noTokenWarnings=1",
            ],
            env={**os.environ, "SNMP_PERSISTENT_DIR": str(state), "MIBS": ""},
            stderr=(self.folder / "snmpd.log").open("ab"),
        )
        wait_until_bound(self.address, self._process)

    def stop(self) -> None:
        """The service alone: the machine goes on, and says that its port is closed."""
        self._end_silence()
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE_SECONDS)
            self._process = None

    def switch_off(self) -> None:
        """As a machine without power: nobody answers, and nobody refuses."""
        self.stop()
        family = socket.AF_INET6 if self.address.is_v6 else socket.AF_INET
        self._silence = socket.socket(family, socket.SOCK_DGRAM)
        self._silence.bind(self.address)

    def _end_silence(self) -> None:
        if self._silence is not None:
            self._silence.close()
            self._silence = None

    def pause(self) -> None:
        """Silence without losing the socket: packets pile up unread."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGSTOP)

    def resume(self) -> None:
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGCONT)

    def become_another_engine(self) -> None:
        self.stop()
        shutil.rmtree(self.folder / "state", ignore_errors=True)
        self.engine_id = "0x80001f8804746573740002"
        self.start()

    def _configuration(self) -> str:
        lines = [
            f"agentaddress udp:{self.address.host}:{self.address.port}",
            f"exactEngineID {self.engine_id}",
            "rocommunity public",
            "sysName 一号机房-测试机",
            "sysLocation Room 301",
            self._extra,
        ]
        for user in USERS.values():
            auth = f" {_AUTH_WORDS[user.auth]} {user.auth_password}" if user.auth else ""
            priv = f" {user.priv.upper()} {user.priv_password}" if user.priv else ""
            level = "authpriv" if user.priv else "auth" if user.auth else "noauth"
            lines += [f"createUser {user.name}{auth}{priv}", f"rouser {user.name} {level}"]
        return "\n".join(lines) + "\n"


def wait_until_bound(address: Address, process: subprocess.Popen[bytes]) -> None:
    """Until the kernel lists the socket: asking by SNMP would spend the agent's first answers."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    wanted = f":{address.port:04X} "
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the agent ended with {process.returncode}")
        if wanted in Path("/proc/net/udp").read_text(encoding="ascii"):
            return
        time.sleep(0.05)
    raise RuntimeError("the agent did not open its socket")


@contextmanager
def running(agent: Snmpd) -> Iterator[Snmpd]:
    agent.start()
    try:
        yield agent
    finally:
        with suppress(RuntimeError):
            agent.stop()


Answerer = Callable[[bytes], list[bytes]]


class OwnAgent(asyncio.DatagramProtocol):
    """Answers each datagram with what ``answer`` makes of it: for agents that break the rules."""

    def __init__(self, answer: Answerer) -> None:
        self.answer = answer
        self.heard = 0

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.heard += 1
        for reply in self.answer(data):
            self.transport.sendto(reply, addr)


async def own_agent(answer: Answerer) -> tuple[OwnAgent, Address]:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(
        lambda: OwnAgent(answer), local_addr=("127.0.0.1", 0)
    )
    return protocol, Address(*transport.get_extra_info("sockname")[:2])
