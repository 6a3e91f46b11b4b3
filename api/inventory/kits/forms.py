"""The forms of kits: rows whose number nobody knows beforehand, read by the names of their fields."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import msgspec

from core.errors import FieldError, Invalid, say
from core.texts import refuse
from inventory.kits import Deviation, KitDetails, PartFacts, PartsList, find_same_parts
from inventory.kits.parts_lists import MOST_PARTS

BLANK_ROWS = 5
COUNTED = re.compile(r"(missing|damaged)_([0-9]{1,18})")
ROW = re.compile(r"(part|quantity|is_critical|spot|substitutes)_([0-9]{1,3})")
NUMBER = re.compile(r"[0-9]{1,3}")
# "Ultrasonic sensor<tab>2", "超声波传感器 × 2", "超声波传感器，2" or a name alone.
PASTED = re.compile(
    r"(?P<part>.+?)(?:\s*[\t×xX*,，;；:：]\s*|\s+)(?P<quantity>[0-9]{1,3})\s*\S{0,2}"
)
WHOLE_NUMBER = say("Write a whole number, 0 to 999")


def deviations(form: Mapping[str, Any]) -> list[Deviation]:
    """What a posted count says of each part; Invalid names the fields that hold no number."""
    counted: dict[int, dict[str, int]] = defaultdict(dict)
    errors = []
    for name, value in form.items():
        if not (found := COUNTED.fullmatch(name)):
            continue
        text = str(value).strip() or "0"
        if NUMBER.fullmatch(text):
            counted[int(found[2])][found[1]] = int(text)
        else:
            errors.append(FieldError(name, WHOLE_NUMBER, "number"))
    refuse(errors)
    return [Deviation(line, **numbers) for line, numbers in counted.items()]


def counted_values(kit: KitDetails) -> dict[str, object]:
    """A count as it begins: as the kit was last known."""
    values: dict[str, object] = {}
    for part in kit.parts:
        values[f"missing_{part.id}"] = part.missing
        values[f"damaged_{part.id}"] = part.damaged
    return values


async def carried_over(kit: KitDetails, values: Mapping[str, Any]) -> dict[str, Any]:
    """What was counted by a list that has changed since, at the fields of the same parts."""
    typed = {name: found for name in values if (found := COUNTED.fullmatch(name))}
    same = await find_same_parts(kit, [int(found[2]) for found in typed.values()])
    return {
        f"{found[1]}_{same[int(found[2])]}": values[name]
        for name, found in typed.items()
        if int(found[2]) in same
    }


@contextmanager
def naming(field_of: Callable[[FieldError], str]) -> Iterator[None]:
    """Refusals of entries of a list, with the names that the fields of the page have for them."""
    try:
        yield
    except Invalid as refused:
        raise Invalid(
            [
                error
                if error.index is None
                else msgspec.structs.replace(error, field=field_of(error), index=None)
                for error in refused.errors
            ]
        ) from None


def posted_parts(form: Mapping[str, Any]) -> tuple[list[PartFacts], list[int]]:
    """The parts of a posted list with the numbers of their rows: rows with anything in them, then
    what was pasted, a part a line."""
    rows: dict[int, dict[str, str]] = defaultdict(dict)
    for name, value in form.items():
        if (found := ROW.fullmatch(name)) and str(value).strip():
            rows[int(found[2])][found[1]] = str(value).strip()
    errors: list[FieldError] = []
    parts = [_part(number, row, errors) for number, row in sorted(rows.items())]
    numbers = sorted(rows)
    for line in str(form.get("pasted", "")).splitlines()[: MOST_PARTS + 1]:
        if line.strip():
            parts.append(_pasted(line.strip()))
            numbers.append(max(numbers, default=-1) + 1)
    if not parts:
        errors.append(FieldError("part_0", say("Name at least one part"), "required"))
    if len(parts) > MOST_PARTS:
        errors.append(FieldError("", say("At most {most} parts", most=MOST_PARTS), "too_many"))
    refuse(errors)
    return parts, numbers


def _part(number: int, row: dict[str, str], errors: list[FieldError]) -> PartFacts:
    quantity = row.get("quantity", "1")
    if not NUMBER.fullmatch(quantity) or int(quantity) == 0:
        errors.append(
            FieldError(f"quantity_{number}", say("Write a whole number, 1 to 999"), "number")
        )
        quantity = "1"
    return PartFacts(
        row.get("part", ""),
        int(quantity),
        "is_critical" in row,
        row.get("spot", ""),
        row.get("substitutes", ""),
    )


def _pasted(line: str) -> PartFacts:
    found = PASTED.fullmatch(line)
    quantity = int(found["quantity"]) if found else 1
    return PartFacts(found["part"] if found and quantity else line, quantity or 1)


def list_values(given: PartsList | None) -> dict[str, object]:
    """A parts list as its form shows it."""
    values: dict[str, object] = {"revision": given.revision if given else 0}
    for number, part in enumerate(given.parts if given else []):
        values |= {
            f"part_{number}": part.part,
            f"quantity_{number}": part.quantity,
            f"is_critical_{number}": part.is_critical,
            f"spot_{number}": part.spot,
            f"substitutes_{number}": part.substitutes,
        }
    return values


def rows_shown(values: Mapping[str, Any]) -> int:
    """The rows with anything in them, and a few blank ones."""
    filled = [int(found[2]) for name in values if values[name] and (found := ROW.fullmatch(name))]
    return min(max(filled, default=-1) + 1 + BLANK_ROWS, MOST_PARTS)
