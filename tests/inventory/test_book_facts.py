"""What a school's books ask for: value, dates, class, and the school's own numbers."""

import asyncio
from datetime import date
from decimal import Decimal

import pytest

from core.errors import Conflict, Invalid
from inventory import assets
from inventory.assets import AssetChanges, AssetFilters, CostBasis, NewAsset
from tests import factories
from tests.factories import MadePerson, MadeSchool

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
async def school(db: object) -> MadeSchool:
    return await factories.school()


@pytest.fixture
async def technician(school: MadeSchool) -> MadePerson:
    return await factories.person("technician", school)


async def new(school: MadeSchool, **facts: object) -> NewAsset:
    model = await factories.asset_model()
    return NewAsset(school=school.code, model_id=model, **facts)  # type: ignore[arg-type]


async def test_an_asset_keeps_its_value_dates_and_class(
    school: MadeSchool, technician: MadePerson
) -> None:
    wanted = await new(
        school,
        cost=Decimal("3299.90"),
        cost_basis=CostBasis.market,
        acquired_on=date(2019, 9, 1),
        warranty_until=date(2022, 8, 31),
        supplier="  合肥  一家公司 ",
        class_code="a02010105",
        numbers=("校产2019-001", "  ", "TY2019(12)"),
    )
    made = await assets.create_asset(technician.actor, wanted)
    assert (made.cost, made.cost_basis, made.currency) == (Decimal("3299.90"), "market", "CNY")
    assert (made.acquired_on, made.warranty_until) == (date(2019, 9, 1), date(2022, 8, 31))
    assert made.supplier == "合肥 一家公司"
    assert (made.class_code, made.class_edition) == ("A02010105", "GB/T 14885-2022")
    assert made.numbers == ["校产2019-001", "TY2019(12)"]
    changed = await assets.update_asset(
        technician.actor,
        made.tag,
        AssetChanges(version=made.version, cost=None, class_code="", numbers=("TY2019(12)", "7")),
    )
    assert (changed.cost, changed.cost_basis) == (None, None)
    assert (changed.class_code, changed.class_edition) == ("", "")
    assert changed.numbers == ["TY2019(12)", "7"]
    assert changed.acquired_on == date(2019, 9, 1)


async def test_a_value_is_by_its_invoice_unless_said_otherwise(
    school: MadeSchool, technician: MadePerson
) -> None:
    made = await assets.create_asset(technician.actor, await new(school, cost=Decimal(1)))
    assert made.cost_basis is CostBasis.invoice


async def test_there_is_no_basis_without_a_value(
    school: MadeSchool, technician: MadePerson
) -> None:
    made = await assets.create_asset(
        technician.actor, await new(school, cost_basis=CostBasis.market)
    )
    assert made.cost_basis is None
    with pytest.raises(Invalid) as refused:
        await assets.update_asset(
            technician.actor,
            made.tag,
            AssetChanges(version=made.version, cost_basis=CostBasis.market),
        )
    assert [error.field for error in refused.value.errors] == ["cost_basis"]


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"cost": Decimal(-1)}, "cost"),
        ({"cost": Decimal("0.001")}, "cost"),
        ({"cost": Decimal("1e12")}, "cost"),
        ({"cost": Decimal("NaN")}, "cost"),
        ({"cost": Decimal("Infinity")}, "cost"),
        ({"acquired_on": date(219, 9, 1)}, "acquired_on"),
        ({"acquired_on": date(2020, 1, 2), "warranty_until": date(2020, 1, 1)}, "warranty_until"),
        ({"class_code": "台式机"}, "class_code"),
        ({"supplier": "x" * 121}, "supplier"),
        ({"numbers": ("1", "2", "3", "4", "5", "6")}, "numbers"),
        ({"numbers": ("x" * 61,)}, "numbers"),
        ({"numbers": ("\ufdfa" * 20,)}, "numbers"),
    ],
)
async def test_what_no_book_can_hold_is_refused_by_its_field(
    school: MadeSchool, technician: MadePerson, facts: dict[str, object], field: str
) -> None:
    wanted = await new(school, **facts)
    with pytest.raises(Invalid) as refused:
        await assets.create_asset(technician.actor, wanted)
    assert [error.field for error in refused.value.errors] == [field]
    made = await assets.create_asset(technician.actor, await new(school))
    with pytest.raises(Invalid) as refused:
        await assets.update_asset(
            technician.actor,
            made.tag,
            AssetChanges(version=made.version, **facts),  # type: ignore[arg-type]
        )
    assert [error.field for error in refused.value.errors] == [field]


