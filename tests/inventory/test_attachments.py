"""Photographs and papers of assets, models, donations and parts of kits."""

import asyncio
from datetime import timedelta
from io import BytesIO

import msgspec
import pytest
from PIL import Image

from core import database
from core.access import Role
from core.errors import Conflict, Forbidden, Invalid, NotFound
from inventory import assets, attachments, kits, photos
from inventory.attachments import MOST_OF_A_KIND, Attachment, AttachmentKind, Subject
from inventory.kits import NewPartsList, PartFacts
from inventory.photos.sweeping import find_wrong_objects, sweep_photos
from storage import objects
from storage.documents import put_document
from storage.photos import Photo, original_of
from tests import factories, factories_inventory, factories_repairs
from tests.factories import MadePerson, MadeSchool
from tests.storage import samples

pytestmark = pytest.mark.usefixtures("db")
PAPER = b"%PDF-1.4\n1 0 obj << >> endobj\ntrailer << >>\n%%EOF\n"


def made(number: int) -> Photo:
    return Photo(object_key=f"p/none/{number}", media_type="image/png", size_bytes=1)


async def photo_of(by: MadePerson, subject: Subject, **picture: object) -> Attachment:
    stored = await photos.store_photos([factories_repairs.picture(**picture)])  # type: ignore[arg-type]
    (added,) = await attachments.add_photos(by.actor, subject, stored)
    return added


async def paper_of(by: MadePerson, subject: Subject, title: str = "Invoice") -> Attachment:
    document = await put_document(PAPER, "invoice.pdf")
    return await attachments.add_document(by.actor, subject, document, title=title)


async def test_a_photo_has_a_picture_for_pages_and_one_for_lists(
    school: MadeSchool, technician: MadePerson
) -> None:
    subject = await attachments.of_asset(technician.actor, (await factories.asset(school)).tag)
    added = await photo_of(technician, subject, kind="JPEG", size=(1600, 1200))
    stored = await attachments.open_attachment(technician.actor, added.id)
    sides = {}
    for size in ("full", "small", "icon"):
        one = stored.sized(size)  # type: ignore[arg-type]
        with Image.open(BytesIO(await objects.read(one.object_key, 0, one.size_bytes))) as image:
            sides[size] = max(image.size)
    assert sides == {"full": 1600, "small": 360, "icon": 96}
    assert stored.icon_bytes < stored.small_bytes < stored.size_bytes
    assert await find_wrong_objects() == (1, [])


async def test_photos_are_for_all_who_see_the_asset_and_papers_for_staff(
    school: MadeSchool, technician: MadePerson
) -> None:
    asset = await factories.asset(school)
    subject = await attachments.of_asset(technician.actor, asset.tag)
    photo, paper = await photo_of(technician, subject), await paper_of(technician, subject)
    for role in Role:
        reader = (await factories.person(role, school)).actor
        seen = await attachments.list_attachments(
            reader, await attachments.of_asset(reader, asset.tag)
        )
        expected = [photo.id] if role is Role.student_helper else [photo.id, paper.id]
        assert [one.id for one in seen] == expected, role
    stranger = (await factories.person("admin", await factories.school())).actor
    for one in (photo, paper):
        with pytest.raises(NotFound):
            await attachments.open_attachment(stranger, one.id)


async def test_papers_of_a_donation_are_for_those_who_read_donations(
    school: MadeSchool, technician: MadePerson
) -> None:
    admin = await factories.person("admin", school)
    donation = await factories_inventory.donation(admin, school)
    subject = await attachments.of_donation(admin.actor, donation.id)
    paper = await paper_of(admin, subject, "Delivery note")
    auditor = await factories.person("auditor", school)
    assert (await attachments.get_attachment(auditor.actor, paper.id)).title == "Delivery note"
    with pytest.raises(Forbidden):
        await attachments.remove_attachment(technician.actor, paper.id)
    teacher = await factories.person("teacher", school)
    with pytest.raises(NotFound):
        await attachments.get_attachment(teacher.actor, paper.id)


@pytest.mark.parametrize("role", ["teacher", "student_helper", "auditor"])
async def test_only_who_keeps_equipment_adds_to_an_asset(role: str, school: MadeSchool) -> None:
    person = await factories.person(role, school)
    subject = await attachments.of_asset(person.actor, (await factories.asset(school)).tag)
    assert not subject.may_write
    with pytest.raises(Forbidden):
        await attachments.add_photos(person.actor, subject, [made(1)])


async def test_pictures_go_along_when_an_asset_changes_its_school(
    school: MadeSchool, technician: MadePerson
) -> None:
    there = await factories.school()
    both = await factories.person("technician", school, there)
    asset = await factories.asset(school)
    photo = await photo_of(technician, await attachments.of_asset(technician.actor, asset.tag))
    await assets.change_school(both.actor, [asset.tag], there.id)
    theirs = await factories.person("technician", there)
    assert (await attachments.get_attachment(theirs.actor, photo.id)).id == photo.id
    with pytest.raises(NotFound):
        await attachments.get_attachment(technician.actor, photo.id)
    await attachments.remove_attachment(theirs.actor, photo.id)
    recorded = await database.fetch_column(
        int, "SELECT school_id FROM audit_event WHERE entity = 'attachment' ORDER BY id"
    )
    assert recorded == [school.id, there.id]


