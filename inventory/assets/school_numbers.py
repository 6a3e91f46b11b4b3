"""The numbers that a school gave an asset in books of its own, such as 校产2019-001: any characters."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from core.database import execute, execute_many, fetch_column
from core.errors import FieldError, Invalid, Message, Problem, say
from core.texts import Line
from inventory import tables

MOST = 5
NUMBER = Line(tables.AssetNumber.number)
REFUSALS: dict[str, Message | Problem] = {
    "asset_number_once_a_school": Invalid.of(
        "numbers", say("Another asset of the school has one of these numbers"), code="taken"
    ),
}


def folded(number: str) -> str:
    """As numbers are compared: full width, capitals and spaces make no difference."""
    plain = unicodedata.normalize("NFKC", number).upper()
    return "".join(plain.split())


def tidy(numbers: Iterable[str]) -> list[str]:
    """Each number once, on one line, in the order given."""
    clean = [NUMBER.tidy(number) for number in numbers]
    return list({folded(number): number for number in clean if number}.values())


def find_errors(numbers: Sequence[str]) -> list[FieldError]:
    """What is wrong with tidy numbers."""
    if len(numbers) > MOST:
        return [FieldError("numbers", say("At most {most} numbers", most=MOST), "too_many")]
    errors = (NUMBER.find_error("numbers", number) for number in numbers)
    too_long = [error for error in errors if error is not None]
    # NFKC writes some single characters as several.
    if not too_long and any(len(folded(number)) > NUMBER.most for number in numbers):
        too_long = [
            FieldError("numbers", say("At most {most} characters", most=NUMBER.most), "too_long")
        ]
    return too_long[:1]


async def set_numbers(asset_id: int, school_id: int, numbers: Iterable[str]) -> bool:
    """Make these the numbers of a locked asset; whether that changed anything.

    New ones are of the school; those that an earlier school gave stay its own. In the caller's
    transaction and :data:`REFUSALS`.
    """
    wanted = {folded(number): number for number in numbers}
    gone = await execute(
        "DELETE FROM asset_number WHERE asset = $1 AND number <> ALL ($2::text[])",
        asset_id,
        list(wanted.values()),
    )
    known = await fetch_column(str, "SELECT folded FROM asset_number WHERE asset = $1", asset_id)
    added = [
        (asset_id, school_id, number, fold) for fold, number in wanted.items() if fold not in known
    ]
    await execute_many(
        "INSERT INTO asset_number (asset, school, number, folded) VALUES ($1, $2, $3, $4)", added
    )
    return bool(gone or added)


async def write_numbers(school_id: int, numbers: Mapping[int, Sequence[str]]) -> None:
    """Make these the numbers of many locked assets, by their ids; as :func:`set_numbers`, but in
    two statements for all of them."""
    if not numbers:
        return
    pairs = [(asset, number) for asset, of_asset in numbers.items() for number in of_asset]
    assets, wanted = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    await execute(
        "DELETE FROM asset_number n WHERE n.asset = any($1::bigint[]) AND NOT EXISTS ("
        "SELECT FROM unnest($2::bigint[], $3::text[]) AS w (asset, number)"
        " WHERE w.asset = n.asset AND w.number = n.number)",
        list(numbers),
        assets,
        wanted,
    )
    await execute(
        "INSERT INTO asset_number (asset, school, number, folded)"
        " SELECT w.asset, $1, w.number, w.folded"
        " FROM unnest($2::bigint[], $3::text[], $4::text[]) AS w (asset, number, folded)"
        " WHERE NOT EXISTS (SELECT FROM asset_number n"
        " WHERE n.asset = w.asset AND n.folded = w.folded)",
        school_id,
        assets,
        wanted,
        [folded(number) for number in wanted],
    )
