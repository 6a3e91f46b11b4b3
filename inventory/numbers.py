"""Numbers that are given once and in order, however many people ask at the same moment."""

import msgspec

from core.database import execute, fetch_value

PREFIX_MOST = 24
DIGITS_MOST = 9


class Series(msgspec.Struct, frozen=True):
    """Numbers written PREFIX-0001 and on; ``column`` of ``table`` holds those in use."""

    name: str
    prefix: str
    digits: int
    table: str
    column: str

    def written(self, number: int) -> str:
        """A number of the series as people read it."""
        return f"{self.prefix}-{number:0{self.digits}d}"


def tags_of(school_code: str) -> Series:
    """The tags of a school."""
    prefix = _prefix(school_code)
    return Series(f"tag:{prefix}", prefix, 5, "asset", "tag")


def acknowledgements_of(school_code: str, year: int) -> Series:
    """The acknowledgement numbers of a school in a year."""
    prefix = f"{_prefix(school_code)}-{year}"
    name = f"acknowledgement:{prefix}"
    return Series(name, prefix, 4, "donation", "acknowledgement_number")


def transfers_of(school_code: str, year: int) -> Series:
    """The numbers of what a school sends to others in a year."""
    prefix = f"TR-{_prefix(school_code)}-{year}"
    return Series(f"transfer:{prefix}", prefix, 4, "transfer", "number")


def disposals_of(school_code: str, year: int) -> Series:
    """The numbers of what a school takes out of its books in a year."""
    prefix = f"DS-{_prefix(school_code)}-{year}"
    return Series(f"disposal:{prefix}", prefix, 4, "disposal", "number")


async def take(series: Series, count: int = 1) -> list[str]:
    """The next ``count`` free numbers of ``series``; inside the caller's transaction.

    The row of the series stays locked until that transaction ends, so no number is given twice,
    and one that was taken by a transaction that failed is given again. A series that meets
    numbers in use (written by hand, imported, seeded) moves past the highest of them.
    """
    free: list[str] = []
    while len(free) < count:
        last = await _advance(series, count - len(free))
        taken = [series.written(n) for n in range(last - (count - len(free)) + 1, last + 1)]
        used = await _used(series, taken)
        free += [number for number in taken if number not in used]
        if used:
            await _move_past(series, max(used, key=len))
    return free


async def _advance(series: Series, count: int) -> int:
    last: int = await fetch_value(
        "INSERT INTO number_series (series, last) VALUES ($1, $2)"
        " ON CONFLICT (series) DO UPDATE SET last = number_series.last + excluded.last"
        " RETURNING last",
        series.name,
        count,
    )
    return last


async def _used(series: Series, numbers: list[str]) -> set[str]:
    found = await fetch_value(
        f"SELECT array_agg({series.column}) FROM {series.table}"
        f" WHERE {series.column} = any($1::text[])",
        numbers,
    )
    return set(found or ())


async def _move_past(series: Series, used: str) -> None:
    # Only numbers as long as the one in use: one hand-written HG-20190901 among five-digit tags
    # must not make every later tag eight digits long, nor outgrow the column.
    digits = len(used) - len(series.prefix) - 1
    if digits > DIGITS_MOST:
        return
    await execute(
        "UPDATE number_series SET last = greatest(last, ("
        f" SELECT max(right({series.column}, $3)::int) FROM {series.table}"
        f" WHERE {series.column} ~ $2)) WHERE series = $1",
        series.name,
        f"^{series.prefix}-[0-9]{{{digits}}}$",
        digits,
    )


def _prefix(school_code: str) -> str:
    return school_code.upper()[:PREFIX_MOST].strip("-") or "A"
