"""Stock of parts: the balance is the sum of the moves, and nobody gets what is not there or reserved."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from core import clock, database
from core.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from inventory import assets, kits, places, repairs, stock
from inventory.assets import LifecycleState
from inventory.kits import Deviation, KitSupply, NewKitCount, NewPartsList, PartFacts, Supply
from inventory.repairs import NewEntry, PartReservation, PartReturn, PartUse
from inventory.stock import (
    Dismantling,
    GainedPart,
    NewMinimum,
    NewPartCode,
    NewStock,
    PartFilters,
    StockCount,
    StockFilters,
    StockIssue,
    StockItem,
    StockReturn,
    StockTransfer,
    Taken,
)
from labshare import checks
from tests import factories
from tests.factories import MadePerson, MadeSchool

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
async def other() -> MadeSchool:
    return await factories.school()


async def made_stock(
    who: MadePerson, school: MadeSchool, count: int = 10, name: str | None = None, **more: Any
) -> StockItem:
    model = await factories.asset_model("part", name)
    place = await factories.place(school)
    return await stock.receive_stock(who.actor, NewStock(school.code, model, place, count, **more))


async def made_order(who: MadePerson, school: MadeSchool) -> int:
    asset = await factories.asset(school)
    return (await repairs.report_fault(who.actor, asset.tag, "It hums")).work_order_id


def using(item: StockItem, count: int = 1, **more: Any) -> NewEntry:
    return NewEntry(done="Exchanged", parts=[PartUse(item.id, count, **more)])


async def wrong() -> list[str]:
    return (await checks.books()).wrong


async def test_parts_come_go_are_counted_and_moved(
    school: MadeSchool, technician: MadePerson
) -> None:
    who = technician.actor
    item = await made_stock(technician, school, order_number=" PO 7 ", unit_cost=Decimal("2.50"))
    await stock.issue_stock(who, item.id, StockIssue(3, note="To the lab"))
    await stock.issue_stock(who, item.id, StockIssue(2, Taken.used))
    await stock.return_stock(who, item.id, StockReturn(1))
    with pytest.raises(Conflict, match="6 should be there now"):
        await stock.count_stock(who, item.id, StockCount(5, 7))
    counted = await stock.count_stock(who, item.id, StockCount(5, 6, "One had rusted"))
    assert counted.on_hand == 5
    shelf = await factories.place(school)
    there = await stock.move_stock(who, item.id, StockTransfer(shelf, 2))
    assert (there.place_id, there.on_hand) == (shelf, 2)
    with pytest.raises(Conflict, match="only 3 are there"):
        await stock.issue_stock(who, item.id, StockIssue(4))
    moves = (await stock.list_stock_moves(who, item.id)).items
    assert [(move.kind.value, move.change) for move in moves] == [
        ("moved_out", -2), ("counted", -1), ("returned", 1), ("used", -2), ("issued", -3),
        ("received", 10),
    ]  # fmt: skip
    assert (moves[-1].order_number, moves[-1].unit_cost) == ("PO 7", Decimal("2.50"))
    with pytest.raises(Conflict, match="Parts in stock are still here"):
        await places.retire_place(who, shelf)
    assert await wrong() == []


async def test_what_is_no_part_or_elsewhere_is_refused(
    school: MadeSchool, other: MadeSchool, technician: MadePerson
) -> None:
    item = await made_stock(technician, school)
    stranger = await factories.person("technician", other)
    teacher = await factories.person("teacher", school)
    computer, place = await factories.asset_model(), await factories.place(school)
    foreign = await factories.place(other)
    for given, field in (
        (NewStock(school.code, computer, place, 1), "model_id"),
        (NewStock(school.code, item.model_id, foreign, 1), "place_id"),
        (NewStock(school.code, item.model_id, place, 1, unit_cost=Decimal("1.001")), "unit_cost"),
        (NewStock(school.code, item.model_id, place, 1, donation_id=1), "donation_id"),
    ):
        with pytest.raises(Invalid) as refused:
            await stock.receive_stock(technician.actor, given)
        assert refused.value.errors[0].field == field
    with pytest.raises(NotFound):
        await stock.issue_stock(stranger.actor, item.id, StockIssue(1))
    with pytest.raises(Forbidden):
        await stock.issue_stock(teacher.actor, item.id, StockIssue(1))
    order = await made_order(stranger, other)
    both = await factories.person("technician", school, other)
    with pytest.raises(Invalid, match="of the school of the work order"):
        await repairs.create_entry(both.actor, order, using(item))
    with pytest.raises(Invalid, match="of the school of the work order"):
        await repairs.reserve_part(both.actor, order, PartReservation(item.id))
    assert (await stock.get_stock(technician.actor, item.id)).on_hand == 10


async def test_an_order_reserves_takes_and_gives_back(
    school: MadeSchool, technician: MadePerson
) -> None:
    who = technician.actor
    item = await made_stock(technician, school, 3, unit_cost=Decimal("80.00"))
    order, later = [await made_order(technician, school) for _ in range(2)]
    await repairs.reserve_part(who, order, PartReservation(item.id, 2))
    assert (await stock.get_stock(who, item.id)).available == 1
    with pytest.raises(Conflict, match="only 1 are free"):
        await repairs.reserve_part(who, later, PartReservation(item.id, 2))
    for refused in (
        stock.issue_stock(who, item.id, StockIssue(2)),
        repairs.create_entry(who, later, using(item, 2)),
    ):
        with pytest.raises(Conflict, match="only 1 are free"):
            await refused
    entry = await repairs.create_entry(who, order, using(item, 3))
    assert [(part.quantity, part.cost) for part in entry.parts] == [(3, Decimal("240.00"))]
    assert (await repairs.get_work_order(who, order)).cost == Decimal("240.00")
    (part,) = await repairs.return_part(who, order, PartReturn(item.id, 2))
    assert (part.reserved, part.used, part.cost) == (0, 1, Decimal("80.00"))
    assert (await repairs.get_work_order(who, order)).cost == Decimal("80.00")
    with pytest.raises(Conflict, match="Not so many of them were used"):
        await repairs.return_part(who, order, PartReturn(item.id, 2))
    await repairs.reserve_part(who, later, PartReservation(item.id, 2))
    await repairs.cancel(who, later, reason="It works")
    assert (await stock.get_stock(who, item.id)).available == 2
    with pytest.raises(Conflict, match="takes no parts"):
        await repairs.reserve_part(who, later, PartReservation(item.id))
    bare = await repairs.create_entry(who, order, NewEntry(parts=[PartUse(item.id)]))
    assert bare.found == "Parts from stock"
    assert await wrong() == []


async def test_a_count_may_find_fewer_than_are_reserved(
    school: MadeSchool, technician: MadePerson
) -> None:
    who = technician.actor
    item = await made_stock(technician, school, 3)
    order = await made_order(technician, school)
    await repairs.reserve_part(who, order, PartReservation(item.id, 3))
    counted = await stock.count_stock(who, item.id, StockCount(1, 3))
    assert (counted.on_hand, counted.reserved, counted.available) == (1, 3, 0)
    with pytest.raises(Conflict, match="only 0 are free"):
        await stock.issue_stock(who, item.id, StockIssue(1))
    await repairs.create_entry(who, order, using(item, 1))
    now = await stock.get_stock(who, item.id)
    assert (now.on_hand, now.reserved) == (0, 2)
    assert await wrong() == []


async def made_kit(who: MadePerson, school: MadeSchool, missing: int) -> tuple[str, int]:
    """The tag of a kit that lacks motors, and the line of its list."""
    asset = await factories.asset(school)
    parts = NewPartsList([PartFacts("Motor", 40)])
    made = await kits.write_parts_list(who.actor, asset.model_id, parts)
    line = made.parts[0].id
    await kits.count_kit(who.actor, asset.tag, NewKitCount(made.id, [Deviation(line, missing)]))
    return asset.tag, line


async def test_a_gap_of_a_kit_is_closed_from_stock(
    school: MadeSchool, technician: MadePerson
) -> None:
    item = await made_stock(technician, school, 2, "Motor")
    tag, line = await made_kit(technician, school, 3)
    who = technician.actor
    with pytest.raises(Invalid, match="Choose from which stock"):
        await kits.supply_kit(who, tag, KitSupply(line, Supply.issued))
    with pytest.raises(Invalid, match="takes nothing from stock"):
        await kits.supply_kit(who, tag, KitSupply(line, Supply.found, stock_id=item.id))
    with pytest.raises(Conflict, match="only 2 are there"):
        await kits.supply_kit(who, tag, KitSupply(line, Supply.issued, 3, stock_id=item.id))
    kit = await kits.supply_kit(who, tag, KitSupply(line, Supply.issued, 2, stock_id=item.id))
    assert (kit.missing, (await stock.get_stock(who, item.id)).on_hand) == (1, 0)
    move = (await stock.list_stock_moves(who, item.id)).items[0]
    assert (move.kit, move.change) == (tag, -2)
    (buy,) = (await stock.list_purchases(who)).items
    assert (buy.part, buy.buy, buy.missing_in_kits) == (item.title, 1, 1)


async def test_32_parallel_takers_of_the_last_parts_get_what_was_there(
    school: MadeSchool, technician: MadePerson
) -> None:
    who = technician.actor
    item = await made_stock(technician, school, 5)
    order = await made_order(technician, school)
    reserving = [await made_order(technician, school) for _ in range(8)]
    tag, line = await made_kit(technician, school, 8)
    takers = (
        lambda n: stock.issue_stock(who, item.id, StockIssue(1)),
        lambda n: repairs.create_entry(who, order, using(item)),
        lambda n: kits.supply_kit(who, tag, KitSupply(line, Supply.issued, 1, stock_id=item.id)),
        lambda n: repairs.reserve_part(who, reserving[n // 4], PartReservation(item.id)),
    )
    results = await asyncio.gather(*(takers[n % 4](n) for n in range(32)), return_exceptions=True)
    assert sum(isinstance(result, Conflict) for result in results) == 27
    now = await stock.get_stock(who, item.id)
    assert (now.on_hand, now.available) == (now.reserved, 0)
    moves = (await stock.list_stock_moves(who, item.id)).items
    assert -sum(move.change for move in moves[:-1]) == 5 - now.reserved
    closed = await asyncio.gather(*(repairs.cancel(who, one, reason="-") for one in reserving))
    assert all(one.is_closed for one in closed)
    assert (await stock.get_stock(who, item.id)).reserved == 0
    assert await wrong() == []


async def test_what_is_taken_apart_feeds_the_stock(
    school: MadeSchool, technician: MadePerson
) -> None:
    who = technician.actor
    asset = await factories.asset(school)
    memory = await made_stock(technician, school, 1)
    with pytest.raises(Conflict, match="cannot become"):
        await stock.dismantle(who, asset.tag, Dismantling())
    await assets.take_step(who, asset.tag, LifecycleState.retired)
    with pytest.raises(Conflict, match="take it apart on its own page"):
        await assets.take_step(who, asset.tag, LifecycleState.dismantled)
    gained = [GainedPart(2, memory.model_id), GainedPart(name="SSD 256 GB")]
    with pytest.raises(Invalid, match="Say where the parts are put"):
        await stock.dismantle(who, asset.tag, Dismantling(gained))
    bad = Dismantling([*gained, GainedPart(1, asset.model_id)], memory.place_id)
    with pytest.raises(Invalid) as refused:
        await stock.dismantle(who, asset.tag, bad)
    assert refused.value.errors[0].index == 2
    done = await stock.dismantle(who, asset.tag, Dismantling(gained, memory.place_id, "Board dead"))
    assert done.has_left
    found = {one.title: one.on_hand for one in (await stock.list_stock(who)).items}
    assert found == {memory.title: 3, "SSD 256 GB": 1}
    move = (await stock.list_stock_moves(who, memory.id)).items[0]
    assert (move.kind.value, move.asset, move.note) == ("dismantled", asset.tag, "Board dead")
    assert not await stock.can_dismantle(who, done)


async def test_minimum_forecast_and_what_to_buy(school: MadeSchool, technician: MadePerson) -> None:
    who = technician.actor
    item = await made_stock(technician, school, 12)
    (part,) = (await stock.list_parts(who)).items
    assert (part.used_a_month, part.empty_on, part.short) == (None, None, 0)
    for _ in range(2):
        await stock.issue_stock(who, item.id, StockIssue(2))
    assert (await stock.list_parts(who)).items[0].used_a_month is None
    await stock.issue_stock(who, item.id, StockIssue(3, Taken.used))
    await stock.return_stock(who, item.id, StockReturn(1))
    # Three months on: of twelve six are used, so the other six last as long again.
    await database.execute("ALTER TABLE stock_move DISABLE TRIGGER USER")
    await database.execute("UPDATE stock_move SET at = at - interval '90 days'")
    await database.execute("ALTER TABLE stock_move ENABLE TRIGGER USER")
    (part,) = (await stock.list_parts(who)).items
    assert part.used_a_month == Decimal("2.0")
    assert part.empty_on is not None
    left = part.empty_on - clock.today("Asia/Shanghai")
    assert timedelta(days=89) <= left <= timedelta(days=91)
    shelf = await factories.place(school)
    for minimum, place in ((10, None), (9, item.place_id), (2, shelf)):
        await stock.set_minimum(who, NewMinimum(school.code, item.model_id, minimum, place))
    (part,) = (await stock.list_parts(who, PartFilters(short=True))).items
    # Nine are wanted here and two there: five more do for both, and for ten in all.
    assert (part.minimum, part.short) == (10, 5)
    assert [one.minimum for one in await stock.find_minima(item)] == [10, 9, 2]
    (buy,) = (await stock.list_purchases(who)).items
    assert (buy.buy, buy.available) == (5, 6)
    for place in (None, item.place_id, shelf):
        await stock.set_minimum(who, NewMinimum(school.code, item.model_id, 0, place))
    assert (await stock.list_purchases(who)).items == []


async def test_a_code_on_a_packing_finds_its_part(
    school: MadeSchool, technician: MadePerson
) -> None:
    who = technician.actor
    first, second = [await made_stock(technician, school) for _ in range(2)]
    for one in (first, second):
        await stock.add_code(who, NewPartCode(school.code, one.model_id, " 6901234567892 "))
    found = (await stock.list_stock(who, StockFilters(q="6901234567892"))).items
    assert [one.id for one in found] == [second.id]
    assert await stock.find_codes(second) == ["6901234567892"]


async def test_the_database_refuses_what_no_move_says(
    school: MadeSchool, technician: MadePerson
) -> None:
    item = await made_stock(technician, school, 1)
    order = await made_order(technician, school)
    await repairs.reserve_part(technician.actor, order, PartReservation(item.id))
    take = (
        "INSERT INTO stock_move (school, balance, kind, quantity, change, at, note, order_number)"
        f" SELECT school, id, 'issued', 1, %s, now(), '', '' FROM stock_balance WHERE id = {item.id}"
    )
    for statement, told in (
        ("UPDATE stock_balance SET on_hand = 9", "append-only"),
        ("UPDATE stock_move SET quantity = 2", "append-only"),
        ("DELETE FROM stock_reservation", "append-only"),
        (take % "1", "stock_move_changes_as_its_kind_says"),
        (take % "-1", "the rest is reserved"),
        ("UPDATE stock_reservation SET quantity = 2", "not so many are free"),
    ):
        with pytest.raises(asyncpg.PostgresError, match=told):
            await database.execute(statement)
    await database.execute("ALTER TABLE stock_balance DISABLE TRIGGER USER")
    await database.execute("UPDATE stock_balance SET on_hand = 2")
    await database.execute("ALTER TABLE stock_balance ENABLE TRIGGER USER")
    (told,) = await wrong()
    assert told.startswith(item.title)


class Shelves(RuleBasedStateMachine):
    """Random operations on two places of one part: the balances are what the facts say."""

    loop: asyncio.AbstractEventLoop

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    @initialize()
    def begin(self) -> None:
        self.run(self._begin())

    async def _begin(self) -> None:
        school = await factories.school()
        who = await factories.person("technician", school)
        self.who = who.actor
        first = await made_stock(who, school, 5)
        shelf = await factories.place(school)
        second = await stock.receive_stock(
            self.who, NewStock(school.code, first.model_id, shelf, 1)
        )
        self.items, self.facts = [first, second], [5, 1]
        self.orders = [await made_order(who, school) for _ in range(2)]
        self.reserved = {(order, at): 0 for order in self.orders for at in (0, 1)}
        self.used = dict(self.reserved)

    def free(self, at: int, order: int = 0) -> int:
        others = sum(
            count
            for (whose, where), count in self.reserved.items()
            if where == at and whose != order
        )
        own = self.reserved.get((order, at), 0)
        return min(self.facts[at], max(self.facts[at] - others, own))

    def does(self, work: Coroutine[Any, Any, Any], expected: bool) -> bool:
        try:
            self.run(work)
        except Problem:
            assert not expected
            return False
        assert expected
        return True

    @rule(at=st.integers(0, 1), many=st.integers(1, 4), kind=st.sampled_from(Taken))
    def issue(self, at: int, many: int, kind: Taken) -> None:
        work = stock.issue_stock(self.who, self.items[at].id, StockIssue(many, kind))
        if self.does(work, many <= self.free(at)):
            self.facts[at] -= many

    @rule(at=st.integers(0, 1), many=st.integers(1, 4))
    def give_back(self, at: int, many: int) -> None:
        self.run(stock.return_stock(self.who, self.items[at].id, StockReturn(many)))
        self.facts[at] += many

    @rule(at=st.integers(0, 1), many=st.integers(1, 4))
    def move(self, at: int, many: int) -> None:
        transfer = StockTransfer(self.items[1 - at].place_id, many)
        if self.does(
            stock.move_stock(self.who, self.items[at].id, transfer), many <= self.free(at)
        ):
            self.facts[at] -= many
            self.facts[1 - at] += many

    @rule(at=st.integers(0, 1), counted=st.integers(0, 8))
    def count(self, at: int, counted: int) -> None:
        self.run(
            stock.count_stock(self.who, self.items[at].id, StockCount(counted, self.facts[at]))
        )
        self.facts[at] = counted

    @rule(at=st.integers(0, 1), which=st.integers(0, 1), many=st.integers(0, 4))
    def reserve(self, at: int, which: int, many: int) -> None:
        order = self.orders[which]
        more = many - self.reserved[order, at]
        taken = sum(count for (_, where), count in self.reserved.items() if where == at)
        work = repairs.reserve_part(self.who, order, PartReservation(self.items[at].id, many))
        if self.does(work, more <= 0 or more <= self.facts[at] - taken):
            self.reserved[order, at] = many

    @rule(at=st.integers(0, 1), which=st.integers(0, 1), many=st.integers(1, 4))
    def use(self, at: int, which: int, many: int) -> None:
        order = self.orders[which]
        work = repairs.create_entry(self.who, order, using(self.items[at], many))
        if self.does(work, many <= self.free(at, order)):
            self.facts[at] -= many
            self.used[order, at] += many
            self.reserved[order, at] = max(self.reserved[order, at] - many, 0)

    @rule(at=st.integers(0, 1), which=st.integers(0, 1), many=st.integers(1, 4))
    def unused(self, at: int, which: int, many: int) -> None:
        order = self.orders[which]
        work = repairs.return_part(self.who, order, PartReturn(self.items[at].id, many))
        if self.does(work, many <= self.used[order, at]):
            self.facts[at] += many
            self.used[order, at] -= many

    def teardown(self) -> None:
        if not hasattr(self, "items"):
            return
        for at, item in enumerate(self.items):
            now = self.run(stock.get_stock(self.who, item.id))
            reserved = sum(count for (_, where), count in self.reserved.items() if where == at)
            assert (now.on_hand, now.reserved) == (self.facts[at], reserved)
        assert self.run(wrong()) == []


async def test_after_any_operations_balances_are_the_sums_of_their_moves() -> None:
    Shelves.loop = asyncio.get_running_loop()
    machine = settings(
        max_examples=10, stateful_step_count=15, deadline=None,
        suppress_health_check=list(HealthCheck), database=None,
    )  # fmt: skip
    await asyncio.to_thread(run_state_machine_as_test, Shelves, settings=machine)
