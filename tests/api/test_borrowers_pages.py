"""Classes, guests and lots in the browser: entered by a grid, found by typing, handed out once."""

import asyncio
import re
from datetime import UTC, datetime

import httpx
import pytest

from core import clock, database
from inventory import groups, lots
from inventory.groups import GroupFilters, GroupView, NewGroup
from inventory.lots import LotHandOut, LotItem, NewLot
from tests import factories
from tests.api.office import Office, office_of

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
async def office(client: httpx.AsyncClient) -> Office:
    return await office_of(client, "technician")


async def made_lot(office: Office, count: int = 30) -> int:
    place, model = await factories.place(office.school), await factories.asset_model()
    new = NewLot(office.school.code, model, place, count)
    return (await lots.receive_lot(office.who.actor, new)).id


async def test_the_classes_of_a_year_are_entered_in_one_form_and_promoted_in_one_step(
    office: Office,
) -> None:
    year = groups.school_year(await database.fetch_value("SELECT current_date"))
    page = await office.see("/classes/grid")
    assert f'value="{year}"' in page
    grid = {"school": office.school.code, "year": year, "grade_5": 2, "grade_6": 1, "grade_9": 1}
    for _ in range(2):
        assert (await office.send("/classes/grid", **grid)).status_code == 303
    rows = (await groups.list_groups(office.who.actor)).items
    assert [row.name for row in rows] == ["五(1)班", "五(2)班", "六(1)班", "九(1)班"]
    assert "五(2)班" in await office.see("/classes")
    # Whose next grade the school has not are left where they are, unless ticked.
    page = await office.see("/classes/promote")
    ticked = re.findall(r'name="group_ids" value="(\d+)" checked', page)
    assert ticked == [str(rows[0].id), str(rows[1].id)]
    answer = await office.client.post(
        "/classes/promote", data={"school": office.school.code, "group_ids": ticked}
    )
    assert answer.status_code == 303, answer.text
    await database.execute("UPDATE borrower_group SET year = year - 1")
    now = (await groups.list_groups(office.who.actor)).items
    assert [(row.name, row.follows) for row in now] == [
        ("六(1)班", "五(1)班"),
        ("六(2)班", "五(2)班"),
    ]
    past = await groups.list_groups(office.who.actor, GroupFilters(view=GroupView.past))
    assert len(past.items) == 4
    assert "五(1)班" in await office.see(f"/classes/{now[0].id}")


async def test_a_wrong_grid_is_refused_by_its_field(office: Office) -> None:
    wrong = await office.send("/classes/grid", school=office.school.code, year=2026, grade_5=41)
    assert wrong.status_code == 422
    assert 'id="grade_5-error"' in wrong.text
    nothing = await office.send("/classes/grid", school=office.school.code, year=2026)
    assert nothing.status_code == 422


async def test_who_gets_it_is_found_by_typing(office: Office) -> None:
    lot = await made_lot(office)
    made = await groups.create_group(
        office.who.actor, NewGroup(school=office.school.code, name="五(2)班")
    )
    there = f"/lots/{lot}/hand-out"
    assert 'value="五(2)班"' in await office.see(there)
    given = await office.send(there, who="五（2）班", quantity=3, key="k1")
    assert given.status_code == 303
    again = await office.send(there, who="五（2）班", quantity=3, key="k1")
    assert again.headers["location"] == given.headers["location"]
    seen = await lots.get_lot(office.who.actor, lot)
    assert (seen.on_hand, seen.out) == (27, 3)
    unclear = await office.send(there, who="五", quantity=2, key="k2")
    assert unclear.status_code == 422
    assert f'value="group:{made.id}"' in unclear.text
    assert 'value="五"' in unclear.text
    chosen = await office.send(there, who="五", holder=f"group:{made.id}", quantity=2, key="k3")
    assert chosen.status_code == 303
    stranger = await office.send(there, who="王师傅", quantity=1, key="k4")
    assert "Nobody here is called that" in stranger.text
    guest = await office.send(
        there, who="王师傅", holder="guest", contact="13800000000", quantity=1, key="k5"
    )
    assert guest.status_code == 303
    assert (await office.send(there, who="王师傅", quantity=1, key="k6")).status_code == 303
    page = await office.see(f"/classes/{made.id}")
    assert "5 ×" in page or "3 ×" in page
    assert "13800000000" in await office.see("/guests")


async def test_a_lot_from_its_first_day_to_its_last(office: Office) -> None:
    place, other = await factories.place(office.school), await factories.place(office.school)
    new = {
        "school": office.school.code, "place_id": place, "quantity": 10, "new_model_kind": "other",
        "new_model_name": "Headset",
    }  # fmt: skip
    made = await office.send("/lots/new", key="n1", **new)
    assert made.status_code == 303, made.text
    again = await office.send("/lots/new", key="n1", **new)
    here = made.headers["location"]
    assert again.headers["location"] == here
    assert "There now: 10" in await office.see(here)
    await office.send(f"{here}/hand-out", who="5B", holder="group", quantity=4, key="h1")
    (loan,) = (await lots.list_lot_loans(office.who.actor)).items
    wrong = await office.send(f"/lot-loans/{loan.id}", back=5, key="b1")
    assert wrong.status_code == 409
    assert "Only 4 of them are out" in wrong.text
    assert 'value="5"' in wrong.text
    done = await office.send(f"/lot-loans/{loan.id}", back=2, lost=1, broken=1, key="b2")
    assert done.status_code == 303
    await office.send(f"{here}/count", counted=7, expected=8)
    await office.send(f"{here}/lose", kind="broken", quantity=1, key="l1")
    moved = await office.send(f"{here}/move", place_id=other, quantity=2, key="m1")
    assert moved.headers["location"] != here
    page = await office.see(here)
    assert "There now: 4" in page
    for words in (
        "Taken in",
        "Handed out",
        "Came back",
        "Lost",
        "Broken",
        "Counted",
        "another place",
    ):
        assert words in page
    assert "Headset" in await office.see("/lots")
    assert "Headset" in (await office.client.get("/lots.csv")).text


