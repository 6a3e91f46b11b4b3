"""One asset is with one holder at a time."""

import asyncio
from datetime import timedelta

import pytest

from core import clock, database
from core.errors import Conflict, Invalid
from inventory import assets, custody
from inventory.assets import Condition, LifecycleState
from inventory.custody import CustodyFilters, CustodyView, Holder
from tests import factories
from tests.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.usefixtures("db")


async def test_an_asset_in_custody_cannot_be_handed_out_again() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    made = await factories.asset(school)
    await custody.hand_out(technician.actor, [made.tag], Holder(group="Class 5B"))
    with pytest.raises(Conflict, match=f"{made.tag} is already with Class 5B"):
        await custody.hand_out(technician.actor, [made.tag], Holder(group="Class 6A"))


async def test_32_parallel_hand_outs_have_one_winner_and_31_sentences() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    made = await factories.asset(school)
    results = await asyncio.gather(
        *(
            custody.hand_out(technician.actor, [made.tag], Holder(group=f"Class {n}"))
            for n in range(32)
        ),
        return_exceptions=True,
    )
    winners = [result for result in results if isinstance(result, list)]
    refusals = [result for result in results if isinstance(result, Conflict)]
    assert (len(winners), len(refusals)) == (1, 31)
    sentence = f"{made.tag} is already with {winners[0][0].holder}"
    assert {str(refusal.message) for refusal in refusals} == {sentence}


async def test_32_parallel_hand_outs_of_overlapping_stacks_never_share_an_asset() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    tags = [(await factories.asset(school)).tag for _ in range(8)]
    stacks = [[tags[n % 8], tags[(n * 3 + 1) % 8], tags[(n * 5 + 2) % 8]] for n in range(32)]
    results = await asyncio.gather(
        *(
            custody.hand_out(technician.actor, stack, Holder(group=f"Class {n}"))
            for n, stack in enumerate(stacks)
        ),
        return_exceptions=True,
    )
    given = [loan.tag for result in results if isinstance(result, list) for loan in result]
    assert len(given) == len(set(given)) > 0
    assert all(isinstance(result, list | Conflict) for result in results)


async def test_one_that_cannot_go_out_keeps_all_in() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    fine, lost = await factories.asset(school), await factories.asset(school, lifecycle="lost")
    with pytest.raises(Conflict, match=f"{lost.tag} is not in service"):
        await custody.hand_out(technician.actor, [fine.tag, lost.tag], Holder(group="5B"))
    assert (await custody.list_custody(technician.actor)).items == []


async def test_it_comes_back_in_the_condition_that_was_seen() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    made = await factories.asset(school)
    await custody.hand_out(technician.actor, [made.tag], Holder(person_id=technician.id))
    (ended,) = await custody.take_back(
        technician.actor, [made.tag], condition=Condition.incomplete, note="No charger"
    )
    assert (ended.received_by, ended.return_note) == (technician.name, "No charger")
    asset = await assets.get_asset(technician.actor, made.tag)
    assert (asset.condition, asset.holder) == ("incomplete", None)
    with pytest.raises(Conflict, match="is not handed out"):
        await custody.take_back(technician.actor, [made.tag])
    assert len(await custody.list_of_asset(technician.actor, made.tag)) == 1


async def test_what_a_room_holds_stands_in_it() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    room = await factories.place(school)
    made = await factories.asset(school)
    (loan,) = await custody.hand_out(technician.actor, [made.tag], Holder(place_id=room))
    assert loan.holder_kind == "place"
    assert (await assets.get_asset(technician.actor, made.tag)).place_id == room


@pytest.mark.parametrize(
    ("holder", "field"),
    [
        (Holder(), "holder"),
        (Holder(group="  "), "holder"),
        (Holder(group="5B", person_id=1), "holder"),
        (Holder(group="5" * 121), "group"),
        (Holder(person_id=10**9), "person_id"),
        (Holder(place_id=10**9), "place_id"),
    ],
)
async def test_a_holder_is_exactly_one_that_exists_here(holder: Holder, field: str) -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    made = await factories.asset(school)
    with pytest.raises(Invalid) as refused:
        await custody.hand_out(technician.actor, [made.tag], holder)
    assert refused.value.field == field


