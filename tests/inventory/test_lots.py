"""Lots: the balance is the sum of the moves, and nobody gets what is not there."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

import asyncpg
import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from core import clock, database
from core.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from inventory import donations, lots
from inventory.donations import Receipt
from inventory.guests import NewGuest
from inventory.lots import (
    Lot,
    LotCount,
    LotFilters,
    LotHandOut,
    LotItem,
    LotLoan,
    LotLoanFilters,
    LotLoss,
    LotRenewal,
    LotReturn,
    LotTransfer,
    NewLot,
)
from inventory.lots.moving import LossKind
from tests import factories, factories_inventory
from tests.factories import MadePerson, MadeSchool

pytestmark = pytest.mark.usefixtures("db")


async def made_lot(who: MadePerson, school: MadeSchool, count: int = 30) -> Lot:
    place, model = await factories.place(school), await factories.asset_model()
    return await lots.receive_lot(who.actor, NewLot(school.code, model, place, count))


async def lend(who: MadePerson, lot: Lot, count: int, group: str = "5B") -> LotLoan:
    (loan,) = await lots.hand_out_lots(who.actor, LotHandOut([LotItem(lot.id, count)], group=group))
    return loan


async def test_what_is_out_is_renewed_once_by_32_at_once(
    school: MadeSchool, technician: MadePerson
) -> None:
    lot = await made_lot(technician, school)
    loan = await lend(technician, lot, 12)
    today = clock.today("Asia/Shanghai")
    soon, later = (LotRenewal(due_on=today + timedelta(days=days)) for days in (3, 9))
    renewed = await lots.renew_lot_loan(technician.actor, loan.id, soon)
    assert (renewed.due_on, renewed.renewals) == (soon.due_on, 1)
    results = await asyncio.gather(
        *(lots.renew_lot_loan(technician.actor, loan.id, later) for _ in range(32)),
        return_exceptions=True,
    )
    done = [one for one in results if isinstance(one, LotLoan)]
    assert [(one.due_on, one.renewals) for one in done] == [(later.due_on, 2)]
    assert {one.field for one in results if isinstance(one, Invalid)} == {"due_on"}
    for wrong in (soon, LotRenewal()):
        with pytest.raises(Invalid):
            await lots.renew_lot_loan(technician.actor, loan.id, wrong)
    teacher = await factories.person("teacher", school)
    with pytest.raises(Forbidden):
        await lots.renew_lot_loan(teacher.actor, loan.id, later)
    await lots.take_back_lot(technician.actor, loan.id, LotReturn(back=12))
    with pytest.raises(Conflict, match="back already"):
        await lots.renew_lot_loan(technician.actor, loan.id, LotRenewal(due_by="term"))


async def test_a_borrower_renews_his_own_as_often_as_the_school_allows(
    school: MadeSchool, technician: MadePerson
) -> None:
    lot = await made_lot(technician, school)
    teacher = await factories.person("teacher", school)
    day = clock.today("Asia/Shanghai") + timedelta(days=1)
    (loan,) = await lots.hand_out_lots(
        technician.actor, LotHandOut([LotItem(lot.id, 3)], person_id=teacher.id, due_on=day)
    )
    with pytest.raises(Conflict, match="not handed out to you"):
        await lots.renew_own_lot_loan(technician.actor, loan.id)
    results = await asyncio.gather(
        *(lots.renew_own_lot_loan(teacher.actor, loan.id) for _ in range(32)),
        return_exceptions=True,
    )
    done = [one for one in results if isinstance(one, LotLoan)]
    assert len(done) == 2
    assert (await lots.get_lot_loan(teacher.actor, loan.id)).renewals == 2
    assert {one.code for one in results if not isinstance(one, LotLoan)} == {"renewed_enough"}  # type: ignore[union-attr]
    (free,) = await lots.hand_out_lots(
        technician.actor, LotHandOut([LotItem(lot.id, 3)], person_id=teacher.id)
    )
    with pytest.raises(Conflict, match="No day is set"):
        await lots.renew_own_lot_loan(teacher.actor, free.id)


async def test_some_go_out_and_come_back_not_all_of_them(
    school: MadeSchool, technician: MadePerson
) -> None:
    lot = await made_lot(technician, school)
    loan = await lend(technician, lot, 12, "五(2)班")
    assert (loan.holder, loan.outstanding, loan.is_overdue) == ("五(2)班", 12, False)
    back = await lots.take_back_lot(technician.actor, loan.id, LotReturn(back=7, lost=1))
    assert (back.outstanding, back.lost, back.ended_at) == (4, 1, None)
    with pytest.raises(Conflict, match="Only 4 of them are out"):
        await lots.take_back_lot(technician.actor, loan.id, LotReturn(back=5))
    ended = await lots.take_back_lot(technician.actor, loan.id, LotReturn(back=2, broken=2))
    assert (ended.outstanding, ended.broken, ended.ended_at is not None) == (0, 2, True)
    now = await lots.get_lot(technician.actor, lot.id)
    assert (now.on_hand, now.out) == (27, 0)
    moves = await lots.list_lot_moves(technician.actor, lot.id)
    kinds = [move.kind for move in moves.items]
    assert kinds == ["broken", "taken_back", "lost", "taken_back", "handed_out", "received"]


async def test_32_parallel_hand_outs_of_the_last_one_have_one_winner(
    school: MadeSchool, technician: MadePerson
) -> None:
    lot = await made_lot(technician, school, 1)
    results = await asyncio.gather(
        *(lend(technician, lot, 1, f"Club {n}") for n in range(32)), return_exceptions=True
    )
    assert sum(isinstance(result, LotLoan) for result in results) == 1
    refused = [result for result in results if isinstance(result, Conflict)]
    assert len(refused) == 31
    assert {refusal.code for refusal in refused} == {"too_few"}


async def test_32_parallel_hand_outs_of_several_lots_never_give_too_many(
    school: MadeSchool, technician: MadePerson
) -> None:
    made = [await made_lot(technician, school, 5) for _ in range(3)]
    wanted = [
        LotHandOut(
            [LotItem(made[n % 3].id, 1), LotItem(made[(n + 1 + n // 3) % 3].id, 1)], group=f"C{n}"
        )
        for n in range(32)
    ]
    results = await asyncio.gather(
        *(lots.hand_out_lots(technician.actor, one) for one in wanted), return_exceptions=True
    )
    assert all(isinstance(result, list | Conflict) for result in results)
    page = await lots.list_lots(technician.actor)
    assert all(lot.on_hand >= 0 and lot.on_hand + lot.out == 5 for lot in page.items)
    assert sum(lot.out for lot in page.items) >= 13


async def test_32_parallel_moves_there_and_back_keep_the_sum(
    school: MadeSchool, technician: MadePerson
) -> None:
    here = await made_lot(technician, school, 40)
    place = await factories.place(school)
    there = await lots.move_lot(technician.actor, here.id, LotTransfer(place, 20))
    results = await asyncio.gather(
        *(
            lots.move_lot(
                technician.actor,
                (here if n % 2 else there).id,
                LotTransfer(there.place_id if n % 2 else here.place_id, 1),
            )
            for n in range(32)
        ),
        return_exceptions=True,
    )
    assert all(isinstance(result, Lot) for result in results)
    counts = [lot.on_hand for lot in (await lots.list_lots(technician.actor)).items]
    assert counts == [20, 20]


async def test_a_place_of_another_school_is_refused_whether_or_not_it_has_such_a_lot(
    school: MadeSchool, technician: MadePerson
) -> None:
    other = await factories.school()
    stranger = await factories.person("technician", other)
    theirs = await made_lot(stranger, other)
    for model in (theirs.model_id, await factories.asset_model()):
        with pytest.raises(Invalid, match="place of this school"):
            await lots.receive_lot(technician.actor, NewLot(school.code, model, theirs.place_id, 1))


async def test_the_balance_has_no_other_way_to_change(
    school: MadeSchool, technician: MadePerson
) -> None:
    lot = await made_lot(technician, school)
    loan = await lend(technician, lot, 2)
    for sql in (
        "UPDATE lot SET on_hand = 99",
        "UPDATE lot_loan SET outstanding = 0",
        "UPDATE lot_move SET quantity = 1",
        "DELETE FROM lot_move",
    ):
        with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
            await database.execute(sql)
    with pytest.raises(asyncpg.CheckViolationError, match="lot_on_hand_is_not_negative"):
        await database.execute(
            "INSERT INTO lot_loan (school, lot, holder, quantity, started_at, handed_by, note)"
            " VALUES ($1, $2, $3, 29, now(), $3, '')",
            school.id,
            lot.id,
            technician.id,
        )
    with pytest.raises(asyncpg.CheckViolationError, match="lot_move_changes_as_its_kind_says"):
        await database.execute(
            "INSERT INTO lot_move (school, lot, kind, quantity, on_hand_change, loan, at, note)"
            " VALUES ($1, $2, 'lost', 1, -1, $3, now(), '')",
            school.id,
            lot.id,
            loan.id,
        )


async def test_a_count_is_refused_when_some_went_meanwhile(
    school: MadeSchool, technician: MadePerson
) -> None:
    lot = await made_lot(technician, school)
    await lend(technician, lot, 3)
    with pytest.raises(Conflict, match="27 should be there now"):
        await lots.count_lot(technician.actor, lot.id, LotCount(30, expected=30))
    counted = await lots.count_lot(technician.actor, lot.id, LotCount(25, expected=27))
    assert counted.on_hand == 25
    same = await lots.count_lot(technician.actor, lot.id, LotCount(25, expected=25))
    assert same.on_hand == 25


async def test_a_donation_may_come_as_a_lot_and_be_undone(
    school: MadeSchool, admin: MadePerson
) -> None:
    gift = await factories_inventory.donation(admin, school, declared=10)
    place = await factories.place(school)
    line = gift.lines[0].id
    with pytest.raises(Invalid, match="where the lot is"):
        await donations.receive_line(admin.actor, gift.id, line, Receipt(4, as_lot=True))
    got = await donations.receive_line(admin.actor, gift.id, line, Receipt(4, place, as_lot=True))
    assert got == []
    seen = await donations.get_donation(admin.actor, gift.id)
    assert (seen.received, seen.in_lots, seen.missing) == (4, 4, 6)
    (lot,) = (await lots.list_lots(admin.actor, LotFilters(place=place))).items
    assert lot.on_hand == 4
    loan = await lend(admin, lot, 1)
    with pytest.raises(Conflict, match="only 3 are there"):
        await donations.undo_receipt(admin.actor, gift.id, seen.receipts[0].id)
    await lots.take_back_lot(admin.actor, loan.id, LotReturn(back=1))
    undone = await donations.undo_receipt(admin.actor, gift.id, seen.receipts[0].id)
    assert (undone.received, undone.in_lots) == (0, 0)


async def test_who_holds_what_of_lots(school: MadeSchool, technician: MadePerson) -> None:
    lot = await made_lot(technician, school)
    loan = await lend(technician, lot, 3, "五(2)班")
    (by_guest,) = await lots.hand_out_lots(
        technician.actor, LotHandOut([LotItem(lot.id, 1)], guest=NewGuest("Wang"))
    )
    found = await lots.list_lot_loans(technician.actor, LotLoanFilters(group=loan.holder_id))
    assert [row.id for row in found.items] == [loan.id]
    pupil = await factories.person("student_helper", school)
    seen = await lots.list_lot_loans(pupil.actor)
    assert {row.id: row.holder for row in seen.items} == {loan.id: "五(2)班", by_guest.id: None}
    with pytest.raises(Forbidden):
        await lend(pupil, lot, 1)
    stranger = await factories.person("technician", await factories.school())
    for reading in (
        lots.get_lot(stranger.actor, lot.id),
        lots.get_lot_loan(stranger.actor, loan.id),
        lots.take_back_lot(stranger.actor, loan.id, LotReturn(back=1)),
        lend(stranger, lot, 1),
    ):
        with pytest.raises(NotFound):
            await reading


async def test_what_is_due_is_overdue_after_its_moment(
    school: MadeSchool, technician: MadePerson
) -> None:
    lot = await made_lot(technician, school)
    today = clock.today("Asia/Shanghai")
    (loan,) = await lots.hand_out_lots(
        technician.actor, LotHandOut([LotItem(lot.id, 1)], group="5B", due_on=today)
    )
    assert (loan.due_on, loan.is_overdue) == (today, False)
    await database.execute("UPDATE lot_loan SET due_at = $1", clock.now() - timedelta(seconds=1))
    assert (await lots.get_lot_loan(technician.actor, loan.id)).is_overdue


class Facts(msgspec.Struct):
    """What the test knows: of each lot how many are there, of each loan its lot and what is out."""

    there: dict[int, int] = {}
    out: dict[int, tuple[int, int]] = {}


class Shelf(RuleBasedStateMachine):
    """Every operation is tried on any lot, and succeeds exactly if the facts allow it."""

    loop: asyncio.AbstractEventLoop

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    def attempt(self, work: Coroutine[Any, Any, Any], *, allowed: bool) -> Any:
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
        school = await factories.school()
        self.who = await factories.person("technician", school)
        self.places = [await factories.place(school) for _ in range(3)]
        self.school, self.model, self.facts = school, await factories.asset_model(), Facts({}, {})
        self.lot_of_place: dict[int, int] = {}

    @rule(place=st.integers(0, 2), count=st.integers(1, 5))
    def receive(self, place: int, count: int) -> None:
        new = NewLot(self.school.code, self.model, self.places[place], count)
        lot = self.run(lots.receive_lot(self.who.actor, new))
        self.lot_of_place[place] = lot.id
        self.facts.there[lot.id] = self.facts.there.get(lot.id, 0) + count

    @rule(data=st.data(), count=st.integers(1, 4))
    def hand_out(self, data: st.DataObject, count: int) -> None:
        if not self.facts.there:
            return
        lot_id = data.draw(st.sampled_from(sorted(self.facts.there)))
        allowed = self.facts.there[lot_id] >= count
        given = LotHandOut([LotItem(lot_id, count)], group="5B")
        made = self.attempt(lots.hand_out_lots(self.who.actor, given), allowed=allowed)
        if allowed:
            self.facts.there[lot_id] -= count
            self.facts.out[made[0].id] = (lot_id, count)

    @rule(data=st.data(), back=st.integers(0, 3), lost=st.integers(0, 1), broken=st.integers(0, 1))
    def take_back(self, data: st.DataObject, back: int, lost: int, broken: int) -> None:
        if not self.facts.out:
            return
        loan = data.draw(st.sampled_from(sorted(self.facts.out)))
        lot_id, out = self.facts.out[loan]
        total = back + lost + broken
        allowed = 0 < total <= out
        given = LotReturn(back=back, lost=lost, broken=broken)
        self.attempt(lots.take_back_lot(self.who.actor, loan, given), allowed=allowed)
        if allowed:
            self.facts.out[loan] = (lot_id, out - total)
            self.facts.there[lot_id] += back

    @rule(data=st.data(), place=st.integers(0, 2), count=st.integers(1, 4))
    def move(self, data: st.DataObject, place: int, count: int) -> None:
        if not self.facts.there:
            return
        lot_id = data.draw(st.sampled_from(sorted(self.facts.there)))
        allowed = self.facts.there[lot_id] >= count and self.lot_of_place.get(place) != lot_id
        transfer = LotTransfer(self.places[place], count)
        moved = self.attempt(lots.move_lot(self.who.actor, lot_id, transfer), allowed=allowed)
        if allowed:
            self.lot_of_place[place] = moved.id
            self.facts.there[lot_id] -= count
            self.facts.there[moved.id] = self.facts.there.get(moved.id, 0) + count

    @rule(data=st.data(), counted=st.integers(0, 9), seen=st.integers(-1, 1))
    def count(self, data: st.DataObject, counted: int, seen: int) -> None:
        if not self.facts.there:
            return
        lot_id = data.draw(st.sampled_from(sorted(self.facts.there)))
        expected = max(self.facts.there[lot_id] + seen, 0)
        allowed = expected == self.facts.there[lot_id]
        given = LotCount(counted, expected)
        self.attempt(lots.count_lot(self.who.actor, lot_id, given), allowed=allowed)
        if allowed:
            self.facts.there[lot_id] = counted

    @rule(data=st.data(), count=st.integers(1, 3), kind=st.sampled_from(list(LossKind)))
    def lose(self, data: st.DataObject, count: int, kind: LossKind) -> None:
        if not self.facts.there:
            return
        lot_id = data.draw(st.sampled_from(sorted(self.facts.there)))
        allowed = self.facts.there[lot_id] >= count
        self.attempt(
            lots.lose_of_lot(self.who.actor, lot_id, LotLoss(kind, count)), allowed=allowed
        )
        if allowed:
            self.facts.there[lot_id] -= count

    def teardown(self) -> None:
        if hasattr(self, "facts"):
            self.run(self._judge())

    async def _judge(self) -> None:
        for lot_id, there in self.facts.there.items():
            lot = await lots.get_lot(self.who.actor, lot_id)
            out = sum(left for of, left in self.facts.out.values() if of == lot_id)
            assert (lot.on_hand, lot.out) == (there, out)
        wrong = await database.fetch_value(WRONG)
        assert wrong == 0
        open_loans = await lots.list_lot_loans(self.who.actor)
        expected = {loan: left for loan, (_, left) in self.facts.out.items() if left}
        assert {loan.id: loan.outstanding for loan in open_loans.items} == expected


# Lots and loans whose balance is not the sum of their moves.
WRONG = """
SELECT (SELECT count(*) FROM lot l WHERE on_hand <>
          (SELECT coalesce(sum(on_hand_change), 0) FROM lot_move WHERE lot = l.id))
     + (SELECT count(*) FROM lot_loan n WHERE outstanding <>
          (SELECT coalesce(sum(out_change), 0) FROM lot_move WHERE loan = n.id)
          OR (outstanding = 0) <> (ended_at IS NOT NULL))
"""


async def test_after_any_operations_the_balances_are_the_sums_of_the_moves() -> None:
    Shelf.loop = asyncio.get_running_loop()
    machine = settings(
        max_examples=8, stateful_step_count=25, deadline=None,
        suppress_health_check=list(HealthCheck), database=None,
    )  # fmt: skip
    await asyncio.to_thread(run_state_machine_as_test, Shelf, settings=machine)
