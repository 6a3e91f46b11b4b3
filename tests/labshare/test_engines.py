"""The embedded engines: closed to others, alone on their data, clean after any death."""

import asyncio
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import httpx
import psutil
import pytest
from minio import Minio

from labshare.engines import children, object_store, postgres
from labshare.engines.account import Account
from labshare.engines.failure import EngineFailed
from labshare.engines.ports import is_free, remembered_ports
from tests.labshare import signed
from tests.labshare.service import ROOT

pytestmark = pytest.mark.engines

OPEN_TO_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("engines") / "data"


@pytest.fixture(scope="module")
def database(data: Path) -> Iterator[postgres.Postgres]:
    with postgres.running(data) as running:
        yield running


@pytest.fixture(scope="module")
def store(data: Path) -> Iterator[object_store.ObjectStore]:
    with object_store.running(data) as running:
        yield running


def sql(dsn: str, statement: str) -> object:
    async def ask() -> object:
        connection = await asyncpg.connect(dsn)
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    return asyncio.run(ask())


def ours_of(store: object_store.ObjectStore) -> Minio:
    return signed.client(store.access.endpoint, store.access.access_key, store.access.secret_key)


def test_the_data_folder_sockets_and_keys_are_closed_to_others(
    data: Path, database: postgres.Postgres, store: object_store.ObjectStore
) -> None:
    del database, store
    for folder in (
        data,
        data / "postgres",
        data / "objects",
        data / "objects/tls",
        data / "sockets",
    ):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder
    secret = [data / "objects" / name for name in ("s3.json", "security.toml", "tls/store.key")]
    for path in (*secret, *data.glob("*.log"), *data.glob("*.life"), *data.glob("*.owner")):
        assert not path.stat().st_mode & OPEN_TO_OTHERS, path


def test_postgres_listens_on_its_socket_alone(database: postgres.Postgres) -> None:
    server = psutil.Process(database.pid)
    everyone = [server, *server.children(recursive=True)]
    assert [found for each in everyone for found in each.net_connections(kind="inet")] == []
    found = (database.socket_folder / ".s.PGSQL.5432").stat()
    assert stat.S_ISSOCK(found.st_mode)
    assert not found.st_mode & OPEN_TO_OTHERS


def test_postgres_keeps_its_promises_and_labshare_is_no_superuser(
    database: postgres.Postgres,
) -> None:
    for setting in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"):
        assert sql(database.dsn, f"SHOW {setting}") == "on"
    assert sql(database.dsn, "SHOW is_superuser") == "off"


def test_the_store_listens_on_loopback_alone(store: object_store.ObjectStore) -> None:
    listening = [
        found.laddr.ip
        for found in psutil.Process(store.pid).net_connections(kind="inet")
        if found.status == psutil.CONN_LISTEN
    ]
    assert listening
    assert set(listening) == {"127.0.0.1"}


def test_the_store_knows_its_keys_and_refuses_everybody_else(
    store: object_store.ObjectStore,
) -> None:
    signed.put(ours_of(store), "kept", b"content")
    stranger = signed.client(store.access.endpoint, store.access.access_key, "guessed")
    assert signed.status(stranger, "kept") == 403
    assert httpx.get(f"{store.access.endpoint}/labshare/kept").status_code == 403


def test_no_key_is_written_to_a_log(
    data: Path, database: postgres.Postgres, store: object_store.ObjectStore
) -> None:
    del database
    logs = "".join(path.read_text(errors="replace") for path in data.glob("*.log"))
    assert store.access.secret_key not in logs
    assert "weed" in " ".join(psutil.Process(store.pid).cmdline())
    assert store.access.secret_key not in " ".join(psutil.Process(store.pid).cmdline())


def test_a_second_start_on_the_same_folder_is_refused_with_a_sentence(
    data: Path, database: postgres.Postgres
) -> None:
    with pytest.raises(EngineFailed, match="another Labshare already uses"):
        postgres.start(data)
    assert database.is_running()


def test_a_command_finds_the_engines_that_run(
    data: Path, database: postgres.Postgres, store: object_store.ObjectStore, tmp_path: Path
) -> None:
    assert postgres.find_running(data) == database.dsn
    assert object_store.find_running(data) == store.access
    assert postgres.find_running(tmp_path) is None
    assert object_store.find_running(tmp_path) is None


START_AND_SAY_SO = textwrap.dedent("""
    import asyncio, asyncpg, sys, time
    from pathlib import Path
    from labshare.engines import postgres
    running = postgres.start(Path(sys.argv[1]))
    async def write():
        connection = await asyncpg.connect(running.dsn)
        await connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
        await connection.execute("INSERT INTO kept VALUES (1)")
    asyncio.run(write())
    print(running.pid, flush=True)
    time.sleep(600)
""")


