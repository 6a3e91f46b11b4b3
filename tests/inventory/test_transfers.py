"""Transfers: what is sent is held, changes its school on receipt alone, and nothing vanishes."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from core import clock, database, outbox
from core.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from core.settings import Settings
from inventory import assets, custody, repairs, transfers
from inventory.assets import LifecycleState
from inventory.custody import Holder
from inventory.custody.booked import Meeting
from inventory.holds import blocks, bookings
from inventory.holds.bookings import NewBooking
from inventory.transfers import (
    ExtraDecision,
    ExtraEnd,
    LineOutcome,
    LineResolution,
    MissingEnd,
    MoreLines,
    NewDueDay,
    NewReceipt,
    NewTransfer,
    ReceivedLine,
    ReturnOf,
    Sending,
    Side,
    SideSignature,
    Transfer,
    TransferFilters,
    TransferState,
    TransferView,
    reminding,
)
from labshare import transfer_notices
from tests import factories, postbox
from tests.factories import MadeAsset
from tests.factories_transfers import Pair, pair

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
async def two() -> Pair:
    return await pair()


def arrived(*things: MadeAsset, **more: Any) -> NewReceipt:
    return NewReceipt([ReceivedLine(one.tag) for one in things], **more)


async def school_of(thing: MadeAsset) -> int:
    found: int = await database.fetch_value("SELECT school FROM asset WHERE id = $1", thing.id)
    return found


async def owner_of(thing: MadeAsset) -> int:
    found: int = await database.fetch_value(
        "SELECT title_holder FROM asset WHERE id = $1", thing.id
    )
    return found


async def all_of(*calls: Coroutine[Any, Any, Any]) -> list[Any]:
    """Results and refusals of all, done at once; any other error is raised."""
    done = await asyncio.gather(*calls, return_exceptions=True)
    for one in done:
        if isinstance(one, BaseException) and not isinstance(one, Problem):
            raise one
    return done


async def test_what_is_given_changes_its_school_on_receipt_alone(two: Pair) -> None:
    first, second = await two.things(2)
    room = await factories.place(two.receiver)
    made = await two.draft([first, second], reason="结对帮扶")
    assert (made.state, made.lines, made.number) == (
        TransferState.draft,
        2,
        f"TR-{two.sender.code}-{clock.today('Asia/Shanghai').year}-0001",
    )
    with pytest.raises(NotFound):
        await transfers.get_transfer(two.gets.actor, made.id)
    sent = await transfers.send_transfer(two.gives.actor, made.id)
    assert await school_of(first) == two.sender.id
    assert await transfers.count_to_receive(two.gets.actor) == 1
    with pytest.raises(NotFound):
        await transfers.receive_transfer(
            (await factories.person("technician", await factories.school())).actor,
            sent.id,
            arrived(first),
        )
    with pytest.raises(NotFound):
        # The sender sees it, but keeps no equipment of the receiver.
        await transfers.receive_transfer(two.gives.actor, sent.id, arrived(first))
    done = await transfers.receive_transfer(
        two.gets.actor, sent.id, arrived(first, second, place_id=room, note="完好")
    )
    assert (done.state, done.arrived, done.note) == (TransferState.closed, 2, "完好")
    assert [await school_of(one) for one in (first, second)] == [two.receiver.id] * 2
    assert await owner_of(first) == two.receiver.id
    seen = await assets.get_asset(two.gets.actor, first.tag)
    assert (seen.place_id, seen.lifecycle) == (room, LifecycleState.in_service)
    with pytest.raises(NotFound):
        await assets.get_asset(two.gives.actor, first.tag)
    # Both still read how it went, and it can be lent here now.
    assert (await transfers.get_transfer(two.gives.actor, made.id)).sent_by == two.gives.name
    await custody.hand_out(two.gets.actor, [first.tag], Holder(person_id=two.gets.id))


async def test_what_is_put_aside_is_taken_by_nobody_else(two: Pair) -> None:
    thing, other = await two.things(2)
    made = await two.draft([thing])
    to = Holder(person_id=two.gives.id)
    for meeting in (Meeting(), Meeting(None, True)):
        with pytest.raises(Conflict, match="another school"):
            await custody.hand_out(two.gives.actor, [thing.tag], to, meeting=meeting)
    tomorrow = clock.today("Asia/Shanghai") + timedelta(days=1)
    with pytest.raises(Conflict):
        await bookings.book(two.gives.actor, NewBooking(tag=thing.tag, day=tomorrow))
    with pytest.raises(Conflict, match="stands in transfer"):
        await two.draft([thing])
    hold = await database.fetch_value("SELECT hold FROM transfer_line WHERE asset = $1", thing.id)
    with pytest.raises(Conflict, match="transfer"):
        await blocks.release(two.gives.actor, hold)
    await custody.hand_out(two.gives.actor, [other.tag], to)
    with pytest.raises(Conflict, match="handed out"):
        await transfers.add_to_transfer(two.gives.actor, made.id, MoreLines([other.tag]))
    # Past every service, the database says the same.
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await database.execute(
            "INSERT INTO transfer_line (school, transfer, asset, added_by, note_out, note_in,"
            " reason) VALUES ($1, $2, $3, $4, '', '', '')",
            two.sender.id, made.id, other.id, two.gives.id,
        )  # fmt: skip
    await transfers.send_transfer(two.gives.actor, made.id)
    with pytest.raises(Conflict, match="on its way"):
        await assets.take_step(two.gives.actor, thing.tag, LifecycleState.retired)
    with pytest.raises(Conflict, match="on its way"):
        await repairs.report_fault(two.gives.actor, thing.tag, "屏幕坏了")
    with pytest.raises(Conflict):
        await transfers.take_from_transfer(two.gives.actor, made.id, made.items[0].id)
    await transfers.cancel_transfer(two.gives.actor, made.id)
    await custody.hand_out(two.gives.actor, [thing.tag], to)


async def test_a_draft_grows_and_shrinks_and_names_what_it_refuses(two: Pair) -> None:
    first, second = await two.things(2)
    foreign = await factories.asset(two.receiver)
    made = await two.draft([first])
    made = await transfers.add_to_transfer(two.gives.actor, made.id, MoreLines([second.tag]))
    line = next(one for one in made.items if one.tag == first.tag)
    made = await transfers.take_from_transfer(two.gives.actor, made.id, line.id)
    assert [one.tag for one in made.items] == [second.tag]
    await custody.hand_out(two.gives.actor, [first.tag], Holder(person_id=two.gives.id))
    for tags, code, error in (
        ([first.tag], two.receiver.code, Conflict),
        ([foreign.tag], two.receiver.code, NotFound),
        ([first.tag], "NOWHERE", Problem),
        ([], two.receiver.code, Invalid),
    ):
        with pytest.raises(error):
            await transfers.create_transfer(two.gives.actor, NewTransfer(tags, code))
    third = await factories.asset(two.sender)
    for new, match in (
        (NewTransfer([third.tag], two.sender.code), "another school"),
        (NewTransfer([third.tag], "NOWHERE"), "no school"),
        (NewTransfer([third.tag], two.receiver.code, kind=Sending.loan), "by which day"),
    ):
        with pytest.raises(Invalid, match=match):
            await transfers.create_transfer(two.gives.actor, new)
    teacher = await factories.person("teacher", two.sender)
    with pytest.raises(Forbidden):
        await transfers.create_transfer(teacher.actor, NewTransfer([third.tag], two.receiver.code))
    await transfers.take_from_transfer(two.gives.actor, made.id, made.items[0].id)
    with pytest.raises(Conflict, match="nothing"):
        await transfers.send_transfer(two.gives.actor, made.id)


async def test_what_did_not_arrive_is_in_dispute_until_somebody_says_why(two: Pair) -> None:
    things = await two.things(4)
    sent = await two.sent(things)
    first, late, never, lost = things
    half = await transfers.receive_transfer(
        two.gets.actor,
        sent.id,
        NewReceipt(
            [ReceivedLine(first.tag, assets.Condition.broken, "屏幕裂"), ReceivedLine("不明")]
        ),
    )
    assert (half.state, half.arrived, half.disputed) == (TransferState.disputed, 1, 3)
    assert [one.given for one in half.extras] == ["不明"]
    assert (await assets.get_asset(two.gets.actor, first.tag)).condition == "broken"
    assert await school_of(late) == two.sender.id
    lines = {one.tag: one.id for one in half.items}

    async def said(who: Any, thing: MadeAsset, how: MissingEnd, why: str = "查过了") -> Transfer:
        return await transfers.resolve_line(
            who.actor, sent.id, lines[thing.tag], LineResolution(how, why)
        )

    with pytest.raises(Invalid, match="why"):
        await said(two.gets, late, MissingEnd.late, "  ")
    for who, how in (
        (two.gives, MissingEnd.late),
        (two.gets, MissingEnd.lost),
        (two.gets, MissingEnd.never_sent),
    ):
        with pytest.raises(NotFound):
            await said(who, late, how)
    await said(two.gets, late, MissingEnd.late)
    assert await school_of(late) == two.receiver.id
    await said(two.gives, never, MissingEnd.never_sent)
    await custody.hand_out(two.gives.actor, [never.tag], Holder(person_id=two.gives.id))
    still = await said(two.gives, lost, MissingEnd.lost)
    assert (await assets.get_asset(two.gives.actor, lost.tag)).lifecycle == LifecycleState.lost
    with pytest.raises(Conflict, match="resolved"):
        await said(two.gives, lost, MissingEnd.never_sent)
    assert still.state == TransferState.disputed
    done = await transfers.resolve_extra(
        two.gets.actor,
        sent.id,
        still.extras[0].id,
        ExtraDecision(ExtraEnd.goes_back, "不是我们的"),
    )
    assert done.state == TransferState.closed
    assert [one.outcome for one in done.items if one.tag == late.tag] == [LineOutcome.late]


async def test_what_was_sent_beside_the_list_goes_over_when_the_sender_says_so(two: Pair) -> None:
    listed, beside = await two.things(2)
    sent = await two.sent([listed])
    half = await transfers.receive_transfer(two.gets.actor, sent.id, arrived(listed, beside))
    assert [one.given for one in half.extras] == [beside.tag]
    decision = ExtraDecision(ExtraEnd.sent_too, "漏登")
    with pytest.raises(NotFound):
        await transfers.resolve_extra(two.gets.actor, sent.id, half.extras[0].id, decision)
    done = await transfers.resolve_extra(two.gives.actor, sent.id, half.extras[0].id, decision)
    assert (done.state, done.arrived, await school_of(beside)) == (
        TransferState.closed, 2, two.receiver.id,
    )  # fmt: skip


async def test_a_line_is_found_by_tag_label_or_serial(two: Pair) -> None:
    things = await two.things(3)
    await database.execute(
        "UPDATE asset SET serial_number = 'cn-0815', serial_trust = 'ok' WHERE id = $1",
        things[1].id,
    )
    await database.execute(
        "INSERT INTO label_code (code, school, asset, created_at, linked_at)"
        " VALUES ('23456789ABCD', $1, $2, now(), now())",
        two.sender.id,
        things[2].id,
    )
    sent = await two.sent(things)
    scanned = [things[0].tag.lower().replace("-", ""), "CN-0815", "https://x.org/t/2345-6789-abcd"]
    done = await transfers.receive_transfer(
        two.gets.actor, sent.id, NewReceipt([ReceivedLine(text) for text in scanned * 2])
    )
    assert (done.state, done.arrived, done.extras) == (TransferState.closed, 3, [])


async def test_a_loan_stays_its_owners_and_comes_back_by_a_transfer(two: Pair) -> None:
    first, second = await two.things(2)
    due = clock.today("Asia/Shanghai") + timedelta(days=9)
    loan = await two.sent([first, second], kind=Sending.loan, due_on=due)
    loan = await transfers.receive_transfer(two.gets.actor, loan.id, arrived(first, second))
    assert (loan.state, await school_of(first), await owner_of(first)) == (
        TransferState.received, two.receiver.id, two.sender.id,
    )  # fmt: skip
    found = await transfers.find_transfer_of(two.gets.actor, first.id)
    assert found is not None and found.id == loan.id
    with pytest.raises(Conflict, match="only go back"):
        await transfers.create_transfer(two.gets.actor, NewTransfer([first.tag], two.sender.code))
    with pytest.raises(NotFound):
        await transfers.set_due_day(two.gets.actor, loan.id, NewDueDay(due))
    await transfers.set_due_day(two.gives.actor, loan.id, NewDueDay(due + timedelta(days=1)))
    with pytest.raises(NotFound):
        await transfers.begin_return(two.gives.actor, loan.id, ReturnOf())
    # Its end is the lender's to decide.
    borrower = two.gets.actor
    await assets.take_step(borrower, second.tag, LifecycleState.retired)
    for end in (LifecycleState.disposed, LifecycleState.sold):
        with pytest.raises(Conflict, match="alone decides"):
            await assets.take_step(borrower, second.tag, end)
    for state in (LifecycleState.refurbish, LifecycleState.in_service):
        await assets.take_step(borrower, second.tag, state)
    back = await transfers.begin_return(two.gets.actor, loan.id, ReturnOf([first.tag]))
    assert (back.kind, back.loan_number, back.to_school) == (
        "return", loan.number, two.sender.code,
    )  # fmt: skip
    await transfers.send_transfer(two.gets.actor, back.id)
    await transfers.receive_transfer(two.gives.actor, back.id, arrived(first))
    assert await school_of(first) == two.sender.id
    part = await transfers.get_transfer(two.gives.actor, loan.id)
    assert (part.state, part.back) == (TransferState.received, 1)
    await database.execute(
        "UPDATE transfer SET due_on = $2 WHERE id = $1", loan.id, due - timedelta(days=20)
    )
    late = await transfers.list_transfers(
        two.gives.actor, TransferFilters(view=TransferView.overdue)
    )
    assert [one.id for one in late.items] == [loan.id]
    rest = await transfers.begin_return(two.gets.actor, loan.id, ReturnOf())
    with pytest.raises(Conflict, match="on its way back"):
        await transfers.begin_return(two.gets.actor, loan.id, ReturnOf())
    await transfers.send_transfer(two.gets.actor, rest.id)
    await transfers.receive_transfer(two.gives.actor, rest.id, arrived(second))
    closed = await transfers.get_transfer(two.gives.actor, loan.id)
    assert (closed.state, closed.back) == (TransferState.closed, 2)


async def test_both_schools_sign_each_once(two: Pair) -> None:
    (thing,) = await two.things(1)
    made = await two.draft([thing])
    strokes = [[20, 100, 60, 40, 110, 130, 160, 50]]
    sender = SideSignature("王芳", strokes, side=Side.sender)
    receiver = SideSignature("李强", strokes, side=Side.receiver)
    with pytest.raises(Conflict, match="once it is sent"):
        await transfers.sign_transfer(two.gives.actor, made.id, sender)
    await transfers.send_transfer(two.gives.actor, made.id)
    await transfers.sign_transfer(two.gives.actor, made.id, sender)
    with pytest.raises(Conflict, match="once it is received"):
        await transfers.sign_transfer(two.gets.actor, made.id, receiver)
    await transfers.receive_transfer(two.gets.actor, made.id, arrived(thing))
    with pytest.raises(NotFound):
        await transfers.sign_transfer(two.gives.actor, made.id, receiver)
    done = await transfers.sign_transfer(two.gets.actor, made.id, receiver)
    assert [(one.signer, one.items[0].tag) for one in done.signatures] == [
        ("王芳", thing.tag),
        ("李强", thing.tag),
    ]
    with pytest.raises(Conflict, match="signed already"):
        await transfers.sign_transfer(two.gives.actor, made.id, sender)


async def test_of_many_at_once_one_receives_and_one_sends(two: Pair) -> None:
    things = await two.things(3)
    done = await all_of(
        *(
            transfers.create_transfer(
                two.gives.actor, NewTransfer([things[0].tag], two.receiver.code)
            )
            for _ in range(32)
        )
    )
    assert sum(isinstance(one, Transfer) for one in done) == 1
    sent = await two.sent(things[1:])
    done = await all_of(
        *(
            transfers.receive_transfer(two.gets.actor, sent.id, arrived(*things[1:]))
            for _ in range(32)
        )
    )
    assert sum(isinstance(one, Transfer) for one in done) == 1
    stays = await database.fetch_value(
        "SELECT count(*) FROM asset_stay WHERE asset = $1", things[1].id
    )
    assert stays == 2


async def test_the_database_keeps_what_is_resolved(two: Pair) -> None:
    first, second = await two.things(2)
    sent = await two.sent([first, second])
    await transfers.receive_transfer(two.gets.actor, sent.id, arrived(first))
    for statement in (
        "UPDATE transfer SET state = 'closed', closed_at = now() WHERE id = $1",
        "UPDATE transfer SET state = 'draft' WHERE id = $1",
        "DELETE FROM transfer_line WHERE transfer = $1",
        "UPDATE transfer_line SET outcome = 'lost' WHERE transfer = $1 AND outcome = 'received'",
        "UPDATE transfer_line SET outcome = 'never_sent', is_open = false, resolved_at = now(),"
        " resolved_by = added_by WHERE transfer = $1 AND outcome = 'missing'",
        "UPDATE transfer SET to_school = school WHERE id = $1",
    ):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await database.execute(statement, sent.id)


async def test_who_keeps_the_borrowers_things_is_told_once_that_a_loan_is_overdue(
    two: Pair,
) -> None:
    (thing,) = await two.things(1)
    due = clock.today("Asia/Shanghai") + timedelta(days=1)
    loan = await two.sent([thing], kind=Sending.loan, due_on=due)
    await transfers.receive_transfer(two.gets.actor, loan.id, arrived(thing))
    await database.execute("UPDATE person SET reminder_email = login || '@school.example'")
    assert await reminding.enqueue_overdue() == 0
    await database.execute("UPDATE transfer SET due_on = due_on - 5 WHERE id = $1", loan.id)
    counted = await asyncio.gather(*(reminding.enqueue_overdue() for _ in range(8)))
    assert sum(counted) == 1
    async with postbox.running() as (box, settings):
        handlers = transfer_notices.sending_handlers(Settings(mail=settings))
        while await outbox.deliver_due(handlers):
            pass
        ((to, subject),) = [(str(m["To"]), str(m["Subject"])) for m in box.mail]
    assert to == f"{two.gets.login}@school.example"
    assert loan.number in subject
    assert await reminding.enqueue_overdue() == 0
    await transfers.set_due_day(two.gives.actor, loan.id, NewDueDay(due))
    await database.execute("UPDATE transfer SET due_on = due_on - 9 WHERE id = $1", loan.id)
    assert await reminding.enqueue_overdue() == 1
