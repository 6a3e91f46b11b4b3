"""What comes back is seen thing by thing, what lacks stays in sight; hand-overs are signed once."""

import asyncio

import pytest

from core import database
from core.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from inventory import assets, custody
from inventory.assets import Condition
from inventory.custody import (
    CustodyFilters,
    CustodyView,
    Holder,
    NewSignature,
    Resolution,
    ReturnedRow,
)
from inventory.custody.shortages import ResolvedAs
from tests import factories

pytestmark = pytest.mark.usefixtures("db")
DRAWN = [[20, 100, 60, 40, 110, 130], [5, 5]]


async def test_each_thing_of_a_return_has_its_own_condition_and_missing_parts() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    fine, lacking, broken = [(await factories.asset(school)).tag for _ in range(3)]
    await custody.hand_out(technician.actor, [fine, lacking, broken], Holder(group="5B"))
    ended = await custody.take_back(
        technician.actor,
        [fine, lacking, broken],
        condition=Condition.ok,
        note="Together",
        rows=[
            ReturnedRow(lacking, missing_parts=" Charger "),
            ReturnedRow(broken, Condition.broken, note="Screen"),
        ],
    )
    seen = {one.tag: (one.return_note, one.missing_parts) for one in ended}
    assert seen == {
        fine: ("Together", ""),
        lacking: ("Together", "Charger"),
        broken: ("Screen", ""),
    }
    conditions = [(await assets.get_asset(technician.actor, t)).condition for t in seen]
    assert sorted(conditions) == ["broken", "incomplete", "ok"]
    missing = await custody.list_custody(technician.actor, CustodyFilters(view=CustodyView.missing))
    assert [one.tag for one in missing.items] == [lacking]
    (hand_in,) = {one.hand_in_id for one in ended}
    assert hand_in is not None
    receipt = await custody.get_hand_over(technician.actor, hand_in)
    assert {item.tag: item.condition for item in receipt.items}[broken] == "broken"
    assert {item.tag: item.missing_parts for item in receipt.items}[lacking] == "Charger"


async def test_rows_that_are_wrong_are_named_and_nothing_comes_back() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    out, idle = [(await factories.asset(school)).tag for _ in range(2)]
    await custody.hand_out(technician.actor, [out], Holder(group="5B"))
    with pytest.raises(Problem) as refused:
        await custody.take_back(
            technician.actor,
            [idle, out],
            rows=[ReturnedRow(out, missing_parts="x" * 401), ReturnedRow("NO-1"), ReturnedRow(out)],
        )
    assert sorted((e.field, e.index, e.code) for e in refused.value.errors) == [
        ("rows", 1, "not_in_list"),
        ("rows", 2, "not_in_list"),
        ("tags", 0, "not_in_custody"),
        ("tags", 1, "too_long"),
    ]
    assert len((await custody.list_custody(technician.actor)).items) == 1


async def test_missing_parts_are_resolved_once_of_32_who_try() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    teacher = await factories.person("teacher", school)
    tag = (await factories.asset(school)).tag
    await custody.hand_out(technician.actor, [tag], Holder(group="5B"))
    await custody.take_back(technician.actor, [tag], rows=[ReturnedRow(tag, missing_parts="Pen")])
    (lack,) = await custody.list_shortages(teacher.actor, tag)
    found = Resolution(ResolvedAs.found)
    with pytest.raises(Forbidden):
        await custody.resolve_shortage(teacher.actor, lack.id, found)
    results = await asyncio.gather(
        *(custody.resolve_shortage(technician.actor, lack.id, found) for _ in range(32)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, custody.Shortage) for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 31
    (lack,) = await custody.list_shortages(teacher.actor, tag)
    assert (lack.resolved_as, lack.resolved_by) == ("found", technician.name)
    (loan,) = await custody.list_of_asset(teacher.actor, tag)
    assert loan.missing_parts == ""


async def test_one_signature_holds_terms_things_and_who_signed() -> None:
    school, other = await factories.school(), await factories.school()
    technician = await factories.person("technician", school)
    stranger = await factories.person("technician", other)
    await database.execute(
        "UPDATE school SET lending_terms = 'Bring it back.' WHERE id = $1", school.id
    )
    tags = [(await factories.asset(school)).tag for _ in range(3)]
    loans = await custody.hand_out(technician.actor, tags, Holder(group="5B"))
    (hand_out,) = {loan.hand_out_id for loan in loans}
    assert hand_out is not None
    new = NewSignature(" Teacher  Wang ", DRAWN, "Bring it back.")
    with pytest.raises(NotFound):
        await custody.sign(stranger.actor, hand_out, new)
    with pytest.raises(Conflict) as read_before:
        await custody.sign(technician.actor, hand_out, NewSignature("Wang", DRAWN, "Keep it."))
    assert read_before.value.code == "terms"
    results = await asyncio.gather(
        *(custody.sign(technician.actor, hand_out, new) for _ in range(32)), return_exceptions=True
    )
    assert sum(isinstance(result, Conflict) for result in results) == 31
    signature = (await custody.get_hand_over(technician.actor, hand_out)).signature
    assert signature is not None
    assert (signature.signer, signature.terms) == ("Teacher Wang", "Bring it back.")
    assert (signature.strokes, [item.tag for item in signature.items]) == (DRAWN, sorted(tags))
    with pytest.raises(Exception, match="append-only"):
        await database.execute("UPDATE custody_signature SET signer = 'Li'")


@pytest.mark.parametrize(
    ("signer", "strokes", "fields"),
    [
        ("", [], ["signer", "strokes"]),
        ("x" * 121, DRAWN, ["signer"]),
        ("Wang", [[1, 1, 2]] * 3, ["strokes"]),
        ("Wang", [[1, 201, 2, 2, 3, 3, 4, 4]], ["strokes"]),
        ("Wang", [[601, 1, 2, 2, 3, 3, 4, 4]], ["strokes"]),
        ("Wang", [[1, 1]] * 4001, ["strokes"]),
    ],
)
async def test_what_is_no_signature_is_refused(
    signer: str, strokes: list[list[int]], fields: list[str]
) -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    tag = (await factories.asset(school)).tag
    (loan,) = await custody.hand_out(technician.actor, [tag], Holder(group="5B"))
    assert loan.hand_out_id is not None
    with pytest.raises(Invalid) as refused:
        await custody.sign(technician.actor, loan.hand_out_id, NewSignature(signer, strokes))
    assert [error.field for error in refused.value.errors] == fields


async def test_a_pupil_who_helps_reads_the_things_and_not_who_signed() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    borrower = await factories.person("teacher", school)
    helper = await factories.person("student_helper", school)
    tag = (await factories.asset(school)).tag
    (loan,) = await custody.hand_out(technician.actor, [tag], Holder(person_id=borrower.id))
    assert loan.hand_out_id is not None
    await custody.sign(technician.actor, loan.hand_out_id, NewSignature(borrower.name, DRAWN))
    for reader, reads in ((helper, False), (borrower, True), (technician, True)):
        seen = await custody.get_hand_over(reader.actor, loan.hand_out_id)
        assert seen.is_signed and seen.items[0].tag == tag
        assert (seen.signature is not None, seen.items[0].holder is not None) == (reads, reads)
