"""The donor's terms hold: wiped before it is used, given back at the end; and what is attached."""

import asyncio
from datetime import date, timedelta

import asyncpg
import pytest

from core import clock, database
from core.errors import Conflict, Forbidden, Invalid, Problem
from inventory import assets, donations
from inventory.assets import AssetChanges, LifecycleState, NewWipe, WipeMethod, WipeResult
from inventory.donations import Donation, DonationEdit, Receipt
from tests import factories, factories_inventory
from tests.factories import MadePerson, MadeSchool

IN_SERVICE = LifecycleState.in_service
WIPE = NewWipe(method=WipeMethod.secure_erase)


@pytest.fixture
async def gift(school: MadeSchool, admin: MadePerson) -> Donation:
    return await factories_inventory.donation(admin, school)


async def set_terms(admin: MadePerson, gift: Donation, **terms: bool) -> Donation:
    now = await donations.get_donation(admin.actor, gift.id)
    facts = {name: getattr(now, name) for name in DonationEdit.__struct_fields__}
    edit = DonationEdit(**{**facts, "version": now.version, **terms})
    return await donations.update_donation(admin.actor, gift.id, edit)


async def received(admin: MadePerson, gift: Donation, count: int = 1) -> list[str]:
    made = await donations.receive_line(admin.actor, gift.id, gift.lines[0].id, Receipt(count))
    return [row.tag for row in made]


async def test_no_service_before_a_wipe_that_passed(admin: MadePerson, gift: Donation) -> None:
    (tag,) = await received(admin, gift)
    for _ in range(2):
        with pytest.raises(Conflict, match=f"{tag} came with “{gift.title}”, whose donor asks"):
            await assets.take_step(admin.actor, tag, IN_SERVICE)
        # A failed one is recorded, and helps nothing.
        failed = NewWipe(method=WipeMethod.overwritten, result=WipeResult.failed, done_by="Firm")
        await assets.record_wipes(admin.actor, [tag], failed)
    assert (await donations.get_donation(admin.actor, gift.id)).unwiped == 1
    await assets.record_wipes(admin.actor, [tag], WIPE)
    asset = await assets.get_asset(admin.actor, tag)
    assert (asset.asks_wipe, asset.is_wiped) == (True, True)
    assert [(one.result, one.done_by) for one in await assets.list_wipes(asset)] == [
        ("passed", admin.name),
        ("failed", "Firm"),
        ("failed", "Firm"),
    ]
    assert (await assets.take_step(admin.actor, tag, IN_SERVICE)).lifecycle == "in_service"
    assert (await donations.get_donation(admin.actor, gift.id)).unwiped == 0


async def test_the_newest_wipe_by_its_day_counts(admin: MadePerson, gift: Donation) -> None:
    (tag,) = await received(admin, gift)
    await assets.record_wipes(admin.actor, [tag], WIPE)
    older = NewWipe(
        method=WipeMethod.overwritten,
        result=WipeResult.failed,
        wiped_on=date(2026, 1, 5),
    )
    await assets.record_wipes(admin.actor, [tag], older)
    assert (await assets.get_asset(admin.actor, tag)).is_wiped


async def test_what_holds_no_data_and_what_asks_for_no_wipe_goes_straight_into_service(
    admin: MadePerson, school: MadeSchool, gift: Donation
) -> None:
    await donations.create_line(
        admin.actor, gift.id, donations.NewLine(await factories.asset_model("book"), 3)
    )
    gift = await donations.get_donation(admin.actor, gift.id)
    books = await donations.receive_line(admin.actor, gift.id, gift.lines[1].id, Receipt(1))
    await assets.take_step(admin.actor, books[0].tag, IN_SERVICE)
    (tag,) = await received(admin, gift)
    await set_terms(admin, gift, wipe_on_intake=False)
    await assets.take_step(admin.actor, tag, IN_SERVICE)


