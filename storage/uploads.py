"""Files being received: a row before any object, and states that people can see."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from core import database
from core.access import Actor
from core.clock import now
from core.errors import Conflict, FieldError, Forbidden, Invalid, Message, NotFound, say
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import CONTRIBUTE_RESOURCES
from core.query import Key, Order, Where, list_page
from core.rows import insert_row
from storage import objects, quotas, tables
from storage.ids import uuid7
from storage.rights import may_change

# Counted from the last byte that came: long enough for a weekend without a network.
EXPIRE_AFTER = timedelta(days=7)
MOST_UNFINISHED = 20
LONGEST_NAME = 255


class UploadState(StrEnum):
    """Where a file is; ``ready`` and ``duplicate`` may become revisions."""

    initiated = "initiated"
    receiving = "receiving"
    completing = "completing"
    verifying = "verifying"
    ready = "ready"
    duplicate = "duplicate"
    rejected = "rejected"
    aborted = "aborted"
    expired = "expired"


OPEN = (UploadState.initiated, UploadState.receiving)
UNFINISHED = (*OPEN, UploadState.completing, UploadState.verifying)
GIVEN_UP = (UploadState.aborted, UploadState.expired)
USABLE = (UploadState.ready, UploadState.duplicate)


class Upload(msgspec.Struct, frozen=True):
    """One file being received; ``received_bytes`` are durable, and where sending goes on."""

    id: UUID
    school_id: int
    owner_id: int
    resource_id: UUID | None
    file_name: str
    media_type: str
    size_bytes: int
    received_bytes: int
    sha256: str | None
    state: UploadState
    reason: Message | None
    created_at: datetime
    expires_at: datetime

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def has_arrived(self) -> bool:
        """Whether every byte has come, whatever became of the file then."""
        return self.received_bytes == self.size_bytes and self.state not in GIVEN_UP

    @property
    def is_unfinished(self) -> bool:
        return self.state in UNFINISHED

    @property
    def is_usable(self) -> bool:
        return self.state in USABLE


class NewUpload(msgspec.Struct, frozen=True):
    """What its sender says about a file before the first byte."""

    school_id: int
    file_name: str
    size_bytes: int
    media_type: str = ""
    sha256: str | None = None
    # The resource that takes the file as its next revision as soon as it is ready.
    resource_id: UUID | None = None
    note: str = ""


COLUMNS = (
    "u.id, u.school AS school_id, u.owner AS owner_id, u.resource AS resource_id, u.file_name,"
    " u.media_type, u.size_bytes, u.received_bytes, u.sha256, u.state, u.reason, u.created_at,"
    " u.expires_at"
)


async def create_upload(actor: Actor, new: NewUpload, *, most_bytes: int) -> Upload:
    """Open an upload; nothing is stored yet.

    Refuses people who may not contribute at the school, files beyond ``most_bytes`` or for which
    the disk has no room, and more than MOST_UNFINISHED at a time. The announced size counts
    towards the school's quota from now on.
    """
    actor.require(new.school_id, CONTRIBUTE_RESOURCES)
    _check(new, most_bytes)
    objects.require_room(new.size_bytes)
    with quotas.refusing_beyond(new.size_bytes):
        upload_id = await _insert(actor, new)
    return await get_upload(actor, upload_id)


async def _insert(actor: Actor, new: NewUpload) -> UUID:
    async with database.transaction(actor):
        if new.resource_id is not None:
            await _check_target(actor, new.school_id, new.resource_id)
        await _check_count(actor)
        upload_id, moment = uuid7(), now()
        await insert_row(
            tables.Upload,
            new,
            id=upload_id,
            owner=actor.person_id,
            file_name=plain_name(new.file_name),
            media_type=new.media_type[:120],
            sha256=new.sha256.lower() if new.sha256 else None,
            object_key=objects.new_key("b"),
            created_at=moment,
            expires_at=moment + EXPIRE_AFTER,
        )
    return upload_id


async def get_upload(actor: Actor, upload_id: UUID) -> Upload:
    """One's own upload; anybody else's is NotFound."""
    return await database.get_one(
        Upload,
        f"SELECT {COLUMNS} FROM upload u"
        " WHERE u.id = $1 AND u.owner = $2 AND u.school = any($3::bigint[])",
        upload_id,
        actor.person_id,
        actor.school_ids,
        missing=say("There is no such upload, or it is not yours"),
    )


NEWEST_FIRST = Order(Key("u.id", UUID, "id"), descending=True)


async def list_own(
    actor: Actor, *, limit: int = DEFAULT_LIMIT, cursor: str | None = None
) -> Page[Upload]:
    """One's own uploads, newest first."""
    where = Where("u.owner = :me AND u.school = any(:schools)")
    where.bind(me=actor.person_id, schools=actor.school_ids)
    return await list_page(
        Upload,
        f"SELECT {COLUMNS} FROM upload u",
        where,
        NEWEST_FIRST,
        cursor=cursor,
        limit=limit,
    )


