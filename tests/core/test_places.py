"""The tree of places, and what may not happen to it."""

import asyncio
import contextvars

import pytest

from core import audit, database, places
from core.access import Actor
from core.audit import AuditFilter
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.places import NewPlace, Place, PlaceKind
from inventory import assets
from inventory import places as contents
from tests import factories
from tests.factories import MadeSchool
from tests.waiting import somebody_waits_for_a_lock

pytestmark = pytest.mark.usefixtures("db")


async def _school_and_technician() -> tuple[MadeSchool, Actor]:
    school = await factories.school()
    return school, (await factories.person("technician", school)).actor


async def _add(
    actor: Actor, school: MadeSchool, kind: PlaceKind, name: str, inside: Place | None = None
) -> Place:
    parent = inside.id if inside else None
    return await places.create_place(actor, NewPlace(school.id, kind, name, parent))


async def test_a_place_is_named_from_the_outside_in() -> None:
    school, actor = await _school_and_technician()
    building = await _add(actor, school, PlaceKind.building, "Main  building ")
    room = await _add(actor, school, PlaceKind.room, "204", building)
    cabinet = await _add(actor, school, PlaceKind.cabinet, "Cabinet A", room)
    assert (cabinet.path, cabinet.depth) == ("Main building / 204 / Cabinet A", 2)
    await _add(actor, school, PlaceKind.building, "Annex")
    paths = [place.path for place in await places.list_places(actor)]
    assert paths == [
        "Annex",
        "Main building",
        "Main building / 204",
        "Main building / 204 / Cabinet A",
    ]


async def test_the_paths_of_all_in_it_follow_a_place_that_is_renamed_or_moved() -> None:
    school, actor = await _school_and_technician()
    old = await _add(actor, school, PlaceKind.building, "Old")
    new = await _add(actor, school, PlaceKind.building, "New")
    room = await _add(actor, school, PlaceKind.room, "1", old)
    cabinet = await _add(actor, school, PlaceKind.cabinet, "A", room)
    direct = await _add(actor, school, PlaceKind.cabinet, "B", old)
    await places.rename_place(actor, old.id, name="Older")
    assert await _path(actor, cabinet) == ("Older / 1 / A", 2)
    assert await _path(actor, direct) == ("Older / B", 1)
    await places.rename_place(actor, room.id, name="2")
    await places.move_place(actor, room.id, parent_id=new.id)
    assert await _path(actor, cabinet) == ("New / 2 / A", 2)
    await places.move_place(actor, direct.id, parent_id=room.id)
    assert await _path(actor, direct) == ("New / 2 / B", 2)
    await places.move_place(actor, room.id, parent_id=None)
    assert await _path(actor, cabinet) == ("2 / A", 1)
    await places.retire_place(actor, cabinet.id)
    assert await _path(actor, cabinet) == ("2 / A", 1)
    await _check_every_path()


async def _path(actor: Actor, place: Place) -> tuple[str, int]:
    found = await places.get_place(actor, place.id)
    return found.path, found.depth


TRUE_PATHS = """
WITH RECURSIVE tree AS (
    SELECT id, name::text AS path, 0 AS depth FROM place WHERE parent IS NULL
    UNION ALL SELECT p.id, tree.path || ' / ' || p.name, tree.depth + 1
      FROM place p JOIN tree ON tree.id = p.parent)
SELECT count(*) FROM tree FULL JOIN place_path pp ON pp.place = tree.id
 WHERE (tree.path, tree.depth) IS DISTINCT FROM (pp.path, pp.depth)
"""


async def _check_every_path() -> None:
    assert await database.fetch_value(TRUE_PATHS) == 0


async def test_32_places_renamed_and_moved_at_once_keep_true_paths() -> None:
    school, actor = await _school_and_technician()
    buildings = [await _add(actor, school, PlaceKind.building, f"B{n}") for n in range(2)]
    rooms = [await _add(actor, school, PlaceKind.room, f"R{n}", buildings[n % 2]) for n in range(4)]
    cabinets = [await _add(actor, school, PlaceKind.cabinet, f"C{n}", rooms[n]) for n in range(4)]
    every = [*buildings, *rooms, *cabinets]
    for turn in range(4):
        renamed = [
            places.rename_place(actor, one.id, name=f"{one.name} {turn}{again}")
            for one in every
            for again in range(2)
        ]
        moved = [
            places.move_place(actor, one.id, parent_id=to[(n + turn) % len(to)].id)
            for kind, to in ((rooms, buildings), (cabinets, rooms))
            for n, one in enumerate(kind)
        ]
        added = [_add(actor, school, PlaceKind.cabinet, f"new {turn}", one) for one in rooms]
        together = [*renamed, *moved, *added]
        assert len(together) == 32
        # By turns of both kinds, so that they meet.
        await asyncio.gather(*together[::3], *together[1::3], *together[2::3])
        await _check_every_path()


async def test_what_holds_what_is_kept() -> None:
    school, actor = await _school_and_technician()
    building = await _add(actor, school, PlaceKind.building, "B")
    room = await _add(actor, school, PlaceKind.room, "R", building)
    for kind, inside in (
        (PlaceKind.building, building),
        (PlaceKind.room, room),
        (PlaceKind.cabinet, None),
    ):
        with pytest.raises(Invalid) as refused:
            await _add(actor, school, kind, "X", inside)
        assert refused.value.field == "parent_id"


