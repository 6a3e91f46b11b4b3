"""From the gift to the asset, with the gap in sight and a number for each thanks."""

import asyncio
from datetime import date

import pytest

from core import database
from core.errors import Conflict, Forbidden, Invalid, NotFound
from inventory import assets, donations, donors
from inventory.assets import AssetFilters, LifecycleState, NewAsset
from inventory.donations import (
    DonationEdit,
    DonationFilters,
    LineEdit,
    NewDonation,
    NewLine,
    Receipt,
)
from inventory.donors import DonorKind, NewDonor
from tests import factories, factories_inventory

pytestmark = pytest.mark.usefixtures("db")


async def test_what_was_declared_and_what_came_keep_their_gap() -> None:
    school = await factories.school("VOC")
    admin = await factories.person("admin", school)
    gift = await factories_inventory.donation(admin, school, declared=5)
    made = await donations.receive_line(
        admin.actor, gift.id, gift.lines[0].id, Receipt(3, serial_numbers=("PF2K7Q9Z", "None"))
    )
    assert [row.tag for row in made] == ["VOC-00001", "VOC-00002", "VOC-00003"]
    assert [row.serial_number for row in made] == ["PF2K7Q9Z", "None", None]
    assert {row.lifecycle for row in made} == {"received"}
    gift = await donations.get_donation(admin.actor, gift.id)
    assert (gift.declared, gift.received, gift.missing) == (5, 3, 2)
    listed = await assets.list_assets(admin.actor, AssetFilters(donation=gift.id))
    assert len(listed.items) == 3
    gaps = await donations.list_donations(admin.actor, DonationFilters(has_gap=True))
    assert [row.missing for row in gaps.items] == [2]
    assert (await donations.list_donations(admin.actor, DonationFilters(has_gap=False))).items == []


async def test_what_became_of_the_assets_is_counted_by_state() -> None:
    school = await factories.school()
    admin = await factories.person("admin", school)
    gift = await factories_inventory.donation(admin, school)
    made = await donations.receive_line(admin.actor, gift.id, gift.lines[0].id, Receipt(4))
    await assets.take_step(admin.actor, made[0].tag, LifecycleState.triage)
    gift = await donations.get_donation(admin.actor, gift.id)
    assert [(count.lifecycle, count.assets) for count in gift.assets] == [
        ("received", 3),
        ("triage", 1),
    ]


async def test_32_parallel_donations_get_32_acknowledgement_numbers() -> None:
    school = await factories.school("VOC")
    admin = await factories.person("admin", school)
    donor = await factories_inventory.donor(admin, school)
    new = NewDonation(school="VOC", donor_id=donor, title="Books", received_on=date(2026, 5, 1))
    made = await asyncio.gather(*(donations.create_donation(admin.actor, new) for _ in range(32)))
    assert sorted(gift.acknowledgement_number for gift in made) == [
        f"VOC-2026-{n:04d}" for n in range(1, 33)
    ]
    last_year = await donations.create_donation(
        admin.actor,
        NewDonation(school="VOC", donor_id=donor, title="Kits", received_on=date(2025, 5, 1)),
    )
    assert last_year.acknowledgement_number == "VOC-2025-0001"


async def test_a_series_that_meets_used_numbers_moves_past_the_highest_32_at_once() -> None:
    school = await factories.school("VOC")
    admin = await factories.person("admin", school)
    donor = await factories_inventory.donor(admin, school)
    new = NewDonation(school="VOC", donor_id=donor, title="Books", received_on=date(2026, 5, 1))
    for _ in range(7):
        await donations.create_donation(admin.actor, new)
    for tag in ("VOC-00001", "VOC-00040", "VOC-20190901"):
        await factories.asset(school, tag=tag)
    await database.execute("DELETE FROM number_series")
    made = await asyncio.gather(*(donations.create_donation(admin.actor, new) for _ in range(32)))
    assert sorted(gift.acknowledgement_number for gift in made) == [
        f"VOC-2026-{n:04d}" for n in range(8, 40)
    ]
    model = await factories.asset_model()
    tagged = await asyncio.gather(
        *(
            assets.create_asset(admin.actor, NewAsset(school="VOC", model_id=model))
            for _ in range(32)
        )
    )
    assert sorted(asset.tag for asset in tagged) == [f"VOC-{n:05d}" for n in range(41, 73)]


