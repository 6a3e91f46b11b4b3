"""Kits: what is missing is the sum of its moves, and each count makes it what was counted."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from core import database
from core.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from inventory import kits
from inventory.kits import (
    Deviation,
    KitDetails,
    KitFilters,
    KitState,
    KitSupply,
    NeedFilters,
    NewKitCount,
    NewPartsList,
    PartFacts,
    PartsList,
    Supply,
)
from labshare import checks
from tests import factories
from tests.factories import MadePerson, MadeSchool

pytestmark = pytest.mark.usefixtures("db")

PARTS = [
    PartFacts("主控板", 1, is_critical=True, spot="上层左", substitutes="MB-1S"),
    PartFacts("超声波传感器", 2),
    PartFacts("M4×12 螺钉", 40),
]


@pytest.fixture
async def teacher(school: MadeSchool) -> MadePerson:
    return await factories.person("teacher", school)


async def made_list(who: MadePerson, model_id: int, **more: Any) -> PartsList:
    return await kits.write_parts_list(who.actor, model_id, NewPartsList(PARTS, **more))


async def made_kit(who: MadePerson, school: MadeSchool, model_id: int | None = None) -> KitDetails:
    asset = await factories.asset(school, model=model_id)
    if model_id is None:
        await made_list(who, asset.model_id)
    return await kits.get_kit(who.actor, asset.tag)


def counted(kit: KitDetails, **parts: tuple[int, int]) -> NewKitCount:
    """A count by the numbers of parts, such as p1=(2 missing, 1 damaged)."""
    lines = [
        Deviation(kit.parts[int(name[1:])].id, missing, damaged)
        for name, (missing, damaged) in parts.items()
    ]
    return NewKitCount(kit.parts_list_id, lines)


async def test_a_kit_is_unknown_then_complete_then_lacks_something(
    school: MadeSchool, technician: MadePerson, teacher: MadePerson
) -> None:
    kit = await made_kit(technician, school)
    assert (kit.state, kit.counted_at) == (KitState.unknown, None)
    whole = await kits.count_kit(teacher.actor, kit.tag, counted(kit))
    assert (whole.state, whole.missing, whole.counted_by) == (KitState.complete, 0, teacher.name)
    gaps = await kits.count_kit(teacher.actor, kit.tag, counted(kit, p1=(1, 1), p2=(5, 0)))
    assert (gaps.state, gaps.missing, gaps.damaged) == (KitState.gaps, 6, 1)
    assert [(part.missing, part.damaged) for part in gaps.parts] == [(0, 0), (1, 1), (5, 0)]
    broken = await kits.count_kit(teacher.actor, kit.tag, counted(kit, p0=(0, 1), p2=(3, 0)))
    assert (broken.state, broken.missing, broken.damaged) == (KitState.unusable, 3, 1)
    assert [(part.missing, part.damaged) for part in broken.parts] == [(0, 1), (0, 0), (3, 0)]


async def test_a_gap_outlives_the_count_until_parts_come(
    school: MadeSchool, technician: MadePerson, teacher: MadePerson
) -> None:
    kit = await made_kit(technician, school)
    kit = await kits.count_kit(technician.actor, kit.tag, counted(kit, p0=(0, 1), p2=(5, 0)))
    screws, board = kit.parts[2].id, kit.parts[0].id
    with pytest.raises(Forbidden):
        await kits.supply_kit(teacher.actor, kit.tag, KitSupply(screws, Supply.found))
    with pytest.raises(Conflict, match="Not so many"):
        await kits.supply_kit(technician.actor, kit.tag, KitSupply(screws, Supply.found, 6))
    with pytest.raises(Conflict, match="Not so many"):
        await kits.supply_kit(technician.actor, kit.tag, KitSupply(screws, Supply.repaired))
    await kits.supply_kit(technician.actor, kit.tag, KitSupply(screws, Supply.found, 2))
    await kits.supply_kit(technician.actor, kit.tag, KitSupply(screws, Supply.bought, 3, "订单 17"))
    kit = await kits.supply_kit(technician.actor, kit.tag, KitSupply(board, Supply.replaced))
    assert (kit.state, kit.missing, kit.damaged) == (KitState.complete, 0, 0)
    moves = await kits.list_kit_moves(technician.actor, kit.tag)
    assert [(one.part, one.kind, one.missing_change, one.damaged_change) for one in moves[:3]] == [
        ("主控板", "replaced", 0, -1),
        ("M4×12 螺钉", "bought", -3, 0),
        ("M4×12 螺钉", "found", -2, 0),
    ]
    assert moves[1].note == "订单 17"


async def test_what_is_to_be_bought_is_summed_over_kits(
    school: MadeSchool, technician: MadePerson
) -> None:
    first = await made_kit(technician, school)
    second = await made_kit(technician, school, first.model_id)
    await kits.count_kit(technician.actor, first.tag, counted(first, p1=(1, 0), p2=(5, 0)))
    await kits.count_kit(technician.actor, second.tag, counted(second, p2=(7, 2)))
    needs = (await kits.list_needs(technician.actor, sort="-missing")).items
    assert [(one.part, one.missing, one.damaged, one.kits) for one in needs] == [
        ("M4×12 螺钉", 12, 2, 2),
        ("超声波传感器", 1, 0, 1),
    ]
    found = await kits.list_needs(technician.actor, NeedFilters(q="螺钉"))
    assert [one.part for one in found.items] == ["M4×12 螺钉"]
    worst = await kits.list_kits(technician.actor, KitFilters(state=KitState.gaps), sort="-missing")
    assert [one.tag for one in worst.items] == [second.tag, first.tag]
    await database.execute("ALTER TABLE asset DISABLE TRIGGER USER")
    try:
        await database.execute("UPDATE asset SET lifecycle = 'lost' WHERE tag = $1", second.tag)
    finally:
        await database.execute("ALTER TABLE asset ENABLE TRIGGER USER")
    assert (await kits.list_needs(technician.actor, sort="-missing")).items[0].missing == 5


async def test_what_has_left_the_books_is_counted_no_more(
    school: MadeSchool, technician: MadePerson
) -> None:
    gone = await factories.asset(school, lifecycle="disposed")
    await made_list(technician, gone.model_id)
    kit = await kits.get_kit(technician.actor, gone.tag)
    with pytest.raises(Conflict, match="has left the books"):
        await kits.count_kit(technician.actor, gone.tag, counted(kit))


async def test_a_list_is_written_anew_and_gaps_follow_the_names_of_parts(
    school: MadeSchool, technician: MadePerson
) -> None:
    kit = await made_kit(technician, school)
    await kits.count_kit(technician.actor, kit.tag, counted(kit, p1=(2, 0), p2=(30, 0)))
    parts = [PartFacts("M4x12螺钉", 20), PartFacts("Ｍ4×12螺钉", 20), PartFacts("电池盒", 1)]
    await kits.write_parts_list(
        technician.actor, kit.model_id, NewPartsList(parts[1:], revision=kit.revision)
    )
    now = await kits.get_kit(technician.actor, kit.tag)
    assert (now.revision, now.counted_by_older) == (kit.revision + 1, True)
    assert [(part.part, part.missing) for part in now.parts] == [("Ｍ4×12螺钉", 20), ("电池盒", 0)]
    assert now.missing == 20
    with pytest.raises(Conflict, match="has changed meanwhile"):
        await kits.count_kit(technician.actor, kit.tag, counted(kit))
    with pytest.raises(Conflict, match="look at it again"):
        await made_list(technician, kit.model_id, revision=kit.revision)


async def test_a_school_may_have_a_list_of_its_own(
    school: MadeSchool, technician: MadePerson
) -> None:
    kit = await made_kit(technician, school)
    own = NewPartsList([PartFacts("主控板", 1)], school=school.code)
    await kits.write_parts_list(technician.actor, kit.model_id, own)
    assert [one.part for one in (await kits.get_kit(technician.actor, kit.tag)).parts] == ["主控板"]
    other = await factories.school()
    stranger = await factories.person("technician", other)
    there = await factories.asset(other)
    await database.execute("UPDATE asset SET model = $1 WHERE id = $2", kit.model_id, there.id)
    assert len((await kits.get_kit(stranger.actor, there.tag)).parts) == len(PARTS)
    with pytest.raises(NotFound):
        await kits.get_kit(stranger.actor, kit.tag)
    with pytest.raises(Forbidden, match="Another school has this model too"):
        await made_list(technician, kit.model_id, revision=1)


async def test_wrong_lines_are_named(school: MadeSchool, technician: MadePerson) -> None:
    model_id = await factories.asset_model()
    parts = [
        PartFacts("主控板", 1),
        PartFacts(" ", 1),
        PartFacts("主 控板", 2),
        PartFacts("x" * 81, 1),
    ]
    with pytest.raises(Invalid) as refused:
        await kits.write_parts_list(technician.actor, model_id, NewPartsList(parts))
    assert [(one.field, one.code, one.index) for one in refused.value.errors] == [
        ("part", "required", 1),
        ("part", "too_long", 3),
        ("part", "twice", 2),
    ]
    kit = await made_kit(technician, school)
    wrong = NewKitCount(
        kit.parts_list_id,
        [Deviation(kit.parts[0].id, 1, 1), Deviation(kit.parts[1].id), Deviation(kit.parts[1].id)],
    )
    with pytest.raises(Invalid) as miscounted:
        await kits.count_kit(technician.actor, kit.tag, wrong)
    assert [(one.code, one.index) for one in miscounted.value.errors] == [
        ("too_many", 0),
        ("part", 2),
    ]


async def test_32_parallel_finds_of_the_last_missing_part_have_one_winner(
    school: MadeSchool, technician: MadePerson
) -> None:
    kit = await made_kit(technician, school)
    kit = await kits.count_kit(technician.actor, kit.tag, counted(kit, p1=(1, 0)))
    found = KitSupply(kit.parts[1].id, Supply.found)
    results = await asyncio.gather(
        *(kits.supply_kit(technician.actor, kit.tag, found) for _ in range(32)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, KitDetails) for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 31


async def test_32_parallel_counts_and_lists_leave_what_one_of_them_said(
    school: MadeSchool, technician: MadePerson
) -> None:
    kit = await made_kit(technician, school)
    results = await asyncio.gather(
        *(kits.count_kit(technician.actor, kit.tag, counted(kit, p2=(n, 0))) for n in range(1, 33)),
        return_exceptions=True,
    )
    assert all(isinstance(result, KitDetails) for result in results)
    now = await kits.get_kit(technician.actor, kit.tag)
    last = await database.fetch_value(
        "SELECT missing FROM kit_count_line ORDER BY kit_count DESC LIMIT 1"
    )
    assert now.missing == last
    written = await asyncio.gather(
        *(made_list(technician, kit.model_id, revision=1) for _ in range(32)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, PartsList) for result in written) == 1
    assert sum(isinstance(result, Conflict) for result in written) == 31


async def test_the_database_refuses_what_no_move_says(
    school: MadeSchool, technician: MadePerson
) -> None:
    kit = await made_kit(technician, school)
    await kits.count_kit(technician.actor, kit.tag, counted(kit, p1=(1, 0)))
    for statement in (
        "UPDATE kit_gap SET missing = 0",
        "UPDATE kit_move SET missing_change = 2",
        "DELETE FROM kit_count",
        "UPDATE parts_list_line SET quantity = 1",
        "DELETE FROM parts_list",
    ):
        with pytest.raises(asyncpg.PostgresError):
            await database.execute(statement)


async def test_check_finds_a_gap_that_is_not_the_sum_of_its_moves(
    school: MadeSchool, technician: MadePerson
) -> None:
    kit = await made_kit(technician, school)
    await kits.count_kit(technician.actor, kit.tag, counted(kit, p1=(1, 0)))
    assert (await checks.books()).wrong == []
    await database.execute("ALTER TABLE kit_gap DISABLE TRIGGER USER")
    await database.execute("UPDATE kit_gap SET missing = 2")
    await database.execute("ALTER TABLE kit_gap ENABLE TRIGGER USER")
    (wrong,) = (await checks.books()).wrong
    assert wrong.startswith(f"{kit.tag} · 超声波传感器: ")


# What comes from stock is tested with it.
SUPPLIES = [kind for kind in Supply if kind is not Supply.issued]


class Boxes(RuleBasedStateMachine):
    """Random counts and parts that come: what a kit lacks is what the facts say."""

    loop: asyncio.AbstractEventLoop

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    @initialize()
    def begin(self) -> None:
        self.run(self._begin())

    async def _begin(self) -> None:
        school = await factories.school()
        self.who = await factories.person("technician", school)
        self.kit = await made_kit(self.who, school)
        self.facts = [[0, 0] for _ in PARTS]

    @rule(data=st.data())
    def count(self, data: st.DataObject) -> None:
        self.facts = []
        for part in PARTS:
            missing = data.draw(st.integers(0, part.quantity))
            self.facts.append([missing, data.draw(st.integers(0, part.quantity - missing))])
        given = counted(self.kit, **{f"p{n}": (one[0], one[1]) for n, one in enumerate(self.facts)})
        self.judge(self.run(kits.count_kit(self.who.actor, self.kit.tag, given)))

    @rule(part=st.integers(0, 2), kind=st.sampled_from(SUPPLIES), many=st.integers(1, 4))
    def supply(self, part: int, kind: Supply, many: int) -> None:
        column = 1 if kind in (Supply.repaired, Supply.replaced) else 0
        supply = KitSupply(self.kit.parts[part].id, kind, many)
        try:
            now = self.run(kits.supply_kit(self.who.actor, self.kit.tag, supply))
        except Problem:
            assert self.facts[part][column] < many
        else:
            self.facts[part][column] -= many
            self.judge(now)

    def judge(self, now: KitDetails) -> None:
        assert [[one.missing, one.damaged] for one in now.parts] == self.facts
        lacks = [one for one, fact in zip(PARTS, self.facts, strict=True) if any(fact)]
        if now.counted_at is not None:
            assert (now.state is KitState.unusable) == any(one.is_critical for one in lacks)
            assert (now.state is KitState.complete) == (not lacks)

    def teardown(self) -> None:
        assert self.run(database.fetch_value(WRONG)) == 0


# Gaps that are not the sum of their moves.
WRONG = """
SELECT count(*) FROM kit_gap g WHERE (missing, damaged) <>
       (SELECT coalesce(sum(missing_change), 0), coalesce(sum(damaged_change), 0)
          FROM kit_move WHERE gap = g.id)
"""


async def test_after_any_operations_gaps_are_the_sums_of_their_moves() -> None:
    Boxes.loop = asyncio.get_running_loop()
    machine = settings(
        max_examples=8, stateful_step_count=20, deadline=None,
        suppress_health_check=list(HealthCheck), database=None,
    )  # fmt: skip
    await asyncio.to_thread(run_state_machine_as_test, Boxes, settings=machine)
