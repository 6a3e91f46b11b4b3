"""Who borrows without an account: classes however they are written, guests until they are erased."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from core import clock, database, idempotency
from core.errors import Conflict, Forbidden, Invalid, NotFound
from inventory import assets, custody, groups, guests
from inventory.custody import Custody, CustodyFilters, CustodyView, Holder, NewSignature
from inventory.groups import GroupFacts, GroupFilters, GroupView, NewGroup
from inventory.guests import GuestFilters, NewGuest
from tests import factories
from tests.conftest import Stack
from tests.factories import MadePerson, MadeSchool

pytestmark = pytest.mark.usefixtures("db")
ONE_CLASS = ("五(2)班", "五（2）班", "五2班", " 五 （２） 班", "五年级2班", "五年级(2)班", "5(2)班", "5-2",
             "五二班", "5年级二班", "Class 5(2)", "grade 5 - 2")  # fmt: skip


async def given(who: MadePerson, school: MadeSchool, holder: Holder) -> Custody:
    made = await factories.asset(school)
    (loan,) = await custody.hand_out(who.actor, [made.tag], holder)
    return loan


async def key(name: str) -> str:
    found: str = await database.fetch_value("SELECT borrower_group_key($1)", name)
    return found


async def test_a_class_is_one_however_it_is_written(
    school: MadeSchool, technician: MadePerson
) -> None:
    loans = [await given(technician, school, Holder(group=name)) for name in ONE_CLASS]
    assert {loan.holder_id for loan in loans} == {loans[0].holder_id}
    page = await groups.list_groups(technician.actor)
    (made,) = page.items
    assert (made.name, made.grade, made.number) == ("五(2)班", 5, 2)
    assert made.year == groups.school_year(clock.today("Asia/Shanghai"))
    assert made.holding == len(ONE_CLASS)
    with pytest.raises(Conflict, match="of this name already"):
        await groups.create_group(technician.actor, NewGroup(school=school.code, name="五2班"))


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("初一(3)班", "7(3)"),
        ("七（3）班", "7(3)"),
        ("高二十二班", "11(12)"),
        ("高三(2)班", "12(2)"),
        ("12(10)班", "12(10)"),
        ("一年级十班", "1(10)"),
        ("初四(1)班", "初四(1)班"),
        ("十一班", "十一班"),
        ("13(2)", "13(2)"),
        ("52班", "52班"),
        ("机器人社团", "机器人社团"),
        ("Robot  Club", "robotclub"),
        ("Class 5B", "class5b"),
        ("一班", "一班"),
        ("", ""),
        ("5(0)班", "5(0)班"),
        ("ﷺ" * 120, None),
    ],
)
async def test_what_is_read_off_a_name(name: str, read: str | None) -> None:
    assert await key(name) == read or (read is None and len(await key(name)) == 200)


async def test_32_who_name_a_new_class_at_once_make_one(
    school: MadeSchool, technician: MadePerson
) -> None:
    tags = [(await factories.asset(school)).tag for _ in range(32)]
    loans = await asyncio.gather(
        *(
            custody.hand_out(
                technician.actor, [tag], Holder(group=ONE_CLASS[number % len(ONE_CLASS)])
            )
            for number, tag in enumerate(tags)
        )
    )
    assert len({loan.holder_id for (loan,) in loans}) == 1


async def test_a_class_of_a_year_that_ended_stays_and_is_not_offered(
    school: MadeSchool, technician: MadePerson
) -> None:
    past = await groups.create_group(
        technician.actor, NewGroup(school=school.code, name="五(2)班", year=2019)
    )
    assert (past.is_over, past.title) == (True, "五(2)班 · 2019")
    with pytest.raises(Invalid, match="in use"):
        await given(technician, school, Holder(group_id=past.id))
    now = await given(technician, school, Holder(group="五(2)班"))
    assert now.holder_id != past.id
    assert [row.id for row in (await groups.list_groups(technician.actor)).items] == [now.holder_id]
    before = await groups.list_groups(technician.actor, GroupFilters(view=GroupView.past))
    assert [row.id for row in before.items] == [past.id]


async def test_a_group_out_of_use_borrows_nothing_until_it_is_back(
    school: MadeSchool, technician: MadePerson
) -> None:
    club = await groups.create_group(technician.actor, NewGroup(school=school.code, name="Chess"))
    await groups.retire_group(technician.actor, club.id)
    with pytest.raises(Invalid, match="out of use"):
        await given(technician, school, Holder(group="chess"))
    await groups.restore_group(technician.actor, club.id)
    assert (await given(technician, school, Holder(group="chess"))).holder_id == club.id


async def test_a_class_has_a_teacher_of_the_school(
    school: MadeSchool, technician: MadePerson
) -> None:
    teacher, stranger = await factories.person("teacher", school), await factories.person("teacher")
    made = await groups.create_group(
        technician.actor, NewGroup(school=school.code, name="六(1)班", teacher_id=teacher.id)
    )
    assert made.teacher == teacher.name
    with pytest.raises(Invalid, match="person of this school"):
        await groups.update_group(
            technician.actor, made.id, GroupFacts("六(1)班", teacher_id=stranger.id)
        )


async def test_a_holder_is_exactly_one(school: MadeSchool, technician: MadePerson) -> None:
    loan = await given(technician, school, Holder(group="5B"))
    for columns in ("holder = handed_by", "borrower_group = NULL"):
        with pytest.raises(asyncpg.CheckViolationError, match="custody_is_of_one_holder"):
            await database.execute(f"UPDATE custody SET {columns} WHERE id = $1", loan.id)
    with pytest.raises(Invalid, match="one guest"):
        await given(technician, school, Holder(group="5B", guest=NewGuest("Wang")))


async def test_classes_and_guests_of_another_school_get_nothing(
    school: MadeSchool, technician: MadePerson
) -> None:
    other = await factories.school()
    stranger = await factories.person("technician", other)
    group = await groups.create_group(stranger.actor, NewGroup(school=other.code, name="5B"))
    guest = await given(stranger, other, Holder(guest=NewGuest("Wang")))
    for holder in (Holder(group_id=group.id), Holder(guest_id=guest.holder_id)):
        with pytest.raises(Invalid, match="of this school"):
            await given(technician, school, holder)
    for reading in (
        groups.get_group(technician.actor, group.id),
        guests.get_guest(technician.actor, guest.holder_id or 0),
    ):
        with pytest.raises(NotFound):
            await reading
    helper = await factories.person("teacher", school)
    with pytest.raises(Forbidden):
        await groups.create_group(helper.actor, NewGroup(school=school.code, name="5C"))


async def test_what_a_class_holds_is_found_with_what_it_took_along(
    school: MadeSchool, technician: MadePerson
) -> None:
    loan = await given(technician, school, Holder(group="五(2)班"))
    await given(technician, school, Holder(group="五(3)班"))
    now = loan.holder_id or 0
    await database.execute("UPDATE borrower_group SET year = year - 1 WHERE id = $1", now)
    later = await groups.create_group(
        technician.actor, NewGroup(school=school.code, name="六(2)班")
    )
    await database.execute("UPDATE borrower_group SET follows = $2 WHERE id = $1", later.id, now)
    held = await custody.list_custody(technician.actor, CustodyFilters(group=later.id))
    assert [row.tag for row in held.items] == [loan.tag]


async def test_a_guest_who_comes_again_is_the_same_by_name_and_contact(
    school: MadeSchool, technician: MadePerson
) -> None:
    first = await given(technician, school, Holder(guest=NewGuest("王 师傅", "13800000000")))
    again = await given(technician, school, Holder(guest=NewGuest("王师傅", "13800000000")))
    others = [
        await given(technician, school, Holder(guest=NewGuest("王师傅", contact)))
        for contact in ("A firm", "")
    ]
    assert first.holder_id == again.holder_id
    assert len({loan.holder_id for loan in (first, *others)}) == 3
    assert (first.holder_kind, first.holder) == ("guest", "王 师傅")
    page = await guests.list_guests(technician.actor, GuestFilters(q="1380"))
    assert [(row.name, row.holding) for row in page.items] == [("王 师傅", 2)]


async def test_who_does_not_read_borrowers_reads_no_guest(
    school: MadeSchool, technician: MadePerson
) -> None:
    loan = await given(technician, school, Holder(guest=NewGuest("Wang")))
    pupil = await factories.person("student_helper", school)
    (seen,) = (await custody.list_custody(pupil.actor)).items
    assert (seen.tag, seen.holder_kind, seen.holder) == (loan.tag, "guest", None)
    found = await custody.list_custody(pupil.actor, CustodyFilters(q="Wang"))
    narrowed = await custody.list_custody(pupil.actor, CustodyFilters(guest=loan.holder_id))
    assert (found.items, narrowed.items) == ([], [])


async def test_a_guest_is_erased_when_long_gone_and_the_history_stays(
    school: MadeSchool, technician: MadePerson
) -> None:
    gone = await given(technician, school, Holder(guest=NewGuest("Gone", "1")))
    still = await given(technician, school, Holder(guest=NewGuest("Still", "2")))
    await custody.take_back(technician.actor, [gone.tag])
    assert await guests.erase_old_guests() == 0
    long_ago = clock.now() - timedelta(days=guests.ERASED_AFTER_DAYS + 2)
    await database.execute("UPDATE guest SET added_at = $1", long_ago)
    await database.execute(
        "UPDATE custody SET started_at = $1, ended_at = CASE WHEN ended_at IS NOT NULL THEN"
        " $1::timestamptz + interval '1 day' END",
        long_ago,
    )
    assert await guests.erase_old_guests() == 1
    (ended,) = (await custody.list_custody(
        technician.actor, CustodyFilters(view=CustodyView.ended)
    )).items  # fmt: skip
    assert (ended.holder_kind, ended.holder, ended.holder_id) == ("guest", None, gone.holder_id)
    with pytest.raises(Conflict, match="Still still has something"):
        await guests.erase_guest(technician.actor, still.holder_id or 0)
    left = await database.fetch_value(
        "SELECT count(*) FROM audit_event WHERE before::text || after::text LIKE '%Gone%'"
    )
    assert left == 0


DRAWN = [[20, 100, 60, 40, 110, 130], [5, 5]]


async def signed(who: MadePerson, loan: Custody, *, back: bool, signer: str) -> int:
    """The hand-over in which the thing went out or came back, signed."""
    hand_over = loan.hand_in_id if back else loan.hand_out_id
    assert hand_over is not None
    await custody.sign(who.actor, hand_over, NewSignature(signer, DRAWN))
    return hand_over


async def test_with_a_guests_name_go_the_signatures_and_nothing_else_of_them(
    school: MadeSchool, technician: MadePerson
) -> None:
    loan = await given(technician, school, Holder(guest=NewGuest("Gone", "1")))
    kept = await given(technician, school, Holder(group="5B"))
    out = await signed(technician, loan, back=False, signer="Gone")
    of_class = await signed(technician, kept, back=False, signer="Teacher Li")
    (back,) = await custody.take_back(technician.actor, [loan.tag])
    assert back.hand_in_id is not None
    for wild in (
        "signer = '', strokes = '[]'",
        "signer = 'Li'",
        "terms = 'x', signer = '', strokes = '[]'",
    ):
        with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
            await database.execute(f"UPDATE custody_signature SET {wild}")
    before = (await custody.get_hand_over(technician.actor, out)).signature

    async def answer() -> list[Custody]:
        """What a repeated request is told."""
        return await idempotency.once(
            technician.actor, "k", "hand out", list[Custody], told, given=None
        )

    async def told() -> list[Custody]:
        return [loan]

    assert [one.holder for one in await answer()] == ["Gone"]
    await guests.erase_guest(technician.actor, loan.holder_id or 0)
    after = (await custody.get_hand_over(technician.actor, out)).signature
    assert before is not None and after is not None
    assert (after.signer, after.strokes) == ("", [])
    assert (after.items, after.terms, after.signed_at) == (
        before.items, before.terms, before.signed_at,
    )  # fmt: skip
    left = (await custody.get_hand_over(technician.actor, of_class)).signature
    assert left is not None and (left.signer, left.strokes) == ("Teacher Li", DRAWN)
    for wild in ("signer = 'Gone'", "terms = 'x'", "signed_at = now()"):
        with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
            await database.execute(f"UPDATE custody_signature SET {wild} WHERE hand_over = $1", out)
    with pytest.raises(Conflict, match="name of this guest is erased"):
        await signed(technician, back, back=True, signer="Gone")
    assert [(one.holder, one.tag) for one in await answer()] == [("", loan.tag)]
    tables = (
        "audit_event", "custody_signature", "guest", "custody", "hand_over", "idempotency_key",
    )  # fmt: skip
    for table in tables:
        assert not await database.fetch_value(
            f"SELECT count(*) FROM {table} t WHERE to_jsonb(t)::text LIKE '%Gone%'"
        ), table


async def test_who_signs_while_the_guest_is_erased_leaves_no_name(
    school: MadeSchool, technician: MadePerson
) -> None:
    loans = [
        await given(technician, school, Holder(guest=NewGuest(f"Gone {n}", "1"))) for n in range(16)
    ]
    backs = await custody.take_back(technician.actor, [loan.tag for loan in loans])
    assert len(backs) == 16
    work = [guests.erase_guest(technician.actor, loan.holder_id or 0) for loan in loans]
    work_too = [signed(technician, loan, back=False, signer="Gone") for loan in loans]
    results = await asyncio.gather(
        *(one for pair in zip(work, work_too, strict=True) for one in pair), return_exceptions=True
    )
    refused = [one for one in results if isinstance(one, BaseException)]
    assert all(isinstance(one, Conflict) for one in refused), refused
    assert not await database.fetch_value(
        "SELECT count(*) FROM custody_signature WHERE signer <> '' OR strokes <> '[]'"
    )


async def test_a_guest_erased_while_somebody_edits_is_a_clear_refusal(
    school: MadeSchool, technician: MadePerson, db: Stack
) -> None:
    loan = await given(technician, school, Holder(guest=NewGuest("Gone", "1")))
    await custody.take_back(technician.actor, [loan.tag])
    guest = loan.holder_id or 0
    eraser = await asyncpg.connect(db.dsn)
    async with eraser.transaction():
        await eraser.execute(
            "UPDATE guest SET name = '', contact = '', erased_at = now() WHERE id = $1", guest
        )
        edit = asyncio.create_task(
            guests.update_guest(technician.actor, guest, NewGuest("Back again", "2"))
        )
        # It has looked, found the guest not erased, and waits for the row.
        while not await database.fetch_value(  # noqa: ASYNC110 (what is waited for is in the database)
            "SELECT true FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            " AND query LIKE '%guest%'"
        ):
            await asyncio.sleep(0.01)
    with pytest.raises(Conflict, match="name of this guest is erased"):
        await edit
    await eraser.close()
    assert (await guests.get_guest(technician.actor, guest)).name == ""


async def test_the_history_names_classes_and_guests_as_they_are_called_now(
    school: MadeSchool, technician: MadePerson
) -> None:
    pupil = await factories.person("student_helper", school)
    made = await factories.asset(school)
    asset = await assets.get_asset(technician.actor, made.tag)
    holders = (Holder(group="五(2)班"), Holder(guest=NewGuest("Wang", "1")))
    for holder in holders:
        (loan,) = await custody.hand_out(technician.actor, [made.tag], holder)
        await custody.take_back(technician.actor, [made.tag])

    async def told(who: MadePerson) -> dict[str, object]:
        changes = await assets.list_history(who.actor, asset)
        fields = [field for change in changes for field in change.fields if field.after]
        return {field.field: field.after for field in fields}

    seen = await told(technician)
    assert (seen["borrower_group"], seen["guest"]) == ("五(2)班", "Wang")
    hidden = await told(pupil)
    assert hidden["borrower_group"] == "五(2)班"
    assert "guest" not in hidden
    await guests.update_guest(technician.actor, loan.holder_id or 0, NewGuest("Li", "1"))
    assert (await told(technician))["guest"] == "Li"
    await guests.erase_guest(technician.actor, loan.holder_id or 0)
    assert (await told(technician))["guest"] == loan.holder_id
