"""The connection to the S3 store and the four ways in which it fails.

The SDK is synchronous, so every call runs in a thread; at most POOL_SIZE at once, which is also
the size of the connection pool. Nothing here may be called inside a database transaction.

Opening asks nothing of the store: it may be away for now. The first call that reaches it makes the
bucket if there is none.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar
from urllib.parse import urlsplit

import msgspec
import urllib3
from anyio import CapacityLimiter, to_thread
from minio import Minio
from minio.error import InvalidResponseError, S3Error, ServerError

from core import disks
from core.connections import refuse_in_transaction
from core.errors import NoRoom, Unavailable, say
from core.settings import S3Settings
from storage.objects.flushing import Flusher
from storage.objects.transport import PATIENT, POOL_SIZE, Limits, is_silence, pool

T = TypeVar("T")

# S3's own words for a store without room: AWS, MinIO and Ceph have one each.
FULL_CODES = {"InsufficientStorage", "XMinioStorageFull", "QuotaExceeded"}
DOES_NOT_ANSWER = say("The object store does not answer; nothing was lost, try again in a minute")
TRANSIENT = (ServerError, InvalidResponseError, urllib3.exceptions.HTTPError)


class ObjectMissing(Unavailable):
    """The store holds no object under this key, though a row says so."""

    default_code = "object_missing"


class Silent(Unavailable):
    """The store says nothing: it hangs or is overloaded, which proves nothing about an object."""

    default_code = "object_store_down"


class PartsMissing(Unavailable):
    """The store has forgotten this multipart upload: it was completed, aborted or expired."""

    default_code = "parts_gone"


class Bucket(msgspec.Struct):
    """Our bucket, and whether it was there when we last had to know."""

    name: str
    is_known: bool = False

    def make(self, s3: Minio) -> None:
        """Make it unless it is there already."""
        if self.is_known:
            return
        make_bucket(s3, self.name)
        self.is_known = True


class Connection(msgspec.Struct, frozen=True):
    client: Minio
    public_client: Minio | None
    bucket: Bucket
    turns: asyncio.Semaphore
    threads: CapacityLimiter
    limits: Limits
    flusher: Flusher | None
    keep_free_bytes: int

    def free_bytes(self) -> int | None:
        """What is left where the store keeps its files; None where that is not on this machine."""
        return disks.look(self.flusher.folder).free_bytes if self.flusher else None

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """One of the POOL_SIZE places; Silent if none gets free, as under a store that hangs."""
        try:
            async with asyncio.timeout(self.limits.turn_seconds):
                await self.turns.acquire()
        except TimeoutError as error:
            raise Silent(DOES_NOT_ANSWER) from error
        try:
            yield
        finally:
            self.turns.release()


_connection: Connection | None = None


async def open(  # noqa: A001 (as core.database.open)
    settings: S3Settings, limits: Limits = PATIENT
) -> None:
    """Make the client of the running loop; no request is sent yet."""
    global _connection
    _connection = Connection(
        client=client_for(settings, settings.endpoint, pool(limits)),
        public_client=(
            client_for(settings, settings.public_url, pool(limits)) if settings.public_url else None
        ),
        bucket=Bucket(settings.bucket),
        turns=asyncio.Semaphore(POOL_SIZE),
        threads=CapacityLimiter(POOL_SIZE),
        limits=limits,
        flusher=Flusher(settings.sync_folder) if settings.sync_folder else None,
        keep_free_bytes=settings.keep_free_bytes,
    )


async def close() -> None:
    """Forget the connection."""
    global _connection
    if _connection is not None and _connection.flusher is not None:
        _connection.flusher.close()
    _connection = None


def is_open() -> bool:
    return _connection is not None


async def answers() -> bool:
    """Whether the store is there and knows our bucket."""
    try:
        return await call(lambda s3, bucket: s3.bucket_exists(bucket_name=bucket))
    except Unavailable:
        return False


async def verify() -> None:
    """Make the bucket if it is not there yet; Unavailable if the store is away or refuses us."""
    await call(lambda _s3, _bucket: None)


def client_for(settings: S3Settings, address: str, http: urllib3.PoolManager) -> Minio:
    """A client of the store at ``address``, through ``http``; asks nothing yet."""
    parts = urlsplit(address if "//" in address else f"//{address}", scheme="http")
    return Minio(
        endpoint=parts.netloc,
        access_key=settings.access_key,
        secret_key=settings.secret_key,
        secure=parts.scheme == "https",
        # Without a region even signing a link asks the store for one.
        region=settings.region,
        http_client=http,
    )


def connected() -> Connection:
    if _connection is None:
        raise Unavailable(say("The object store is not connected"), code="object_store_down")
    return _connection


async def call(work: Callable[[Minio, str], T]) -> T:
    refuse_in_transaction("asking the object store")
    connection = connected()

    def in_thread() -> T:
        connection.bucket.make(connection.client)
        return work(connection.client, connection.bucket.name)

    try:
        async with connection.turn():
            return await to_thread.run_sync(in_thread, limiter=connection.threads)
    except S3Error as error:
        if error.code == "NoSuchBucket":
            # A store that was set up anew; the next call makes it.
            connection.bucket.is_known = False
        raise _as_problem(error) from error
    except TRANSIENT as error:
        raise _as_away(connection, error) from error


def _as_away(connection: Connection, error: Exception) -> Unavailable:
    # SeaweedFS answers 500 then, as for all else.
    free = connection.free_bytes()
    if free is not None and free < disks.FULL_BELOW_BYTES:
        return NoRoom(disks.DISK_FULL, code="object_store_full")
    if is_silence(error):
        return Silent(DOES_NOT_ANSWER)
    return Unavailable(DOES_NOT_ANSWER, code="object_store_down")


async def store(work: Callable[[Minio, str], T]) -> T:
    """As ``call``, for what the caller will acknowledge: it outlives a power cut from then on.

    Only where the store's files are on this machine, that is with ``sync_folder``; another store
    has to keep by itself what it has answered for.
    """
    result = await call(work)
    await flush()
    return result


def require_room(size_bytes: int) -> None:
    """NoRoom if a file of this size would leave less than is to be kept free.

    The database shares the disk with the files, and with a full one no row can be stored. Only
    where the store's files are on this machine; another store refuses by itself.
    """
    connection = connected()
    free = connection.free_bytes()
    if free is not None and free - size_bytes < connection.keep_free_bytes:
        raise NoRoom(
            say(
                "The disk of the server has too little room left for this file, so it was not taken"
                " in. Everything saved before is safe. Ask whoever looks after the server to make"
                " room, then send the file again."
            ),
            code="object_store_full",
        )


async def flush() -> None:
    """Return when all that the store has acknowledged is on the disk."""
    flusher = connected().flusher
    if flusher is not None:
        await flusher.flush()


def _as_problem(error: S3Error) -> Unavailable:
    if error.code in FULL_CODES:
        return NoRoom(disks.DISK_FULL, code="object_store_full")
    if error.code in {"NoSuchKey", "NotFound"}:
        return ObjectMissing(say("The file is missing from the object store"))
    if error.code in {"NoSuchUpload", "InvalidPart"}:
        return PartsMissing(say("The object store no longer holds the parts of this upload"))
    return Unavailable(
        say("The object store refused: {code}", code=error.code or "unknown"),
        code="object_store_refused",
    )


def make_bucket(s3: Minio, bucket: str) -> None:
    """Make the bucket unless it is there already, perhaps just made by another process."""
    if s3.bucket_exists(bucket_name=bucket):
        return
    try:
        s3.make_bucket(bucket_name=bucket)
    except S3Error as error:
        if error.code not in {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}:
            raise
