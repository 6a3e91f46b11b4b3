"""Assets go over to another school; what is open keeps them, and history keeps its school."""

import asyncio
from datetime import UTC, datetime

import asyncpg
import msgspec
import pytest

from core import database
from core.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from inventory import assets, custody, labels, repairs
from inventory.custody import CustodyFilters, CustodyView, Holder
from inventory.labels import claim, create_batch, get_batch_labels
from tests import factories, factories_repairs, factories_usage
from tests.factories import MadePerson, MadeSchool

pytestmark = pytest.mark.usefixtures("db")


class Pair(msgspec.Struct, frozen=True):
    """Two schools, the technician of each, and one who works at both."""

    here: MadeSchool
    there: MadeSchool
    ours: MadePerson
    theirs: MadePerson
    both: MadePerson


@pytest.fixture
async def pair(db: object) -> Pair:
    here, there = await factories.school(), await factories.school()
    return Pair(
        here,
        there,
        await factories.person("technician", here),
        await factories.person("technician", there),
        await factories.person("technician", here, there),
    )


class Stay(msgspec.Struct, frozen=True):
    school: int
    place: int | None
    since: datetime
    until: datetime | None


async def stays(asset_id: int) -> list[Stay]:
    return await database.fetch(
        Stay,
        "SELECT school, place, since, until FROM asset_stay WHERE asset = $1 ORDER BY id",
        asset_id,
    )


async def test_an_asset_goes_over_and_its_past_stays(pair: Pair) -> None:
    room, their_room = await factories.place(pair.here), await factories.place(pair.there)
    made = await factories.asset(pair.here, place=room)
    await custody.hand_out(pair.ours.actor, [made.tag], Holder(person_id=pair.ours.id))
    await custody.take_back(pair.ours.actor, [made.tag])
    (row,) = await assets.change_school(
        pair.both.actor, [made.tag], pair.there.id, place_id=their_room
    )
    assert row.school == pair.there.code
    with pytest.raises(NotFound):
        await assets.get_asset(pair.ours.actor, made.tag)
    asset = await assets.get_asset(pair.theirs.actor, made.tag)
    assert (asset.place_id, asset.title_holder) == (their_room, pair.here.code)
    first, second = await stays(made.id)
    assert (first.school, first.place, second.school, second.place) == (
        pair.here.id, room, pair.there.id, their_room,
    )  # fmt: skip
    assert first.until == second.since
    assert second.until is None
    ended = CustodyFilters(view=CustodyView.ended)
    assert len((await custody.list_custody(pair.ours.actor, ended)).items) == 1
    assert (await custody.list_custody(pair.theirs.actor, ended)).items == []
    # Handed out at the new school, and who had it at the old one is not told there.
    await custody.hand_out(pair.theirs.actor, [made.tag], Holder(group="Class 5B"))
    story = await assets.list_history(pair.theirs.actor, asset)
    told = {
        value
        for change in story
        for field in change.fields
        for value in (field.before, field.after)
    }
    assert pair.ours.name not in told
    assert {pair.here.code, pair.there.code} <= told


async def test_back_at_the_first_school(pair: Pair) -> None:
    made = await factories.asset(pair.here)
    for school in (pair.there, pair.here):
        await assets.change_school(pair.both.actor, [made.tag], school.id)
    assert [stay.school for stay in await stays(made.id)] == [
        pair.here.id,
        pair.there.id,
        pair.here.id,
    ]
    assert (await assets.get_asset(pair.ours.actor, made.tag)).place is None


async def test_moves_within_a_school_are_stays_too(pair: Pair) -> None:
    made = await factories.asset(pair.here)
    room = await factories.place(pair.here)
    await assets.move_assets(pair.ours.actor, [made.tag], room)
    await assets.move_assets(pair.ours.actor, [made.tag], room)
    assert [stay.place for stay in await stays(made.id)] == [None, room]


async def test_its_label_leads_to_it_at_the_new_school(pair: Pair) -> None:
    made = await factories.asset(pair.here)
    batch = await create_batch(pair.ours.actor, pair.here.code, 1)
    (label,) = await get_batch_labels(pair.ours.actor, batch)
    await claim(pair.ours.actor, label.code, made.tag)
    await assets.change_school(pair.both.actor, [made.tag], pair.there.id)
    assert (await labels.get_scan(pair.theirs.actor, label.code)).tag == made.tag
    with pytest.raises(NotFound):
        await labels.get_scan(pair.ours.actor, label.code)
    assert (await assets.resolve_one(pair.theirs.actor, label.code)).tag == made.tag
    assert (await assets.resolve_one(pair.ours.actor, label.code)).tag is None
    (printed,) = await labels.find_labels(pair.theirs.actor, [made.tag])
    assert printed.school_en == pair.there.name_en