async def test_32_parallel_hand_outs_of_the_last_one_by_form_and_json(office: Office) -> None:
    lot = await made_lot(office, 1)
    token_free = [
        office.send(
            f"/lots/{lot}/hand-out", who=f"Club {n}", holder="group", quantity=1, key=f"k{n}"
        )
        for n in range(16)
    ]
    by_verb = [
        lots.hand_out_lots(office.who.actor, LotHandOut([LotItem(lot, 1)], group=f"Club {n}"))
        for n in range(16)
    ]
    results = await asyncio.gather(*token_free, *by_verb, return_exceptions=True)
    winners = [
        one for one in results
        if isinstance(one, list) or (isinstance(one, httpx.Response) and one.status_code == 303)
    ]  # fmt: skip
    refused = [one for one in results if isinstance(one, httpx.Response) and one.status_code == 409]
    assert len(winners) == 1
    assert len(refused) >= 15
    seen = await lots.get_lot(office.who.actor, lot)
    assert (seen.on_hand, seen.out) == (0, 1)


async def test_a_guest_is_put_right_and_erased(office: Office) -> None:
    lot = await made_lot(office)
    await office.send(
        f"/lots/{lot}/hand-out", who="Wang", holder="guest", contact="1", quantity=1, key="k"
    )
    (loan,) = (await lots.list_lot_loans(office.who.actor)).items
    page = await office.see(f"/guests/{loan.holder_id}")
    assert "Never a pupil" in page
    refused = await office.send(f"/guests/{loan.holder_id}/erase")
    assert refused.status_code == 409
    await office.send(f"/lot-loans/{loan.id}", back=1, key="b")
    assert (await office.send(f"/guests/{loan.holder_id}/erase")).status_code == 303
    assert "A guest" in await office.see(f"/lots/{lot}")
    assert "Wang" not in await office.see(f"/lots/{lot}")


async def test_a_name_typed_after_a_choice_is_asked_about_anew(office: Office) -> None:
    lot = await made_lot(office)
    five, six = [
        await groups.create_group(office.who.actor, NewGroup(school=office.school.code, name=name))
        for name in ("五(2)班", "六(2)班")
    ]
    there = f"/lots/{lot}/hand-out"
    unclear = await office.send(there, who="(2)", quantity=1, key="k1")
    assert 'name="asked_who" value="(2)"' in unclear.text
    chosen = {"asked_who": "(2)", "holder": f"group:{five.id}", "quantity": 1}
    later = await office.send(there, who="六2班", key="k2", **chosen)
    assert later.status_code == 422
    assert "Another name was typed since" in later.text
    assert 'name="asked_who" value="六2班"' in later.text
    assert re.findall(r'name="holder" value="([^"]+)" checked', later.text) == [f"group:{six.id}"]
    emptied = await office.send(there, who="", key="k3", **chosen)
    assert emptied.status_code == 422 and "Say who gets it" in emptied.text
    assert (await lots.list_lot_loans(office.who.actor)).items == []
    again = {**chosen, "asked_who": "六2班", "holder": f"group:{six.id}"}
    assert (await office.send(there, who="六2班", key="k4", **again)).status_code == 303
    (loan,) = (await lots.list_lot_loans(office.who.actor)).items
    assert loan.holder_id == six.id
    # At the desk too what is only laid out again forgets a choice for another name.
    found = await office.send("/custody/hand-out", who="Nobody", search="on", find="x", **chosen)
    assert 'name="holder" value="guest"' in found.text and 'value="guest" checked' not in found.text


async def test_a_new_guest_is_not_taken_for_another_of_the_name(office: Office) -> None:
    lot = await made_lot(office)
    there = f"/lots/{lot}/hand-out"
    new = {"who": "王师傅", "holder": "guest", "asked_who": "王师傅", "quantity": 1}
    assert (await office.send(there, contact="1380", key="k1", **new)).status_code == 303
    for typed in ("王师傅", "王 师傅"):
        sent = {**new, "who": typed, "asked_who": typed}
        asked = await office.send(there, key="k2", **sent)
        assert asked.status_code == 422
        assert "There is a guest of this name already" in asked.text
        assert 'id="contact-error"' in asked.text
        assert "王师傅 · Guest · 1380" in asked.text
    assert (await office.send(there, contact="A firm", key="k3", **new)).status_code == 303
    loans = (await lots.list_lot_loans(office.who.actor)).items
    assert len({loan.holder_id for loan in loans}) == 2


async def test_the_year_of_the_grid_is_that_of_the_schools_clock(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    # In Shanghai it is the first of September already, on Samoa's clock not for long.
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 8, 31, 17, 0, tzinfo=UTC))
    assert 'value="2026"' in await office.see("/classes/grid")
    await database.execute("UPDATE school SET zone = 'Pacific/Pago_Pago'")
    assert 'value="2025"' in await office.see("/classes/grid")
