"""The demo's devices: one snmpsim on 127.0.0.1 that answers for every walk in demo/walks.

A device is reached at `find_port(data)` with its walk's name (the file's stem) as the community.
"""

import json
import socket
import sys
from pathlib import Path

from labshare.engines import children
from labshare.engines.account import engine_account
from labshare.engines.children import Program
from labshare.engines.folders import private_folder
from labshare.engines.ports import LOOPBACK, remembered_ports

WALKS = Path(__file__).with_name("demo") / "walks"
NAME = "devices"
RUN_RESPONDER = "from snmpsim.commands.responder import main; main()"


def find_port(data: Path) -> int:
    """The UDP port of the simulated devices, as it was chosen for this data folder."""
    ports: dict[str, int] = json.loads((data / NAME / "ports.json").read_text(encoding="utf-8"))
    return ports["snmp"]


def program(data: Path) -> Program:
    """What serves them; chooses the port. It runs as the engines do: snmpsim refuses root."""
    account = engine_account()
    private_folder(data, account)
    folder = private_folder(data / NAME, account)
    cache = private_folder(folder / "index", account)
    ports = remembered_ports(folder / "ports.json", ["snmp"], account, socket.SOCK_DGRAM)
    command = [sys.executable, "-c", RUN_RESPONDER, f"--data-dir={WALKS}", f"--cache-dir={cache}"]
    command += [f"--agent-udpv4-endpoint={LOOPBACK}:{ports['snmp']}", "--log-level=error"]
    return Program(
        name="the simulated devices",
        command=command,
        folder=folder,
        log=data / "devices.log",
        account=account,
        environment={**children.plain_environment(), "HOME": str(folder)},
    )
