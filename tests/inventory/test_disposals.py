"""Disposals: one proposes, another approves who typed his password; nothing leaves by another way."""

import asyncio
from datetime import timedelta

import msgspec
import pytest

from core import clock, database
from core.access import Actor
from core.errors import Conflict, Forbidden, Invalid, NotConfirmed, NotFound
from inventory import assets, disposals
from inventory.assets import LifecycleState, NewWipe, WipeMethod, WipeResult
from inventory.disposals import (
    Disposal,
    DisposalFilters,
    DisposalOutcome,
    DisposalState,
    DisposalView,
    End,
    NewDisposal,
    Refusal,
    RuleFacts,
)
from tests import factories, factories_inventory
from tests.factories import MadeAsset, MadePerson, MadeSchool

ASKS = RuleFacts(needs_approval=True, search_days=90)


class Keepers(msgspec.Struct):
    """A school that asks for approval, who proposes there, and who approves."""

    school: MadeSchool
    technician: MadePerson
    admin: MadePerson

    @property
    def approver(self) -> Actor:
        return at_a_browser(self.admin, minutes=0)

    async def retired(self, *, donation_line: int | None = None) -> MadeAsset:
        """A thing that holds no data."""
        model = await factories.asset_model("projector")
        return await factories.asset(
            self.school, model=model, lifecycle="retired", donation_line=donation_line
        )

    async def proposed(self, *things: MadeAsset, end: End = End.disposed) -> Disposal:
        new = NewDisposal([one.tag for one in things], end, "Beyond repair")
        return await disposals.propose_disposal(self.technician.actor, new)


def at_a_browser(person: MadePerson, *, minutes: int) -> Actor:
    """The person at a browser in which the password was typed so long ago."""
    confirmed = clock.now() - timedelta(minutes=minutes)
    return msgspec.structs.replace(person.actor, sign_in_id=1, confirmed_at=confirmed)


async def state_of(thing: MadeAsset) -> str:
    found: str = await database.fetch_value("SELECT lifecycle FROM asset WHERE id = $1", thing.id)
    return found


@pytest.fixture
async def keepers(db: object) -> Keepers:
    school = await factories.school()
    admin = await factories.person("admin", school)
    await disposals.write_rule(admin.actor, school.id, ASKS)
    return Keepers(school, await factories.person("technician", school), admin)


async def test_things_leave_the_books_once_another_person_approves(keepers: Keepers) -> None:
    first, second = await keepers.retired(), await keepers.retired()
    with pytest.raises(Conflict, match="second person approves") as refused:
        await assets.take_step(keepers.admin.actor, first.tag, LifecycleState.disposed)
    assert refused.value.code == "needs_approval"
    made = await keepers.proposed(first, second)
    assert await disposals.count_to_approve(keepers.admin.actor) == 1
    with pytest.raises(Conflict, match="already"):
        await keepers.proposed(first)
    made = await disposals.leave_out(keepers.technician.actor, made.id, made.items[1].id)
    with pytest.raises(NotConfirmed):
        await disposals.approve_disposal(at_a_browser(keepers.admin, minutes=3), made.id)
    done = await disposals.approve_disposal(keepers.approver, made.id)
    assert (done.state, done.decided_by) == (DisposalState.approved, keepers.admin.name)
    assert [one.outcome for one in done.items] == [DisposalOutcome.ended, DisposalOutcome.stays]
    assert [await state_of(one) for one in (first, second)] == ["disposed", "retired"]
    steps = await assets.list_steps(await assets.get_asset(keepers.admin.actor, first.tag))
    assert done.number in steps[0].reason
    assert await disposals.count_to_approve(keepers.admin.actor) == 0


