"""Work of student helpers counts once it is signed off, by somebody else, once."""

import asyncio

import httpx
import pytest

from core import database
from core.access import Role
from core.errors import Conflict, Forbidden, NotFound
from inventory import repairs
from inventory.repairs import EntriesToSignOff, Fix, SentBack
from tests import factories, factories_repairs
from tests.factories import MadePerson, MadeSchool


@pytest.fixture
async def technician(school: MadeSchool) -> MadePerson:
    return await factories.person(Role.technician, school)


@pytest.fixture
async def helper(school: MadeSchool) -> MadePerson:
    return await factories.person(Role.student_helper, school)


async def test_an_order_closes_only_when_the_work_of_its_helper_is_signed_off_or_sent_back(
    school: MadeSchool, technician: MadePerson, helper: MadePerson
) -> None:
    made = await factories_repairs.proposed(technician, helper, await factories.asset(school))
    order_id = made.work_order_id
    assert made.sign_off == "proposed"
    assert (await repairs.get_work_order(technician.actor, order_id)).minutes == 0
    for close in (
        repairs.complete(technician.actor, order_id, resolution="Works again"),
        repairs.cancel(technician.actor, order_id, reason="Nothing"),
        repairs.fix(technician.actor, order_id, Fix(done="A new cable")),
    ):
        with pytest.raises(Conflict) as refused:
            await close
        assert refused.value.code == "work_not_signed_off"
    # Not past the verbs either.
    with pytest.raises(Exception, match="not signed off"):
        await database.execute(
            "UPDATE work_order SET state = 'completed', closed_at = now() WHERE id = $1", order_id
        )
    assert await repairs.count_to_sign_off(technician.actor) == 1
    back = await repairs.send_back(technician.actor, order_id, made.id, SentBack("Measure it"))
    assert (back.sign_off, back.decided_by) == ("sent_back", technician.name)
    assert [one.id for one in await repairs.list_sent_back(helper.actor, limit=5)] == [made.id]
    again = await repairs.create_entry(
        helper.actor, order_id, repairs.NewEntry(done="Measured: 12 V", minutes=7)
    )
    assert await repairs.list_sent_back(helper.actor, limit=5) == []
    (signed,) = await repairs.sign_off(technician.actor, EntriesToSignOff([again.id]))
    assert signed.sign_off == "signed_off"
    closed = await repairs.complete(technician.actor, order_id, resolution="Works again")
    assert (closed.state, closed.minutes, closed.cost) == ("completed", 7, 0)


async def test_only_a_technician_or_admin_of_the_school_signs_off_and_never_the_own_work(
    school: MadeSchool, technician: MadePerson, helper: MadePerson
) -> None:
    made = await factories_repairs.proposed(technician, helper, await factories.asset(school))
    chosen = EntriesToSignOff([made.id])
    for role in (Role.student_helper, Role.teacher, Role.auditor):
        with pytest.raises(Forbidden):
            await repairs.sign_off((await factories.person(role, school)).actor, chosen)
    with pytest.raises(Forbidden):
        await repairs.sign_off(helper.actor, chosen)
    stranger = await factories.person(Role.admin, await factories.school())
    with pytest.raises(NotFound):
        await repairs.sign_off(stranger.actor, chosen)
    assert await repairs.count_to_sign_off(stranger.actor) == 0
    decide = (
        "UPDATE work_order_entry SET sign_off = 'signed_off', decided_by = $1, decided_at = now()"
    )
    other = await factories.person(Role.student_helper, school)
    for who, rule in ((helper, "decided_by_another|technician"), (other, "technician")):
        with pytest.raises(Exception, match=rule):
            await database.execute(decide, who.id)
    # Who has become a technician since is still not the one who signs off his own work.
    await database.execute("UPDATE membership SET role = 'technician' WHERE person = $1", helper.id)
    with pytest.raises(Exception, match="decided_by_another"):
        await database.execute(decide, helper.id)
    # What a technician writes needs nobody.
    own = await repairs.create_entry(
        technician.actor, made.work_order_id, repairs.NewEntry(found="Dust")
    )
    assert own.sign_off == "not_needed"
    # All or none: the one that needs no sign-off is refused with the other.
    with pytest.raises(Conflict):
        await repairs.sign_off(technician.actor, EntriesToSignOff([made.id, own.id]))
    assert await repairs.count_to_sign_off(technician.actor) == 1


async def test_thirty_two_sign_offs_by_form_and_json_and_one_stands(
    client: httpx.AsyncClient, school: MadeSchool, technician: MadePerson, helper: MadePerson
) -> None:
    made = await factories_repairs.proposed(technician, helper, await factories.asset(school))
    await factories.signed_in(client, technician)
    page = (await client.get("/work-orders/sign-offs")).text
    assert "A new cable" in page and f'name="only" value="{made.id}"' in page
    assert "/work-orders/sign-offs" in (await client.get("/")).text
    refused = await client.post(
        f"/work-orders/{made.work_order_id}/entries/{made.id}/send-back", data={"note": " "}
    )
    assert refused.status_code == 422 and f'id="note-{made.id}"' in refused.text
    none = await client.post("/work-orders/sign-offs")
    assert none.status_code == 422 and "Choose at least one" in none.text
    back = f"/api/v1/work-orders/{made.work_order_id}/entries/{made.id}/send-back"
    answers = await asyncio.gather(
        *(client.post("/work-orders/sign-offs", data={"entry_ids": made.id}) for _ in range(14)),
        *(
            client.post("/api/v1/work-orders/sign-offs", json={"entry_ids": [made.id]})
            for _ in range(14)
        ),
        *(client.post(back, json={"note": "Again"}) for _ in range(4)),
    )
    codes = sorted(answer.status_code for answer in answers)
    assert codes[1:] == [409] * 31 and codes[0] in (200, 303), codes
    assert await repairs.count_to_sign_off(technician.actor) == 0
    order = await client.get(f"/work-orders/{made.work_order_id}")
    assert technician.name in order.text