async def test_what_is_open_or_ended_is_refused_row_by_row(pair: Pair) -> None:
    out, broken = [await factories.asset(pair.here) for _ in range(2)]
    gone = await factories.asset(pair.here, lifecycle="disposed")
    there, free = await factories.asset(pair.there), await factories.asset(pair.here)
    await custody.hand_out(pair.ours.actor, [out.tag], Holder(group="Class 5B"))
    await factories_repairs.order(broken)
    tags = [out.tag, broken.tag, gone.tag, there.tag, free.tag]
    with pytest.raises(Problem) as refused:
        await assets.change_school(pair.both.actor, tags, pair.there.id)
    codes = [(error.index, error.code) for error in refused.value.errors]
    assert codes == [
        (0, "in_custody"),
        (1, "open_work_order"),
        (2, "asset_has_left_the_books"),
        (3, "same_school"),
    ]
    checked = await assets.check_change_of_school(pair.both.actor, tags, pair.there.id)
    assert [(error.index, error.code) for error in checked] == codes
    assert (await assets.get_asset(pair.ours.actor, free.tag)).school == pair.here.code


async def test_what_is_monitored_stays(pair: Pair) -> None:
    made = await factories.asset(pair.here)
    await factories_usage.device(made, since=datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(Conflict, match="remove it from monitoring first"):
        await assets.change_school(pair.both.actor, [made.tag], pair.there.id)
    await database.execute("UPDATE device SET removed_at = now()")
    await assets.change_school(pair.both.actor, [made.tag], pair.there.id)


async def test_only_who_keeps_equipment_at_both_schools_may(pair: Pair) -> None:
    made = await factories.asset(pair.here)
    teacher = await factories.person("teacher", pair.here, pair.there)
    with pytest.raises(Forbidden):
        await assets.change_school(teacher.actor, [made.tag], pair.there.id)
    for who in (pair.ours, pair.theirs):
        with pytest.raises(NotFound):
            await assets.change_school(who.actor, [made.tag], pair.there.id)


async def test_the_place_is_one_of_the_new_school(pair: Pair) -> None:
    made = await factories.asset(pair.here)
    ours = await factories.place(pair.here)
    with pytest.raises(Invalid) as refused:
        await assets.change_school(pair.both.actor, [made.tag], pair.there.id, place_id=ours)
    assert refused.value.errors[0].field == "place_id"


@pytest.mark.parametrize("table", ["custody", "work_order"])
async def test_the_database_lets_nothing_go_that_is_open(pair: Pair, table: str) -> None:
    """Whoever writes without the lock and the checks: what is open names the present school."""
    made = await factories.asset(pair.here)
    if table == "custody":
        await custody.hand_out(pair.ours.actor, [made.tag], Holder(group="Class 5B"))
    else:
        await factories_repairs.order(made)
    with pytest.raises(asyncpg.ForeignKeyViolationError) as refused:
        await database.execute("UPDATE asset SET school = $2 WHERE id = $1", made.id, pair.there.id)
    assert refused.value.constraint_name == f"{table}_open_where_the_asset_is"


async def test_a_closed_order_is_still_read_at_the_school_of_its_time(pair: Pair) -> None:
    made = await factories.asset(pair.here)
    order = await factories_repairs.order(made)
    await repairs.cancel(pair.ours.actor, order.id, reason="needless", version=order.version)
    their_room = await factories.place(pair.there)
    await assets.change_school(pair.both.actor, [made.tag], pair.there.id, place_id=their_room)
    kept = await repairs.get_work_order(pair.ours.actor, order.id)
    assert (kept.asset_tag, kept.place) == (made.tag, "")
    with pytest.raises(NotFound):
        await repairs.get_work_order(pair.theirs.actor, order.id)


async def test_32_hand_outs_and_changes_of_school_never_leave_a_loan_behind(pair: Pair) -> None:
    tags = [(await factories.asset(pair.here)).tag for _ in range(4)]

    async def one(number: int) -> object:
        if number % 2:
            return await custody.hand_out(
                pair.both.actor, [tags[number % 4]], Holder(group=f"Class {number}")
            )
        school = pair.there if number % 4 else pair.here
        return await assets.change_school(pair.both.actor, tags[number % 3 :], school.id)

    results = await asyncio.gather(*(one(n) for n in range(32)), return_exceptions=True)
    assert all(isinstance(result, list | Conflict | Invalid) for result in results), results
    left_behind = await database.fetch_value(
        "SELECT count(*) FROM custody c JOIN asset a ON a.id = c.asset"
        " WHERE c.ended_at IS NULL AND c.school <> a.school"
    )
    assert left_behind == 0
    broken = await database.fetch_value(
        "SELECT count(*) FROM asset a LEFT JOIN asset_stay s ON s.asset = a.id AND s.until IS NULL"
        " WHERE s.school IS DISTINCT FROM a.school OR s.place IS DISTINCT FROM a.place"
    )
    assert broken == 0
