"""Wipes: another person verifies, what fails there was none, and data neither ends nor is given away."""

import pytest

from core import database
from core.errors import Conflict, Invalid
from inventory import assets, disposals, stock, transfers, wipes
from inventory.assets import LifecycleState, NewWipe, WipeMethod, WipeResult
from inventory.disposals import End, NewDisposal, RuleFacts
from inventory.stock import Dismantling
from inventory.transfers import NewReceipt, NewTransfer, ReceivedLine, Sending, TransferState
from inventory.wipes import NewVerification, WipeFilters, WipeView
from tests import factories
from tests.factories import MadePerson, MadeSchool

pytestmark = pytest.mark.usefixtures("db")
WIPE = NewWipe(method=WipeMethod.overwritten, tool="nwipe 0.37")


@pytest.fixture
async def school(db: object) -> MadeSchool:
    return await factories.school()


@pytest.fixture
async def admin(school: MadeSchool) -> MadePerson:
    admin = await factories.person("admin", school)
    await disposals.write_rule(admin.actor, school.id, RuleFacts(True, 90, True))
    return admin


@pytest.fixture
async def technician(school: MadeSchool) -> MadePerson:
    return await factories.person("technician", school)


def looked(*tags: str, result: WipeResult = WipeResult.passed) -> NewVerification:
    return NewVerification(list(tags), "It starts without a system", result)


async def test_a_wipe_counts_once_another_person_has_verified_it(
    school: MadeSchool, admin: MadePerson, technician: MadePerson
) -> None:
    thing = await factories.asset(school, lifecycle="retired")
    new = NewDisposal([thing.tag], End.disposed, "Too slow")
    with pytest.raises(Conflict, match="No wipe"):
        await wipes.verify_wipes(admin.actor, looked(thing.tag))
    await assets.record_wipes(technician.actor, [thing.tag], WIPE)
    with pytest.raises(Conflict, match="not yet verified"):
        await disposals.propose_disposal(technician.actor, new)
    (waiting,) = (await wipes.list_wipes(admin.actor)).items
    assert (waiting.tag, waiting.tool) == (thing.tag, "nwipe 0.37")
    assert [await wipes.count_waiting(one.actor) for one in (admin, technician)] == [1, 0]
    with pytest.raises(Conflict) as own:
        await wipes.verify_wipes(technician.actor, looked(thing.tag))
    assert own.value.code == "own_wipe"
    with pytest.raises(Invalid):
        await wipes.verify_wipes(admin.actor, NewVerification([thing.tag], " "))
    # What the service refuses, the database does too.
    with pytest.raises(Exception, match="another than who recorded it"):
        await database.execute(
            "INSERT INTO wipe_verification (school, asset, wipe, result, looked_at, verified_by,"
            " verified_at) SELECT school, asset, id, 'passed', 'x', recorded_by, now() FROM asset_wipe"
        )
    await wipes.verify_wipes(admin.actor, looked(thing.tag, result=WipeResult.failed))
    assert not (await assets.get_asset(admin.actor, thing.tag)).is_wiped
    with pytest.raises(Conflict, match="may still hold data"):
        await disposals.propose_disposal(technician.actor, new)
    await assets.record_wipes(technician.actor, [thing.tag], WIPE)
    (done,) = await wipes.verify_wipes(admin.actor, looked(thing.tag))
    with pytest.raises(Conflict, match="verified already"):
        await wipes.verify_wipes(admin.actor, looked(thing.tag))
    made = await disposals.propose_disposal(technician.actor, new)
    await disposals.approve_disposal(admin.actor, made.id)
    failed = await wipes.list_wipes(admin.actor, WipeFilters(view=WipeView.failed))
    assert len(failed.items) == 1
    # The papers keep the names of their day.
    await database.execute("UPDATE person SET name = 'Renamed'")
    await database.execute("UPDATE school SET name_en = 'Renamed', name_zh = '改名'")
    paper = await wipes.get_certificate(admin.actor, done.id)
    assert (paper.wipe.verified_by, paper.wipe.recorded_by) == (admin.name, technician.name)
    certified = await disposals.get_certificate(admin.actor, made.id)
    assert (certified.proposed_by, certified.decided_by) == (technician.name, admin.name)
    assert certified.items[0].wipe_verified_by == admin.name
    assert "Renamed" not in certified.school_en
    assert (await disposals.get_disposal(admin.actor, made.id)).decided_by == "Renamed"


async def test_what_may_hold_data_is_neither_given_for_good_nor_taken_apart(
    school: MadeSchool, admin: MadePerson, technician: MadePerson
) -> None:
    other = await factories.school()
    keeper = await factories.person("admin", other)
    both = (await factories.person("admin", school, other)).actor
    used = await factories.asset(school)
    with pytest.raises(Conflict) as refused:
        await assets.change_school(both, [used.tag], other.id)
    assert refused.value.code == "data_left"
    retired = await factories.asset(school, lifecycle="retired")
    with pytest.raises(Conflict, match="may still hold data"):
        await stock.dismantle(technician.actor, retired.tag, Dismantling())
    gift = await transfers.create_transfer(
        technician.actor, NewTransfer([used.tag], other.code, Sending.gift)
    )
    with pytest.raises(Conflict, match="may still hold data"):
        await transfers.send_transfer(technician.actor, gift.id)
    await assets.record_wipes(technician.actor, [used.tag], WIPE)
    with pytest.raises(Conflict, match="not yet verified"):
        await transfers.send_transfer(technician.actor, gift.id)
    await wipes.verify_wipes(admin.actor, looked(used.tag))
    sent = await transfers.send_transfer(technician.actor, gift.id)
    assert sent.state is TransferState.sent
    # It was asked when it was sent: on its way nothing stops it any more.
    await assets.record_wipes(
        technician.actor, [used.tag], NewWipe(method=WIPE.method, result=WipeResult.failed)
    )
    place = await factories.place(other)
    await transfers.receive_transfer(
        keeper.actor, gift.id, NewReceipt([ReceivedLine(used.tag)], place)
    )
    assert (await assets.get_asset(keeper.actor, used.tag)).school == other.code
    await assets.record_wipes(technician.actor, [retired.tag], WIPE)
    await wipes.verify_wipes(admin.actor, looked(retired.tag))
    gone = await stock.dismantle(technician.actor, retired.tag, Dismantling())
    assert gone.lifecycle is LifecycleState.dismantled


async def test_a_school_that_asks_for_nothing_gives_and_verifies_as_it_likes() -> None:
    school, other = await factories.school(), await factories.school()
    technician = await factories.person("technician", school)
    admin = await factories.person("admin", school)
    used = await factories.asset(school)
    gift = await transfers.create_transfer(
        technician.actor, NewTransfer([used.tag], other.code, Sending.gift)
    )
    await transfers.send_transfer(technician.actor, gift.id)
    thing = await factories.asset(school, lifecycle="retired")
    await assets.record_wipes(technician.actor, [thing.tag], WIPE)
    assert await wipes.count_waiting(admin.actor) == 0
    await wipes.verify_wipes(admin.actor, looked(thing.tag))
    await assets.take_step(technician.actor, thing.tag, LifecycleState.disposed)
