"""Bytes in: durable before acknowledged, one writer, nothing visible before it is ready."""

import asyncio
import hashlib
import os
import random
from pathlib import Path

import msgspec
import pytest

from core import database
from core.errors import Conflict, Forbidden, Invalid, NotFound
from storage import finishing, objects, receiving, sweeping, uploads
from storage.receiving import OffsetMismatch
from storage.uploads import UploadState
from storage.writing import PART_BYTES, Checksum, ChecksumMismatch
from tests import factories
from tests.conftest import Stack
from tests.factories_library import (
    MOST_BYTES,
    bytes_of,
    new_upload,
    sha256,
    teacher,
)
from tests.storage import samples
from tests.storage.upload_lines import cut_after, stored_bytes

MB = 1024 * 1024


@pytest.mark.parametrize("seed", range(4))
async def test_a_file_cut_at_random_bytes_arrives_whole(
    db: Stack, tmp_path: Path, seed: int
) -> None:
    dice = random.Random(seed)
    data = samples.archive("a.txt") + dice.randbytes(dice.randrange(12 * MB, 30 * MB))
    actor = (await teacher()).actor
    upload = await new_upload(actor, data, "素材.bin", sha256=sha256(data))
    offset = 0
    while offset < len(data):
        end = min(len(data), offset + dice.randrange(1, 11 * MB))
        source = cut_after(data[offset:end], dice.randrange(1, 256 * 1024))
        offset = await receiving.receive(actor, upload.id, source, offset=offset)
        # All that came before the cut is kept, to the byte.
        assert offset == end == (await uploads.get_upload(actor, upload.id)).received_bytes
    await finishing.finish_waiting(tmp_path)
    assert (await uploads.get_upload(actor, upload.id)).state is UploadState.ready
    assert hashlib.sha256(await stored_bytes(upload.id)).hexdigest() == sha256(data)


async def test_damaged_bytes_are_refused_and_none_of_them_kept(db: Stack) -> None:
    actor = (await teacher()).actor
    data = os.urandom(PART_BYTES + 100)
    upload = await new_upload(actor, data, "a.bin")
    wrong = Checksum("sha256", hashlib.sha256(b"other").digest())
    with pytest.raises(ChecksumMismatch):
        await receiving.receive(actor, upload.id, bytes_of(data), offset=0, checksum=wrong)
    assert (await uploads.get_upload(actor, upload.id)).received_bytes == 0
    right = Checksum("sha1", hashlib.sha1(data).digest())
    assert len(data) == await receiving.receive(
        actor, upload.id, bytes_of(data), offset=0, checksum=right
    )


async def test_a_cut_line_keeps_nothing_when_a_checksum_was_promised(db: Stack) -> None:
    actor = (await teacher()).actor
    data = os.urandom(1000)
    upload = await new_upload(actor, data, "a.bin")
    promised = Checksum("md5", hashlib.md5(data).digest())
    offset = await receiving.receive(
        actor, upload.id, cut_after(data[:500]), offset=0, checksum=promised
    )
    assert offset == 0


async def test_more_bytes_than_announced_are_refused(db: Stack) -> None:
    actor = (await teacher()).actor
    upload = await new_upload(actor, b"12345", "a.bin")
    with pytest.raises(Invalid) as refusal:
        await receiving.receive(actor, upload.id, bytes_of(b"123456"), offset=0)
    assert refusal.value.code == "body_too_large"
    assert (await uploads.get_upload(actor, upload.id)).received_bytes == 0


async def test_a_wrong_offset_is_told_the_right_one(db: Stack) -> None:
    actor = (await teacher()).actor
    upload = await new_upload(actor, b"12345", "a.bin")
    await receiving.receive(actor, upload.id, bytes_of(b"123"), offset=0)
    with pytest.raises(OffsetMismatch) as refusal:
        await receiving.receive(actor, upload.id, bytes_of(b"45"), offset=2)
    assert refusal.value.offset == 3


async def test_an_aborted_upload_leaves_nothing_behind(db: Stack) -> None:
    actor = (await teacher()).actor
    upload = await new_upload(actor, bytes(PART_BYTES + 50), "a.bin")
    await receiving.receive(actor, upload.id, bytes_of(bytes(PART_BYTES + 20)), offset=0)
    key = await database.fetch_value("SELECT tail_key FROM upload WHERE id = $1", upload.id)
    await uploads.abort(actor, upload.id)
    await uploads.abort(actor, upload.id)
    assert await objects.size_of(key) is None
    with pytest.raises(Conflict):
        await receiving.receive(actor, upload.id, bytes_of(b"x"), offset=PART_BYTES + 20)


async def test_an_upload_that_nobody_goes_on_with_expires(db: Stack) -> None:
    actor = (await teacher()).actor
    upload = await new_upload(actor, b"12345", "a.bin")
    await database.execute("UPDATE upload SET expires_at = now() - interval '1 minute'")
    assert await sweeping.expire_uploads() == 1
    assert (await uploads.get_upload(actor, upload.id)).state is UploadState.expired


async def test_a_step_that_does_not_exist_is_refused_by_the_database(db: Stack) -> None:
    actor = (await teacher()).actor
    upload = await new_upload(actor, b"12345", "a.bin")
    with pytest.raises(Exception, match="upload_step_exists"):
        await database.execute("UPDATE upload SET state = 'verifying' WHERE id = $1", upload.id)


async def test_uploads_are_ones_own(db: Stack) -> None:
    one, other = await teacher(), await teacher()
    upload = await new_upload(one.actor, b"12345", "a.bin")
    with pytest.raises(NotFound):
        await uploads.get_upload(other.actor, upload.id)
    with pytest.raises(NotFound):
        await receiving.receive(other.actor, upload.id, bytes_of(b"1"), offset=0)
    with pytest.raises(NotFound):
        await uploads.abort(other.actor, upload.id)


async def test_only_contributors_upload(db: Stack) -> None:
    helper = await factories.person("student_helper", await factories.school())
    with pytest.raises(Forbidden):
        await new_upload(helper.actor, b"12345", "a.bin")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"size_bytes": 0}, "size_bytes"),
        ({"size_bytes": MOST_BYTES + 1}, "size_bytes"),
        ({"file_name": "  "}, "file_name"),
        ({"sha256": "abc"}, "sha256"),
    ],
)
async def test_what_cannot_be_taken_is_refused_before_a_byte_is_sent(
    db: Stack, change: dict[str, object], field: str
) -> None:
    actor = (await teacher()).actor
    wanted = uploads.NewUpload(school_id=actor.school_ids[0], file_name="a.pdf", size_bytes=10)
    with pytest.raises(Invalid) as refusal:
        await uploads.create_upload(
            actor, msgspec.structs.replace(wanted, **change), most_bytes=MOST_BYTES
        )
    assert [error.field for error in refusal.value.errors] == [field]


async def test_there_is_an_end_to_open_uploads(db: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_UNFINISHED", 2)
    actor = (await teacher()).actor
    results = await asyncio.gather(
        *(new_upload(actor, b"1", "a.bin") for _ in range(5)), return_exceptions=True
    )
    assert sum(isinstance(result, uploads.Upload) for result in results) == 2


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("C:\\教案\\第一课.docx", "第一课.docx"),
        ("../../etc/passwd", "passwd"),
        ("a\x00b\n.pdf", "ab.pdf"),
        ("字" * 400 + ".pdf", "字" * 251 + ".pdf"),
        ("a." + "b" * 400, "a." + "b" * 253),
    ],
)
def test_file_names_are_only_names(sent: str, kept: str) -> None:
    assert uploads.plain_name(sent) == kept
