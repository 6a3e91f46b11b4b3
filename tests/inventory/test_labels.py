"""Codes on stickers: random, claimed once, and nothing to strangers."""

import asyncio

import pytest

from core.errors import Conflict, Forbidden, Invalid, NotFound
from inventory import assets, codes, donations, labels
from inventory.assets import NewAsset
from inventory.donations import Receipt
from tests import factories, factories_inventory

pytestmark = pytest.mark.usefixtures("db")


async def test_every_new_asset_has_a_code_that_leads_to_it() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    asset = await assets.create_asset(
        technician.actor, NewAsset(school=school.code, model_id=await factories.asset_model())
    )
    assert asset.code is not None
    scan = await labels.get_scan(technician.actor, f" {asset.code.lower()} ")
    assert scan.tag == asset.tag


def test_codes_are_long_random_and_readable() -> None:
    made = {codes.new_code() for _ in range(2_000)}
    assert len(made) == 2_000
    assert all(len(code) == 12 and not set(code) & set("01OILU") for code in made)


async def test_an_unclaimed_code_is_claimed_by_one_of_32() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    tags = [(await factories.asset(school)).tag for _ in range(32)]
    batch = await labels.create_batch(technician.actor, school.code, 3)
    code = (await labels.get_batch_labels(technician.actor, batch))[0].code
    results = await asyncio.gather(
        *(labels.claim(technician.actor, code, tag) for tag in tags), return_exceptions=True
    )
    winners = [result for result in results if isinstance(result, labels.Scan)]
    refusals = {str(result) for result in results if isinstance(result, Conflict)}
    assert len(winners) == 1
    assert refusals == {f"This label is already on {winners[0].tag}"}
    assert len(await labels.get_batch_labels(technician.actor, batch)) == 2
    (listed,) = await labels.list_batches(technician.actor)
    assert (listed.codes, listed.unclaimed) == (3, 2)


async def test_the_newest_label_of_an_asset_is_printed_and_the_old_still_leads_there() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    made = await factories.asset(school)
    await labels.prepare_sheet(technician.actor, [made.tag])
    (first,) = await labels.find_labels(technician.actor, [made.tag])
    batch = await labels.create_batch(technician.actor, school.code, 1)
    (fresh,) = await labels.get_batch_labels(technician.actor, batch)
    await labels.claim(technician.actor, fresh.code, made.tag)
    (printed,) = await labels.find_labels(technician.actor, [made.tag])
    assert printed.code == fresh.code
    assert (await labels.get_scan(technician.actor, first.code)).tag == made.tag


async def test_the_donor_is_on_the_label_if_the_terms_allow() -> None:
    school = await factories.school()
    admin = await factories.person("admin", school)
    printed = []
    for name_public in (True, False):
        gift = await factories_inventory.donation(admin, school, name_public=name_public)
        (row,) = await donations.receive_line(admin.actor, gift.id, gift.lines[0].id, Receipt(1))
        printed += [label.donor for label in await labels.find_labels(admin.actor, [row.tag])]
    assert printed == ["Sample Foundation", None]


async def test_codes_of_the_other_school_lead_nowhere() -> None:
    school, other = await factories.school(), await factories.school()
    technician = await factories.person("technician", school)
    stranger = await factories.person("technician", other)
    both = await factories.person("technician", school, other)
    batch = await labels.create_batch(technician.actor, school.code, 1)
    (label,) = await labels.get_batch_labels(technician.actor, batch)
    theirs = await factories.asset(other)
    for attempt in (
        labels.get_scan(stranger.actor, label.code),
        labels.claim(stranger.actor, label.code, theirs.tag),
        labels.get_batch_labels(stranger.actor, batch),
        labels.create_batch(stranger.actor, school.code, 1),
    ):
        with pytest.raises(NotFound):
            await attempt
    with pytest.raises(Invalid, match="different schools"):
        await labels.claim(both.actor, label.code, theirs.tag)
    teacher = await factories.person("teacher", school)
    with pytest.raises(Forbidden):
        await labels.claim(teacher.actor, label.code, theirs.tag)