async def test_nobody_approves_what_he_proposed_or_without_the_role(keepers: Keepers) -> None:
    thing = await keepers.retired()
    new = NewDisposal([thing.tag], End.disposed, "Beyond repair")
    own = await disposals.propose_disposal(keepers.admin.actor, new)
    for decide in (
        disposals.approve_disposal(keepers.approver, own.id),
        disposals.refuse_disposal(keepers.approver, own.id, Refusal("No")),
    ):
        with pytest.raises(Conflict) as refused:
            await decide
        assert refused.value.code == "own_proposal"
    other = await factories.person("admin", await factories.school("ELSEWHERE"))
    with pytest.raises(Forbidden):
        await disposals.approve_disposal(at_a_browser(keepers.technician, minutes=0), own.id)
    with pytest.raises(NotFound):
        await disposals.approve_disposal(at_a_browser(other, minutes=0), own.id)
    # Not past the verbs either.
    with pytest.raises(Exception, match="disposal_approved_by_another"):
        await database.execute(
            "UPDATE disposal SET state = 'approved', decided_by = proposed_by, decided_at = now()"
        )
    assert await state_of(thing) == "retired"


async def test_what_stands_in_the_way_is_named_and_nothing_is_half_done(keepers: Keepers) -> None:
    ready, used = await keepers.retired(), await factories.asset(keepers.school)
    with pytest.raises(Conflict, match=used.tag):
        await keepers.proposed(ready, used)
    made = await keepers.proposed(ready, kept := await keepers.retired())
    await assets.take_step(keepers.admin.actor, kept.tag, LifecycleState.refurbish)
    found = await disposals.get_disposal(keepers.admin.actor, made.id)
    assert {one.tag: one.outcome for one in found.items}[kept.tag] is DisposalOutcome.stays
    await disposals.approve_disposal(keepers.approver, made.id)
    assert [await state_of(one) for one in (ready, kept)] == ["disposed", "refurbish"]
    for again in (
        disposals.approve_disposal(keepers.approver, made.id),
        disposals.refuse_disposal(keepers.approver, made.id, Refusal("No")),
        disposals.withdraw_disposal(keepers.technician.actor, made.id),
        disposals.leave_out(keepers.technician.actor, made.id, made.items[0].id),
    ):
        with pytest.raises(Conflict) as refused:
            await again
        assert refused.value.code == "decided"


async def test_what_is_refused_or_withdrawn_stays_and_can_be_proposed_again(
    keepers: Keepers,
) -> None:
    thing = await keepers.retired()
    made = await keepers.proposed(thing)
    with pytest.raises(Invalid) as blank:
        await disposals.refuse_disposal(keepers.approver, made.id, Refusal(" "))
    assert blank.value.field == "note"
    refused = await disposals.refuse_disposal(keepers.approver, made.id, Refusal("Ask for parts"))
    assert (refused.state, refused.items[0].outcome) == (
        DisposalState.refused,
        DisposalOutcome.stays,
    )
    again = await keepers.proposed(thing)
    gone = await disposals.withdraw_disposal(keepers.technician.actor, again.id)
    assert gone.state is DisposalState.withdrawn
    listed = await disposals.list_disposals(
        keepers.admin.actor, DisposalFilters(view=DisposalView.all, q=thing.tag)
    )
    assert [one.id for one in listed.items] == [again.id, made.id]
    assert await state_of(thing) == "retired"


async def test_a_computer_leaves_once_it_is_wiped_since_it_was_used(keepers: Keepers) -> None:
    used = await factories.asset(keepers.school)
    new = NewDisposal([used.tag], End.disposed, "Too slow")
    wipe = NewWipe(method=WipeMethod.overwritten)
    await assets.record_wipes(
        keepers.technician.actor,
        [used.tag],
        msgspec.structs.replace(wipe, wiped_on=clock.today("Asia/Shanghai") - timedelta(days=2)),
    )
    await assets.take_step(keepers.technician.actor, used.tag, LifecycleState.retired)
    for result in (None, WipeResult.failed):
        if result is not None:
            failed = msgspec.structs.replace(wipe, result=result)
            await assets.record_wipes(keepers.technician.actor, [used.tag], failed)
        with pytest.raises(Conflict, match="may still hold data"):
            await disposals.propose_disposal(keepers.technician.actor, new)
    await assets.record_wipes(keepers.technician.actor, [used.tag], wipe)
    made = await disposals.propose_disposal(keepers.technician.actor, new)
    # What is found out between the proposal and the approval counts too.
    await assets.record_wipes(keepers.technician.actor, [used.tag], failed)
    with pytest.raises(Conflict) as refused:
        await disposals.approve_disposal(keepers.approver, made.id)
    assert refused.value.code == "data_left"
    await assets.record_wipes(keepers.technician.actor, [used.tag], wipe)
    done = await disposals.approve_disposal(keepers.approver, made.id)
    assert done.items[0].wipe_method is WipeMethod.overwritten


