"""What the database holds about lots: their places, their bounds, their balances, one statement."""

import asyncio

import asyncpg
import pytest

from core import database, outbox, places
from core.errors import Conflict, Invalid
from core.settings import Settings
from inventory import custody, donations, lots
from inventory import places as contents
from inventory.custody import reminding
from inventory.donations import Receipt
from inventory.lots import Lot, LotCount, LotHandOut, LotItem, LotReturn, LotTransfer, NewLot
from inventory.lots.moving import MOST_THERE
from labshare import checks, stationery
from tests import factories, factories_inventory, postbox
from tests.factories import MadePerson, MadeSchool

pytestmark = pytest.mark.usefixtures("db")


async def made_lot(who: MadePerson, school: MadeSchool, count: int, place: int = 0) -> Lot:
    place, model = place or await factories.place(school), await factories.asset_model()
    return await lots.receive_lot(who.actor, NewLot(school.code, model, place, count))


async def test_a_place_with_a_lot_or_some_of_it_handed_out_stays_in_use(
    school: MadeSchool, technician: MadePerson
) -> None:
    lot = await made_lot(technician, school, 3)
    (loan,) = await lots.hand_out_lots(
        technician.actor, LotHandOut([LotItem(lot.id, 1)], group="5B")
    )
    with pytest.raises(Conflict, match=f"Lots are still here: 3 × {lot.title}"):
        await contents.retire_place(technician.actor, lot.place_id)
    elsewhere = await factories.place(school)
    await lots.move_lot(technician.actor, lot.id, LotTransfer(elsewhere, 2))
    with pytest.raises(Conflict, match=f"Lots are still here: 1 × {lot.title}"):
        await contents.retire_place(technician.actor, lot.place_id)
    # Nor past the service.
    with pytest.raises(asyncpg.RestrictViolationError, match="lots are in place"):
        await places.retire_place(technician.actor, lot.place_id)
    await lots.take_back_lot(technician.actor, loan.id, LotReturn(lost=1))
    await contents.retire_place(technician.actor, lot.place_id)
    with pytest.raises(Invalid, match="Choose a place that is in use"):
        await lots.count_lot(technician.actor, lot.id, LotCount(2, expected=0))


async def test_32_parallel_of_taking_things_in_and_retiring_their_place_leave_nothing_lost(
    school: MadeSchool, technician: MadePerson
) -> None:
    spots = [await factories.place(school) for _ in range(4)]
    model = await factories.asset_model()
    both = [
        work
        for n in range(16)
        for work in (
            lots.receive_lot(technician.actor, NewLot(school.code, model, spots[n % 4], 1)),
            contents.retire_place(technician.actor, spots[n % 4]),
        )
    ]
    results = await asyncio.gather(*both, return_exceptions=True)
    assert all(
        not isinstance(one, Exception) or isinstance(one, Conflict | Invalid) for one in results
    )
    for spot in spots:
        place = await places.get_place(technician.actor, spot)
        found = await lots.list_lots(technician.actor, lots.LotFilters(place=spot))
        assert (place.retired_at is None) == bool(sum(lot.on_hand for lot in found.items))
    assert (await checks.books()).wrong == []


async def test_the_database_waits_where_a_move_and_the_end_of_its_place_meet(
    school: MadeSchool, technician: MadePerson
) -> None:
    """As above, past the service's own look at the place: 32 writers with plain statements."""
    lot = await made_lot(technician, school, 1)
    await lots.count_lot(technician.actor, lot.id, LotCount(0, expected=1))
    move = (
        "INSERT INTO lot_move (school, lot, kind, quantity, on_hand_change, at, note)"
        " VALUES ($1, $2, 'received', 1, 1, now(), '')"
    )
    retire = "UPDATE place SET retired_at = now() WHERE id = $1 AND retired_at IS NULL"
    results = await asyncio.gather(
        *(
            database.execute(move, school.id, lot.id)
            if n % 2
            else database.execute(retire, lot.place_id)
            for n in range(32)
        ),
        return_exceptions=True,
    )
    refused = [one for one in results if isinstance(one, Exception)]
    assert all(isinstance(one, asyncpg.RestrictViolationError) for one in refused)
    assert len(refused) == 16
    place = await places.get_place(technician.actor, lot.place_id)
    there = (await lots.get_lot(technician.actor, lot.id)).on_hand
    assert (place.retired_at is None, there) in ((True, 16), (False, 0))


