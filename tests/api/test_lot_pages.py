"""Lots in the browser: what is refused, what is overdue, long lists, what a teacher can borrow."""

import asyncio
import re

import httpx
import pytest

from core import database
from core.errors import Conflict
from inventory import custody, lots
from inventory.custody import Holder
from inventory.lots import Lot, LotHandOut, LotItem, LotLoanFilters, NewLot
from inventory.places import REFUSALS
from tests import factories
from tests.api.office import Office, office_of
from tests.factories import MadePerson

pytestmark = pytest.mark.usefixtures("db")
LATE = "UPDATE {0} SET due_at = now() - interval '1 hour', started_at = now() - interval '3 days'"


@pytest.fixture
async def office(client: httpx.AsyncClient) -> Office:
    return await office_of(client, "technician")


async def made_lot(office: Office, count: int = 30) -> Lot:
    place, model = await factories.place(office.school), await factories.asset_model()
    new = NewLot(office.school.code, model, place, count)
    return await lots.receive_lot(office.who.actor, new)


async def lend(office: Office, lot: Lot, count: int, to: MadePerson) -> None:
    given = LotHandOut([LotItem(lot.id, count)], person_id=to.id)
    await lots.hand_out_lots(office.who.actor, given)


def fold_of(page: str, field: str) -> str:
    """The fold that holds a field, from its opening tag on."""
    folds = re.findall(r'<details class="fold".*?</details>', page, re.DOTALL)
    return next(fold for fold in folds if f'id="{field}"' in fold)


async def test_a_refused_step_of_a_lot_stands_beside_its_field_in_an_open_fold(
    office: Office,
) -> None:
    lot, place = await made_lot(office, 5), await factories.place(office.school)
    cases = {
        ("move", "move-quantity", "9"): {"place_id": place, "quantity": 9},
        ("lose", "lose-quantity", "8"): {"kind": "broken", "quantity": 8, "note": "Fell down"},
        ("lose", "lose-note", "1"): {"kind": "lost", "quantity": 1, "note": "x" * 401},
        ("move", "move-quantity", "many"): {"place_id": place, "quantity": "many"},
        ("count", "counted", "4"): {"counted": 4, "expected": 6},
        ("count", "counted", "3"): {"counted": 3, "expected": 2_000_000},
    }
    for (step, field, typed), form in cases.items():
        answer = await office.send(f"/lots/{lot.id}/{step}", key=f"{step}{typed}", **form)
        assert answer.status_code in (409, 422), (step, typed)
        fold = fold_of(answer.text, field)
        assert fold.startswith('<details class="fold" open>'), (step, typed)
        assert f'id="{field}-error"' in fold
        assert f'href="#{field}"' in answer.text
        assert f'value="{typed}"' in fold
        # The other forms stay closed and empty.
        assert answer.text.count('<details class="fold" open>') == 1
        assert len(re.findall(f'<input [^>]*value="{typed}"', answer.text)) == 1
    assert (await lots.get_lot(office.who.actor, lot.id)).on_hand == 5


async def test_what_is_overdue_of_lots_is_wherever_overdue_custody_is(
    office: Office, client: httpx.AsyncClient
) -> None:
    lot, tag = await made_lot(office), (await factories.asset(office.school)).tag
    teacher = await factories.person("teacher", office.school, locale="en")
    await lend(office, lot, 3, teacher)
    await custody.hand_out(office.who.actor, [tag], Holder(person_id=teacher.id))
    assert 'href="/custody?view=overdue"' in await office.see("/")
    for table in ("custody", "lot_loan"):
        await database.execute(LATE.format(table))
    home = re.sub(r"\s+", " ", await office.see("/"))
    tile = re.search(r'href="/custody\?view=overdue".*?</li>', home)
    assert tile and re.search(r">\s*2\s*<", tile[0]), tile
    for path in ("/custody?view=overdue", "/custody", "/lot-loans?view=overdue"):
        page = await office.see(path)
        assert lot.title in page and teacher.name in page, path
    assert teacher.name in (await client.get("/lot-loans.csv?view=overdue")).text
    asked = await client.get(
        "/api/v1/lot-loans?view=overdue", headers=await factories.bearer(office.who)
    )
    assert [(row["outstanding"], row["is_overdue"]) for row in asked.json()["items"]] == [(3, True)]
    await factories.signed_in(client, teacher)
    for path in ("/", "/custody?mine=on"):
        page = await office.see(path)
        assert f"3 × {lot.title}" in page, path
    mine = await client.get("/api/v1/lot-loans?mine=true", headers=await factories.bearer(teacher))
    (held,) = mine.json()["items"]
    renew = f"/lot-loans/{held['id']}/renew-own"
    assert renew not in await office.see("/custody?mine=on")  # overdue
    await database.execute("UPDATE lot_loan SET due_at = now() + interval '2 days'")
    assert renew in await office.see("/custody?mine=on")
    done = await client.post(renew, data={"key": "renew-own-1"}, follow_redirects=True)
    assert f"{lot.title} is renewed until" in done.text
    again = await client.post(
        f"/api/v1/lot-loans/{held['id']}/own-renewals", headers=await factories.bearer(teacher)
    )
    assert again.json()["renewals"] == 2


