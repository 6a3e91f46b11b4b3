"""The contract between the adapter and the store: the SDK's private calls, against real SeaweedFS."""

import asyncio
import os
from io import BytesIO
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from core import disks
from core.errors import Invalid, NoRoom, Unavailable
from storage import objects, photos, picture_cleaning
from storage.objects import connection
from storage.objects.whole import SLICE_BYTES
from tests.conftest import Stack
from tests.patience import PATIENCE_SECONDS
from tests.storage import samples

PART = objects.SMALLEST_PART_BYTES


async def whole(key: str, offset: int, length: int) -> bytes:
    return b"".join([piece async for piece in objects.stream(key, offset, length)])


async def test_a_small_object_is_read_back_in_any_range(connections: Stack) -> None:
    key, data = objects.new_key("b"), os.urandom(1000)
    await objects.put(key, data, "text/plain")
    assert await objects.size_of(key) == 1000
    assert await objects.read(key, 0, 1000) == data
    assert await objects.read(key, 10, 5) == data[10:15]
    assert await objects.read(key, 10, 0) == b""
    with pytest.raises(Unavailable):
        await objects.read(key, 990, 20)


async def test_a_stream_gives_every_byte_in_slices(connections: Stack) -> None:
    key, data = objects.new_key("b"), os.urandom(2 * SLICE_BYTES + 300_001)
    await objects.put(key, data, "application/octet-stream")
    pieces = [piece async for piece in objects.stream(key, 7, len(data) - 7)]
    assert b"".join(pieces) == data[7:]
    assert max(map(len, pieces)) <= SLICE_BYTES


async def test_a_stream_that_nobody_finishes_holds_no_connection(connections: Stack) -> None:
    key = objects.new_key("b")
    await objects.put(key, bytes(3 * SLICE_BYTES), "application/octet-stream")
    for _ in range(connection.POOL_SIZE + 8):
        stream = objects.stream(key, 0, 3 * SLICE_BYTES)
        await anext(stream)
        await stream.aclose()  # type: ignore[attr-defined]
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert await objects.read(key, 0, 1) == b"\0"


async def test_parts_become_an_object_only_when_they_are_joined(connections: Stack) -> None:
    key, data = objects.new_key("b"), os.urandom(PART + 10)
    upload_id = await objects.begin_parts(key, "application/pdf")
    first = await objects.put_part(key, upload_id, 1, data[:PART])
    last = await objects.put_part(key, upload_id, 5, data[PART:])
    assert await objects.size_of(key) is None
    assert upload_id in {one.upload_id for one in await objects.unfinished_parts("b/")}
    await objects.complete_parts(key, upload_id, [(5, last), (1, first)], size=len(data))
    # Whoever does not hear the answer asks again.
    await objects.complete_parts(key, upload_id, [(1, first), (5, last)], size=len(data))
    assert await whole(key, 0, len(data)) == data


async def test_eight_workers_may_join_at_once(connections: Stack) -> None:
    key = objects.new_key("b")
    upload_id = await objects.begin_parts(key, "application/pdf")
    parts = [(1, await objects.put_part(key, upload_id, 1, b"x" * 100))]
    await asyncio.gather(
        *(objects.complete_parts(key, upload_id, parts, size=100) for _ in range(8))
    )
    assert await objects.size_of(key) == 100


async def test_an_overtaken_part_does_not_get_into_the_object(connections: Stack) -> None:
    key = objects.new_key("b")
    upload_id = await objects.begin_parts(key, "application/pdf")
    await objects.put_part(key, upload_id, 1, b"old " * 10)
    new = await objects.put_part(key, upload_id, 2, b"new " * 10)
    await objects.complete_parts(key, upload_id, [(2, new)], size=40)
    assert await whole(key, 0, 40) == b"new " * 10


async def test_parts_that_were_dropped_are_gone(connections: Stack) -> None:
    key = objects.new_key("b")
    upload_id = await objects.begin_parts(key, "application/pdf")
    etag = await objects.put_part(key, upload_id, 1, b"x")
    await objects.abort_parts(key, upload_id)
    await objects.abort_parts(key, upload_id)
    with pytest.raises(objects.PartsMissing):
        await objects.complete_parts(key, upload_id, [(1, etag)], size=1)


async def test_removing_twice_is_no_error_and_reading_then_is(connections: Stack) -> None:
    key = objects.new_key("d")
    await objects.put(key, b"x", "image/webp")
    assert key in {item.key for item in await objects.listed("d/")}
    await objects.remove(key)
    await objects.remove(key)
    with pytest.raises(objects.ObjectMissing):
        await objects.read(key, 0, 1)


async def test_a_store_that_is_down_is_said_to_be_down(connections: Stack) -> None:
    settings = connections.settings.s3
    assert settings
    before = connection.connected()
    try:
        await objects.open(msgspec.structs.replace(settings, endpoint="http://127.0.0.1:9"))
        with pytest.raises(Unavailable) as refusal:
            await objects.verify()
        assert refusal.value.code == "object_store_down"
        assert not await objects.answers()
    finally:
        connection._connection = before
    assert await objects.answers()


