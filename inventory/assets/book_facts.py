"""What a school's books ask for about an asset: its value, its dates, its class in the standard."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import msgspec

from core.errors import FieldError, Invalid, Message, Problem, say
from core.texts import Line, Text
from inventory import class_codes, tables
from inventory.class_codes import ClassCode

MOST_COST = Decimal("9999999999.99")
# Beyond these, a year was mistyped.
EARLIEST, LATEST = date(1980, 1, 1), date(2100, 12, 31)
CURRENCY = "CNY"


class CostBasis(StrEnum):
    """What a value is by: the invoice, the market on the day it was given, or after depreciation."""

    invoice = "invoice"
    market = "market"
    depreciated = "depreciated"


Cost = Annotated[Decimal, msgspec.Meta(description="At most two decimals")]
Currency = Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$", description="ISO 4217")]


class BookFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Value, dates and class of an asset; all of it may be unknown."""

    cost: Cost | None = None
    currency: Currency = CURRENCY
    cost_basis: CostBasis | None = None
    acquired_on: date | None = None
    warranty_until: date | None = None
    supplier: str = ""
    class_code: ClassCode = ""
    class_edition: str = ""


TEXTS: dict[str, Text] = {
    "supplier": Line(tables.Asset.supplier),
    "class_code": Line(tables.Asset.class_code),
    "class_edition": Line(tables.Asset.class_edition),
}
REFUSALS: dict[str, Message | Problem] = {
    "asset_cost_has_a_basis": Invalid.of(
        "cost_basis", say("Say what the value is by; without a value leave it empty"), code="basis"
    ),
    "asset_warranty_ends_after_it_begins": Invalid.of(
        "warranty_until", say("The warranty ends before the day of purchase"), code="upside_down"
    ),
    **class_codes.REFUSALS,
}


def completed(given: Mapping[str, object]) -> dict[str, object]:
    """Fields of an asset with what follows from them: no basis without a value, the usual one with
    it; a code without an edition is of the present one."""
    fields = dict(given)
    if "cost" in fields and fields["cost"] is None:
        fields["cost_basis"] = None
    elif fields.get("cost") is not None and fields.get("cost_basis", "") is None:
        fields["cost_basis"] = CostBasis.invoice
    return class_codes.completed(fields)


def find_errors(given: Mapping[str, object]) -> list[FieldError]:
    """What is wrong with values of :class:`BookFacts`, field by field."""
    errors = []
    errors += find_amount_error("cost", given.get("cost"))
    for field in ("acquired_on", "warranty_until"):
        day = given.get(field)
        if isinstance(day, date) and not EARLIEST <= day <= LATEST:
            errors.append(FieldError(field, say("The year must be 1980 to 2100"), "year"))
    return errors


def find_amount_error(field: str, amount: object) -> list[FieldError]:
    """What is wrong with an amount of money, if anything is."""
    if not isinstance(amount, Decimal) or _is_amount(amount):
        return []
    return [FieldError(field, say("An amount of 0 or more, with two decimals at most"), "amount")]


def _is_amount(cost: Decimal) -> bool:
    return cost.is_finite() and 0 <= cost <= MOST_COST and cost == cost.quantize(Decimal("0.01"))
