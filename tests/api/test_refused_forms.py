"""What the inventory and the library refuse comes back on its form with all that was typed."""

import re
from datetime import date

import httpx

from inventory import donations, donors
from inventory.donations import NewDonation, NewLine
from inventory.donors import DonorKind, NewDonor
from storage import resources
from storage.resources import Description
from tests import factories
from tests.factories import MadePerson, MadeSchool


async def test_a_step_that_came_second_keeps_its_reason(
    client: httpx.AsyncClient, admin: MadePerson, school: MadeSchool
) -> None:
    asset = await factories.asset(school)
    answer = await client.post(
        f"/assets/{asset.tag}/step",
        data={"version": 99, "to_state": "lost", "reason": "Not seen since May"},
    )
    assert answer.status_code == 409
    assert 'value="Not seen since May"' in answer.text
    assert 'value="lost" selected' in answer.text
    assert 'id="errors"' in answer.text


async def test_a_receipt_that_is_refused_comes_back_at_its_line(
    client: httpx.AsyncClient, admin: MadePerson, school: MadeSchool
) -> None:
    donation_id, (first, second) = await _gift(admin, school)
    answer = await client.post(
        f"/donations/{donation_id}/lines/{second}/receive",
        data={"count": 1, "serial_numbers": "SN-1\nSN-2", "key": "pressed once"},
    )
    assert answer.status_code == 422
    area = rf'<textarea id="serial_numbers-{second}"[^>]*>\s*SN-1\s+SN-2</textarea>'
    assert re.search(area, answer.text)
    assert re.search(rf'id="serial_numbers-{second}-error"', answer.text)
    assert re.search(rf'<textarea id="serial_numbers-{first}"[^>]*>\s*</textarea>', answer.text)
    # What comes next is another request.
    assert 'name="key"' in answer.text and "pressed once" not in answer.text


async def test_a_wrong_number_of_a_line_comes_back_there_and_not_at_the_new_line(
    client: httpx.AsyncClient, admin: MadePerson, school: MadeSchool
) -> None:
    donation_id, (line, _) = await _gift(admin, school)
    answer = await client.post(
        f"/donations/{donation_id}/lines/{line}", data={"declared": "many", "note": "As told"}
    )
    assert answer.status_code == 422
    assert re.search(rf'id="note-{line}"[^>]*value="As told"', answer.text)
    assert re.search(r'id="note" name="note"[^>]*value=""', answer.text)


async def test_a_place_that_is_gone_comes_back_with_its_name(
    client: httpx.AsyncClient, admin: MadePerson, school: MadeSchool
) -> None:
    answer = await client.post(
        "/places",
        data={"school_id": school.id, "kind": "room", "name": "Lab 9", "parent_id": 999999},
    )
    assert answer.status_code == 422
    assert 'value="Lab 9"' in answer.text


async def test_a_description_that_came_second_keeps_its_words_and_may_be_sent_again(
    client: httpx.AsyncClient, admin: MadePerson, school: MadeSchool
) -> None:
    made = await resources.create_resource(
        admin.actor, school.id, Description(title="Fractions", subject="mathematics", kind="slides")
    )
    form = {"title": "Fractions", "subject": "mathematics", "kind": "slides"}
    address = f"/library/{made.id}/edit"
    first = await client.post(address, data={**form, "version": made.version, "abstract": "Easy"})
    assert first.status_code == 303
    second = await client.post(address, data={**form, "version": made.version, "abstract": "Hard"})
    assert second.status_code == 409
    assert "Hard" in second.text
    [version] = re.findall(r'name="version" value="(\d+)"', second.text)
    again = await client.post(address, data={**form, "version": version, "abstract": "Hard"})
    assert again.status_code == 303


async def test_a_list_of_another_school_is_refused_on_the_form(
    client: httpx.AsyncClient, admin: MadePerson
) -> None:
    answer = await client.post(
        "/imports", data={"school": "NOWHERE"}, files={"file": ("list.csv", b"tag\n")}
    )
    assert answer.status_code == 404
    assert 'id="errors"' in answer.text


async def _gift(admin: MadePerson, school: MadeSchool) -> tuple[int, list[int]]:
    donor = await donors.create_donor(
        admin.actor, NewDonor(school=school.code, kind=DonorKind.organisation, name="A firm")
    )
    gift = await donations.create_donation(
        admin.actor,
        NewDonation(
            school=school.code, donor_id=donor.id, title="Computers", received_on=date(2026, 3, 1)
        ),
    )
    for _ in range(2):
        model = await factories.asset_model()
        gift = await donations.create_line(
            admin.actor, gift.id, NewLine(model_id=model, declared=5)
        )
    return gift.id, [line.id for line in gift.lines]