async def test_the_first_photo_of_a_model_is_its_picture_until_another_is_chosen(
    technician: MadePerson,
) -> None:
    model = await factories.asset_model()
    subject = await attachments.of_model(technician.actor, model)
    first, second = await photo_of(technician, subject), await photo_of(technician, subject)
    assert await attachments.find_main_photos([model]) == {model: first.id}
    await attachments.make_main(technician.actor, second.id)
    assert await attachments.find_main_photos([model]) == {model: second.id}
    other = await factories.person("technician", await factories.school())
    with pytest.raises(Forbidden):
        await attachments.make_main(other.actor, first.id)
    with pytest.raises(Forbidden):
        await attachments.remove_attachment(other.actor, first.id)
    assert (await attachments.get_attachment(other.actor, first.id)).added_by is None
    await attachments.remove_attachment(technician.actor, second.id)
    assert await attachments.find_main_photos([model]) == {model: first.id}


async def test_a_role_that_keeps_nothing_at_a_school_takes_nothing_of_it_away(
    school: MadeSchool, technician: MadePerson
) -> None:
    """A technician of one school who only teaches at the other."""
    model = await factories.asset_model()
    photo = await photo_of(technician, await attachments.of_model(technician.actor, model))
    there = await factories.school()
    both = await factories.person("technician", there)
    teaches = (await factories.person("teacher", school)).actor.memberships
    actor = msgspec.structs.replace(both.actor, memberships=both.actor.memberships + teaches)
    with pytest.raises(Forbidden):
        await attachments.remove_attachment(actor, photo.id)
    own = await photo_of(both, await attachments.of_model(both.actor, model))
    with pytest.raises(Forbidden):
        await attachments.make_main(actor, own.id)


async def test_a_paper_of_a_model_can_be_taken_away_when_the_school_has_none_of_it_any_more(
    school: MadeSchool, technician: MadePerson
) -> None:
    there = await factories.school()
    both = await factories.person("technician", school, there)
    model = await factories.asset_model()
    asset = await factories.asset(school, model=model)
    paper = await paper_of(technician, await attachments.of_model(technician.actor, model))
    # What a keeper of both adds is the school's that has one.
    assert (await attachments.of_model(both.actor, model)).school_id == school.id
    await assets.change_school(both.actor, [asset.tag], there.id)
    assert (await attachments.of_model(both.actor, model)).school_id == there.id
    await attachments.remove_attachment(technician.actor, paper.id)


async def test_a_model_that_only_another_school_has_is_theirs_to_photograph(
    school: MadeSchool, technician: MadePerson
) -> None:
    asset = await factories.asset(await factories.school())
    subject = await attachments.of_model(technician.actor, asset.model_id)
    with pytest.raises(Forbidden):
        await attachments.add_photos(technician.actor, subject, [made(1)])
    await factories.asset(school, model=asset.model_id)
    subject = await attachments.of_model(technician.actor, asset.model_id)
    await attachments.add_photos(technician.actor, subject, [made(1)])


async def test_only_a_photo_of_a_model_can_be_its_picture(
    school: MadeSchool, technician: MadePerson
) -> None:
    subject = await attachments.of_asset(technician.actor, (await factories.asset(school)).tag)
    photo = await photo_of(technician, subject)
    with pytest.raises(Invalid):
        await attachments.make_main(technician.actor, photo.id)


async def test_what_has_left_the_books_takes_papers_and_loses_none(
    school: MadeSchool, technician: MadePerson
) -> None:
    asset = await factories.asset(school, lifecycle="disposed")
    subject = await attachments.of_asset(technician.actor, asset.tag)
    photo = await photo_of(technician, subject)
    await paper_of(technician, subject, "Certificate of disposal")
    with pytest.raises(Conflict) as refused:
        await attachments.remove_attachment(technician.actor, photo.id)
    assert refused.value.code == "asset_has_left_the_books"


async def test_of_many_photos_at_once_as_many_come_as_a_thing_may_have(
    school: MadeSchool, technician: MadePerson
) -> None:
    subject = await attachments.of_asset(technician.actor, (await factories.asset(school)).tag)

    async def add(number: int) -> str:
        try:
            await attachments.add_photos(technician.actor, subject, [made(number)])
        except Invalid as refused:
            return refused.errors[0].code
        return "added"

    answers = await asyncio.gather(*(add(number) for number in range(32)))
    assert answers.count("added") == MOST_OF_A_KIND
    assert set(answers) == {"added", "too_many"}
    stored = await attachments.list_attachments(technician.actor, subject)
    assert len(stored) == MOST_OF_A_KIND


async def test_of_many_choices_at_once_a_model_has_one_picture(technician: MadePerson) -> None:
    model = await factories.asset_model()
    subject = await attachments.of_model(technician.actor, model)
    several = [
        (await attachments.add_photos(technician.actor, subject, [made(number)]))[0].id
        for number in range(8)
    ]
    await asyncio.gather(
        *(attachments.make_main(technician.actor, several[n % 8]) for n in range(32))
    )
    count = "SELECT count(*) FROM attachment WHERE is_main AND model = $1"
    assert await database.fetch_value(count, model) == 1