async def test_a_name_is_free_once_in_its_place() -> None:
    school, actor = await _school_and_technician()
    first = await _add(actor, school, PlaceKind.building, "First")
    second = await _add(actor, school, PlaceKind.building, "Second")
    await _add(actor, school, PlaceKind.room, "101", first)
    moved = await _add(actor, school, PlaceKind.room, "101", second)
    for attempt in (
        _add(actor, school, PlaceKind.room, "101", first),
        places.move_place(actor, moved.id, parent_id=first.id),
        places.rename_place(actor, second.id, name="First"),
    ):
        with pytest.raises(Invalid) as refused:
            await attempt
        assert refused.value.code == "taken"


async def test_of_32_places_of_one_name_made_at_once_one_stands() -> None:
    school, actor = await _school_and_technician()
    results = await asyncio.gather(
        *(_add(actor, school, PlaceKind.room, "Lab") for _ in range(32)), return_exceptions=True
    )
    assert sum(isinstance(result, Place) for result in results) == 1
    assert sum(isinstance(result, Invalid) for result in results) == 31


async def test_a_place_stays_in_its_school() -> None:
    school, actor = await _school_and_technician()
    other, their_actor = await _school_and_technician()
    room = await _add(actor, school, PlaceKind.room, "R")
    theirs = await _add(their_actor, other, PlaceKind.building, "B")
    with pytest.raises(Invalid):
        await places.move_place(actor, room.id, parent_id=theirs.id)
    with pytest.raises(NotFound):
        await places.get_place(actor, theirs.id)
    with pytest.raises(NotFound):
        await _add(actor, other, PlaceKind.room, "R")


async def test_a_teacher_looks_but_does_not_touch() -> None:
    school, actor = await _school_and_technician()
    room = await _add(actor, school, PlaceKind.room, "R")
    teacher = (await factories.person("teacher", school)).actor
    assert await places.get_place(teacher, room.id) == room
    with pytest.raises(Forbidden):
        await places.rename_place(teacher, room.id, name="Mine")


async def test_a_place_with_something_in_it_stays_in_use() -> None:
    school, actor = await _school_and_technician()
    building = await _add(actor, school, PlaceKind.building, "B")
    room = await _add(actor, school, PlaceKind.room, "R", building)
    asset = await factories.asset(school, place=room.id)
    assert (await contents.count_assets(actor))[room.id].assets == 1
    with pytest.raises(Conflict, match="still here"):
        await contents.retire_place(actor, room.id)
    with pytest.raises(Conflict, match="R is still in use"):
        await contents.retire_place(actor, building.id)
    await factories.database.execute("UPDATE asset SET place = NULL WHERE id = $1", asset.id)
    assert (await contents.retire_place(actor, room.id)).retired_at is not None
    await contents.retire_place(actor, building.id)
    assert await places.list_places(actor) == []
    assert len(await places.list_places(actor, with_retired=True)) == 2
    with pytest.raises(Invalid):
        await places.restore_place(actor, room.id)
    await places.restore_place(actor, building.id)
    assert (await places.restore_place(actor, room.id)).retired_at is None


async def test_the_list_of_changes_knows_who_renamed_a_room() -> None:
    school, actor = await _school_and_technician()
    auditor = (await factories.person("auditor", school)).actor
    room = await _add(actor, school, PlaceKind.room, "Old")
    await places.rename_place(actor, room.id, name="New")
    page = await audit.list_changes(auditor, AuditFilter(entity="place"), limit=1)
    change = page.items[0]
    assert (change.actor_name, change.fields[0].before, change.fields[0].after) == (
        actor.name,
        "Old",
        "New",
    )
    rest = await audit.list_changes(
        auditor, AuditFilter(entity="place"), limit=1, cursor=page.next_cursor
    )
    assert rest.items[0].action == "insert"
    stranger = (await factories.person("auditor", await factories.school())).actor
    assert (await audit.list_changes(stranger, AuditFilter(entity="place"))).items == []
    assert (await audit.list_changes(actor, AuditFilter())).items == []


async def test_nothing_is_put_into_a_place_that_is_retired_at_the_same_moment() -> None:
    school, actor = await _school_and_technician()
    room = await _add(actor, school, PlaceKind.room, "R")
    asset = await factories.asset(school)
    async with database.transaction(actor):
        await contents.retire_place(actor, room.id)
        # As another request would: outside of this task's transaction.
        moving = asyncio.get_running_loop().create_task(
            assets.move_assets(actor, [asset.tag], room.id), context=contextvars.Context()
        )
        await somebody_waits_for_a_lock()
        assert not moving.done()
    with pytest.raises(Invalid) as refused:
        await moving
    assert refused.value.field == "place_id"


async def test_thousands_of_new_places_are_not_read_for_each_of_them(
    school: MadeSchool,
) -> None:
    house = await factories.place(school)
    add = (
        "INSERT INTO place (school, parent, kind, name)"
        " SELECT $1, $2, 'room', 'Room ' || n FROM generate_series($3::int, $4::int) n"
    )
    scans = (
        "SELECT coalesce(sum(seq_tup_read), 0)::bigint FROM pg_stat_xact_user_tables"
        " WHERE relname = 'place'"
    )
    async with database.transaction():
        # The plans of the trigger are made while there is next to nothing, and that is known.
        await database.execute("ANALYZE place")
        for n in range(8):
            await database.execute(add, school.id, house, n, n)
        before = await database.fetch_value(scans)
        await database.execute(add, school.id, house, 100, 1_100)
        assert await database.fetch_value(scans) - before < 100_000