async def test_a_lot_is_bounded_and_can_be_counted_up_to_there(
    school: MadeSchool, technician: MadePerson
) -> None:
    lot = await made_lot(technician, school, 100_000)
    new = NewLot(school.code, lot.model_id, lot.place_id, 100_000)
    for _ in range(9):
        await lots.receive_lot(technician.actor, new)
    with pytest.raises(Conflict, match="A lot is of 1000000 at most"):
        await lots.receive_lot(technician.actor, NewLot(school.code, lot.model_id, lot.place_id, 1))
    counted = await lots.count_lot(technician.actor, lot.id, LotCount(7, expected=MOST_THERE))
    assert counted.on_hand == 7


async def test_many_lots_go_out_with_as_many_statements_as_one(
    school: MadeSchool, technician: MadePerson
) -> None:
    made = [await made_lot(technician, school, 5) for _ in range(12)]
    counts: list[int] = []
    for some in (made[:1], made):
        statements: list[object] = []
        async with database.transaction(technician.actor), database.connection() as connection:
            connection.add_query_logger(statements.append)
            wanted = [LotItem(lot.id, 1) for lot in some]
            loans = await lots.hand_out_lots(technician.actor, LotHandOut(wanted, group="5B"))
            await asyncio.sleep(0)
            connection.remove_query_logger(statements.append)
        assert [loan.lot_id for loan in loans] == [lot.id for lot in some]
        counts.append(len(statements))
    # The first of the two added the class as well.
    assert 0 < counts[1] <= counts[0]


async def test_check_finds_a_lot_whose_numbers_do_not_add_up(
    school: MadeSchool, admin: MadePerson
) -> None:
    gift = await factories_inventory.donation(admin, school, declared=10)
    place = await factories.place(school)
    await donations.receive_line(
        admin.actor, gift.id, gift.lines[0].id, Receipt(4, place, as_lot=True)
    )
    (lot,) = (await lots.list_lots(admin.actor)).items
    await lots.hand_out_lots(admin.actor, LotHandOut([LotItem(lot.id, 1)], group="5B"))
    found = await checks.books()
    assert (found.looked_at, found.wrong) == ("0 assets, 1 lots", [])
    for table, change in (("lot", "on_hand = 2"), ("lot_loan", "outstanding = 2")):
        await database.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        await database.execute(f"UPDATE {table} SET {change}")
        await database.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    await database.execute("ALTER TABLE place DISABLE TRIGGER USER")
    await database.execute("UPDATE place SET retired_at = now() WHERE id = $1", place)
    await database.execute("ALTER TABLE place ENABLE TRIGGER USER")
    wrong = (await checks.books()).wrong
    assert len(wrong) == 3
    assert all(line.startswith(f"{lot.title} ({lot.id}): ") for line in wrong)


async def test_who_holds_things_of_lots_is_reminded_once_in_one_mail() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    teacher = await factories.person("teacher", school, locale="en")
    await database.execute(
        "UPDATE person SET reminder_email = 'wang@school.example' WHERE id = $1", teacher.id
    )
    lot, tag = await made_lot(technician, school, 9), (await factories.asset(school)).tag
    (loan,) = await lots.hand_out_lots(
        technician.actor, LotHandOut([LotItem(lot.id, 4)], person_id=teacher.id)
    )
    await custody.hand_out(technician.actor, [tag], custody.Holder(person_id=teacher.id))
    for table in ("custody", "lot_loan"):
        await database.execute(
            f"UPDATE {table} SET due_at = now() - interval '1 minute',"
            " started_at = now() - interval '3 days'"
        )
    await lots.take_back_lot(technician.actor, loan.id, LotReturn(back=1))
    await asyncio.gather(*(reminding.enqueue_reminders() for _ in range(32)))
    ((subject, text),) = await _deliver()
    assert subject == "Overdue equipment: 2"
    assert f"- 3 × {lot.title} · due" in text and f"- {tag} " in text
    assert await reminding.enqueue_reminders() == 0
    # What has come back meanwhile is left out, and an empty mail unsent.
    await database.execute("UPDATE lot_loan SET due_at = due_at - interval '1 hour'")
    assert await reminding.enqueue_reminders() == 1
    await lots.take_back_lot(technician.actor, loan.id, LotReturn(back=3))
    assert await _deliver() == []


async def _deliver() -> list[tuple[str, str]]:
    async with postbox.running() as (box, settings):
        handlers = stationery.sending_handlers(Settings(mail=settings))
        while await outbox.deliver_due(handlers):
            pass
        return [(str(m["Subject"]), m.get_content()) for m in box.mail]
