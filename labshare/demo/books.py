"""What the demo's books say of each asset: its value, supplier and class, numbers, custom fields."""

from datetime import timedelta
from decimal import Decimal

from core.database import fetch_value
from inventory.assets.school_numbers import folded
from inventory.assets.shapes import ENDS
from inventory.class_codes import CLASS_EDITIONS
from labshare.demo.catalogue import (
    ACCESS_POINT,
    AIO22,
    CLASSES,
    COLOUR,
    DT280,
    DT310,
    LASER,
    NB14,
    PROJECTOR,
    SWITCH24,
    SWITCH48,
    TP10,
    UPS1,
    UPS3,
    Model,
)  # fmt: skip
from labshare.demo.equipment import Asset
from labshare.demo.rows import copy
from labshare.demo.school import School

# The price of one when it was new.
PRICES: dict[Model, int] = {
    DT280: 4200,
    DT310: 3600,
    AIO22: 4800,
    NB14: 5200,
    TP10: 2100,
    LASER: 1650,
    COLOUR: 2980,
    PROJECTOR: 6900,
    SWITCH24: 1280,
    SWITCH48: 2350,
    ACCESS_POINT: 760,
    UPS1: 1900,
    UPS3: 4300,
}
# A gift of used things is worth what the market gives for them.
SHARE_OF_A_GIFT = Decimal("0.35")
WARRANTY = timedelta(days=3 * 365)
SUPPLIER = "县教育装备供应站"
COLUMNS = (
    "cost", "currency", "cost_basis", "acquired_on", "warranty_until", "supplier", "class_code",
    "class_edition",
)  # fmt: skip
MEMORY = {DT280: 8, DT310: 8, AIO22: 8, NB14: 8}
LEVELS = ("小学", "初中", "高中")


def facts_of(asset: Asset) -> tuple[object, ...]:
    """The values of ``COLUMNS``."""
    price, class_code = PRICES.get(asset.model, 0), CLASSES.get(asset.model, "")
    came_on = asset.came_at.date()
    is_bought = asset.donation_line is None
    cost = Decimal(price) * (1 if is_bought else SHARE_OF_A_GIFT) if price else None
    basis = ("invoice" if is_bought else "market") if price else None
    return (
        cost,
        "CNY",
        basis,
        came_on,
        came_on + WARRANTY if price and is_bought else None,
        SUPPLIER if price and is_bought else "",
        class_code,
        CLASS_EDITIONS[0] if class_code else "",
    )


async def add_numbers(assets: list[Asset]) -> None:
    """A number of the school's own books for each thing that it bought."""
    bought = [
        asset for asset in assets if asset.donation_line is None and asset.lifecycle not in ENDS
    ]
    rows = [
        (asset.id, asset.school.id, number, folded(number))
        for count, asset in enumerate(bought, start=1)
        for number in [f"校产{asset.came_at.year}-{count:04}"]
    ]
    await copy("asset_number", ("asset", "school", "number", "folded"), rows)


async def add_fields(school: School, assets: list[Asset]) -> None:
    """Two fields that a school asks for: one filled in, one not yet."""
    field = (
        "INSERT INTO custom_field (school, name, kind, unit, asset_kind, position)"
        " VALUES (:school, :name, :kind, :unit, :asset_kind, 1) RETURNING id"
    )
    memory = await fetch_value(
        field, school=school.id, name="内存", kind="number", unit="GB", asset_kind="computer"
    )
    levels = await fetch_value(
        field, school=school.id, name="适用学段", kind="choice", unit="", asset_kind="robot_kit"
    )
    await copy(
        "custom_choice",
        ("school", "field", "label", "position"),
        [(school.id, levels, label, place) for place, label in enumerate(LEVELS, start=1)],
    )
    await copy(
        "asset_value",
        ("school", "asset", "field", "kind", "number_value"),
        [
            (school.id, one.id, memory, "number", Decimal(MEMORY[one.model]))
            for one in assets
            if one.school is school and one.model in MEMORY and one.lifecycle not in ENDS
        ],
    )
