"""The classes of a year: the grid adds what lacks, a promotion says what it refuses and of whom."""

import pytest

from core import clock, database
from core.errors import Conflict, Invalid
from inventory import group_years, groups
from inventory.group_years import NewClasses, Promotion
from inventory.groups import Group, GroupFacts, NewGroup
from tests.factories import MadePerson, MadeSchool

pytestmark = pytest.mark.usefixtures("db")
YEAR = groups.school_year(clock.today("Asia/Shanghai"))


async def made(who: MadePerson, school: MadeSchool, name: str, year: int = YEAR) -> Group:
    return await groups.create_group(who.actor, NewGroup(school=school.code, name=name, year=year))


async def promote(who: MadePerson, school: MadeSchool, *some: Group) -> list[Group]:
    wanted = Promotion(school.code, [one.id for one in some])
    return await group_years.promote_classes(who.actor, wanted)


async def names(who: MadePerson) -> list[str]:
    return [row.name for row in (await groups.list_groups(who.actor)).items]


async def test_a_grid_saved_unchanged_adds_nothing_however_classes_are_numbered(
    school: MadeSchool, technician: MadePerson
) -> None:
    for name in ("五(2)班", "五(4)班", "初一(3)班"):
        await made(technician, school, name)
    wrong = await made(technician, school, "五(1)班")
    await groups.retire_group(technician.actor, wrong.id)
    counts = await group_years.count_classes(technician.actor, school.code, YEAR)
    assert (counts[5], counts[7], sum(counts.values())) == (2, 1, 3)
    shown = {f"grade_{grade}": count for grade, count in counts.items()}
    grid = NewClasses(school.code, YEAR, **shown)
    assert await group_years.create_classes(technician.actor, grid) == []
    # One more takes the first number that is free; one out of use keeps its own.
    more = await group_years.create_classes(
        technician.actor, NewClasses(school.code, YEAR, **{**shown, "grade_5": 3})
    )
    assert [row.name for row in more] == ["五(3)班"]
    fewer = NewClasses(school.code, YEAR, grade_5=1)
    assert await group_years.create_classes(technician.actor, fewer) == []
    assert await names(technician) == ["五(2)班", "五(3)班", "五(4)班", "初一(3)班"]


async def test_what_cannot_be_promoted_is_named(school: MadeSchool, technician: MadePerson) -> None:
    now, last = await made(technician, school, "五(1)班"), YEAR - 1
    out = await made(technician, school, "五(2)班")
    await groups.retire_group(technician.actor, out.id)
    old = await made(technician, school, "五(3)班", YEAR - 3)
    early = await made(technician, school, "五(4)班", YEAR + 1)
    end = await made(technician, school, "五(5)班", 2100)
    for one in (out, old, early):
        with pytest.raises(Invalid, match="Only classes that are in use") as refused:
            await promote(technician, school, now, one)
        assert f"{one.name} {one.year}" in str(refused.value)
    with pytest.raises(Invalid, match="no school year after 2100"):
        await promote(technician, school, end)
    left_out = await made(technician, school, "四(1)班", last)
    promoted = await promote(technician, school, now, left_out)
    assert [(row.name, row.year) for row in promoted] == [("五(1)班", YEAR), ("六(1)班", YEAR + 1)]


async def test_a_class_that_is_promoted_and_called_otherwise_is_named(
    school: MadeSchool, technician: MadePerson
) -> None:
    one, two = await made(technician, school, "五(1)班"), await made(technician, school, "五(2)班")
    first, _ = await promote(technician, school, one, two)
    await promote(technician, school, one, two)
    await groups.update_group(technician.actor, first.id, GroupFacts("六(9)班", YEAR + 1))
    with pytest.raises(Conflict, match=r"called otherwise: 五\(1\)班 → 六\(9\)班"):
        await promote(technician, school, one, two)
    rows = await group_years.list_promotions(technician.actor, school.code)
    assert [row.promoted_as for row in rows] == ["六(9)班", "六(2)班"]


async def test_a_class_whose_next_name_is_taken_or_out_of_use_is_named(
    school: MadeSchool, technician: MadePerson
) -> None:
    one = await made(technician, school, "五(1)班")
    (six,) = await promote(technician, school, one)
    await groups.update_group(technician.actor, one.id, GroupFacts("五(8)班", YEAR))
    other = await made(technician, school, "五(1)班")
    with pytest.raises(Conflict, match=r"another class before: 五\(1\)班 → 六\(1\)班"):
        await promote(technician, school, other)
    await database.execute("UPDATE borrower_group SET follows = NULL WHERE id = $1", six.id)
    await groups.retire_group(technician.actor, six.id)
    with pytest.raises(Conflict, match=r"out of use.*: 五\(1\)班 → 六\(1\)班"):
        await promote(technician, school, other)
    assert (await groups.get_group(technician.actor, six.id)).follows_id is None
