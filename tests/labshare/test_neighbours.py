"""What somebody with another account on the machine gets at: every listening port of the service."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from minio import Minio

from labshare.engines import object_store
from labshare.engines.certificates import make
from tests.labshare import neighbour, signed
from tests.labshare.neighbour import as_a_neighbour
from tests.labshare.service import Service, serving

pytestmark = [pytest.mark.engines]

KEPT = "/labshare/kept"
# What the parts of SeaweedFS do for whoever asks, unless something stops them.
REQUESTS = [
    ("GET", "/col/delete?collection=labshare"),
    ("POST", "/col/delete?collection=labshare"),
    ("GET", "/dir/assign?collection=labshare"),
    ("GET", "/dir/lookup?volumeId=1"),
    ("GET", "/dir/lookup?fileId=1,0100000000"),
    ("GET", "/dir/status"),
    ("GET", "/vol/status"),
    ("GET", "/vol/grow?count=1"),
    ("GET", "/vol/vacuum?garbageThreshold=0"),
    ("POST", "/submit"),
    ("GET", "/1,0100000000"),
    ("PUT", "/1,0100000000"),
    ("DELETE", "/1,0100000000"),
    ("GET", "/buckets/labshare/kept"),
    ("PUT", "/buckets/labshare/kept"),
    ("DELETE", "/buckets/labshare/kept"),
    ("DELETE", "/buckets/labshare?recursive=true"),
    ("GET", "/etc/seaweedfs/filer.conf"),
    ("PUT", "/etc/seaweedfs/filer.conf"),
    ("GET", KEPT),
    ("PUT", KEPT),
    ("DELETE", KEPT),
    ("GET", "/labshare?list-type=2"),
    ("DELETE", "/labshare"),
    ("GET", "/debug/pprof/heap"),
    ("GET", "/metrics?from=a%20neighbour"),
]
# Figures of the service itself may be read on its own machine (docs/running.md, "Watching it").
OF_THE_PAGES = {("GET", "/metrics?from=a%20neighbour")}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("neighbours") / "data"


@pytest.fixture(scope="module")
def service(data: Path) -> Iterator[Service]:
    with serving(data) as running:
        yield running


@pytest.fixture(scope="module")
def ours(service: Service, data: Path) -> Minio:
    del service
    access = object_store.find_running(data)
    assert access
    found = signed.client(access.endpoint, access.access_key, access.secret_key)
    signed.put(found, "kept", b"content")
    return found


def listening_ports(service: Service) -> set[int]:
    return {
        found.laddr.port
        for process in service.all_processes()
        for found in process.net_connections(kind="inet")
        if found.status == psutil.CONN_LISTEN
    }


def page_port(service: Service) -> int:
    return int(service.address.rpartition(":")[2])


def grpc_ports(data: Path) -> list[int]:
    ports = json.loads((data / "objects" / "ports.json").read_text())
    return [port for name, port in ports.items() if name.endswith("_grpc")]


def test_no_port_does_anything_for_a_neighbour(service: Service, ours: Minio) -> None:
    ports = listening_ports(service)
    assert len(ports) == 9, "the pages, and four parts of the store with two ports each"
    for port in ports:
        told = as_a_neighbour(neighbour.ask_over_http, port, REQUESTS)
        allowed = OF_THE_PAGES if port == page_port(service) else set()
        done = {asked: status for asked, status in told.items() if status and status < 300}
        assert set(done) == allowed, f"port {port}"
    assert signed.status(ours, "kept") == 200


def test_grpc_is_refused_without_our_certificate(
    service: Service, data: Path, tmp_path: Path
) -> None:
    del service
    for name, content in make().items():
        (tmp_path / name).write_bytes(content)
    strange = (str(tmp_path / "store.crt"), str(tmp_path / "store.key"))
    ours = (str(data / "objects/tls/store.crt"), str(data / "objects/tls/store.key"))
    for port in grpc_ports(data):
        assert not as_a_neighbour(neighbour.speaks_grpc, port, False)
        assert not as_a_neighbour(neighbour.speaks_grpc, port, True)
        assert not neighbour.speaks_grpc(port, with_tls=True, certificate=strange)
        # The same question with the right certificate is answered, so it is the right question.
        assert neighbour.speaks_grpc(port, with_tls=True, certificate=ours)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_no_socket_and_no_file_opens_for_a_neighbour(service: Service, data: Path) -> None:
    sockets = [
        str(found.laddr)
        for process in service.all_processes()
        for found in process.net_connections(kind="unix")
        if str(found.laddr).startswith("/")
    ]
    assert any(path.endswith(".s.PGSQL.5432") for path in sockets)
    assert any("seaweedfs-master-grpc" in path for path in sockets)
    assert as_a_neighbour(neighbour.can_connect, sockets) == []
    files = [str(path) for path in data.rglob("*") if path.is_file()]
    assert any(path.endswith("store.key") for path in files)
    assert as_a_neighbour(neighbour.can_read, files) == []


def test_an_older_folder_gets_its_certificates_at_the_next_start(tmp_path: Path) -> None:
    object_store.start(tmp_path).stop()
    before = (tmp_path / "objects" / "security.toml").read_text()
    tokens_alone = before.partition("[grpc]")[0]
    (tmp_path / "objects" / "security.toml").write_text(tokens_alone)
    for path in (tmp_path / "objects" / "tls").iterdir():
        path.unlink()
    with object_store.running(tmp_path):
        for port in grpc_ports(tmp_path):
            assert not neighbour.speaks_grpc(port, with_tls=False)
    after = (tmp_path / "objects" / "security.toml").read_text()
    assert "[grpc.master]" in after
    assert tokens_alone not in after