async def test_long_lists_of_loans_and_moves_say_how_many_and_go_on(office: Office) -> None:
    lot = await made_lot(office, 200)
    given = [LotHandOut([LotItem(lot.id, 1)], group="五(2)班") for _ in range(23)]
    made = [(await lots.hand_out_lots(office.who.actor, one))[0] for one in given]
    group = made[0].holder_id
    for path in (f"/lots/{lot.id}", f"/classes/{group}", "/custody"):
        page = await office.see(path)
        (rest,) = re.findall(r'href="(/lot-loans[^"]*)">All 23 loans', page)
        assert page.count('class="button button-small" href="/lot-loans/') == 20, path
        shown = await office.see(rest.replace("&amp;", "&"))
        assert len(set(re.findall(r'href="/lot-loans/(\d+)"', shown))) == 23, path
    first = await lots.list_lot_moves(office.who.actor, lot.id, limit=20)
    assert first.next_cursor
    rest_of = await lots.list_lot_moves(office.who.actor, lot.id, cursor=first.next_cursor)
    assert [row.kind for row in rest_of.items] == ["handed_out"] * 3 + ["received"]
    for path in (
        f"/lots/{lot.id}/moves?limit=20",
        f"/lots/{lot.id}/moves?cursor={first.next_cursor}",
    ):
        answer = await office.client.get(
            f"/api/v1{path}", headers=await factories.bearer(office.who)
        )
        assert len(answer.json()["items"]) in (20, 4)


async def test_32_parallel_hand_outs_by_form_and_json_give_what_is_there_and_no_more(
    office: Office,
) -> None:
    lot, bearer = await made_lot(office, 20), await factories.bearer(office.who)
    by_form = [
        office.send(
            f"/lots/{lot.id}/hand-out", who=f"Club {n}", holder="group", quantity=2, key=f"k{n}"
        )
        for n in range(16)
    ]
    by_json = [
        office.client.post(
            "/api/v1/lot-loans",
            json={"items": [{"lot_id": lot.id, "quantity": 1}], "group": f"Team {n}"},
            headers=bearer,
        )
        for n in range(16)
    ]
    answers = await asyncio.gather(*by_form, *by_json)
    assert {answer.status_code for answer in answers} <= {201, 303, 409}
    given = 2 * sum(one.status_code == 303 for one in answers) + sum(
        one.status_code == 201 for one in answers
    )
    seen = await lots.get_lot(office.who.actor, lot.id)
    assert (seen.on_hand, seen.out) == (20 - given, given)
    # Nobody was refused while there was enough: at most one is left, which no form asked for alone.
    assert seen.on_hand <= 1
    facts = await database.fetch_value(
        "SELECT sum(on_hand_change) FROM lot_move WHERE lot = $1", lot.id
    )
    assert facts == seen.on_hand
    total = await lots.count_lot_loans(office.who.actor, LotLoanFilters(lot=lot.id))
    assert total == sum(one.status_code in (201, 303) for one in answers)


async def test_a_place_that_holds_a_lot_says_which_when_it_is_to_be_retired(
    office: Office,
) -> None:
    lot = await made_lot(office, 4)
    await lend(office, lot, 4, office.who)
    page = await office.see(f"/places/{lot.place_id}")
    assert lot.title in page
    refused = await office.send(f"/places/{lot.place_id}/retire")
    assert refused.status_code == 409
    assert f"4 × {lot.title}" in refused.text
    answer = await office.client.post(
        f"/api/v1/places/{lot.place_id}/retire", headers=await factories.bearer(office.who)
    )
    assert answer.json()["code"] == "place_not_empty"
    with pytest.raises(Conflict):
        await database_rule(lot)
    assert (
        "out of use" not in (await office.see(f"/places/{lot.place_id}")).lower().split("<form")[0]
    )


async def database_rule(lot: Lot) -> None:
    """What the database says to whoever does not ask the service first."""
    with database.refusing(REFUSALS):
        await database.execute("UPDATE place SET retired_at = now() WHERE id = $1", lot.place_id)


async def test_a_teacher_finds_what_can_be_borrowed_and_how_many_there_are(
    office: Office, client: httpx.AsyncClient
) -> None:
    for empty in ("/lots", "/lots?place=1", "/lot-loans", "/lot-loans?mine=on", "/book"):
        await office.see(empty)
    lot, gone = await made_lot(office, 12), await made_lot(office, 1)
    await lend(office, gone, 1, office.who)
    teacher = await factories.person("teacher", office.school, locale="en")
    await factories.signed_in(client, teacher)
    for path in ("/book", "/lots?there=on", f"/search?q={lot.title}"):
        page = re.sub(r"\s+", " ", await office.see(path))
        row = page[page.index(f'href="/lots/{lot.id}"') :][:800]
        assert re.search(r"\b12\b", row), path
        assert f'href="/lots/{gone.id}"' not in page or path.startswith("/search")
    assert "ask whoever keeps" in await office.see(f"/lots/{lot.id}")
    assert 'href="/lots' in await office.see("/book")