async def test_nothing_goes_to_a_person_or_place_of_the_other_school() -> None:
    school, other = await factories.school(), await factories.school()
    technician = await factories.person("technician", school, other)
    stranger = await factories.person("teacher", other)
    made = await factories.asset(school)
    for holder in (Holder(person_id=stranger.id), Holder(place_id=await factories.place(other))):
        with pytest.raises(Invalid):
            await custody.hand_out(technician.actor, [made.tag], holder)


async def test_a_day_past_is_no_due_day() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    made = await factories.asset(school)
    yesterday = clock.today("Asia/Shanghai") - timedelta(days=1)
    with pytest.raises(Invalid) as refused:
        await custody.hand_out(technician.actor, [made.tag], Holder(group="5B"), due_on=yesterday)
    assert refused.value.field == "due_on"


async def test_lists_tell_mine_from_out_and_overdue_from_ended() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    teacher = await factories.person("teacher", school)
    mine, late, back = [await factories.asset(school) for _ in range(3)]
    await custody.hand_out(technician.actor, [mine.tag], Holder(person_id=teacher.id))
    await custody.hand_out(technician.actor, [late.tag, back.tag], Holder(group="5B"))
    await custody.take_back(technician.actor, [back.tag])
    await database.execute(
        "UPDATE custody SET due_at = now() - interval '3 days' WHERE asset = $1", late.id
    )

    async def tags(**filters: object) -> list[str]:
        page = await custody.list_custody(teacher.actor, CustodyFilters(**filters))  # type: ignore[arg-type]
        return [loan.tag for loan in page.items]

    assert [loan.tag for loan in await custody.list_own(teacher.actor)] == [mine.tag]
    assert await tags() == [late.tag, mine.tag]
    assert await tags(view=CustodyView.overdue) == [late.tag]
    assert await tags(view=CustodyView.ended) == [back.tag]
    assert await tags(q="5b") == [late.tag]
    assert await custody.count_overdue(teacher.actor) == 1


async def test_pages_of_custody_meet_without_gap_or_overlap() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    tags = [(await factories.asset(school)).tag for _ in range(7)]
    await custody.hand_out(technician.actor, tags, Holder(group="5B"))
    seen: list[str] = []
    cursor = None
    while True:
        page = await custody.list_custody(technician.actor, limit=3, cursor=cursor)
        seen += [loan.tag for loan in page.items]
        if (cursor := page.next_cursor) is None:
            break
    assert sorted(seen) == sorted(tags)


async def test_what_was_lost_in_somebodys_hands_is_written_off_there() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    tags = [(await factories.asset(school)).tag for _ in range(3)]
    await custody.hand_out(technician.actor, tags, Holder(group="5B"))
    await assets.take_steps(technician.actor, tags, LifecycleState.lost, reason="Not found")
    lost_at = await database.fetch_value("SELECT min(at) FROM asset_step")
    one = await assets.take_step(technician.actor, tags[0], LifecycleState.written_off)
    assert (one.lifecycle, one.holder) == ("written_off", None)
    await assets.take_steps(technician.actor, tags[1:], LifecycleState.written_off)
    for tag in tags:
        (loan,) = await custody.list_of_asset(technician.actor, tag)
        assert (loan.was_lost, loan.received_by, loan.holder) == (True, None, "5B")
        assert (
            loan.ended_at is not None
            and abs((loan.ended_at - lost_at).total_seconds()) < PATIENCE_SECONDS
        )
        states = [step.to_state for step in await assets.list_steps(one)]
        assert "triage" not in states


async def test_of_many_steps_every_row_that_cannot_go_is_named() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    fine, held, retired = (
        await factories.asset(school),
        await factories.asset(school),
        await factories.asset(school, lifecycle="retired"),
    )
    await custody.hand_out(technician.actor, [held.tag], Holder(group="5B"))
    with pytest.raises(Conflict) as refused:
        await assets.take_steps(
            technician.actor, [fine.tag, held.tag, retired.tag], LifecycleState.retired
        )
    assert [(e.index, e.code) for e in refused.value.errors] == [
        (1, "in_custody"),
        (2, "asset_step_exists"),
    ]
    assert (await assets.get_asset(technician.actor, fine.tag)).lifecycle == "in_service"
