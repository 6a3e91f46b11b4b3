"""Lists of people and of donation lines, applied and taken back; slips for a first sign-in."""

import asyncio

import msgspec
import pytest

from core import database, people
from core.access import Role
from core.errors import Forbidden
from core.people import NewPerson, PeopleFilters
from inventory import donations, imports, models
from inventory.imports import ImportJob, ImportState, Mapping, Noun, RowFilters
from inventory.models import AssetKind, ModelFacts, ModelFilters
from tests import factories
from tests.factories import MadePerson, MadeSchool
from tests.factories_imports import applied, staged, undone
from tests.factories_inventory import donation

pytestmark = pytest.mark.usefixtures("db")

HEAD = "姓名,登录名,角色,语言\n"
LINES = """捐赠项目,类别,品牌,型号,承诺数量,备注
Computers of a sample company,机器人套件,童心制物,mBot2,30,
Computers of a sample company,,HP,LaserJet,2,二手
No such donation,,HP,LaserJet,2,
Computers of a sample company,,HP,LaserJet,3,
Computers of a sample company,打印机,HP,ScanJet,半个,
"""


async def stage_people(who: MadePerson, school: MadeSchool, *lines: str) -> ImportJob:
    text = HEAD + "".join(f"{line}\n" for line in lines)
    return await staged(who.actor, school.code, "people.csv", text.encode(), noun=Noun.people)


async def rows_of(who: MadePerson, job: ImportJob) -> list[imports.ImportRow]:
    return (await imports.list_rows(who.actor, job.id, limit=200)).items


async def names(who: MadePerson) -> dict[str, tuple[str, tuple[str, ...]]]:
    page = await people.list_people(who.actor, PeopleFilters(), limit=200)
    return {
        one.login: (one.name, tuple(m.role for m in one.memberships if m.is_valid))
        for one in page.items
    }


async def test_each_row_of_a_list_of_people_gets_its_verdict(
    school: MadeSchool, admin: MadePerson
) -> None:
    other = await factories.school()
    known = await factories.person(Role.teacher, school)
    elsewhere = await factories.person(Role.teacher, other)
    both = await factories.person(Role.teacher, school, other)
    closed = await factories.person(Role.teacher, school)
    await database.execute("UPDATE person SET closed_at = now() WHERE id = $1", closed.id)
    job = await stage_people(
        admin,
        school,
        "王老师,wang,教师,中文",
        "李 实验,,实验员,英语",
        "同名,WANG,教师,",
        "没有角色,nobody,,",
        "管理者,boss,校长助理,",
        f"{known.name},{known.login},教师,",
        f"New Name,{known.login.upper()},技术员,",
        f"A,{elsewhere.login},教师,",
        f"Other Name,{both.login},,",
        f",{both.login},技术员,",
        f"Other Name,{closed.login},,",
        f"Other Name,{admin.login},,",
        ",,教师,",
        "空 格,has space,教师,",
    )
    rows = await rows_of(admin, job)
    assert [row.verdict for row in rows] == [
        "create", "create", "error", "error", "error", "same", "error", "error", "error", "error",
        "skip", "error", "error", "error",
    ]  # fmt: skip
    told = {row.line: str(row.remarks[0].message) for row in rows if row.remarks}
    assert told == {
        4: "Line 2 is about the same one",
        5: "A new person needs a role",
        6: "“校长助理” is no role that a list can give",
        8: "Line 7 is about the same one",
        9: "Another account has this sign-in name",
        10: "This person also works at another school",
        11: "Line 10 is about the same one",
        12: "The account is closed; reopen it on the page of the person",
        13: "Accounts of administrators are changed one at a time",
        14: "Give a name of at most 120 characters",
        15: "A sign-in name is 2 to 64 characters without spaces",
    }
    assert [row.tag for row in rows[:2]] == ["wang", "李实验"]


async def test_people_are_added_given_roles_and_go_again(
    school: MadeSchool, admin: MadePerson
) -> None:
    known = await factories.person(Role.teacher, school)
    before = await names(admin)
    job = await stage_people(
        admin, school, "王老师,wang,教师,", f"新 名,{known.login},技术员,英语", "李,li2,审计员,"
    )
    assert (job.counts.create, job.counts.update) == (2, 1)
    done = await applied(admin.actor, job.id)
    assert done.state is ImportState.applied, done.problem
    assert await names(admin) == before | {
        "wang": ("王老师", ("teacher",)),
        "li2": ("李", ("auditor",)),
        known.login: ("新 名", ("teacher", "technician")),
    }
    # Their opening stands in the security log, under who asked for it.
    opened = await database.fetch_value(
        "SELECT count(*) FROM security_event WHERE kind = 'account_opened' AND actor_id = $1",
        admin.id,
    )
    assert opened == 2
    # Who has chosen a password stands in the way.
    await database.execute("UPDATE person SET one_time_until = NULL WHERE login = 'wang'")
    assert (await undone(admin.actor, job.id)).state is ImportState.applied
    (row,) = (await imports.list_rows(admin.actor, job.id, RowFilters(in_the_way=True))).items
    assert (row.tag, str(row.obstacle)) == ("wang", "This person has signed in since")
    await database.execute("UPDATE person SET one_time_until = now() WHERE login = 'wang'")
    assert (await undone(admin.actor, job.id)).state is ImportState.undone
    assert await names(admin) == before
    # The same list can be imported again, under the same sign-in names.
    again = await stage_people(admin, school, "王老师,wang,教师,")
    assert (await applied(admin.actor, again.id)).state is ImportState.applied


