"""Every order of a list shows each row once, from page to page, in both directions."""

from datetime import date, timedelta

import pytest

from core import clock
from core.database import execute
from core.errors import Invalid
from core.query import Key, Orders
from inventory import assets, custody
from inventory.assets import AssetFilters
from inventory.custody import Holder
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
    for sort, expected in (("due_on", [1, 2, 3]), ("-due_on", [3, 2, 1])):
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
