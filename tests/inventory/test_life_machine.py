"""Random lives of assets: after any of them availability, counts and reports equal the facts."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from typing import Any, TypeVar

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from core import database
from core.errors import Problem
from inventory import assets, custody, donations, overview
from inventory.assets import AssetFilters, Custodial, LifecycleState, NewAsset
from inventory.custody import CustodyFilters, CustodyView, Holder
from inventory.donations import Donation, DonationEdit, Receipt
from inventory.usage import ZONE, preset_period
from labshare import checks
from monitoring.usage.report import usage
from tests import factories, factories_inventory
from tests.factories import MadePerson, MadeSchool

T = TypeVar("T")
ENDS = {"disposed", "written_off", "returned_to_donor", "voided", "sold", "dismantled"}
# Said here once more, on purpose: the table of the database is what is tested.
STEPS = {
    "received": {"triage", "in_service", "voided"},
    "triage": {"wiping", "refurbish", "in_service", "returned_to_donor", "retired", "voided"},
    "wiping": {"refurbish", "in_service", "retired"},
    "refurbish": {"triage", "in_service", "retired"},
    "in_service": {"lost", "retired", "returned_to_donor", "triage", "voided"},
    "lost": {"triage", "in_service", "written_off"},
    "retired": {"refurbish", "disposed", "returned_to_donor", "sold"},
}
NOT_WHILE_HELD = {"retired", "disposed", "returned_to_donor", "sold"}


class Fact(msgspec.Struct):
    """What the test knows of one asset."""

    tag: str
    school: int
    state: str
    receipt: int | None = None
    is_donated: bool = False
    is_held: bool = False
    is_used: bool = False
    loans: int = 0
    losses: int = 0

    def may_step(self, to_state: str) -> bool:
        if to_state not in STEPS.get(self.state, set()):
            return False
        if to_state == "voided" and self.is_used:
            return False
        if to_state in NOT_WHILE_HELD and self.is_held:
            return False
        return not (to_state in ("disposed", "sold") and self.is_donated)


class World(msgspec.Struct):
    """Two schools, their rooms, one who keeps both, and a donation that is to be returned."""

    schools: list[MadeSchool]
    rooms: list[int]
    who: MadePerson
    gift: Donation
    model: int


async def make_world() -> World:
    schools = [await factories.school() for _ in range(2)]
    rooms = [await factories.place(school) for school in schools]
    who = await factories.person("admin", *schools)
    gift = await factories_inventory.donation(who, schools[0])
    facts = {name: getattr(gift, name) for name in DonationEdit.__struct_fields__}
    terms = {**facts, "return_on_end": True, "wipe_on_intake": False}
    gift = await donations.update_donation(who.actor, gift.id, DonationEdit(**terms))
    return World(schools, rooms, who, gift, gift.lines[0].model_id)


class Life(RuleBasedStateMachine):
    """Every operation is tried on any asset, and succeeds exactly if the facts allow it."""

    loop: asyncio.AbstractEventLoop

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    def attempt(self, work: Coroutine[Any, Any, Any], *, allowed: bool) -> None:
        try:
            self.run(work)
        except Problem:
            if allowed:
                raise
        else:
            assert allowed

    @initialize()
    def begin(self) -> None:
        self.world = self.run(make_world())
        self.actor, self.line = self.world.who.actor, self.world.gift.lines[0].id
        self.facts: list[Fact] = []
        self.undone: set[int] = set()
        self.add()

    @rule()
    def add(self) -> None:
        school = self.world.schools[0]
        new = NewAsset(school=school.code, model_id=self.world.model)
        made = self.run(assets.create_asset(self.actor, new))
        self.facts.append(Fact(made.tag, school.id, "in_service"))

    @rule(count=st.integers(1, 2))
    def receive(self, count: int) -> None:
        made = self.run(
            donations.receive_line(self.actor, self.world.gift.id, self.line, Receipt(count))
        )
        receipt = self.run(donations.get_donation(self.actor, self.world.gift.id)).receipts[0].id
        for row in made:
            school_id = self.world.schools[0].id
            self.facts.append(Fact(row.tag, school_id, "received", receipt, is_donated=True))

    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        receipts = sorted({fact.receipt for fact in self.facts if fact.receipt is not None})
        if not receipts:
            return
        receipt = data.draw(st.sampled_from(receipts))
        mine = [one for one in self.facts if one.receipt == receipt and one.state != "voided"]
        allowed = receipt not in self.undone and all(one.may_step("voided") for one in mine)
        self.attempt(
            donations.undo_receipt(self.actor, self.world.gift.id, receipt), allowed=allowed
        )
        if allowed:
            self.undone.add(receipt)
            for fact in mine:
                fact.state = "voided"

    @rule(data=st.data())
    def attach(self, data: st.DataObject) -> None:
        fact = self.any_of(data)
        # Wherever it is by now, the donation's school owns it.
        allowed = not fact.is_donated and fact.state not in ENDS
        self.attempt(
            donations.attach_assets(self.actor, self.world.gift.id, self.line, [fact.tag]),
            allowed=allowed,
        )
        fact.is_donated |= allowed

    @rule(data=st.data())
    def hand_out(self, data: st.DataObject) -> None:
        fact = self.any_of(data)
        allowed = fact.state == "in_service" and not fact.is_held
        self.attempt(custody.hand_out(self.actor, [fact.tag], Holder(group="5B")), allowed=allowed)
        if allowed:
            fact.is_held = fact.is_used = True
            fact.loans += 1

    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        fact = self.any_of(data)
        self.attempt(custody.take_back(self.actor, [fact.tag]), allowed=fact.is_held)
        fact.is_held = False

    @rule(data=st.data(), to_state=st.sampled_from(sorted(set().union(*STEPS.values()))))
    def step(self, data: st.DataObject, to_state: str) -> None:
        fact = self.any_of(data)
        allowed = fact.may_step(to_state)
        self.attempt(
            assets.take_step(
                self.actor, fact.tag, LifecycleState(to_state), place_id=self.room_of(fact)
            ),
            allowed=allowed,
        )
        if not allowed:
            return
        fact.state = to_state
        fact.is_used |= to_state in ("lost", "retired")
        if to_state == "lost":
            fact.losses += fact.is_held
            fact.is_held = False

    @rule(data=st.data())
    def move(self, data: st.DataObject) -> None:
        fact = self.any_of(data)
        self.attempt(
            assets.move_assets(self.actor, [fact.tag], self.room_of(fact)),
            allowed=fact.state not in ENDS,
        )

    @rule(data=st.data(), to=st.integers(0, 1))
    def change_school(self, data: st.DataObject, to: int) -> None:
        fact, school = self.any_of(data), self.world.schools[to]
        allowed = fact.school != school.id and fact.state not in ENDS and not fact.is_held
        self.attempt(assets.change_school(self.actor, [fact.tag], school.id), allowed=allowed)
        if allowed:
            fact.school, fact.is_used = school.id, True

    def any_of(self, data: st.DataObject) -> Fact:
        # Never a sample of the facts themselves: they change, and their words are long.
        return self.facts[data.draw(st.integers(0, len(self.facts) - 1))]

    def room_of(self, fact: Fact) -> int:
        ids = [school.id for school in self.world.schools]
        return self.world.rooms[ids.index(fact.school)]

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.run(self.check())

    async def check(self) -> None:
        for fact in self.facts:
            await self.check_asset(fact)
        await self.check_lists()
        await self.check_reports()
        assert (await checks.books()).wrong == []

    async def check_asset(self, fact: Fact) -> None:
        asset = await assets.get_asset(self.actor, fact.tag)
        assert (asset.lifecycle, asset.school_id) == (fact.state, fact.school)
        assert (asset.holder_kind is not None) == fact.is_held
        steps = await assets.find_next_steps(self.actor, asset)
        assert {one.to_state.value for one in steps} == {
            state for state in STEPS.get(fact.state, ()) if fact.may_step(state)
        }
        loans = await custody.list_of_asset(self.actor, fact.tag, limit=200)
        lost = [loan for loan in loans if loan.was_lost]
        assert (len(loans), len(lost)) == (fact.loans, fact.losses)
        assert all(loan.received_by is None and loan.ended_at for loan in lost)

    async def check_lists(self) -> None:
        held = {fact.tag for fact in self.facts if fact.is_held}
        free = {f.tag for f in self.facts if f.state == "in_service" and not f.is_held}
        for custodial, tags in ((Custodial.out, held), (Custodial.free, free)):
            page = await assets.list_assets(self.actor, AssetFilters(custody=custodial), limit=200)
            assert {row.tag for row in page.items} == tags
        out = await custody.list_custody(self.actor, limit=200)
        assert {loan.tag for loan in out.items} == held
        ended = await custody.list_custody(
            self.actor, CustodyFilters(view=CustodyView.ended), limit=200
        )
        assert len(ended.items) == sum(fact.loans - fact.is_held for fact in self.facts)

    async def check_reports(self) -> None:
        gift = await donations.get_donation(self.actor, self.world.gift.id)
        donated = [fact.state for fact in self.facts if fact.is_donated]
        assert gift.received == sum(state != "voided" for state in donated)
        assert {one.lifecycle: one.assets for one in gift.assets} == Counter(donated)
        states = Counter(fact.state for fact in self.facts)
        counted = await overview.count_states([school.id for school in self.world.schools])
        assert counted == states
        report = await usage(self.actor, "school", preset_period("month", ZONE))
        assert report.totals.assets == len(self.facts) - states["voided"]
        assert report.totals.in_service == states["in_service"]
        assert report.totals.lost == states["lost"]
        assert report.totals.gone == sum(
            states[state] for state in ("retired", *sorted(ENDS - {"voided"}))
        )


async def test_random_lives_leave_every_count_equal_to_the_facts(db: object) -> None:
    Life.loop = asyncio.get_running_loop()
    examples = settings(
        max_examples=25,
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    await asyncio.to_thread(run_state_machine_as_test, Life, settings=examples)
    assert await database.fetch_value("SELECT count(*) FROM asset_step") > 0