async def test_files_are_refused_before_they_take_what_is_kept_free(
    connections: Stack, tmp_path: Path
) -> None:
    settings = connections.settings.s3
    assert settings
    free = disks.look(tmp_path).free_bytes
    before = connection.connected()
    key = objects.new_key("b")
    try:
        kept = msgspec.structs.replace(settings, sync_folder=tmp_path, keep_free_bytes=free // 2)
        await objects.open(kept)
        objects.require_room(1)
        with pytest.raises(NoRoom):
            objects.require_room(free)
        await objects.close()
        await objects.open(msgspec.structs.replace(kept, keep_free_bytes=2 * free))
        upload = await objects.begin_parts(key, "application/pdf")
        for refused in (
            objects.put(key, b"x", "text/plain"),
            objects.put_part(key, upload, 1, b"x"),
        ):
            with pytest.raises(NoRoom) as refusal:
                await refused
            assert refusal.value.code == "object_store_full"
        # What makes room goes on.
        await objects.abort_parts(key, upload)
        await objects.remove(key)
    finally:
        await objects.close()
        connection._connection = before


async def test_links_are_signed_for_the_address_that_browsers_see(connections: Stack) -> None:
    settings = connections.settings.s3
    assert settings
    before = connection.connected()
    try:
        await objects.open(
            msgspec.structs.replace(settings, public_url="https://files.school.test")
        )
        link = objects.link("b/x", filename="数学.pdf", media_type="application/pdf")
    finally:
        connection._connection = before
    assert link and link.startswith("https://files.school.test/")
    assert objects.link("b/x", filename="a", media_type="b") is None


async def _kept(data: bytes) -> tuple[photos.Photo, bytes]:
    photo = await photos.put_photo(data)
    pieces = [piece async for piece in objects.stream(photo.object_key, 0, photo.size_bytes)]
    return photo, b"".join(pieces)


def _picture_of_a_phone(kind: str) -> bytes:
    """Held upright by its Exif alone, with the place and the maker beside it."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Maker One"
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 14.0, 9.0), 3: "E", 4: (121.0, 28.0, 1.0)})
    buffer = BytesIO()
    beside = {"exif": exif.tobytes(), "comment": b"Maker One", "xmp": b"<x>Maker One</x>"}
    Image.open(BytesIO(samples.picture())).save(buffer, kind, **beside)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_a_photo_is_kept_upright_and_without_its_place(connections: Stack, kind: str) -> None:
    data = _picture_of_a_phone(kind)
    assert b"Maker One" in data
    photo, kept = await _kept(data)
    assert (photo.media_type, photo.size_bytes) == (f"image/{kind.lower()}", len(kept))
    with Image.open(BytesIO(kept)) as image:
        assert (image.format, image.size) == (kind, (360, 640))
        assert not image.getexif()
        # The white stripe of the left side is at the top now.
        top, bottom = (image.convert("RGB").getpixel((180, y)) for y in (20, 620))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert min(top) > 240 > 100 > min(bottom)
    assert b"Maker One" not in kept


async def test_a_picture_of_many_pixels_is_made_smaller(connections: Stack) -> None:
    _, kept = await _kept(samples.picture("JPEG", (6000, 3000)))
    with Image.open(BytesIO(kept)) as image:
        assert image.size == (picture_cleaning.LARGEST_SIDE, picture_cleaning.LARGEST_SIDE // 2)


async def test_a_photo_of_many_bytes_is_made_smaller_and_kept(connections: Stack) -> None:
    noise = Image.frombytes("RGB", (2500, 1800), os.urandom(2500 * 1800 * 3))
    buffer = BytesIO()
    noise.save(buffer, "PNG")
    data = buffer.getvalue()
    assert picture_cleaning.LARGEST_STORED_BYTES < len(data) < photos.LARGEST_PHOTO_BYTES
    photo, kept = await _kept(data)
    assert photo.media_type == "image/jpeg"
    assert photo.size_bytes <= picture_cleaning.LARGEST_STORED_BYTES
    with Image.open(BytesIO(kept)) as image:
        assert image.size == (picture_cleaning.SMALLER_SIDE, 1728)


async def test_the_first_of_several_pictures_in_one_file_is_the_photo(connections: Stack) -> None:
    buffer = BytesIO()
    first, second = Image.new("RGB", (64, 48), "teal"), Image.new("RGB", (64, 48), "red")
    first.save(buffer, "MPO", save_all=True, append_images=[second])
    photo, kept = await _kept(buffer.getvalue())
    assert photo.media_type == "image/jpeg"
    with Image.open(BytesIO(kept)) as image:
        assert image.format == "JPEG"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "photo_empty"),
        (b"%PDF-1.7", "photo_type"),
        (samples.picture("GIF"), "photo_type"),
        (samples.picture("PNG")[:60], "photo_type"),
        (samples.picture("JPEG")[:-200], "photo_type"),
        (samples.picture("PNG", (9000, 8000)), "photo_type"),
        (bytes(photos.LARGEST_PHOTO_BYTES + 1), "photo_too_large"),
    ],
)
async def test_what_is_no_photo_is_refused(connections: Stack, data: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        await photos.put_photo(data)
    assert refusal.value.code == code