async def find_of_resource(resource_id: UUID) -> list[Upload]:
    """What is being received for a resource, or was refused, newest first; the caller may see it."""
    return await database.fetch(
        Upload,
        f"SELECT {COLUMNS} FROM upload u WHERE u.resource = $1"
        " AND u.state NOT IN ('ready', 'duplicate', 'aborted') ORDER BY u.id DESC LIMIT 5",
        resource_id,
    )


async def abort(actor: Actor, upload_id: UUID) -> None:
    """Give up an upload that is not finished; what it stored is removed afterwards."""
    upload = await get_upload(actor, upload_id)
    async with database.transaction(actor):
        done = await database.execute(
            "UPDATE upload SET state = 'aborted', writer = NULL WHERE id = $1"
            " AND state = any($2::text[])",
            upload_id,
            list(UNFINISHED),
        )
    if not done and upload.state is not UploadState.aborted:
        raise Conflict(say("This upload is finished and can no longer be stopped"), code="finished")
    await discard(upload_id)


class _Leftovers(msgspec.Struct):
    object_key: str
    parts_id: str | None
    tail_key: str | None


async def discard(upload_id: UUID) -> None:
    """Remove what an upload that came to nothing left in the store; the row goes first, always."""
    left = await database.fetch_one(
        _Leftovers,
        "SELECT u.object_key, u.parts_id, u.tail_key FROM upload u WHERE u.id = $1"
        " AND u.state IN ('aborted', 'expired', 'rejected')"
        " AND NOT EXISTS (SELECT FROM blob b WHERE b.object_key = u.object_key)",
        upload_id,
    )
    if left is None:
        return
    if left.parts_id:
        await objects.abort_parts(left.object_key, left.parts_id)
    if left.tail_key:
        await objects.remove(left.tail_key)
    await objects.remove(left.object_key)
    await database.execute(
        "UPDATE upload SET parts_id = NULL, tail_key = NULL WHERE id = $1", upload_id
    )


def plain_name(file_name: str) -> str:
    """The name alone: no folders of the sender's computer, no control characters, not endless."""
    name = file_name.replace("\\", "/").rpartition("/")[2]
    name = "".join(character for character in name if character.isprintable()).strip(" .")
    if len(name) <= LONGEST_NAME:
        return name or "file"
    stem, dot, ending = name.rpartition(".")
    room = LONGEST_NAME - len(ending) - 1
    return f"{stem[:room]}.{ending}" if dot and room > 0 else name[:LONGEST_NAME]


def _check(new: NewUpload, most_bytes: int) -> None:
    errors = []
    if not new.file_name.strip():
        errors.append(FieldError("file_name", say("The file has no name"), "required"))
    if new.size_bytes < 1:
        errors.append(FieldError("size_bytes", say("The file is empty"), "file_empty"))
    if new.size_bytes > most_bytes:
        most = say("A file may have up to {most} MB", most=most_bytes // 1024**2)
        errors.append(FieldError("size_bytes", most, "file_too_large"))
    if new.sha256 is not None and not _is_sha256(new.sha256):
        errors.append(FieldError("sha256", say("A SHA-256 has 64 hexadecimal digits")))
    if errors:
        raise Invalid(errors)


def _is_sha256(text: str) -> bool:
    return len(text) == 64 and all(digit in "0123456789abcdefABCDEF" for digit in text)


async def _check_target(actor: Actor, school_id: int, resource_id: UUID) -> None:
    owner = await database.fetch_value(
        "SELECT owner FROM resource WHERE id = $1 AND school = $2", resource_id, school_id
    )
    if owner is None:
        raise NotFound(say("There is no such resource, or you may not see it"))
    if not may_change(actor, school_id=school_id, owner_id=owner):
        raise Forbidden(say("Only its owner and the school's administrators may change this"))


async def _check_count(actor: Actor) -> None:
    # The lock on the person's row: two requests at once cannot both be the last one allowed.
    await database.execute("SELECT FROM person WHERE id = $1 FOR UPDATE", actor.person_id)
    unfinished = await database.fetch_value(
        "SELECT count(*) FROM upload WHERE owner = $1 AND state = any($2::text[])",
        actor.person_id,
        list(OPEN),
    )
    if unfinished >= MOST_UNFINISHED:
        raise Conflict(
            say("You have {count} unfinished uploads; finish or stop one first", count=unfinished),
            code="too_many_uploads",
        )