async def test_a_wipe_is_refused_row_by_row_with_every_wrong_field(
    admin: MadePerson, school: MadeSchool, gift: Donation
) -> None:
    (tag,) = await received(admin, gift)
    gone = await factories.asset(school, lifecycle="disposed")
    wrong = NewWipe(method=WipeMethod.overwritten, wiped_on=clock.now().date() + timedelta(days=3))
    with pytest.raises(Problem) as refused:
        await assets.record_wipes(admin.actor, [tag, gone.tag, "NO-SUCH"], wrong)
    assert [(error.field, error.index) for error in refused.value.errors] == [
        ("tags", 1),
        ("tags", 2),
        ("wiped_on", None),
    ]
    teacher = await factories.person("teacher", school)
    with pytest.raises(Forbidden):
        await assets.record_wipes(teacher.actor, [tag], WIPE)
    await assets.record_wipes(admin.actor, [tag], WIPE)
    with pytest.raises(asyncpg.RestrictViolationError):
        await database.execute("UPDATE asset_wipe SET result = 'failed'")


async def test_what_the_donor_wants_back_is_not_disposed_of(
    admin: MadePerson, school: MadeSchool, gift: Donation
) -> None:
    await set_terms(admin, gift, return_on_end=True, wipe_on_intake=False)
    (tag,) = await received(admin, gift)
    for state in (IN_SERVICE, LifecycleState.retired):
        await assets.take_step(admin.actor, tag, state)
    asset = await assets.get_asset(admin.actor, tag)
    steps = [step.to_state for step in await assets.find_next_steps(admin.actor, asset)]
    assert steps == ["refurbish", "returned_to_donor"]
    with pytest.raises(
        Conflict, match=f"{tag} came with “{gift.title}”, whose donor wants it back"
    ):
        await assets.take_step(admin.actor, tag, LifecycleState.disposed)
    with pytest.raises(Conflict) as refused:
        await assets.take_steps(admin.actor, [tag], LifecycleState.disposed)
    assert refused.value.errors[0].code == "goes_back"
    await assets.take_step(admin.actor, tag, LifecycleState.returned_to_donor)


async def test_what_the_donor_forbids_to_sell_is_not_sold(
    admin: MadePerson, school: MadeSchool, gift: Donation
) -> None:
    assert gift.resale_forbidden
    await set_terms(admin, gift, wipe_on_intake=False)
    first, second = await received(admin, gift, 2)
    bought = (await factories.asset(school)).tag
    for tag in (first, second, bought):
        for state in (IN_SERVICE, LifecycleState.retired)[tag == bought :]:
            await assets.take_step(admin.actor, tag, state)
    asset = await assets.get_asset(admin.actor, first)
    steps = [step.to_state for step in await assets.find_next_steps(admin.actor, asset)]
    assert steps == ["refurbish", "disposed", "returned_to_donor"]
    refusal = f"{first} came with “{gift.title}”, whose donor asks that it is not sold"
    with pytest.raises(Conflict, match=refusal):
        await assets.take_step(admin.actor, first, LifecycleState.sold)
    with pytest.raises(Conflict) as refused:
        await assets.take_steps(admin.actor, [bought, first], LifecycleState.sold)
    assert [(one.index, one.code) for one in refused.value.errors] == [(1, "not_for_sale")]
    with pytest.raises(asyncpg.RestrictViolationError) as by_hand:
        async with database.transaction():
            await factories.step(
                factories.MadeAsset(asset.id, first, school.id, gift.lines[0].model_id), "sold"
            )
    assert by_hand.value.constraint_name == "not_for_sale"

    assert (await assets.take_step(admin.actor, bought, LifecycleState.sold)).has_left
    await assets.take_step(admin.actor, first, LifecycleState.disposed)
    await set_terms(admin, gift, resale_forbidden=False)
    await assets.take_step(admin.actor, second, LifecycleState.sold)


async def test_assets_of_the_books_are_attached_and_taken_out_again(
    admin: MadePerson, school: MadeSchool, gift: Donation
) -> None:
    model, line = gift.lines[0].model_id, gift.lines[0].id
    stored = [await factories.asset(school, model=model, lifecycle="triage") for _ in range(3)]
    tags = [one.tag for one in stored]
    await donations.attach_assets(admin.actor, gift.id, line, tags)
    gift = await donations.get_donation(admin.actor, gift.id)
    assert (gift.received, gift.missing, gift.receipts) == (3, 2, ())
    assert (await assets.get_asset(admin.actor, tags[0])).donation_id == gift.id
    (came,) = await received(admin, gift)
    with pytest.raises(Conflict, match="undo its receipt instead"):
        await donations.detach_assets(admin.actor, gift.id, [came])
    await donations.detach_assets(admin.actor, gift.id, tags[:2])
    assert (await donations.get_donation(admin.actor, gift.id)).received == 2
    await assets.take_step(admin.actor, tags[2], LifecycleState.voided)
    assert (await donations.get_donation(admin.actor, gift.id)).received == 1