async def test_a_number_is_found_by_search_and_scan_however_it_is_written(
    school: MadeSchool, technician: MadePerson
) -> None:
    made = await assets.create_asset(technician.actor, await new(school, numbers=("校产2019-001",)))
    for text in ("校产2019-001", "校产２０１９－００１", " 校产 2019-001 "):
        assert (await assets.resolve_one(technician.actor, text)).tag == made.tag, text
    found = await assets.list_assets(technician.actor, AssetFilters(q="校产2019"))
    assert [row.tag for row in found.items] == [made.tag]
    assert await assets.count_assets(technician.actor, AssetFilters(q="校产2019"), most=10) == 1
    stranger = await factories.person("technician", await factories.school())
    assert (await assets.resolve_one(stranger.actor, "校产2019-001")).tag is None
    assert (await assets.list_assets(stranger.actor, AssetFilters(q="校产2019"))).items == []


async def test_a_number_outranks_the_number_of_a_tag(
    school: MadeSchool, technician: MadePerson
) -> None:
    first, second = [
        await assets.create_asset(technician.actor, await new(school)) for _ in range(2)
    ]
    assert (await assets.resolve_one(technician.actor, "2")).tag == second.tag
    await assets.update_asset(
        technician.actor, first.tag, AssetChanges(version=first.version, numbers=("2",))
    )
    assert (await assets.resolve_one(technician.actor, "2")).tag == first.tag


async def test_32_parallel_takers_of_one_number_have_one_winner(
    school: MadeSchool, technician: MadePerson
) -> None:
    wanted = await new(school, numbers=("A 1",))
    results = await asyncio.gather(
        *(assets.create_asset(technician.actor, wanted) for _ in range(32)), return_exceptions=True
    )
    refused = [result for result in results if isinstance(result, Invalid)]
    assert len(refused) == 31
    assert {error.field for one in refused for error in one.errors} == {"numbers"}
    elsewhere = await factories.school()
    other = await factories.person("technician", elsewhere)
    made = await assets.create_asset(other.actor, await new(elsewhere, numbers=("A1",)))
    assert made.numbers == ["A1"]


async def test_a_number_goes_along_to_another_school(
    school: MadeSchool, technician: MadePerson
) -> None:
    there = await factories.school()
    both = await factories.person("technician", school, there)
    theirs = await factories.person("technician", there)
    made = await assets.create_asset(technician.actor, await new(school, numbers=("OLD-7",)))
    await assets.change_school(both.actor, [made.tag], there.id)
    assert (await assets.resolve_one(theirs.actor, "old-7")).tag == made.tag
    assert (await assets.resolve_one(technician.actor, "old-7")).tag is None
    asset = await assets.get_asset(theirs.actor, made.tag)
    changed = await assets.update_asset(
        theirs.actor, made.tag, AssetChanges(version=asset.version, numbers=("OLD-7", "NEW-1"))
    )
    assert changed.numbers == ["OLD-7", "NEW-1"]
    for sort in ("", "lifecycle", "-added"):
        found = await assets.list_assets(theirs.actor, AssetFilters(q="old"), sort=sort)
        assert [row.tag for row in found.items] == [made.tag], sort
    # The form shows the numbers of both schools, so what is taken out of it is gone.
    left = await assets.update_asset(
        theirs.actor, made.tag, AssetChanges(version=changed.version, numbers=("NEW-1",))
    )
    assert left.numbers == ["NEW-1"]


async def test_what_left_the_books_keeps_its_numbers(
    school: MadeSchool, technician: MadePerson
) -> None:
    made = await assets.create_asset(technician.actor, await new(school, numbers=("N-1",)))
    for state in ("retired", "disposed"):
        made = await assets.take_step(technician.actor, made.tag, assets.LifecycleState(state))
    with pytest.raises(Conflict):
        await assets.update_asset(
            technician.actor, made.tag, AssetChanges(version=made.version, numbers=("N-2",))
        )
