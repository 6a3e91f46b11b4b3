"""Every order of a list shows each row once, from page to page, in both directions."""

from base64 import urlsafe_b64decode
from datetime import date, timedelta

import pytest

from core import clock
from core.database import execute, fetch_column
from core.errors import Invalid
from core.permissions import READ_BORROWERS
from core.query import Key, Orders
from inventory import assets, custody
from inventory.assets import AssetFilters, Condition, LifecycleState
from inventory.custody import CustodyFilters, CustodyView, Holder
from tests import factories

pytestmark = pytest.mark.usefixtures("db")


async def test_every_order_of_assets_shows_each_once_in_both_directions() -> None:
    schools = [await factories.school(), await factories.school()]
    reader = await factories.person("technician", *schools)
    room = await factories.place(schools[0])
    for number in range(9):
        made = await factories.asset(schools[number % 2])
        await execute(
            "UPDATE asset SET name = $2, place = $3 WHERE tag = $1",
            made.tag,
            f"Name {number % 4}",
            room if number in (0, 4) else None,
        )
    tags = {row.tag for row in (await assets.list_assets(reader.actor)).items}
    for column in ("tag", "title", "lifecycle", "condition", "place", "school", "added"):
        for sort in (column, f"-{column}"):
            seen = await _all_pages(reader, sort)
            assert len(seen) == len(tags) == 9, sort
            assert {row.tag for row in seen} == tags, sort
    for sort in ("place", "-place"):
        places = [row.place for row in await _all_pages(reader, sort)]
        assert None not in places[:2] and set(places[2:]) == {None}, sort
    names = [row.name for row in await _all_pages(reader, "-title")]
    assert names == sorted(names, reverse=True)


async def _all_pages(reader: factories.MadePerson, sort: str) -> list[assets.AssetRow]:
    found, cursor = [], None
    while True:
        page = await assets.list_assets(reader.actor, sort=sort, cursor=cursor, limit=2)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


async def test_a_search_finds_the_same_in_every_order() -> None:
    school = await factories.school()
    reader = await factories.person("technician", school)
    for name in ("Lamp", "Chair", "Desk lamp", "Lamp 2"):
        made = await factories.asset(school)
        await execute("UPDATE asset SET name = $2 WHERE tag = $1", made.tag, name)
    by_tag = await assets.list_assets(reader.actor, AssetFilters(q="lamp"))
    by_title = await assets.list_assets(reader.actor, AssetFilters(q="lamp"), sort="-title")
    assert {row.tag for row in by_title.items} == {row.tag for row in by_tag.items}
    assert [row.name for row in by_title.items] == ["Lamp 2", "Lamp", "Desk lamp"]


async def test_a_cursor_of_another_order_is_refused() -> None:
    school = await factories.school()
    reader = await factories.person("technician", school)
    for _ in range(3):
        await factories.asset(school)
    page = await assets.list_assets(reader.actor, sort="-lifecycle", limit=1)
    for other in (None, "lifecycle", "condition", "-tag"):
        with pytest.raises(Invalid) as refused:
            await assets.list_assets(reader.actor, sort=other, cursor=page.next_cursor)
        assert [error.field for error in refused.value.errors] == ["cursor"]


async def test_what_is_due_on_no_day_comes_last_in_both_directions() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    today = clock.now().date()
    for days in (None, 3, 1, None, 2):
        asset = await factories.asset(school)
        due_on = None if days is None else today + timedelta(days=days)
        await custody.hand_out(technician.actor, [asset.tag], Holder(group="5B"), due_on=due_on)
    for sort, expected in (("due_at", [1, 2, 3]), ("-due_at", [3, 2, 1])):
        found: list[date | None] = []
        cursor = None
        while True:
            page = await custody.list_custody(technician.actor, sort=sort, cursor=cursor, limit=1)
            found += [row.due_on for row in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert found == [*(today + timedelta(days=day) for day in expected), None, None], sort


def test_an_order_must_be_one_of_the_lists_own() -> None:
    last = Key("t.id", int, "id")
    orders = Orders("-day", last, day=Key("t.day", date, "day"), id=last)
    assert orders.names == ("day", "-day", "id", "-id")
    assert orders.chosen(None).sql == "t.day DESC, t.id DESC"
    assert orders.chosen("id").sql == "t.id"
    with pytest.raises(Invalid):
        orders.chosen("name")
    with pytest.raises(ValueError, match="no order"):
        Orders("-week", last, day=last)


async def test_states_come_as_they_follow_in_life_and_conditions_from_good_to_unknown() -> None:
    school = await factories.school()
    reader = await factories.person("technician", school)
    for lifecycle in reversed(LifecycleState):
        await factories.asset(school, lifecycle=lifecycle)
    for column, states in (("lifecycle", LifecycleState), ("condition", Condition)):
        if column == "condition":
            for row, condition in zip(await _all_pages(reader, "-tag"), Condition, strict=False):
                await execute(
                    "UPDATE asset SET condition = $2 WHERE tag = $1", row.tag, condition.value
                )
        for sort, expected in ((column, list(states)), (f"-{column}", list(reversed(states)))):
            found = [getattr(row, column) for row in await _all_pages(reader, sort)]
            assert list(dict.fromkeys(found)) == expected, sort
    positions = await fetch_column(str, "SELECT state FROM lifecycle ORDER BY position")
    assert positions == list(LifecycleState)


async def test_custody_is_sorted_by_the_holders_that_its_reader_may_know() -> None:
    school = await factories.school()
    keeper = await factories.person("technician", school)
    helper = await factories.person("student_helper", school)
    holders = [
        Holder(group="Class 5B"),
        Holder(person_id=keeper.id),
        Holder(person_id=helper.id),
        Holder(group="Zoo club"),
        Holder(person_id=keeper.id),
    ]
    for holder in holders:
        asset = await factories.asset(school)
        await custody.hand_out(keeper.actor, [asset.tag], holder)
    names = sorted(["Class 5B", "Zoo club", helper.name, keeper.name, keeper.name])
    assert await _holders(keeper, "holder") == names
    assert await _holders(keeper, "-holder") == names[::-1]
    known = [name for name in names if name != keeper.name]
    assert await _holders(helper, "holder") == [*known, None, None]
    assert await _holders(helper, "-holder") == [*known[::-1], None, None]


async def _holders(reader: factories.MadePerson, sort: str) -> list[str | None]:
    found: list[str | None] = []
    cursor = None
    while True:
        page = await custody.list_custody(
            reader.actor,
            CustodyFilters(q="", view=CustodyView.out),
            sort=sort,
            cursor=cursor,
            limit=1,
        )
        found += [row.holder for row in page.items]
        cursor = page.next_cursor
        if cursor is None:
            return found
        if not reader.actor.can(READ_BORROWERS):
            assert b"Technician" not in urlsafe_b64decode(cursor + "==")