async def test_what_cannot_be_attached_is_named_row_by_row(
    admin: MadePerson, school: MadeSchool, gift: Donation
) -> None:
    model, line = gift.lines[0].model_id, gift.lines[0].id
    other = await factories.asset(school, lifecycle="triage")
    used = await factories.asset(school, model=model)
    gone = await factories.asset(school, model=model, lifecycle="disposed")
    lent = await factories.asset(school, model=model, lifecycle="triage")
    partner = await factories.school()
    await database.execute("UPDATE asset SET title_holder = $1 WHERE id = $2", partner.id, lent.id)
    (mine,) = await received(admin, gift)
    tags = [other.tag, used.tag, gone.tag, lent.tag, mine]
    with pytest.raises(Problem) as refused:
        await donations.attach_assets(admin.actor, gift.id, line, tags)
    codes = [(error.index, error.code) for error in refused.value.errors]
    assert codes == [
        (0, "model"),
        (1, "not_wiped"),
        (2, "asset_has_left_the_books"),
        (3, "school"),
        (4, "asset_is_of_one_donation"),
    ]
    checked = await donations.check_attach(admin.actor, gift.id, line, tags)
    assert [(error.index, error.code) for error in checked] == codes
    assert (await donations.get_donation(admin.actor, gift.id)).received == 1
    await assets.record_wipes(admin.actor, [used.tag], WIPE)
    await donations.attach_assets(admin.actor, gift.id, line, [used.tag])


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ("model", "asset_model_is_of_the_line"),
        ("owner", "asset_is_owned_by_the_donations_school"),
        ("unwiped", "not_wiped"),
        ("taken", "asset_is_of_one_donation"),
    ],
)
async def test_the_database_holds_the_rules_of_attaching(
    wrong: str, constraint: str, admin: MadePerson, school: MadeSchool, gift: Donation
) -> None:
    line, model = gift.lines[0].id, gift.lines[0].model_id
    other = await factories_inventory.donation(admin, school)
    made = await factories.asset(
        school,
        model=None if wrong == "model" else model,
        lifecycle="in_service" if wrong == "unwiped" else "triage",
        donation_line=other.lines[0].id if wrong == "taken" else None,
    )
    if wrong == "owner":
        partner = await factories.school()
        await database.execute("UPDATE asset SET title_holder = $1", partner.id)
    with pytest.raises(asyncpg.RestrictViolationError) as refused:
        await database.execute("UPDATE asset SET donation_line = $1 WHERE id = $2", line, made.id)
    assert refused.value.constraint_name == constraint


async def test_of_32_attachments_of_one_asset_to_two_donations_one_holds(
    admin: MadePerson, school: MadeSchool, gift: Donation
) -> None:
    model = gift.lines[0].model_id
    other = await factories_inventory.donation(admin, school)
    await donations.create_line(admin.actor, other.id, donations.NewLine(model, 5))
    other = await donations.get_donation(admin.actor, other.id)
    made = await factories.asset(school, model=model, lifecycle="triage")
    lines = [(gift.id, gift.lines[0].id), (other.id, other.lines[1].id)]
    done = await asyncio.gather(
        *(donations.attach_assets(admin.actor, *lines[n % 2], [made.tag]) for n in range(32)),
        return_exceptions=True,
    )
    assert sum(not isinstance(one, BaseException) for one in done) == 1
    assert all(isinstance(one, Conflict) for one in done if isinstance(one, BaseException))
    counts = [(await donations.get_donation(admin.actor, one)).received for one, _ in lines]
    assert sorted(counts) == [0, 1]


async def test_of_32_undone_receipts_one_counts(admin: MadePerson, gift: Donation) -> None:
    await received(admin, gift, 4)
    gift = await donations.get_donation(admin.actor, gift.id)
    done = await asyncio.gather(
        *(donations.undo_receipt(admin.actor, gift.id, gift.receipts[0].id) for _ in range(32)),
        return_exceptions=True,
    )
    assert sum(not isinstance(one, BaseException) for one in done) == 1
    assert all(isinstance(one, Conflict) for one in done if isinstance(one, BaseException))
    assert (await donations.get_donation(admin.actor, gift.id)).received == 0


