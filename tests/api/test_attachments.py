"""Photographs and papers over HTTP: in a technician's two taps, over JSON, and with a store away."""

import re
from io import BytesIO

import httpx
import msgspec
import pytest
from PIL import Image

from core import database
from core.access import Role
from inventory import attachments
from storage import objects
from storage.documents import put_document
from storage.objects import connection
from tests import factories, factories_inventory, factories_repairs
from tests.conftest import Stack
from tests.factories import MadePerson, MadeSchool
from tests.inventory.test_attachments import PAPER, photo_of
from tests.storage import samples

KEY = re.compile(r'name="key" value="([^"]+)"')
PICTURE = factories_repairs.picture("JPEG", (640, 480))


@pytest.fixture
async def technician(school: MadeSchool) -> MadePerson:
    return await factories.person(Role.technician, school)


def with_position() -> bytes:
    """A photograph that says where it was taken."""
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"
    exif[0x010F] = "SecretMaker"
    stream = BytesIO()
    Image.new("RGB", (64, 48), "navy").save(stream, "JPEG", exif=exif)
    return stream.getvalue()


async def test_a_technician_adds_a_photo_from_the_page_of_the_asset(
    client: httpx.AsyncClient, school: MadeSchool, technician: MadePerson
) -> None:
    await factories.signed_in(client, technician)
    asset = await factories.asset(school)
    page = (await client.get(f"/assets/{asset.tag}")).text
    assert 'capture="environment"' in page and f'action="/assets/{asset.tag}/photos"' in page
    [key] = KEY.findall(page)
    for _ in range(2):
        sent = await client.post(
            f"/assets/{asset.tag}/photos",
            data={"key": key},
            files={"photos": ("x.jpg", with_position(), "image/jpeg")},
        )
        assert sent.headers["location"] == f"/assets/{asset.tag}", sent.text
    assert await database.fetch_value("SELECT count(*) FROM attachment") == 1
    [address] = re.findall(r'src="(/api/v1/attachments/\d+/file)\?size=small"', (
        await client.get(f"/assets/{asset.tag}")).text)  # fmt: skip
    whole, small = await client.get(address), await client.get(f"{address}?size=small")
    assert b"SecretMaker" not in whole.content
    with Image.open(BytesIO(whole.content)) as image:
        assert not image.getexif()
    assert small.headers["content-type"] == "image/webp"
    again = await client.get(address, headers={"if-none-match": whole.headers["etag"]})
    assert again.status_code == 304


async def test_a_paper_is_saved_under_its_name_and_taken_away_after_one_question(
    client: httpx.AsyncClient, school: MadeSchool, technician: MadePerson
) -> None:
    await factories.signed_in(client, technician)
    asset = await factories.asset(school)
    sent = await client.post(
        f"/assets/{asset.tag}/documents",
        data={"title": "保修卡", "key": "k"},
        files={"file": ("保修卡.pdf", PAPER, "application/octet-stream")},
    )
    assert sent.headers["location"] == f"/assets/{asset.tag}/attachments", sent.text
    page = (await client.get(sent.headers["location"])).text
    assert "保修卡" in page
    found = re.search(r'href="(/attachments/\d+)"', page)
    assert found
    saved = await client.get(f"/api/v1{found[1]}/file")
    assert (saved.content, saved.headers["content-type"]) == (PAPER, "application/pdf")
    assert "attachment;" in saved.headers["content-disposition"]
    assert "sandbox" in saved.headers["content-security-policy"]
    one = (await client.get(found[1])).text
    assert "<summary" in one and f'action="{found[1]}/remove"' in one
    gone = await client.post(f"{found[1]}/remove")
    assert gone.headers["location"] == f"/assets/{asset.tag}/attachments"
    assert (await client.get(found[1])).status_code == 404


@pytest.mark.parametrize(
    ("part", "data", "files", "field"),
    [
        ("documents", {"title": "Invoice"}, {"file": ("x.pdf", b"<script>", "x/y")}, "file"),
        ("documents", {"title": "Invoice"}, {}, "file"),
        ("documents", {"title": ""}, {"file": ("x.pdf", PAPER, "x/y")}, "title"),
        ("documents", {"title": "t" * 121}, {"file": ("x.pdf", PAPER, "x/y")}, "title"),
        ("photos", {}, {"photos": ("x.jpg", b"<svg>", "image/jpeg")}, "photos"),
        ("photos", {}, {}, "photos"),
    ],
)
async def test_a_refused_form_names_its_field_and_keeps_what_was_typed(
    client: httpx.AsyncClient,
    school: MadeSchool,
    technician: MadePerson,
    part: str,
    data: dict[str, str],
    files: dict[str, tuple[str, bytes, str]],
    field: str,
) -> None:
    await factories.signed_in(client, technician)
    asset = await factories.asset(school)
    refused = await client.post(
        f"/assets/{asset.tag}/{part}", data={**data, "key": "k"}, files=files
    )
    assert refused.status_code == 422
    assert f"{field}-error" in refused.text
    if data.get("title"):
        assert data["title"] in refused.text
    assert await database.fetch_value("SELECT count(*) FROM attachment") == 0