async def test_32_parallel_receipts_count_every_thing_once() -> None:
    school = await factories.school()
    admin = await factories.person("admin", school)
    gift = await factories_inventory.donation(admin, school, declared=64)
    made = await asyncio.gather(
        *(
            donations.receive_line(admin.actor, gift.id, gift.lines[0].id, Receipt(2))
            for _ in range(32)
        )
    )
    tags = [row.tag for rows in made for row in rows]
    assert len(set(tags)) == 64
    assert (await donations.get_donation(admin.actor, gift.id)).missing == 0


async def test_a_donation_is_thanked_for_once() -> None:
    school = await factories.school()
    admin = await factories.person("admin", school)
    gift = await factories_inventory.donation(admin, school)
    first = await donations.acknowledge(admin.actor, gift.id)
    assert first.acknowledged_at is not None
    again = await donations.acknowledge(admin.actor, gift.id)
    assert again.acknowledged_at == first.acknowledged_at


async def test_a_donor_who_is_not_to_be_named_is_not_on_the_asset() -> None:
    school = await factories.school()
    admin = await factories.person("admin", school)
    named = await factories_inventory.donation(admin, school, name_public=True)
    quiet = await factories_inventory.donation(admin, school, name_public=False)
    seen = []
    for gift in (named, quiet):
        (row,) = await donations.receive_line(admin.actor, gift.id, gift.lines[0].id, Receipt(1))
        seen.append((await assets.get_asset(admin.actor, row.tag)).donor)
    assert seen == ["Sample Foundation", None]


async def test_an_edit_over_somebody_elses_is_refused() -> None:
    school = await factories.school()
    admin = await factories.person("admin", school)
    gift = await factories_inventory.donation(admin, school)
    edit = DonationEdit(
        donor_id=gift.donor_id, title="Renamed", received_on=gift.received_on, version=1
    )
    assert (await donations.update_donation(admin.actor, gift.id, edit)).title == "Renamed"
    with pytest.raises(Conflict):
        await donations.update_donation(admin.actor, gift.id, edit)


async def test_each_model_has_one_line() -> None:
    school = await factories.school()
    admin = await factories.person("admin", school)
    gift = await factories_inventory.donation(admin, school)
    line = gift.lines[0]
    with pytest.raises(Invalid) as refused:
        await donations.create_line(admin.actor, gift.id, NewLine(line.model_id, 2))
    assert refused.value.field == "model_id"
    mended = await donations.update_line(admin.actor, gift.id, line.id, LineEdit(7, "recounted"))
    assert (mended.lines[0].declared, mended.lines[0].note) == (7, "recounted")


async def test_a_donor_of_the_other_school_is_refused() -> None:
    school, other = await factories.school(), await factories.school()
    admin = await factories.person("admin", school, other)
    strange = await factories_inventory.donor(admin, other)
    with pytest.raises(Invalid) as refused:
        await donations.create_donation(
            admin.actor,
            NewDonation(
                school=school.code, donor_id=strange, title="Books", received_on=date(2026, 5, 1)
            ),
        )
    assert refused.value.field == "donor_id"


async def test_admins_write_technicians_and_auditors_read_teachers_see_none() -> None:
    school = await factories.school()
    admin = await factories.person("admin", school)
    gift = await factories_inventory.donation(admin, school)
    for role in ("technician", "auditor"):
        reader = await factories.person(role, school)
        assert (await donations.get_donation(reader.actor, gift.id)).id == gift.id
        assert (await donors.get_donor(reader.actor, gift.donor_id)).id == gift.donor_id
        with pytest.raises(Forbidden):
            await donations.acknowledge(reader.actor, gift.id)
        with pytest.raises(Forbidden):
            await donors.create_donor(
                reader.actor, NewDonor(school=school.code, kind=DonorKind.anonymous)
            )
    for role in ("teacher", "student_helper"):
        reader = await factories.person(role, school)
        with pytest.raises(NotFound):
            await donations.get_donation(reader.actor, gift.id)
        assert (await donations.list_donations(reader.actor)).items == []
        assert (await donors.list_donors(reader.actor)).items == []


@pytest.mark.parametrize(
    "receipt", [Receipt(0), Receipt(501), Receipt(1, serial_numbers=("A1B2", "C3D4"))]
)
async def test_a_receipt_that_cannot_be_is_refused(receipt: Receipt) -> None:
    school = await factories.school()
    admin = await factories.person("admin", school)
    gift = await factories_inventory.donation(admin, school)
    with pytest.raises(Invalid):
        await donations.receive_line(admin.actor, gift.id, gift.lines[0].id, receipt)
    assert (await donations.get_donation(admin.actor, gift.id)).received == 0