async def test_of_32_steps_into_service_none_comes_before_its_wipe(
    admin: MadePerson, gift: Donation
) -> None:
    (tag,) = await received(admin, gift)
    done = await asyncio.gather(
        *(
            assets.record_wipes(admin.actor, [tag], WIPE)
            if n == 16
            else assets.take_step(admin.actor, tag, IN_SERVICE)
            for n in range(32)
        ),
        return_exceptions=True,
    )
    assert all(isinstance(one, Conflict) for one in done if isinstance(one, BaseException))
    went = sum(not isinstance(one, BaseException) for one in done) - 1
    assert went <= 1
    if went:
        order = await database.fetch_value(
            "SELECT (SELECT min(recorded_at) FROM asset_wipe) <= (SELECT min(at) FROM asset_step)"
        )
        assert order


async def test_of_32_ends_of_what_goes_back_only_the_return_holds(
    admin: MadePerson, school: MadeSchool, gift: Donation
) -> None:
    await set_terms(admin, gift, return_on_end=True, wipe_on_intake=False)
    (tag,) = await received(admin, gift)
    await assets.take_step(admin.actor, tag, LifecycleState.triage)
    await assets.take_step(admin.actor, tag, LifecycleState.retired)
    done = await asyncio.gather(
        *(
            assets.take_steps(
                admin.actor,
                [tag],
                LifecycleState.returned_to_donor if n == 20 else LifecycleState.disposed,
            )
            for n in range(32)
        ),
        return_exceptions=True,
    )
    assert sum(not isinstance(one, BaseException) for one in done) == 1
    assert (await assets.get_asset(admin.actor, tag)).lifecycle == "returned_to_donor"


async def test_a_change_of_terms_does_not_touch_what_is_in_use(
    admin: MadePerson, gift: Donation
) -> None:
    await set_terms(admin, gift, wipe_on_intake=False)
    (tag,) = await received(admin, gift)
    await assets.take_step(admin.actor, tag, IN_SERVICE)
    await set_terms(admin, gift, wipe_on_intake=True)
    asset = await assets.get_asset(admin.actor, tag)
    assert (asset.lifecycle, asset.asks_wipe, asset.is_wiped) == ("in_service", True, False)
    with pytest.raises(Invalid):
        await assets.record_wipes(
            admin.actor, [tag], NewWipe(method=WipeMethod.overwritten, done_by="x" * 200)
        )


async def test_a_correction_between_models_that_keep_data_asks_no_wipe_of_what_is_in_use(
    admin: MadePerson, gift: Donation
) -> None:
    await set_terms(admin, gift, wipe_on_intake=False)
    (tag,) = await received(admin, gift)
    await assets.take_step(admin.actor, tag, IN_SERVICE)
    await set_terms(admin, gift, wipe_on_intake=True)
    version = (await assets.get_asset(admin.actor, tag)).version
    to = AssetChanges(version=version, model_id=await factories.asset_model("printer"))
    assert (await assets.update_asset(admin.actor, tag, to)).model_id == to.model_id
    assert (await donations.get_donation(admin.actor, gift.id)).received == 1


async def test_of_32_steps_and_corrections_none_brings_unwiped_data_into_service(
    admin: MadePerson, gift: Donation
) -> None:
    (tag,) = await received(admin, gift)
    other = await factories.asset_model("other")
    await database.execute("UPDATE asset SET model = $1", other)
    back = AssetChanges(version=1, model_id=gift.lines[0].model_id)
    done = await asyncio.gather(
        *(
            assets.update_asset(admin.actor, tag, back)
            if n % 2
            else assets.take_step(admin.actor, tag, IN_SERVICE)
            for n in range(32)
        ),
        return_exceptions=True,
    )
    assert sum(not isinstance(one, BaseException) for one in done) == 1
    assert all(isinstance(one, Conflict) for one in done if isinstance(one, BaseException))
    # Without the lock and the version too.
    await database.execute("UPDATE asset SET model = $1", other)
    if (await assets.get_asset(admin.actor, tag)).lifecycle != IN_SERVICE:
        await assets.take_step(admin.actor, tag, IN_SERVICE)
    with pytest.raises(asyncpg.RestrictViolationError) as refused:
        await database.execute("UPDATE asset SET model = $1", back.model_id)
    assert refused.value.constraint_name == "not_wiped"
