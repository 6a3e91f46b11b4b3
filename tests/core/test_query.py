"""Named parameters, conditions that add themselves, keyset pages."""

from datetime import date

import msgspec
import pytest

from core import database
from core.errors import Invalid
from core.query import Key, Order, Where, count_rows, list_page
from tests.conftest import Stack


@pytest.mark.parametrize(
    ("sql", "values", "expected"),
    [
        ("SELECT :a", {"a": 1}, ("SELECT $1", (1,))),
        ("SELECT :b, :a, :b", {"a": 1, "b": 2}, ("SELECT $1, $2, $1", (2, 1))),
        ("SELECT :a::bigint[], x::text", {"a": []}, ("SELECT $1::bigint[], x::text", ([],))),
        ("SELECT 'it''s :b', :a", {"a": 1}, ("SELECT 'it''s :b', $1", (1,))),
        ('SELECT ":b" FROM t WHERE c = :a', {"a": 1}, ('SELECT ":b" FROM t WHERE c = $1', (1,))),
        ("SELECT :a -- of :b\n", {"a": 1}, ("SELECT $1 -- of :b\n", (1,))),
        ("SELECT to_char(:a, 'HH24:mi')", {"a": 1}, ("SELECT to_char($1, 'HH24:mi')", (1,))),
        ("SELECT true", {}, ("SELECT true", ())),
    ],
)
def test_names_become_numbers(
    sql: str, values: dict[str, object], expected: tuple[str, tuple[object, ...]]
) -> None:
    assert database.numbered(sql, values) == expected


@pytest.mark.parametrize("values", [{}, {"b": 1}, {"a": 1, "b": 1}])
def test_every_name_has_a_value_and_every_value_a_name(values: dict[str, object]) -> None:
    with pytest.raises(TypeError, match="parameters"):
        database.numbered("SELECT :a", values)


def test_a_condition_joins_if_there_is_something_to_compare_with() -> None:
    where = Where("school = any(:schools)", schools=[1])
    where.add_given("name ILIKE :like", like="")
    where.add_given("holder = :holder", holder=None)
    where.add_given("is_open = :is_open", is_open=False)
    assert str(where) == "school = any(:schools) AND is_open = :is_open"
    assert where.values == {"schools": [1], "is_open": False}
    assert str(Where()) == "true"


def test_a_name_means_one_value() -> None:
    where = Where("a = :x", x=1000)
    where.add("b > :x", x=where.values["x"])
    with pytest.raises(TypeError, match="two values"):
        where.add("c = :x", x=1001)


class Row(msgspec.Struct):
    n: int
    day: date | None


NEVER = date(9000, 1, 1)
SELECT = (
    "SELECT n, CASE WHEN n % 3 > 0 THEN DATE '2026-01-01' + n / 10 END AS day"
    " FROM generate_series(1, 50) AS n"
)
BY_DAY = "coalesce(CASE WHEN n % 3 > 0 THEN DATE '2026-01-01' + n / 10 END, '9000-01-01')"


@pytest.mark.parametrize("descending", [False, True])
async def test_pages_hold_every_row_once_and_in_order(db: Stack, descending: bool) -> None:
    order = Order(
        Key(BY_DAY, date, lambda row: row.day or NEVER), Key("n", int, "n"), descending=descending
    )
    where, seen, cursor = Where("n <= :most", most=47), [], None
    for _ in range(7):
        page = await list_page(Row, SELECT, where, order, cursor=cursor, limit=7)
        seen += page.items
        cursor = page.next_cursor
    assert cursor is None
    everything = await database.fetch(Row, f"{SELECT} WHERE n <= :most", most=47)
    wanted = sorted(everything, key=lambda row: (row.day or NEVER, row.n), reverse=descending)
    assert seen == wanted
    assert await count_rows("generate_series(1, 50) AS n", where) == 47


@pytest.mark.parametrize(("cursor", "limit"), [("nonsense", 7), (None, 0), (None, 201)])
async def test_a_wrong_cursor_or_limit_is_refused(
    db: Stack, cursor: str | None, limit: int
) -> None:
    order = Order(Key("n", int, "n"))
    with pytest.raises(Invalid):
        await list_page(Row, SELECT, Where(), order, cursor=cursor, limit=limit)


async def test_a_column_is_read_as_its_type(db: Stack) -> None:
    assert await database.fetch_column(int, "SELECT n FROM generate_series(1, :n) AS n", n=3) == [
        1,
        2,
        3,
    ]
    days = await database.fetch_column(date, "SELECT DATE '2026-01-01' + :n::int", n=1)
    assert days == [date(2026, 1, 2)]


async def test_values_have_names_or_none(db: Stack) -> None:
    with pytest.raises(TypeError, match="never both"):
        await database.fetch_value("SELECT :a + $1", 1, a=2)
