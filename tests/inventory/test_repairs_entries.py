"""Entries and pictures of work orders."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from core import database
from core.access import Role
from core.errors import Conflict, Forbidden, Invalid, NotFound, say
from inventory import photos as kit
from inventory import repairs
from inventory.photos import drafts
from inventory.photos.sweeping import sweep_photos
from inventory.repairs import NewEntry
from storage import objects
from storage.photos import Photo
from tests import factories, factories_repairs
from tests.factories import MadePerson, MadeSchool

pytestmark = pytest.mark.usefixtures("db")


async def test_minutes_and_cost_are_summed_from_the_entries(
    school: MadeSchool, technician: MadePerson
) -> None:
    order = await factories_repairs.order(await factories.asset(school))
    for minutes, cost in ((25, "12.50"), (5, "0.10"), (0, "0")):
        await repairs.create_entry(
            technician.actor,
            order.id,
            NewEntry(done="Changed a cable", minutes=minutes, cost=Decimal(cost)),
        )
    order = await repairs.get_work_order(technician.actor, order.id)
    assert (order.minutes, order.cost, order.currency) == (30, Decimal("12.60"), "CNY")


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        (NewEntry(), "done"),
        (NewEntry(done="x", minutes=-1), "minutes"),
        (NewEntry(done="x", minutes=10_001), "minutes"),
        (NewEntry(done="x", cost=Decimal(-1)), "cost"),
        (NewEntry(done="x", cost=Decimal("NaN")), "cost"),
        (NewEntry(done="x", cost=Decimal("0.001")), "cost"),
        (NewEntry(done="x", cost=Decimal("1e11")), "cost"),
    ],
)
async def test_an_entry_that_makes_no_sense_is_refused(
    entry: NewEntry, field: str, school: MadeSchool, technician: MadePerson
) -> None:
    order = await factories_repairs.order(await factories.asset(school))
    with pytest.raises(Invalid) as refused:
        await repairs.create_entry(technician.actor, order.id, entry)
    assert refused.value.field == field


async def test_a_student_helper_writes_on_what_was_given_to_them(
    school: MadeSchool, technician: MadePerson
) -> None:
    helper = await factories.person(Role.student_helper, school)
    order = await factories_repairs.order(await factories.asset(school))
    with pytest.raises(NotFound):
        await repairs.create_entry(helper.actor, order.id, NewEntry(done="Cleaned it"))
    await repairs.assign(technician.actor, order.id, assignee_id=helper.id)
    entry = await repairs.create_entry(helper.actor, order.id, NewEntry(done="Cleaned it"))
    assert entry.by == helper.name


async def test_a_teacher_comments_on_a_report_but_logs_no_work(school: MadeSchool) -> None:
    teacher = await factories.person(Role.teacher, school)
    asset = await factories.asset(school)
    reported = await repairs.report_fault(teacher.actor, asset.tag, "No picture")
    await repairs.comment(teacher.actor, reported.work_order_id, "Only on Mondays")
    with pytest.raises(Forbidden):
        await repairs.create_entry(teacher.actor, reported.work_order_id, NewEntry(done="Hit it"))


async def test_a_closed_order_takes_comments_but_no_work(
    school: MadeSchool, technician: MadePerson
) -> None:
    order = await factories_repairs.order(await factories.asset(school))
    await repairs.complete(technician.actor, order.id, resolution="New cable")
    with pytest.raises(Conflict):
        await repairs.create_entry(technician.actor, order.id, NewEntry(done="More"))
    cleared = say("Back to normal: {value} %", value=80)
    entry = await repairs.comment(factories_repairs.worker(school.id), order.id, cleared)
    assert (entry.by, entry.wording) == ("monitoring", cleared)


async def test_pictures_are_kept_with_their_entry_and_read_by_readers_only(
    school: MadeSchool, technician: MadePerson
) -> None:
    order = await factories_repairs.order(await factories.asset(school))
    data = factories_repairs.picture()
    photos = await kit.store_photos([data])
    entry = await repairs.create_entry(
        technician.actor, order.id, NewEntry(found="A burst capacitor"), photos=photos
    )
    [photo_id] = entry.photo_ids
    photo = await repairs.get_photo(technician.actor, photo_id)
    read = b"".join([part async for part in objects.stream(photo.object_key, 0, photo.size_bytes)])
    assert (read, photo.media_type) == (data, "image/png")
    for stranger in (
        await factories.person(Role.technician, await factories.school()),
        await factories.person(Role.teacher, school),
    ):
        with pytest.raises(NotFound):
            await repairs.get_photo(stranger.actor, photo_id)


@pytest.mark.parametrize(
    "data", [b"", b"%PDF-1.7 not a picture", b"<svg onload=alert(1)>", b"\x89PNG\r\n\x1a\nbroken"]
)
async def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        await kit.store_photos([data])
    assert refused.value.field == "photos"


async def test_an_entry_has_six_pictures_at_most(
    school: MadeSchool, technician: MadePerson
) -> None:
    with pytest.raises(Invalid):
        await kit.store_photos([factories_repairs.picture()] * 7)
    order = await factories_repairs.order(await factories.asset(school))
    photos = await kit.store_photos([factories_repairs.picture()] * 4)
    more = await kit.store_photos([factories_repairs.picture()] * 3)
    entry = await repairs.create_entry(
        technician.actor, order.id, NewEntry(found="Dust"), photos=photos
    )
    with pytest.raises(Invalid):
        await repairs.add_photos(technician.actor, order.id, entry.id, more)
    entry = await repairs.add_photos(technician.actor, order.id, entry.id, more[:2])
    assert len(entry.photo_ids) == 6


async def test_a_report_with_a_picture_keeps_it_in_an_entry(school: MadeSchool) -> None:
    teacher = await factories.person(Role.teacher, school)
    asset = await factories.asset(school)
    photos = await kit.store_photos([factories_repairs.picture("JPEG")])
    reported = await repairs.report_fault(teacher.actor, asset.tag, "A crack", photos=photos)
    [entry] = await repairs.list_entries(teacher.actor, reported.work_order_id)
    assert len(entry.photo_ids) == 1
    assert await database.fetch_value("SELECT media_type FROM work_order_photo") == "image/jpeg"


async def test_a_picture_without_a_row_is_swept_away(
    school: MadeSchool, technician: MadePerson
) -> None:
    order = await factories_repairs.order(await factories.asset(school))
    kept, lost = await kit.store_photos([factories_repairs.picture()] * 2)
    await repairs.create_entry(technician.actor, order.id, NewEntry(found="Dust"), photos=[kept])
    await sweep_photos(older_than=timedelta(days=1))
    assert await objects.size_of(lost.object_key)
    await sweep_photos(older_than=timedelta(seconds=-5))
    assert await objects.size_of(kept.object_key)
    assert await objects.size_of(lost.object_key) is None


async def test_of_many_refused_forms_at_once_the_last_photos_are_kept(
    technician: MadePerson,
) -> None:
    def made(number: int) -> Photo:
        return Photo(object_key=f"p/{number}", media_type="image/png", size_bytes=1)

    await asyncio.gather(
        *(kit.store_drafts(technician.actor, [made(2 * n), made(2 * n + 1)]) for n in range(32))
    )
    count = "SELECT count(*) FROM photo_draft"
    assert await database.fetch_value(count) == drafts.DRAFTS_PER_PERSON


async def test_of_one_photo_that_is_sent_many_times_at_once_one_entry_comes(
    school: MadeSchool, technician: MadePerson
) -> None:
    order = await factories_repairs.order(await factories.asset(school))
    stored = await kit.store_photos([factories_repairs.picture()])
    tokens = await kit.store_drafts(technician.actor, stored)

    async def send() -> bool:
        try:
            async with database.transaction(technician.actor):
                photos = await kit.take_drafts(technician.actor, tokens)
                await repairs.create_entry(
                    technician.actor, order.id, NewEntry(done="Dust"), photos=photos
                )
        except Invalid:
            return False
        return True

    assert sum(await asyncio.gather(*(send() for _ in range(32)))) == 1
    (entry,) = await repairs.list_entries(technician.actor, order.id)
    assert len(entry.photo_ids) == 1


async def test_a_photo_whose_form_never_comes_is_forgotten_and_swept(
    technician: MadePerson,
) -> None:
    stored = await kit.store_photos([factories_repairs.picture()])
    tokens = await kit.store_drafts(technician.actor, stored)
    await drafts.delete_old_drafts()
    await sweep_photos(older_than=timedelta(seconds=-5))
    assert await objects.size_of(stored[0].object_key)
    await drafts.delete_old_drafts(older_than=timedelta(seconds=-5))
    assert await kit.find_drafts(technician.actor, tokens) == []
    await sweep_photos(older_than=timedelta(seconds=-5))
    assert await objects.size_of(stored[0].object_key) is None
