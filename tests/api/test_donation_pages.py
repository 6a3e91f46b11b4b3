"""The pages of donations and donors."""

import re

import httpx
import pytest

from core import database
from inventory import donors
from tests import factories, factories_inventory
from tests.api.office import Office, office_of


@pytest.mark.parametrize("locale", ["en", "zh_CN"])
async def test_a_gift_goes_from_the_donor_to_the_letter_by_forms(
    client: httpx.AsyncClient, locale: str
) -> None:
    office = await office_of(client, "admin", locale)
    model = await factories.asset_model()
    await office.see("/donations")
    await office.see("/donors/new")
    donor = await office.send(
        "/donors/new", school=office.school.code, kind="organisation", name="Sample Foundation"
    )
    assert donor.status_code == 303
    await office.see(donor.headers["location"])
    made = await office.send(
        "/donations/new",
        school=office.school.code,
        donor_id=donor.headers["location"].partition("=")[2],
        title="Five computers",
        received_on="2026-03-02",
        resale_forbidden="on",
    )
    gift = made.headers["location"]
    lined = await office.send(f"{gift}/lines", model_id=model, declared=5)
    assert lined.status_code == 303
    twice = await office.send(f"{gift}/lines", model_id=model, declared=5)
    assert twice.status_code == 422
    received = await office.send(
        f"{gift}/lines/1/receive", count=3, serial_numbers="PF2K7Q9Z\nPF2K7Q9Y", key="r1"
    )
    assert received.status_code == 303
    repeated = await office.send(
        f"{gift}/lines/1/receive", count=3, serial_numbers="PF2K7Q9Z\nPF2K7Q9Y", key="r1"
    )
    assert repeated.status_code == 303
    page = await office.see(gift)
    assert f"{office.school.code}-00003" in page
    assert f"{office.school.code}-00004" not in page
    corrected = await office.send(f"{gift}/lines/1", declared=4, note="recounted")
    assert corrected.status_code == 303
    letter = await office.see(f"{gift}/acknowledgement")
    assert f"{office.school.code}-2026-0001" in letter and "Sample Foundation" in letter
    await office.send(f"{gift}/acknowledgement")
    await office.see(f"{gift}/edit")
    edited = await office.send(
        f"{gift}/edit", version=2, donor_id=1, title="Renamed", received_on="2026-03-03"
    )
    assert edited.status_code == 303
    await office.see("/donations?has_gap=on&q=renamed")
    await office.see("/donors")
    await office.see("/donors/1")
    renamed = await office.send("/donors/1", kind="named", name="Sample Person")
    assert renamed.status_code == 303


async def test_teachers_open_no_donations_and_no_imports(client: httpx.AsyncClient) -> None:
    office = await office_of(client, "teacher")
    for path in ("/donations", "/donors", "/imports", "/labels", "/custody/hand-out"):
        await office.see(path, 403)


async def test_a_donor_who_is_not_in_the_list_is_added_with_the_donation(office: Office) -> None:
    form = await office.see("/donations/new")
    assert "The donor is not in the list" in form
    typed = {"school": office.school.code, "title": "Ten kits", "received_on": "2026-05-01"}
    unnamed = await office.send("/donations/new", new_donor_kind="named", note="Kept", **typed)
    assert unnamed.status_code == 422
    assert "Name the donor, or choose anonymous" in unnamed.text
    assert 'value="Ten kits"' in unnamed.text
    assert "Kept</textarea>" in unnamed.text
    wrong = await office.send("/donations/new", new_donor_name="Fresh", received_on="2099-01-01",
                              school=office.school.code, title="Ten kits")  # fmt: skip
    assert wrong.status_code == 422
    assert (await donors.list_donors(office.who.actor)).items == [], "both or neither"
    made = await office.send("/donations/new", new_donor_name="Fresh Foundation", **typed)
    assert made.status_code == 303
    assert "Fresh Foundation" in await office.see(made.headers["location"])