async def test_of_many_who_take_the_same_photo_away_one_does(
    school: MadeSchool, technician: MadePerson
) -> None:
    subject = await attachments.of_asset(technician.actor, (await factories.asset(school)).tag)
    (photo,) = await attachments.add_photos(technician.actor, subject, [made(1)])

    async def remove() -> bool:
        try:
            await attachments.remove_attachment(technician.actor, photo.id)
        except NotFound:
            return False
        return True

    assert sum(await asyncio.gather(*(remove() for _ in range(32)))) == 1
    removals = "SELECT count(*) FROM audit_event WHERE entity = 'attachment' AND action = 'delete'"
    assert await database.fetch_value(removals) == 1


async def test_the_objects_of_what_was_taken_away_are_swept_all_three(
    school: MadeSchool, technician: MadePerson
) -> None:
    subject = await attachments.of_asset(technician.actor, (await factories.asset(school)).tag)
    gone, kept = await photo_of(technician, subject), await paper_of(technician, subject)
    key = (await attachments.open_attachment(technician.actor, gone.id)).object_key
    await attachments.remove_attachment(technician.actor, gone.id)
    await sweep_photos(older_than=timedelta(seconds=-5))
    present = {original_of(item.key) for item in await objects.listed("p/")}
    assert key not in present
    paper = await attachments.open_attachment(technician.actor, kept.id)
    assert paper.object_key in present
    assert await find_wrong_objects() == (1, [])
    await objects.remove(paper.object_key)
    _, (line,) = await find_wrong_objects()
    assert f"document {kept.id}" in line and "is missing" in line


@pytest.mark.parametrize(
    ("name", "data", "media_type"),
    [
        ("收货单.PDF", PAPER, "application/pdf"),
        ("C:\\papers\\note.docx", samples.document("a note"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "application/msword"),
        ("scan.jpeg", factories_repairs.picture("JPEG"), "image/jpeg"),
    ],
)  # fmt: skip
async def test_papers_are_pdf_office_files_and_pictures(
    name: str, data: bytes, media_type: str
) -> None:
    document = await put_document(data, name)
    assert document.media_type == media_type
    assert "\\" not in document.file_name
    assert bool(document.small_bytes) is media_type.startswith("image/")


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("x.pdf", b"", "file_empty"),
        ("x.exe", b"MZ" + bytes(80), "file_type"),
        ("x.html", b"<script>alert(1)</script>", "file_type"),
        ("x.pdf", b"<script>alert(1)</script>", "content_mismatch"),
        ("x.docx", b"PK\x03\x04" + bytes(100), "content_mismatch"),
        ("x.png", PAPER, "photo_type"),
        ("x", PAPER, "file_type"),
        ("x.pdf", bytes(15 * 1024 * 1024 + 1), "too_large"),
    ],
)
async def test_other_files_are_refused(name: str, data: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        await put_document(data, name)
    assert (refused.value.field, refused.value.errors[0].code) == ("file", code)


async def test_a_paper_needs_a_title(school: MadeSchool, technician: MadePerson) -> None:
    subject = await attachments.of_asset(technician.actor, (await factories.asset(school)).tag)
    with pytest.raises(Invalid) as refused:
        await paper_of(technician, subject, " ")
    assert refused.value.field == "title"
    assert AttachmentKind.document.value == "document"


async def test_a_part_of_kits_keeps_its_picture_in_every_revision(
    school: MadeSchool, technician: MadePerson
) -> None:
    kit = await factories.asset(school)
    new = NewPartsList([PartFacts("主控板", 1), PartFacts("车轮", 2)], school=school.code)
    first = (await kits.write_parts_list(technician.actor, kit.model_id, new)).parts
    part = first[1].kit_part_id
    photo = await photo_of(technician, await attachments.of_kit_part(technician.actor, part))
    renamed = [PartFacts("车 轮", 4), PartFacts("电池盒", 1)]
    await kits.write_parts_list(
        technician.actor,
        kit.model_id,
        NewPartsList(renamed, revision=1, school=school.code),
    )
    parts = (await kits.get_kit(technician.actor, kit.tag)).parts
    assert [(one.part, one.photo_id) for one in parts] == [("车 轮", photo.id), ("电池盒", None)]
    assert parts[0].kit_part_id == part
    # Only a list of this school names it: to all others it is not there.
    stranger = (await factories.person("admin", await factories.school())).actor
    with pytest.raises(NotFound):
        await attachments.of_kit_part(stranger, part)
    with pytest.raises(NotFound):
        await attachments.open_attachment(stranger, photo.id)
    common = NewPartsList([PartFacts("车轮", 2)])
    await kits.write_parts_list(technician.actor, kit.model_id, common)
    assert (await attachments.open_attachment(stranger, photo.id)).kind == "photo"
    subject = await attachments.of_kit_part(stranger, part)
    with pytest.raises(Forbidden):
        await attachments.add_photos(stranger, subject, [made(1)])
