"""`labshare store`: an S3 store for other machines, and nothing else that answers them."""

import contextlib
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.labshare import neighbour, signed
from tests.labshare.neighbour import as_a_neighbour
from tests.labshare.service import environment, labshare
from tests.labshare.test_neighbours import REQUESTS
from tests.labshare.test_serve import eventually
from tests.patience import PATIENCE_SECONDS

pytestmark = [pytest.mark.engines]

KEYS = {"LABSHARE_S3_ACCESS_KEY": "an-access-key", "LABSHARE_S3_SECRET_KEY": "a-secret-key"}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextlib.contextmanager
def storing(data: Path, port: int) -> Iterator[psutil.Process]:
    process = subprocess.Popen(
        [sys.executable, "-m", "labshare", "store", "--host", "0.0.0.0", "--port", str(port)],
        env=environment(data, **KEYS),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert "takes requests" in process.stdout.readline()
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        assert process.wait(PATIENCE_SECONDS) == 0


def open_to_others(process: psutil.Process) -> set[int]:
    """Ports that other machines reach."""
    return {
        found.laddr.port
        for each in process.children(recursive=True)
        for found in each.net_connections(kind="inet")
        if found.status == psutil.CONN_LISTEN and not found.laddr.ip.startswith("127.")
    }


def test_the_store_serves_signed_requests_and_its_other_ports_refuse(tmp_path: Path) -> None:
    data, port = tmp_path / "data", free_port()
    ours = signed.client(f"http://127.0.0.1:{port}", *KEYS.values())
    strange = signed.client(f"http://127.0.0.1:{port}", "an-access-key", "guessed")
    with storing(data, port) as process:
        assert httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
        signed.put(ours, "kept", b"content")
        assert signed.status(strange, "kept") == 403
        ports = json.loads((data / "objects" / "ports.json").read_text())
        assert open_to_others(process) == {port, ports["s3_grpc"]}
        assert not as_a_neighbour(neighbour.speaks_grpc, ports["s3_grpc"], False)
        assert not as_a_neighbour(neighbour.speaks_grpc, ports["s3_grpc"], True)
        unsigned = as_a_neighbour(neighbour.ask_over_http, port, REQUESTS)
        assert [asked for asked, status in unsigned.items() if status and status < 300] == []

        [store] = [one for one in process.children(recursive=True) if "weed" in one.name()]
        store.kill()
        eventually(lambda: signed.status(ours, "kept") == 200)
    with storing(data, port):
        assert signed.status(ours, "kept") == 200


def test_a_store_without_keys_says_which_to_set(tmp_path: Path) -> None:
    refused = labshare(tmp_path / "data", "store")
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1), refused.stderr
    assert all(name in refused.stderr for name in KEYS)
