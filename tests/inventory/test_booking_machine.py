"""Random bookings, hand-outs, repairs and losses: after any of them what is free follows the facts."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from core import database
from core.errors import Problem
from inventory import assets, custody, repairs
from inventory.assets import LifecycleState
from inventory.custody import Holder
from inventory.custody.booked import Meeting
from inventory.holds import bookings, changing
from inventory.holds.availability import find_availability
from inventory.holds.bookings import NewBooking
from inventory.holds.listing import get_hold
from inventory.holds.things import Wanted, find_thing
from inventory.holds.times import Period, When, find_periods
from tests import factories, factories_holds, factories_repairs
from tests.factories import MadeAsset, MadePerson, MadeSchool
from tests.factories_holds import Lessons, monday

T = TypeVar("T")
SLOTS = range(3)
SOME_DAY = monday()


class Thing(msgspec.Struct):
    """What the test knows of one asset."""

    made: MadeAsset
    state: str = "in_service"
    is_out: bool = False
    is_away: bool = False
    is_used: bool = False
    order: int | None = None


class Booked(msgspec.Struct):
    """An open booking: of an asset by its number, or of so many of the model."""

    id: int
    slot: int
    thing: int | None
    quantity: int


class World(msgspec.Struct):
    here: MadeSchool
    there: MadeSchool
    who: MadePerson
    lessons: Lessons
    periods: list[Period]
    things: list[Thing]
    room: int


async def make_world() -> World:
    here, there = await factories.school(), await factories.school()
    lessons = await factories_holds.lessons(here, len(SLOTS))
    model = await factories.asset_model("robot_kit")
    periods = [
        (await find_periods(here.id, When(SOME_DAY, lessons[slot + 1])))[0] for slot in SLOTS
    ]
    return World(
        here,
        there,
        await factories.person("admin", here, there),
        lessons,
        periods,
        [Thing(await factories.asset(here, model=model)) for _ in range(3)],
        await factories.place(here),
    )


class Calendar(RuleBasedStateMachine):
    """Every operation is tried on any asset, and succeeds exactly if the facts allow it."""

    loop: asyncio.AbstractEventLoop

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    def attempt(self, work: Coroutine[Any, Any, T], *, allowed: bool) -> T | None:
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
        self.world = self.run(make_world())
        self.actor = self.world.who.actor
        self.booked: list[Booked] = []

    def in_service(self) -> list[int]:
        return [
            n
            for n, one in enumerate(self.world.things)
            if one.state == "in_service" and not one.is_away
        ]

    def is_held(self, number: int, slot: int) -> bool:
        """A repair displaces the bookings of its asset as long as it goes on."""
        return self.world.things[number].order is None and any(
            (one.thing, one.slot) == (number, slot) for one in self.booked
        )

    def left(self, slot: int, but: int | None = None) -> int:
        """How many of the model are left in a lesson; below zero, so many are missing."""
        fleet = [n for n in self.in_service() if n != but]
        taken = [n for n in fleet if self.world.things[n].is_out or self.is_held(n, slot)]
        asked = sum(one.quantity for one in self.booked if one.thing is None and one.slot == slot)
        return len(fleet) - len(taken) - asked

    def is_asked(self, slot: int) -> bool:
        return any(one.thing is None and one.slot == slot for one in self.booked)

    def is_free(self, number: int, slot: int) -> bool:
        thing = self.world.things[number]
        if number not in self.in_service() or thing.is_out or self.is_held(number, slot):
            return False
        return not self.is_asked(slot) or self.left(slot, but=number) >= 0

    @rule(number=st.sampled_from(range(3)), slot=st.sampled_from(SLOTS))
    def book_asset(self, number: int, slot: int) -> None:
        thing = self.world.things[number]
        done = self.attempt(
            bookings.book(self.actor, self.new(slot, tag=thing.made.tag)),
            allowed=self.is_free(number, slot) and not thing.is_away,
        )
        if done:
            self.booked.append(Booked(done.items[0].id, slot, number, 1))

    @rule(slot=st.sampled_from(SLOTS), quantity=st.integers(1, 3))
    def book_model(self, slot: int, quantity: int) -> None:
        model, school = self.world.things[0].made.model_id, self.world.here.id
        asked = self.new(slot, model_id=model, school_id=school, quantity=quantity)
        is_known = any(not one.is_away for one in self.world.things)
        done = self.attempt(
            bookings.book(self.actor, asked), allowed=is_known and self.left(slot) >= quantity
        )
        if done:
            self.booked.append(Booked(done.items[0].id, slot, None, quantity))

    def new(self, slot: int, **more: Any) -> NewBooking:
        return NewBooking(day=SOME_DAY, lesson_id=self.world.lessons[slot + 1], **more)

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        if self.booked:
            one = self.booked.pop(data.draw(st.integers(0, len(self.booked) - 1)))
            self.run(changing.cancel_booking(self.actor, one.id))

    @rule(number=st.sampled_from(range(3)), knowingly=st.booleans())
    def hand_out(self, number: int, knowingly: bool) -> None:
        thing = self.world.things[number]
        is_clear = not any(self.is_held(number, slot) for slot in SLOTS) and all(
            self.left(slot, but=number) >= 0 for slot in SLOTS if self.is_asked(slot)
        )
        # One that is away is in service at the other school, where nothing is booked.
        allowed = thing.state == "in_service" and not thing.is_out
        allowed = allowed and (knowingly or thing.is_away or is_clear)
        meeting = Meeting(overrides_bookings=knowingly)
        self.attempt(
            custody.hand_out(self.actor, [thing.made.tag], Holder(group="5B"), meeting=meeting),
            allowed=allowed,
        )
        if allowed:
            thing.is_out = thing.is_used = True

    @rule(number=st.sampled_from(range(3)))
    def take_back(self, number: int) -> None:
        thing = self.world.things[number]
        self.attempt(custody.take_back(self.actor, [thing.made.tag]), allowed=thing.is_out)
        thing.is_out = False

    @rule(number=st.sampled_from(range(3)))
    def repair(self, number: int) -> None:
        thing = self.world.things[number]
        if thing.state != "in_service" or thing.is_away:
            return
        thing.order = self.run(factories_repairs.order(thing.made)).id
        thing.state, thing.is_used = "in_repair", True

    @rule(number=st.sampled_from(range(3)))
    def mend(self, number: int) -> None:
        thing = self.world.things[number]
        if thing.order is not None:
            self.run(repairs.complete(self.actor, thing.order, resolution="Mended"))
            thing.order, thing.state = None, "in_service"

    @rule(number=st.sampled_from(range(3)))
    def lose(self, number: int) -> None:
        thing = self.world.things[number]
        if thing.state == "in_repair":
            return
        allowed = thing.state == "in_service"
        step = assets.take_step(self.actor, thing.made.tag, LifecycleState.lost)
        self.attempt(step, allowed=allowed)
        if allowed:
            thing.state, thing.is_out, thing.is_used = "lost", False, True

    @rule(number=st.sampled_from(range(3)))
    def find(self, number: int) -> None:
        thing = self.world.things[number]
        if thing.state == "lost" and not thing.is_away:
            tag, place = thing.made.tag, self.world.room
            step = assets.take_step(self.actor, tag, LifecycleState.in_service, place_id=place)
            self.run(step)
            thing.state = "in_service"

    @rule(number=st.sampled_from(range(3)))
    def void(self, number: int) -> None:
        thing = self.world.things[number]
        if thing.state == "in_service" and not thing.is_used:
            self.run(assets.take_step(self.actor, thing.made.tag, LifecycleState.voided))
            thing.state = "voided"

    @rule(number=st.sampled_from(range(3)))
    def change_school(self, number: int) -> None:
        thing = self.world.things[number]
        is_booked = any(one.thing == number for one in self.booked)
        is_open = thing.is_out or thing.order is not None or thing.state == "voided"
        allowed = not (thing.is_away or is_open or is_booked)
        there = self.world.there.id
        if thing.is_away:
            return
        self.attempt(assets.change_school(self.actor, [thing.made.tag], there), allowed=allowed)
        if allowed:
            thing.is_away = thing.is_used = True

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.run(self.check())

    async def check(self) -> None:
        for number, thing in enumerate(self.world.things):
            if not thing.is_away:
                found = await self.free(Wanted(tag=thing.made.tag))
                assert found == [int(self.is_free(number, slot)) for slot in SLOTS]
        if any(not one.is_away for one in self.world.things):
            model, school = self.world.things[0].made.model_id, self.world.here.id
            found = await self.free(Wanted(model_id=model, school_id=school))
            assert found == [max(0, self.left(slot)) for slot in SLOTS]
        for one in self.booked:
            trouble = (await get_hold(self.actor, one.id)).trouble
            if one.thing is not None:
                thing = self.world.things[one.thing]
                is_fine = thing.state == "in_service" and not thing.is_out
                assert (trouble is None) == is_fine
            elif self.left(one.slot) >= 0:
                assert trouble is None

    async def free(self, wanted: Wanted) -> list[int]:
        thing = await find_thing(self.actor, wanted)
        found = await find_availability(self.actor, thing, self.world.periods)
        return [one.free for one in found]


async def test_after_any_bookings_and_repairs_what_is_free_follows_the_facts(db: object) -> None:
    Calendar.loop = asyncio.get_running_loop()
    examples = settings(
        max_examples=20,
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    await asyncio.to_thread(run_state_machine_as_test, Calendar, settings=examples)
    assert await database.fetch_value("SELECT count(*) FROM hold WHERE kind = 'booking'") > 0