def start_elsewhere(
    data: Path, program: str = START_AND_SAY_SO
) -> tuple[subprocess.Popen[str], int]:
    owner = subprocess.Popen(
        [sys.executable, "-c", program, str(data)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert owner.stdout is not None
    return owner, int(owner.stdout.readline())


def test_postgres_dies_with_its_owner_and_the_next_start_finds_everything(tmp_path: Path) -> None:
    data = tmp_path / "data"
    owner, server = start_elsewhere(data)
    owner.kill()
    owner.wait()
    with postgres.running(data) as again:
        assert sql(again.dsn, "SELECT count(*) FROM kept") == 1
        assert again.pid != server
    # Nobody may be there to bury the dead, in a container for example.
    assert not psutil.pid_exists(server) or psutil.Process(server).status() == "zombie"


START_A_STORE_AND_SAY_SO = textwrap.dedent("""
    import sys, time
    from pathlib import Path
    from labshare.engines import object_store
    print(object_store.start(Path(sys.argv[1])).pid, flush=True)
    time.sleep(600)
""")


def test_the_store_dies_with_its_owner_without_waiting_for_the_next_start(tmp_path: Path) -> None:
    owner, server = start_elsewhere(tmp_path, START_A_STORE_AND_SAY_SO)
    store = psutil.Process(server)
    owner.kill()
    owner.wait()
    gone, alive = psutil.wait_procs([store], timeout=30)
    assert gone or alive[0].status() == psutil.STATUS_ZOMBIE


def test_a_killed_postgres_leaves_nothing_that_stops_the_next_start(tmp_path: Path) -> None:
    data = tmp_path / "data"
    owner, server = start_elsewhere(data)
    # An orphan that holds the folder without its owner, frozen in the middle of its work.
    os.kill(server, signal.SIGSTOP)
    owner.kill()
    owner.wait()
    with postgres.running(data) as again:
        assert sql(again.dsn, "SELECT count(*) FROM kept") == 1


def test_a_pid_file_that_names_somebody_else_is_no_obstacle() -> None:
    # A short path, or its sockets would be elsewhere.
    with tempfile.TemporaryDirectory(prefix="labshare-") as folder:
        _start_after_a_left_over_pid_file(Path(folder) / "data")


def _start_after_a_left_over_pid_file(data: Path) -> None:
    postgres.start(data).stop()
    # After a restart of the machine the number may be in use again, by anybody.
    left_over = f"{os.getpid()}\n{data / 'postgres'}\n{int(time.time())}\n5432\n"
    (data / "postgres" / "postmaster.pid").write_text(left_over)
    (data / "sockets" / ".s.PGSQL.5432.lock").write_text(left_over)
    with postgres.running(data) as again:
        assert sql(again.dsn, "SELECT 1") == 1


def test_a_long_path_gets_a_short_folder_for_its_socket(tmp_path: Path) -> None:
    data = tmp_path / ("long" * 30) / "data"
    with postgres.running(data) as running:
        assert sql(running.dsn, "SELECT 1") == 1
        assert not running.socket_folder.is_relative_to(data)
        assert not running.socket_folder.stat().st_mode & OPEN_TO_OTHERS
    assert not running.socket_folder.exists()


def test_a_killed_store_has_what_it_acknowledged(tmp_path: Path) -> None:
    first = object_store.start(tmp_path)
    ports = (tmp_path / "objects" / "ports.json").read_text()
    for number in range(20):
        signed.put(ours_of(first), str(number), b"x" * 4096)
    os.kill(first.pid, signal.SIGKILL)
    first.stop()
    with object_store.running(tmp_path) as again:
        assert (again.access.access_key, again.access.endpoint) == (
            first.access.access_key,
            first.access.endpoint,
        )
        assert (tmp_path / "objects" / "ports.json").read_text() == ports
        found = [signed.status(ours_of(again), str(n)) for n in range(20)]
        assert found == [200] * 20
    grpc = [port for name, port in json.loads(ports).items() if name.endswith("_grpc")]
    assert [port for port in grpc if list(Path("/tmp").glob(f"seaweedfs-*-{port}.sock"))] == []


def test_a_port_that_somebody_took_is_chosen_anew(tmp_path: Path) -> None:
    path = tmp_path / "ports.json"
    ourselves = Account(None, None)
    first = remembered_ports(path, ["one", "two"], ourselves)
    assert remembered_ports(path, ["one", "two"], ourselves) == first
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", first["one"]))
        taken.listen()
        assert not is_free(first["one"])
        second = remembered_ports(path, ["one", "two"], ourselves)
    assert first["one"] not in second.values()


def test_the_folder_is_free_again_when_its_owner_is_gone(tmp_path: Path) -> None:
    with children.owned(tmp_path, "labshare"):
        assert children.is_in_use(tmp_path, "labshare")
        with (
            pytest.raises(EngineFailed, match="another Labshare"),
            children.owned(tmp_path, "labshare"),
        ):
            pass
    assert not children.is_in_use(tmp_path, "labshare")