async def test_what_is_lost_is_searched_before_it_is_written_off(keepers: Keepers) -> None:
    lost = await factories.asset(keepers.school)
    await assets.take_step(keepers.technician.actor, lost.tag, LifecycleState.lost)
    with pytest.raises(Conflict, match="searched long enough"):
        await keepers.proposed(lost, end=End.written_off)
    assert await disposals.list_due_ends(keepers.technician.actor) == []
    (searched,) = await disposals.list_searched(keepers.technician.actor)
    assert (searched.tag, searched.days_left) == (lost.tag, 90)
    await database.execute("ALTER TABLE asset_step DISABLE TRIGGER append_only")
    await database.execute("UPDATE asset_step SET at = at - interval '91 days'")
    await database.execute("ALTER TABLE asset_step ENABLE TRIGGER append_only")
    (due,) = await disposals.list_due_ends(keepers.technician.actor)
    assert (due.end, due.tags) == (End.written_off, [lost.tag])
    made = await keepers.proposed(lost, end=End.written_off)
    assert await disposals.list_due_ends(keepers.technician.actor) == []
    await disposals.approve_disposal(keepers.approver, made.id)
    assert await state_of(lost) == "written_off"


async def test_what_a_donor_wants_back_is_due_when_it_is_retired(keepers: Keepers) -> None:
    given = await factories_inventory.donation(keepers.admin, keepers.school)
    await database.execute("UPDATE donation SET return_on_end = true")
    thing = await keepers.retired(donation_line=given.lines[0].id)
    own = await keepers.retired()
    (due,) = await disposals.list_due_ends(keepers.technician.actor)
    assert (due.end, due.tags) == (End.returned_to_donor, [thing.tag])
    with pytest.raises(Conflict, match="wants it back"):
        await keepers.proposed(thing)
    with pytest.raises(Conflict, match="given by nobody"):
        await keepers.proposed(own, end=End.returned_to_donor)
    made = await keepers.proposed(thing, end=End.returned_to_donor)
    assert made.recipient == given.donor
    assert await disposals.find_donor(keepers.technician.actor, [thing.tag]) == given.donor
    assert await disposals.find_donor(keepers.technician.actor, [thing.tag, own.tag]) == ""
    await disposals.approve_disposal(keepers.approver, made.id)
    assert await state_of(thing) == "returned_to_donor"
    found = await disposals.find_disposal_of(keepers.admin.actor, thing.id)
    assert found and found.items[0].donation == given.title


async def test_a_school_that_asks_nothing_goes_on_as_before() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    thing = await factories.asset(school, lifecycle="retired")
    with pytest.raises(Forbidden):
        await disposals.write_rule(technician.actor, school.id, ASKS)
    await assets.take_step(technician.actor, thing.tag, LifecycleState.disposed)
    assert await state_of(thing) == "disposed"


async def test_32_who_approve_at_once_are_one_and_32_who_propose_too(keepers: Keepers) -> None:
    things = [await keepers.retired() for _ in range(3)]
    proposed = await asyncio.gather(
        *(keepers.proposed(*things) for _ in range(32)), return_exceptions=True
    )
    (made,) = [one for one in proposed if isinstance(one, Disposal)]
    assert all(isinstance(one, Disposal | Conflict) for one in proposed)
    approved = await asyncio.gather(
        *(disposals.approve_disposal(keepers.approver, made.id) for _ in range(32)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, Disposal) for one in approved) == 1
    assert all(isinstance(one, Disposal | Conflict) for one in approved)
    ends = await database.fetch_value("SELECT count(*) FROM asset_step WHERE to_state = 'disposed'")
    assert ends == 3