async def test_an_account_that_somebody_opens_meanwhile_is_no_second_one(
    school: MadeSchool, admin: MadePerson
) -> None:
    job = await stage_people(admin, school, "王老师,wang,教师,", "李,li2,教师,")
    await people.create_person(admin.actor, NewPerson("Wang", "wang", school.id, Role.teacher))
    back = await applied(admin.actor, job.id)
    assert back.state is ImportState.judged
    assert "Another account has this sign-in name" in str(back.problem)
    assert "li2" not in await names(admin)


async def test_a_token_imports_no_people(school: MadeSchool, admin: MadePerson) -> None:
    token = msgspec.structs.replace(
        admin.actor, scopes=frozenset({"inventory:write", "people:write"})
    )
    text = HEAD.encode() + "王,wang,教师,\n".encode()
    with pytest.raises(Forbidden):
        await imports.upload(token, school.code, "a.csv", text, noun=Noun.people)
    without = msgspec.structs.replace(admin.actor, scopes=frozenset({"inventory:write"}))
    job = await stage_people(admin, school, "王老师,wang,教师,")
    assert (await imports.list_imports(without)).items == []
    assert [one.id for one in (await imports.list_imports(admin.actor)).items] == [job.id]


async def test_a_first_password_is_made_once_however_many_print(
    school: MadeSchool, admin: MadePerson
) -> None:
    job = await stage_people(admin, school, *(f"老师 {n},t-{n},教师," for n in range(3)))
    done = await applied(admin.actor, job.id)
    assert await imports.count_slips(admin.actor, done) == 3
    stranger = await factories.person(Role.technician, school)
    with pytest.raises(Exception, match="no such import"):
        await imports.print_slips(stranger.actor, job.id)
    printed = await asyncio.gather(*(imports.print_slips(admin.actor, job.id) for _ in range(4)))
    slips = [slip for one in printed for slip in one]
    assert sorted(slip.login for slip in slips) == [f"t-{n}" for n in range(3)]
    assert await imports.count_slips(admin.actor, done) == 0
    stored = await database.fetch_column(
        str,
        "SELECT row_to_json(p)::text FROM person p UNION ALL SELECT row_to_json(e)::text FROM audit_event e",
    )
    assert all(slip.one_time_password not in text for slip in slips for text in stored)
    # Undoing still takes the accounts away: nobody has used a slip.
    assert (await undone(admin.actor, job.id)).state is ImportState.undone


async def test_lines_of_donations_are_added_corrected_and_go_again(
    school: MadeSchool, admin: MadePerson
) -> None:
    gift = await donation(admin, school)
    printer = await models.create_model(
        admin.actor, ModelFacts(AssetKind.printer, "LaserJet", "HP")
    )
    await donations.create_line(admin.actor, gift.id, donations.NewLine(printer.id, 1))
    before = (await donations.get_donation(admin.actor, gift.id)).lines
    job = await staged(admin.actor, school.code, "a.csv", LINES.encode(), noun=Noun.donation_lines)
    rows = await rows_of(admin, job)
    assert [row.verdict for row in rows] == ["create", "update", "error", "error", "error"]
    assert [one.name for one in job.findings.models] == ["HP ScanJet", "童心制物 mBot2"]
    for row in rows[2:]:
        await imports.leave_out(admin.actor, job.id, row.line)
    done = await applied(admin.actor, job.id)
    assert done.state is ImportState.applied, done.problem
    lines = (await donations.get_donation(admin.actor, gift.id)).lines
    assert [(line.model, line.declared, line.note) for line in lines[1:]] == [
        ("HP LaserJet", 2, "二手"), ("童心制物 mBot2", 30, ""),
    ]  # fmt: skip
    await donations.receive_line(admin.actor, gift.id, lines[-1].id, donations.Receipt(1))
    assert (await undone(admin.actor, job.id)).state is ImportState.applied
    (row,) = (await imports.list_rows(admin.actor, job.id, RowFilters(in_the_way=True))).items
    assert str(row.obstacle) == "Things of it have come by now"
    joined = Mapping(joins={"model": {"HP ScanJet": "HP LaserJet"}})
    text = "捐赠编号,型号,品牌,数量\n" + f"{gift.acknowledgement_number},ScanJet,HP,7\n"
    second = await staged(
        admin.actor, school.code, "b.csv", text.encode(), noun=Noun.donation_lines, mapping=joined
    )
    assert (second.counts.update, second.findings.models) == (1, ())
    await applied(admin.actor, second.id)
    assert (await undone(admin.actor, second.id)).state is ImportState.undone
    after = (await donations.get_donation(admin.actor, gift.id)).lines
    assert [line.declared for line in after[: len(before)]] == [before[0].declared, 2]


async def test_a_line_of_a_new_model_takes_it_away_again(
    school: MadeSchool, admin: MadePerson
) -> None:
    gift = await donation(admin, school)
    before = (await donations.get_donation(admin.actor, gift.id)).lines
    text = LINES.splitlines()
    job = await staged(
        admin.actor, school.code, "a.csv", "\n".join(text[:2]).encode(), noun=Noun.donation_lines
    )
    await applied(admin.actor, job.id)
    assert (await models.list_models(admin.actor, ModelFilters("mBot2"))).items
    assert (await undone(admin.actor, job.id)).state is ImportState.undone
    assert (await donations.get_donation(admin.actor, gift.id)).lines == before
    assert (await models.list_models(admin.actor, ModelFilters("mBot2"))).items == []
