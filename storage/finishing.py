"""Makes received bytes into content: joined, counted, hashed, typed and read, by the worker.

Every step may run twice: a worker that dies leaves a lease that runs out, and the next one goes on.
"""

import tempfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import msgspec
import structlog

from core import database, leases
from core.errors import Message, Unavailable, say
from core.leases import Queue
from storage import blobs, damage, extraction, formats, objects, revisions, uploads
from storage.blobs import Content

log = structlog.get_logger(__name__)

WORK_PREFIX = "upload-"
QUEUE = Queue(
    table="upload",
    id_type="uuid",
    waiting="state IN ('completing', 'verifying')",
    until="claimed_until",
    lost="lost_claims",
    lease=timedelta(minutes=2),
    renew_seconds=30.0,
    longest_wait=timedelta(minutes=5),
)
# A fault of ours is tried again, but not for ever: the owner is told in the end.
MOST_ATTEMPTS = 12
# A worker that was killed reports nothing. Several in a row over one file are caused by the file.
MOST_LOST_CLAIMS = 5


class _Claim(msgspec.Struct):
    id: UUID
    school: int
    owner: int
    file_name: str
    media_type: str
    size_bytes: int
    sha256: str | None
    state: str
    object_key: str
    parts_id: str | None
    attempts: int
    lost_claims: int


class Refused(Exception):
    """The file cannot be taken; ``reason`` is for its owner."""

    def __init__(self, reason: Message) -> None:
        super().__init__(str(reason))
        self.reason = reason


async def finish_waiting(folder: Path, *, most: int = 20) -> int:
    """Finish up to ``most`` received uploads, one after the other; how many were claimed."""
    claimed = 0
    while claimed < most and (claims := await leases.claim(_Claim, QUEUE)):
        claimed += 1
        async with leases.renewed(QUEUE, claims):
            await _finish_or_say_why(claims[0], folder)
    return claimed


async def _finish_or_say_why(claim: _Claim, folder: Path) -> None:
    if claim.lost_claims > MOST_LOST_CLAIMS:
        log.error("upload.kills_workers", upload=str(claim.id), lost_claims=claim.lost_claims - 1)
        await _reject(
            claim,
            say("Reading this file ended the program several times, so it is not taken in"),
        )
        return
    try:
        await _finish(claim, folder)
    except Refused as refusal:
        await _reject(claim, refusal.reason)
    except objects.PartsMissing:
        await _reject(claim, say("The stored parts of this file are gone; send it again"))
    except Unavailable as error:
        log.warning("upload.store_down", upload=str(claim.id), reason=str(error))
        await leases.put_off(QUEUE, [claim])
    except Exception:
        # One odd file must not stop the files behind it.
        log.exception("upload.fault", upload=str(claim.id), attempts=claim.attempts)
        if claim.attempts >= MOST_ATTEMPTS:
            await _reject(
                claim, say("This file could not be taken in; send it again or ask for help")
            )
        else:
            await leases.put_off(QUEUE, [claim])


async def _finish(claim: _Claim, folder: Path) -> None:
    if claim.state == "completing":
        await _join(claim)
    with tempfile.TemporaryDirectory(prefix=WORK_PREFIX, dir=folder) as work:
        path = Path(work) / "content"
        sha256 = await blobs.download_to(path, claim.object_key, claim.size_bytes)
        if claim.sha256 is not None and claim.sha256 != sha256:
            raise Refused(say("The file that arrived is not the file that was sent; send it again"))
        try:
            content = await extraction.content_of(path)
            media_type = formats.decided_type(claim.file_name, claim.media_type, content)
        except formats.Disagreement as disagreement:
            raise Refused(disagreement.message) from disagreement
        await _accept(claim, Content(claim.object_key, claim.size_bytes, sha256), media_type, path)


async def _join(claim: _Claim) -> None:
    class Part(msgspec.Struct):
        number: int
        etag: str
        size_bytes: int

    parts = await database.fetch(
        Part,
        "SELECT number, etag, size_bytes FROM upload_part WHERE upload = $1 ORDER BY number",
        claim.id,
    )
    if sum(part.size_bytes for part in parts) != claim.size_bytes or claim.parts_id is None:
        raise Refused(say("Some bytes of this file are missing; send it again"))
    await objects.complete_parts(
        claim.object_key,
        claim.parts_id,
        [(part.number, part.etag) for part in parts],
        size=claim.size_bytes,
    )
    await database.execute(
        "UPDATE upload SET state = 'verifying' WHERE id = $1 AND state = 'completing'", claim.id
    )


async def _accept(claim: _Claim, content: Content, media_type: str, path: Path) -> None:
    findings, pictures = extraction.Findings(), list[blobs.MadePicture]()
    # A copy that is here already is trusted only after it has been read.
    await damage.check_known(content.sha256)
    if await blobs.find_blob(content.sha256) is None:
        findings = await extraction.extract(path, media_type, path.parent)
        pictures = await blobs.store_pictures(findings, path.parent)
    replaced: list[str] = []
    async with database.transaction():
        # Held until the end: whoever stops the upload now is too late, or was first.
        is_wanted = await database.fetch_value(
            "SELECT true FROM upload WHERE id = $1 AND state = 'verifying' FOR UPDATE", claim.id
        )
        if is_wanted:
            replaced = await _enter(claim, content, media_type, findings, pictures)
    for key in [content.object_key, *(picture.object_key for picture in pictures), *replaced]:
        await _remove_unless_taken(key)


async def _enter(
    claim: _Claim,
    content: Content,
    media_type: str,
    findings: extraction.Findings,
    pictures: list[blobs.MadePicture],
) -> list[str]:
    is_known = await _is_known_here(claim, content.sha256)
    stored = await blobs.store_blob(content, media_type, findings, pictures)
    await database.execute(
        "UPDATE upload SET state = $2, blob = $3, claimed_until = NULL, media_type = $4"
        " WHERE id = $1",
        claim.id,
        "duplicate" if is_known else "ready",
        stored.id,
        media_type,
    )
    await revisions.attach(claim.id)
    return stored.replaced_keys


async def _is_known_here(claim: _Claim, sha256: str) -> bool:
    # Only what the owner can see counts: the library must not reveal what other schools have.
    return bool(
        await database.fetch_value(
            "SELECT true FROM blob b JOIN revision v ON v.blob = b.id"
            " JOIN resource r ON r.id = v.resource WHERE b.sha256 = $1 AND v.id <> $4"
            " AND (r.owner = $2 OR r.state = 'published'"
            " AND (r.visibility = 'shared' OR r.school = $3)) LIMIT 1",
            sha256,
            claim.owner,
            claim.school,
            claim.id,
        )
    )


async def _remove_unless_taken(object_key: str) -> None:
    is_taken = await database.fetch_value(
        "SELECT true WHERE EXISTS (SELECT FROM blob WHERE object_key = $1)"
        " OR EXISTS (SELECT FROM rendition WHERE object_key = $1)",
        object_key,
    )
    if not is_taken:
        # The content was here already, or is repaired; what cannot be removed now is swept later.
        with suppress(Unavailable):
            await objects.remove(object_key)


async def _reject(claim: _Claim, reason: Message) -> None:
    await database.execute(
        "UPDATE upload SET state = 'rejected', reason = $2, claimed_until = NULL WHERE id = $1"
        " AND state IN ('completing', 'verifying')",
        claim.id,
        msgspec.json.encode(reason).decode(),
    )
    with suppress(Unavailable):
        await uploads.discard(claim.id)
