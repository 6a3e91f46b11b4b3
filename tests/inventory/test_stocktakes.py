"""Stock-takes: the first sight of each thing counts, and what nobody saw changes nothing."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from core import database
from core.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from inventory import assets, custody, stocktakes
from inventory.assets import LifecycleState
from inventory.custody import Holder
from inventory.stocktakes import (
    Closing,
    Correction,
    Corrections,
    NewScan,
    NewStocktake,
    NewStocktakeSignature,
    Outcome,
    ResolvedThing,
    Result,
    ScanAnswer,
    ScanBatch,
    ScanNote,
    Scope,
    SigningPart,
    StocktakeAssetFilters,
    StocktakeDetails,
    WantedCorrection,
)
from tests import factories
from tests.factories import MadeAsset, MadePerson, MadeSchool

pytestmark = pytest.mark.usefixtures("db")

DRAWN = [[20, 100, 60, 40, 110, 130]] * 2


@pytest.fixture
async def teacher(school: MadeSchool) -> MadePerson:
    return await factories.person("teacher", school)


async def placed(school: MadeSchool, place_id: int, lifecycle: str = "in_service") -> MadeAsset:
    return await factories.asset(school, place=place_id, lifecycle=lifecycle)


async def started(who: MadePerson, school: MadeSchool, **more: Any) -> StocktakeDetails:
    new = NewStocktake(school.code, "秋季盘点", **more)
    return await stocktakes.start_stocktake(who.actor, new)


async def scan(
    who: MadePerson, taken: StocktakeDetails, *texts: str, place: int | None = None, **more: Any
) -> list[ScanAnswer]:
    scans = [NewScan(uuid4(), text, place, **more) for text in texts]
    return await stocktakes.scan_things(who.actor, taken.id, ScanBatch(scans))


async def results(who: MadePerson, taken: StocktakeDetails) -> dict[str, Result]:
    page = await stocktakes.list_stocktake_assets(who.actor, taken.id, limit=200)
    return {row.tag: row.result for row in page.items}


async def test_what_is_expected_is_what_the_scope_says(
    school: MadeSchool, technician: MadePerson
) -> None:
    building = await factories.place(school, "building")
    room = await factories.place(school, parent=building)
    cabinet = await factories.place(school, "cabinet", parent=room)
    in_room, in_cabinet = await placed(school, room), await placed(school, cabinet)
    elsewhere = await placed(school, await factories.place(school))
    for state in ("disposed", "lost", "announced"):
        await placed(school, room, state)
    here = {in_room.tag, in_cabinet.tag}
    for place in (building, room):
        taken = await started(technician, school, scope=Scope.places, place_ids=[place])
        assert (await results(technician, taken)).keys() == here
    assert [(one.title, one.assets) for one in taken.overlaps] == [("秋季盘点", 2)]
    assert [(one.place_id, one.expected, one.pending) for one in taken.rooms] == [
        (room, 1, 1),
        (cabinet, 1, 1),
    ]
    whole = await started(technician, school)
    assert (await results(technician, whole)).keys() == here | {elsewhere.tag}
    of_model = await started(technician, school, scope=Scope.model, model_id=in_room.model_id)
    assert in_room.tag in await results(technician, of_model)
    with pytest.raises(Invalid) as refused:
        await started(technician, school, scope=Scope.places)
    assert refused.value.errors[0].field == "place_ids"
    there = await factories.place(await factories.school())
    with pytest.raises(Invalid, match="places of this school"):
        await started(technician, school, scope=Scope.places, place_ids=[there])


async def test_each_sight_says_what_it_came_to_and_the_first_counts(
    school: MadeSchool, technician: MadePerson, teacher: MadePerson
) -> None:
    room, other_room = await factories.place(school), await factories.place(school)
    cabinet = await factories.place(school, "cabinet", parent=room)
    here, in_cabinet, astray = (
        await placed(school, room),
        await placed(school, cabinet),
        await placed(school, other_room),
    )
    taken = await started(technician, school, scope=Scope.places, place_ids=[room])
    found = await scan(
        teacher, taken, here.tag, in_cabinet.tag, astray.tag, "SN-NOBODY", place=room
    )
    assert [one.outcome for one in found] == [
        Outcome.found, Outcome.found, Outcome.unexpected, Outcome.unknown,
    ]  # fmt: skip
    (again,) = await scan(technician, taken, here.tag, place=other_room)
    assert (again.outcome, again.by) == (Outcome.again, teacher.name)
    now = await stocktakes.get_stocktake(technician.actor, taken.id)
    assert (now.expected, now.seen, now.unexpected, now.unknown, now.pending) == (2, 2, 1, 1, 0)
    # Taken back, the next sight of it is the first.
    with pytest.raises(Forbidden):
        await stocktakes.void_scan(teacher.actor, again.scan_id)
    await stocktakes.void_scan(teacher.actor, found[0].scan_id)
    assert (await results(technician, taken))[here.tag] is Result.wrong_place
    await stocktakes.void_scan(technician.actor, again.scan_id)
    assert (await results(technician, taken))[here.tag] is Result.pending
    await stocktakes.void_scan(technician.actor, found[2].scan_id)
    assert astray.tag not in await results(technician, taken)
    await stocktakes.note_scan(teacher.actor, found[1].scan_id, ScanNote("贴纸掉了"))
    page = await stocktakes.list_stocktake_assets(teacher.actor, taken.id)
    assert [row.note for row in page.items if row.tag == in_cabinet.tag] == ["贴纸掉了"]
    outsider = await factories.person("technician", await factories.school())
    for refused in (
        stocktakes.get_stocktake(outsider.actor, taken.id),
        stocktakes.void_scan(outsider.actor, found[1].scan_id),
        scan(outsider, taken, here.tag),
    ):
        with pytest.raises(NotFound):
            await refused
    auditor = await factories.person("auditor", school)
    with pytest.raises(Forbidden):
        await scan(auditor, taken, here.tag)
    with pytest.raises(Forbidden):
        await stocktakes.close_stocktake(teacher.actor, taken.id, Closing())


async def test_a_partial_count_leaves_the_rest_as_it_was(
    school: MadeSchool, technician: MadePerson
) -> None:
    counted, untouched = await factories.place(school), await factories.place(school)
    seen, unseen, lent = [await placed(school, counted) for _ in range(3)]
    elsewhere, broken = await placed(school, untouched), await placed(school, counted, "in_repair")
    await custody.hand_out(technician.actor, [lent.tag], Holder(group="5B"))
    taken = await started(technician, school)
    before = await database.fetch_column(str, "SELECT a::text FROM asset a ORDER BY id")
    await scan(technician, taken, seen.tag, place=counted)
    closed = await stocktakes.close_stocktake(technician.actor, taken.id, Closing())
    assert await results(technician, taken) == {
        seen.tag: Result.found,
        unseen.tag: Result.missing,
        elsewhere.tag: Result.not_counted,
        lent.tag: Result.out,
        broken.tag: Result.out,
    }
    assert (closed.missing, closed.not_counted, closed.out) == (1, 1, 2)
    assert before == await database.fetch_column(str, "SELECT a::text FROM asset a ORDER BY id")
    rows = (await stocktakes.list_stocktake_assets(technician.actor, taken.id)).items
    assert [row.holder for row in rows if row.tag == lent.tag] == ["5B"]
    with pytest.raises(Conflict, match="has ended"):
        await scan(technician, taken, unseen.tag)
    with pytest.raises(Conflict, match="has ended already"):
        await stocktakes.cancel_stocktake(technician.actor, taken.id)
    # Whoever looked into every room says so.
    again = await started(technician, school)
    await scan(technician, again, seen.tag, place=counted)
    closing = Closing(counts_untouched_rooms=True)
    now = await stocktakes.close_stocktake(technician.actor, again.id, closing)
    assert (now.missing, now.not_counted, now.out) == (2, 0, 2)


async def test_the_books_are_corrected_by_ordinary_moves_steps_and_returns(
    school: MadeSchool, technician: MadePerson, teacher: MadePerson
) -> None:
    room, other_room = await factories.place(school), await factories.place(school)
    astray, lost, lent, moved = [await placed(school, other_room) for _ in range(4)]
    await factories.step(lost, "lost")
    await custody.hand_out(technician.actor, [lent.tag], Holder(group="5B"))
    taken = await started(technician, school)
    answers = await scan(technician, taken, astray.tag, lost.tag, lent.tag, moved.tag, place=room)
    assert [(one.outcome, one.is_lost, one.is_out) for one in answers] == [
        (Outcome.wrong_place, False, False),
        (Outcome.unexpected, True, False),
        (Outcome.wrong_place, False, True),
        (Outcome.wrong_place, False, False),
    ]
    # Somebody has put it elsewhere since: the books are newer than the count.
    await assets.move_assets(technician.actor, [moved.tag], await factories.place(school))
    await stocktakes.close_stocktake(technician.actor, taken.id, Closing())
    page = await stocktakes.list_stocktake_assets(
        technician.actor, taken.id, StocktakeAssetFilters(open=True)
    )
    proposed = {row.tag: row.proposed for row in page.items if row.proposed}
    assert proposed == {
        astray.tag: Correction.moved,
        lost.tag: Correction.found_again,
        lent.tag: Correction.taken_back,
    }
    wanted = Corrections([WantedCorrection(tag, one) for tag, one in proposed.items()])
    with pytest.raises(Forbidden):
        await stocktakes.correct_books(teacher.actor, taken.id, wanted)
    wrong = Corrections([*wanted.corrections, WantedCorrection(moved.tag, Correction.moved)])
    with pytest.raises(Conflict, match=f"{moved.tag} has changed meanwhile"):
        await stocktakes.correct_books(technician.actor, taken.id, wrong)
    tries = await asyncio.gather(
        *(stocktakes.correct_books(technician.actor, taken.id, wanted) for _ in range(8)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, Conflict) for one in tries) == 7
    for tag in proposed:
        asset = await assets.get_asset(technician.actor, tag)
        assert (asset.place_id, asset.holder) == (room, None)
        assert asset.lifecycle is LifecycleState.in_service
    kinds = await database.fetch_column(
        str, "SELECT corrected_as FROM stocktake_asset WHERE corrected_as IS NOT NULL ORDER BY 1"
    )
    assert kinds == ["found_again", "moved", "taken_back"]


async def test_an_unknown_thing_becomes_an_asset_or_nothing(
    school: MadeSchool, technician: MadePerson
) -> None:
    room = await factories.place(school)
    asset = await placed(school, room)
    taken = await started(technician, school)
    first, second = await scan(technician, taken, "贴纸没了的电脑", "椅子", place=room)
    await stocktakes.resolve_unknown(technician.actor, first.scan_id, ResolvedThing(asset.tag))
    assert await results(technician, taken) == {asset.tag: Result.found}
    with pytest.raises(Conflict, match="resolved this already"):
        await stocktakes.resolve_unknown(technician.actor, first.scan_id, ResolvedThing())
    await stocktakes.close_stocktake(technician.actor, taken.id, Closing())
    await stocktakes.resolve_unknown(technician.actor, second.scan_id, ResolvedThing())
    things = (await stocktakes.list_unknown_things(technician.actor, taken.id)).items
    assert [(one.given, one.resolved_by) for one in things] == [
        ("贴纸没了的电脑", technician.name),
        ("椅子", technician.name),
    ]


async def test_two_sign_a_result_once_each(school: MadeSchool, technician: MadePerson) -> None:
    taken = await started(technician, school)
    signature = NewStocktakeSignature(SigningPart.counter, "王芳", DRAWN)
    with pytest.raises(Conflict, match="no result to sign yet"):
        await stocktakes.sign_stocktake(technician.actor, taken.id, signature)
    await stocktakes.close_stocktake(technician.actor, taken.id, Closing())
    await stocktakes.sign_stocktake(technician.actor, taken.id, signature)
    with pytest.raises(Conflict, match="signed already"):
        await stocktakes.sign_stocktake(technician.actor, taken.id, signature)
    with pytest.raises(Invalid):
        await stocktakes.sign_stocktake(
            technician.actor, taken.id, NewStocktakeSignature(SigningPart.witness, " ", [])
        )
    witness = NewStocktakeSignature(SigningPart.witness, "李强", DRAWN)
    signed = await stocktakes.sign_stocktake(technician.actor, taken.id, witness)
    assert [(one.part, one.signer) for one in signed.signatures] == [
        (SigningPart.counter, "王芳"),
        (SigningPart.witness, "李强"),
    ]


async def test_the_database_refuses_what_no_sight_says(
    school: MadeSchool, technician: MadePerson
) -> None:
    asset = await placed(school, await factories.place(school))
    taken = await started(technician, school)
    await scan(technician, taken, asset.tag)
    there = await factories.place(await factories.school())
    with pytest.raises(Invalid, match="place of this school"):
        await scan(technician, taken, asset.tag, place=there)
    for statement in (
        "UPDATE stocktake_asset SET result = 'found'",
        "DELETE FROM stocktake_asset",
        "UPDATE stocktake_scan SET asset = NULL",
        "DELETE FROM stocktake_scan",
        "UPDATE stocktake SET started_at = now()",
        "DELETE FROM stocktake",
    ):
        with pytest.raises(asyncpg.PostgresError):
            await database.execute(statement)


async def test_thousands_of_things_are_expected_at_once_and_read_page_by_page(
    school: MadeSchool, technician: MadePerson
) -> None:
    asset = await placed(school, await factories.place(school))
    columns = "school, title_holder, model, place, lifecycle, name, created_at"
    await database.execute(
        f"INSERT INTO asset (tag, {columns}) SELECT 'ZZ-' || lpad(n::text, 5, '0'), {columns}"
        " FROM asset, generate_series(1, 2000) n WHERE id = $1",
        asset.id,
    )
    taken = await started(technician, school)
    assert (taken.expected, taken.pending) == (2_001, 2_001)
    first = await stocktakes.list_stocktake_assets(technician.actor, taken.id, limit=2)
    assert first.next_cursor
    second = await stocktakes.list_stocktake_assets(
        technician.actor, taken.id, limit=2, cursor=first.next_cursor
    )
    assert [row.tag for row in second.items] == ["ZZ-00002", "ZZ-00003"]


class Counting(RuleBasedStateMachine):
    """Sights, sights taken back, sights sent twice, an end: the count is what its sights say."""

    loop: asyncio.AbstractEventLoop

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    @initialize()
    def begin(self) -> None:
        self.run(self._begin())

    async def _begin(self) -> None:
        school = await factories.school()
        self.who = await factories.person("technician", school)
        self.rooms = [await factories.place(school) for _ in range(2)]
        self.things = [await placed(school, self.rooms[n % 2]) for n in range(4)]
        place_ids = [self.rooms[0]]
        self.taken = await started(self.who, school, scope=Scope.places, place_ids=place_ids)
        self.sights: list[tuple[UUID, int, int, int]] = []
        self.sent: list[NewScan] = []
        self.is_open = True

    @rule(thing=st.integers(0, 3), room=st.integers(0, 1), repeats=st.booleans())
    def see(self, thing: int, room: int, repeats: bool) -> None:
        new = NewScan(uuid4(), self.things[thing].tag, self.rooms[room])
        batch = [*(self.sent[-1:] if repeats else []), new]
        self.run(self._see(batch, thing, room))

    async def _see(self, batch: Sequence[NewScan], thing: int, room: int) -> None:
        try:
            answers = await stocktakes.scan_things(
                self.who.actor, self.taken.id, ScanBatch(list(batch))
            )
        except Problem:
            assert not self.is_open
        else:
            self.sent.append(batch[-1])
            self.sights.append((batch[-1].key, thing, room, answers[-1].scan_id))

    @rule(which=st.integers(0, 5))
    def take_back(self, which: int) -> None:
        if not self.sights:
            return
        sight = self.sights[which % len(self.sights)]
        try:
            self.run(stocktakes.void_scan(self.who.actor, sight[3]))
        except Problem:
            assert not self.is_open
        else:
            self.sights.remove(sight)

    @rule(ends=st.integers(0, 9))
    def close(self, ends: int) -> None:
        if ends == 0 and self.is_open:
            self.run(stocktakes.close_stocktake(self.who.actor, self.taken.id, Closing()))
            self.is_open = False

    def teardown(self) -> None:
        found = self.run(results(self.who, self.taken))
        visited = {room for _, _, room, _ in self.sights}
        for number, thing in enumerate(self.things):
            first = next((one for one in self.sights if one[1] == number), None)
            assert found.get(thing.tag) == self._expected(number, first, visited)

    def _expected(
        self, number: int, first: tuple[UUID, int, int, int] | None, visited: set[int]
    ) -> Result | None:
        if number % 2:
            return Result.unexpected if first else None
        if first is None:
            if self.is_open:
                return Result.pending
            return Result.missing if 0 in visited else Result.not_counted
        return Result.wrong_place if first[2] else Result.found


async def test_after_any_operations_the_count_is_what_its_sights_say() -> None:
    Counting.loop = asyncio.get_running_loop()
    machine = settings(
        max_examples=8, stateful_step_count=20, deadline=None,
        suppress_health_check=list(HealthCheck), database=None,
    )  # fmt: skip
    await asyncio.to_thread(run_state_machine_as_test, Counting, settings=machine)