async def test_one_who_keeps_two_schools_chooses_the_school_before_its_donors(
    client: httpx.AsyncClient,
) -> None:
    school, other = await factories.school(), await factories.school()
    admin = await factories.person("admin", school, other)
    await factories.signed_in(client, admin)
    mine = await factories_inventory.donor(admin, school, "Ours")
    await factories_inventory.donor(admin, other, "Theirs")
    first = await client.get("/donations/new")
    assert "Which school takes it in?" in first.text
    assert "Theirs" not in first.text
    for address in (f"/donations/new?school={school.code}", f"/donations/new?donor={mine}"):
        form = await client.get(address)
        assert "Ours" in form.text
        assert "Theirs" not in form.text


async def _many_donors(office: Office, names: list[str]) -> None:
    await database.execute(
        "INSERT INTO donor (school, kind, name, contact)"
        " SELECT $1, 'organisation', name, 'Contact ' || n"
        " FROM unnest($2::text[]) WITH ORDINALITY AS t (name, n)",
        office.school.id,
        names,
    )


async def test_of_more_donors_than_a_list_takes_one_is_found_by_name(office: Office) -> None:
    others = [f"Company {n}" for n in range(250)]
    await _many_donors(office, [*others, "Zeta Works", "Twin Fund", "Twin Fund", "Łódź Trust"])
    path = f"/donations/new?school={office.school.code}"
    form = await office.see(path)
    assert 'name="donor_name"' in form and '<select id="donor_id"' not in form
    names = await office.see(f"/donors/names?school={office.school.code}&donor_name=eta+Zet")
    assert "Zeta Works" in names and "Company" not in names
    gift = {"school": office.school.code, "title": "PCs", "received_on": "2026-03-01"}
    made = await office.send("/donations/new", **gift, donor_name=" zeta  works ")
    assert made.status_code == 303, made.text
    assert "Zeta Works" in await office.see(made.headers["location"])
    unclear = await office.send("/donations/new", **gift, donor_name="Twin Fund")
    assert unclear.status_code == 422
    assert "Choose which of these donors it is" in unclear.text
    assert "Contact 252" in unclear.text and "Contact 253" in unclear.text
    second = re.findall(r'name="donor_id" value="(\d+)"', unclear.text)[1]
    made = await office.send("/donations/new", **gift, donor_id=second)
    edit = f"{made.headers['location']}/edit"
    page = await office.see(edit)
    assert f'name="donor_id" value="{second}" checked' in page
    changed = await office.send(edit, **gift, version=1, donor_id=second, donor_name="Zeta Works")
    assert changed.status_code == 303, changed.text
    unknown = await office.send("/donations/new", **gift, donor_name="Nobody at all")
    assert "No donor has this name; add it below" in unknown.text
    assert 'value="Nobody at all"' in unknown.text
    nothing = await office.send("/donations/new", **gift)
    assert nothing.status_code == 422 and "donor_id-error" in nothing.text


async def test_few_donors_are_a_list(office: Office) -> None:
    await _many_donors(office, ["Zeta Works"])
    form = await office.see(f"/donations/new?school={office.school.code}")
    assert '<select id="donor_id"' in form and 'name="donor_name"' not in form


async def test_a_list_of_one_donors_gifts_says_so_and_can_be_widened(office: Office) -> None:
    gift = {"school": office.school.code, "received_on": "2026-03-02"}
    for name in ("Giver A", "Giver B"):
        await office.send(
            "/donations/new", **gift, title=f"From {name}", new_donor_name=name,
            new_donor_kind="organisation",
        )  # fmt: skip
    one = await database.fetch_value("SELECT id FROM donor WHERE name = 'Giver A'")
    page = await office.see(f"/donations?donor={one}")
    assert "From Giver A" in page and "From Giver B" not in page
    chip = page.partition('class="chip"')[2].partition("</a>")[0]
    assert 'href="/donations"' in chip and "<span>Giver A</span>" in chip
    # A search within keeps the donor.
    assert f'name="donor" value="{one}"' in page
    assert "Try fewer filters." in await office.see("/donations?donor=999999")
