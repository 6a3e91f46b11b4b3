"""Two schools at work: stock, kits, stock-takes and transfers at once leave what their facts say."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from core import clock, database
from core.errors import Problem
from inventory import assets, custody, kits, stock, stocktakes, transfers
from inventory.assets import LifecycleState
from inventory.custody import Holder
from inventory.kits import Deviation, KitSupply, NewKitCount, NewPartsList, PartFacts, Supply
from inventory.stock import Dismantling, GainedPart, NewStock, StockIssue
from inventory.stocktakes import Closing, NewScan, NewStocktake, ScanBatch
from inventory.transfers import (
    LineOutcome,
    LineResolution,
    MissingEnd,
    NewReceipt,
    NewTransfer,
    ReceivedLine,
    ReturnOf,
    Sending,
    TransferState,
)
from labshare import checks
from tests import factories
from tests.factories import MadePerson, MadeSchool
from tests.factories_transfers import pair

pytestmark = pytest.mark.usefixtures("db")

MOTORS = 6
GAINED = 2
STOCKED = 9
Index = st.integers(0, 99)
# How often each is tried: one rule by weights, or few transfers come to their end.
WEIGHTS = {
    "put_aside": 6, "put_aside_too": 3, "call_off": 1, "send": 3, "receive": 8,
    "resolve_missing": 4, "give_back": 3, "lend": 5, "count_parts": 2, "supply": 3, "issue": 1,
    "take_apart": 1, "begin_count": 2, "see": 4, "end_count": 1,
}  # fmt: skip


class Thing(msgspec.Struct):
    """What is known of a kit: where it is, in whose hands, on which way, and what it lacks."""

    id: int
    tag: str
    at: int = 0
    is_held: bool = False
    is_gone: bool = False
    way: int | None = None
    loan: int | None = None
    missing: int = 0


class Way(msgspec.Struct):
    """What is known of a transfer: from whom, and what became of each of its things."""

    id: int
    sender: int
    kind: str
    state: str
    lines: dict[int, str]
    loan: int | None = None


class Count(msgspec.Struct):
    """What is known of a stock-take: what was there when it began, and what was seen since."""

    id: int
    at: int
    expected: set[str]
    seen: set[str] = msgspec.field(default_factory=set)
    is_open: bool = True


class PairAtWork(RuleBasedStateMachine):
    """Every operation is tried at any time, and succeeds exactly if the facts allow it."""

    loop: asyncio.AbstractEventLoop

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    def does(self, work: Coroutine[Any, Any, Any], *, allowed: bool) -> Any:
        try:
            done = self.run(work)
        except Problem:
            if allowed:
                raise
            return None
        assert allowed
        return done

    @initialize()
    def begin(self) -> None:
        self.run(self._begin())

    async def _begin(self) -> None:
        two = await pair()
        self.schools: list[MadeSchool] = [two.sender, two.receiver]
        self.who: list[MadePerson] = [two.gives, two.gets]
        made = await two.things(4)
        actor = self.who[0].actor
        listed = await kits.write_parts_list(
            actor, made[0].model_id, NewPartsList([PartFacts("Motor", MOTORS)])
        )
        self.listed, self.part = listed.id, listed.parts[0].id
        self.motor = await factories.asset_model("part")
        self.shelves = [await factories.place(one) for one in self.schools]
        self.items = [
            await stock.receive_stock(
                self.who[n].actor, NewStock(one.code, self.motor, self.shelves[n], STOCKED)
            )
            for n, one in enumerate(self.schools)
        ]
        self.on_hand = [STOCKED, STOCKED]
        self.things = [Thing(one.id, one.tag, missing=4) for one in made]
        for thing in self.things:
            await kits.count_kit(
                actor, thing.tag, NewKitCount(self.listed, [Deviation(self.part, 4)])
            )
        self.ways: list[Way] = []
        self.counts: list[Count] = []

    @rule(
        action=st.sampled_from([n for n, often in WEIGHTS.items() for _ in range(often)]),
        which=Index,
        more=Index,
    )
    def act(self, action: str, which: int, more: int) -> None:
        getattr(self, action)(which, more)

    def thing(self, which: int) -> Thing:
        return self.things[which % len(self.things)]

    def way(self, which: int) -> Way | None:
        """One of the latest, so that most of them are gone through to their end."""
        return self.ways[-1 - which % min(len(self.ways), 3)] if self.ways else None

    def actor(self, at: int) -> Any:
        return self.who[at].actor

    def put_aside(self, which: int, more: int) -> None:
        kind = Sending.loan if more % 3 else Sending.gift
        thing = self.thing(which)
        day = clock.today("Asia/Shanghai") + timedelta(days=9) if kind is Sending.loan else None
        new = NewTransfer([thing.tag], self.schools[1 - thing.at].code, kind, due_on=day)
        allowed = self.is_free(thing) and thing.loan is None
        made = self.does(transfers.create_transfer(self.actor(thing.at), new), allowed=allowed)
        if made:
            self.took_aside(Way(made.id, thing.at, kind.value, "draft", {thing.id: "expected"}))

    def put_aside_too(self, which: int, more: int) -> None:
        drafts = [way for way in self.ways if way.state == "draft" and way.loan is None]
        if not drafts:
            return
        way, thing = drafts[which % len(drafts)], self.thing(more)
        work = transfers.add_to_transfer(
            self.actor(way.sender), way.id, transfers.MoreLines([thing.tag])
        )
        allowed = self.is_free(thing) and thing.loan is None and thing.at == way.sender
        if self.does(work, allowed=allowed):
            way.lines[thing.id] = "expected"
            thing.way = way.id

    def give_back(self, which: int, more: int) -> None:
        loans = [way for way in self.ways if way.kind == "loan"]
        if not loans:
            return
        loan = loans[which % len(loans)]
        back = [one for one in self.things if one.loan == loan.id and one.way is None]
        out = [one for one in back if not one.is_gone]
        allowed = (
            loan.state in ("received", "disputed")
            and bool(out)
            and all(self.is_free(one) for one in out)
        )
        at = 1 - loan.sender
        work = transfers.begin_return(self.actor(at), loan.id, ReturnOf())
        if made := self.does(work, allowed=allowed):
            lines = {one.id: "expected" for one in out}
            self.took_aside(Way(made.id, at, "return", "draft", lines, loan.id))

    def call_off(self, which: int, more: int) -> None:
        way = self.way(which)
        if way is None:
            return
        work = transfers.cancel_transfer(self.actor(way.sender), way.id)
        if self.does(work, allowed=way.state in ("draft", "sent")):
            way.state = "cancelled"
            for thing in self.along(way):
                self.resolve(way, thing, "called_off")

    def send(self, which: int, more: int) -> None:
        way = self.way(which)
        if way is None:
            return
        allowed = way.state == "draft" and not any(one.is_gone for one in self.along(way))
        work = transfers.send_transfer(self.actor(way.sender), way.id)
        if self.does(work, allowed=allowed):
            way.state = "sent"

    def receive(self, which: int, more: int) -> None:
        way = self.way(which)
        if way is None:
            return
        # Mostly what was sent; now and then what was not.
        if way.state == "draft" and more:
            self.send(which, more)
            return
        came = [one for n, one in enumerate(self.along(way)) if more >> n & 1]
        receipt = NewReceipt([ReceivedLine(one.tag) for one in came])
        work = transfers.receive_transfer(self.actor(1 - way.sender), way.id, receipt)
        if self.does(work, allowed=way.state == "sent"):
            for thing in self.along(way):
                way.lines[thing.id] = "missing"
            for thing in came:
                self.goes_over(way, thing, "received")
            self.settle(way)

    def resolve_missing(self, which: int, more: int) -> None:
        comes = bool(more % 2)
        thing = self.thing(which)
        way = next((one for one in self.ways if one.id == thing.way), None)
        if way is None or way.lines[thing.id] != "missing":
            return
        line = next(
            one.id
            for one in self.run(transfers.get_transfer(self.actor(way.sender), way.id)).items
            if one.asset_id == thing.id
        )
        end = MissingEnd.late if comes else MissingEnd.never_sent
        at = 1 - way.sender if comes else way.sender
        work = transfers.resolve_line(self.actor(at), way.id, line, LineResolution(end, "Found"))
        self.does(work, allowed=True)
        if comes:
            self.goes_over(way, thing, "late")
        else:
            self.resolve(way, thing, "never_sent")
        self.settle(way)

    def lend(self, which: int, more: int) -> None:
        thing = self.thing(which)
        back = thing.is_held if more % 5 else not thing.is_held
        actor = self.actor(thing.at)
        if back:
            self.does(custody.take_back(actor, [thing.tag]), allowed=thing.is_held)
            thing.is_held = False
        elif self.does(
            custody.hand_out(actor, [thing.tag], Holder(group="5B")), allowed=self.is_free(thing)
        ):
            thing.is_held = True

    def count_parts(self, which: int, more: int) -> None:
        missing = more % (MOTORS + 1)
        thing = self.thing(which)
        new = NewKitCount(self.listed, [Deviation(self.part, missing)] if missing else [])
        work = kits.count_kit(self.actor(thing.at), thing.tag, new)
        if self.does(work, allowed=not thing.is_gone):
            thing.missing = missing

    def supply(self, which: int, more: int) -> None:
        thing, many = self.thing(which), 1 + more % 3
        at = thing.at if more % 5 else 1 - thing.at
        given = KitSupply(self.part, Supply.issued, many, stock_id=self.items[at].id)
        allowed = (
            not thing.is_gone
            and at == thing.at
            and many <= self.on_hand[at]
            and many <= thing.missing
        )
        if self.does(kits.supply_kit(self.actor(thing.at), thing.tag, given), allowed=allowed):
            self.on_hand[at] -= many
            thing.missing -= many

    def issue(self, which: int, more: int) -> None:
        at, many = which % 2, 1 + more % 3
        work = stock.issue_stock(self.actor(at), self.items[at].id, StockIssue(many))
        if self.does(work, allowed=many <= self.on_hand[at]):
            self.on_hand[at] -= many

    def take_apart(self, which: int, more: int) -> None:
        thing = self.thing(which)
        actor = self.actor(thing.at)
        if thing.is_gone or thing.is_held or thing.loan or self.is_under_way(thing):
            return
        self.run(assets.take_step(actor, thing.tag, LifecycleState.retired))
        parts = [GainedPart(GAINED, self.motor)]
        given = Dismantling(parts, self.shelves[thing.at], "Beyond repair")
        self.run(stock.dismantle(actor, thing.tag, given))
        self.on_hand[thing.at] += GAINED
        thing.is_gone = True

    def begin_count(self, which: int, more: int) -> None:
        at = which % 2
        new = NewStocktake(self.schools[at].code, "秋季盘点")
        made = self.run(stocktakes.start_stocktake(self.actor(at), new))
        there = {one.tag for one in self.things if one.at == at and not one.is_gone}
        self.counts.append(Count(made.id, at, there))

    def see(self, which: int, more: int) -> None:
        if not self.counts:
            return
        count, thing = self.counts[-1 - which % min(len(self.counts), 2)], self.thing(more)
        batch = ScanBatch([NewScan(uuid4(), thing.tag, self.shelves[count.at])])
        work = stocktakes.scan_things(self.actor(count.at), count.id, batch)
        if self.does(work, allowed=count.is_open) and thing.at == count.at:
            count.seen.add(thing.tag)

    def end_count(self, which: int, more: int) -> None:
        if not self.counts:
            return
        count = self.counts[which % len(self.counts)]
        work = stocktakes.close_stocktake(self.actor(count.at), count.id, Closing(True))
        if self.does(work, allowed=count.is_open):
            count.is_open = False

    def is_free(self, thing: Thing) -> bool:
        return not (thing.is_held or thing.is_gone or thing.way is not None)

    def is_under_way(self, thing: Thing) -> bool:
        return any(way.id == thing.way and way.state != "draft" for way in self.ways)

    def along(self, way: Way) -> list[Thing]:
        return [one for one in self.things if one.way == way.id]

    def took_aside(self, way: Way) -> None:
        self.ways.append(way)
        for thing in self.things:
            if thing.id in way.lines:
                thing.way = way.id

    def resolve(self, way: Way, thing: Thing, outcome: str) -> None:
        way.lines[thing.id] = outcome
        thing.way = None

    def goes_over(self, way: Way, thing: Thing, outcome: str) -> None:
        self.resolve(way, thing, outcome)
        thing.at = 1 - way.sender
        thing.loan = {"loan": way.id, "return": None}.get(way.kind, thing.loan)

    def settle(self, way: Way) -> None:
        """The state that its lines say; a loan lasts while something of it is out."""
        if "missing" in way.lines.values():
            way.state = "disputed"
        elif way.kind == "loan" and any(
            one.loan == way.id for one in self.things if not one.is_gone
        ):
            way.state = "received"
        else:
            way.state = "closed"
        loan = next((one for one in self.ways if one.id == way.loan), None)
        if loan is not None:
            self.settle(loan)

    def teardown(self) -> None:
        if hasattr(self, "things"):
            self.run(self.check())

    async def check(self) -> None:
        for thing in self.things:
            kit = await kits.get_kit(self.actor(thing.at), thing.tag)
            asset = await assets.get_asset(self.actor(thing.at), thing.tag)
            assert (asset.school_id, kit.missing) == (self.schools[thing.at].id, thing.missing)
            assert (asset.holder_kind is not None) == thing.is_held
            held = await database.fetch_value(
                "SELECT count(*) FROM hold WHERE asset = $1 AND closed_at IS NULL", thing.id
            )
            assert held == (thing.way is not None)
        for n, item in enumerate(self.items):
            assert (await stock.get_stock(self.actor(n), item.id)).on_hand == self.on_hand[n]
        for way in self.ways:
            now = await transfers.get_transfer(self.actor(way.sender), way.id)
            assert now.state is TransferState(way.state)
            assert {one.asset_id: one.outcome for one in now.items} == {
                thing: LineOutcome(outcome) for thing, outcome in way.lines.items()
            }
            back = {one.asset_id for one in now.items if one.is_back}
            if way.kind == "loan":
                out = {one.id for one in self.things if one.loan == way.id}
                came = {key for key, end in way.lines.items() if end in ("received", "late")}
                assert back == came - out
        for count in self.counts:
            found = await stocktakes.get_stocktake(self.actor(count.at), count.id)
            assert found.expected == len(count.expected)
            assert found.seen == len(count.expected & count.seen)
            assert found.unexpected == len(count.seen - count.expected)
        assert (await checks.books()).wrong == []


async def test_two_schools_at_work_leave_what_their_facts_say() -> None:
    PairAtWork.loop = asyncio.get_running_loop()
    machine = settings(
        max_examples=10, stateful_step_count=50, deadline=None,
        suppress_health_check=list(HealthCheck), database=None,
    )  # fmt: skip
    await asyncio.to_thread(run_state_machine_as_test, PairAtWork, settings=machine)