async def test_a_store_that_is_away_is_said_and_nothing_is_half_written(
    client: httpx.AsyncClient, connections: Stack, school: MadeSchool, technician: MadePerson
) -> None:
    await factories.signed_in(client, technician)
    token = await factories.bearer(technician)
    asset = await factories.asset(school)
    settings, before = connections.settings.s3, connection.connected()
    assert settings
    url = f"/api/v1/assets/{asset.tag}/attachments"
    headers = {**token, "idempotency-key": "one"}
    json = {"files": {"file": ("x.jpg", PICTURE)}, "headers": headers}
    form = {"data": {"key": "k"}, "files": {"photos": ("x.jpg", PICTURE)}}
    try:
        await objects.open(msgspec.structs.replace(settings, endpoint="http://127.0.0.1:9"))
        refused = await client.post(f"/assets/{asset.tag}/photos", **form)  # type: ignore[arg-type]
        assert refused.status_code == 503
        assert "does not answer" in refused.text
        answer = await client.post(url, **json)  # type: ignore[arg-type]
        assert (answer.status_code, answer.json()["code"]) == (503, "object_store_down")
        assert await database.fetch_value("SELECT count(*) FROM attachment") == 0
    finally:
        await objects.close()
        connection._connection = before
    first, second = [await client.post(url, **json) for _ in range(2)]  # type: ignore[arg-type]
    assert (first.status_code, first.json()) == (201, second.json())
    assert await database.fetch_value("SELECT count(*) FROM attachment") == 1


@pytest.mark.parametrize("noun", ["assets", "asset-models", "donations"])
async def test_each_noun_lists_adds_gives_and_deletes_over_json(
    client: httpx.AsyncClient, school: MadeSchool, noun: str
) -> None:
    admin = await factories.person(Role.admin, school)
    token = await factories.bearer(admin)
    keys = {
        "assets": (await factories.asset(school)).tag,
        "asset-models": await factories.asset_model(),
        "donations": (await factories_inventory.donation(admin, school)).id,
    }
    url = f"/api/v1/{noun}/{keys[noun]}/attachments"
    photo = await client.post(url, files={"file": ("x.png", PICTURE)}, headers=token)
    assert photo.status_code == 201, photo.text
    paper = await client.post(
        url,
        data={"kind": "document", "title": "Manual"},
        files={"file": ("manual.pdf", PAPER)},
        headers=token,
    )
    assert paper.status_code == 201, paper.text
    assert (photo.json()["is_main"], paper.json()["is_main"]) == (noun == "asset-models", False)
    listed = (await client.get(url, headers=token)).json()["items"]
    assert listed == [photo.json(), paper.json()]
    one = f"/api/v1/attachments/{paper.json()['id']}"
    assert (await client.get(one, headers=token)).json() == paper.json()
    assert (await client.get(f"{one}/file", headers=token)).content == PAPER
    assert (await client.delete(one, headers=token)).status_code == 204
    assert (await client.delete(one, headers=token)).status_code == 404
    stranger = await factories.bearer(await factories.person(Role.admin, await factories.school()))
    other = await client.get(f"/api/v1/attachments/{photo.json()['id']}/file", headers=stranger)
    assert other.status_code == (200 if noun == "asset-models" else 404)


async def test_the_picture_of_a_model_stands_in_its_list_and_on_its_assets(
    client: httpx.AsyncClient, school: MadeSchool, technician: MadePerson
) -> None:
    await factories.signed_in(client, technician)
    asset = await factories.asset(school)
    photo = await photo_of(technician, await attachments.of_model(technician.actor, asset.model_id))
    icon = f"/api/v1/attachments/{photo.id}/file?size=icon"
    assert icon in (await client.get("/asset-models")).text
    assert len((await client.get(icon)).content) < 2000
    small = f"/api/v1/attachments/{photo.id}/file?size=small"
    for page in (f"/assets/{asset.tag}", f"/asset-models/{asset.model_id}"):
        assert small in (await client.get(page)).text
    listed = (
        await client.get("/api/v1/asset-models", headers=await factories.bearer(technician))
    ).json()
    assert [row["photo_id"] for row in listed["items"]] == [photo.id]


async def test_a_table_that_somebody_attached_is_no_export_of_ours(
    client: httpx.AsyncClient, school: MadeSchool
) -> None:
    admin = await factories.person(Role.admin, school)
    asset = await factories.asset(school)
    file = await put_document(samples.sheets(Parts=[["Lamp", 2]]), "parts.xlsx")
    subject = await attachments.of_asset(admin.actor, asset.tag)
    paper = await attachments.add_document(admin.actor, subject, file, title="Parts")
    await factories.signed_in(client, admin)
    whole = await client.get(f"/api/v1/attachments/{paper.id}/file")
    assert whole.headers["content-type"].endswith("spreadsheetml.sheet")
    assert "parts.xlsx" in whole.headers["content-disposition"]
    told = await client.get("/api/v1/security-events", params={"kind": "export"})
    assert told.json()["items"] == []
