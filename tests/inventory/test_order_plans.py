"""Long lists in another order: each page straight from an index, whatever the school's size."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from core import database, query
from core.database import numbered
from inventory import assets, custody, donations
from inventory.assets import AssetFilters, Custodial
from inventory.assets import listing as by_tag
from inventory.custody import CustodyFilters, CustodyView
from inventory.holds import listing
from inventory.holds.listing import HoldFilters, HoldView
from tests import factories

pytestmark = pytest.mark.usefixtures("db")

ROWS = 20_000


async def test_no_order_of_a_long_list_reads_all_its_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    schools = [await factories.school(), await factories.school()]
    reader = await factories.person("admin", *schools)
    for school in schools:
        await _fill(school, reader)
    await database.execute("ANALYZE")
    asked: list[tuple[str, dict[str, object]]] = []
    fetch = database.fetch

    async def remembered(row_type: type[Any], sql: str, **values: object) -> list[Any]:
        asked.append((sql, values))
        return await fetch(row_type, sql, **values)

    for module in (query, by_tag):
        monkeypatch.setattr(module, "fetch", remembered)
    for table, page in _pages(reader):
        cursor = None
        for _ in range(2):
            cursor = (await page(cursor)).next_cursor
            sql, values = asked.pop()
            for node in _nodes(await _plan(sql, values)):
                if node.get("Relation Name") == table:
                    assert _rows_touched(node) <= 1_000, (table, sql, node)


def _pages(reader: factories.MadePerson) -> Iterator[tuple[str, Any]]:
    for sort in ("lifecycle", "-lifecycle", "condition", "-condition", "-added", "added"):
        yield (
            "asset",
            lambda cursor, sort=sort: assets.list_assets(reader.actor, sort=sort, cursor=cursor),
        )
    # Of half of a school's things that are out the first are found one tag after the other.
    for state in (Custodial.out, Custodial.overdue):
        yield (
            "asset",
            lambda cursor, state=state: assets.list_assets(
                reader.actor, AssetFilters(custody=state), cursor=cursor
            ),
        )
    for view in (CustodyView.out, CustodyView.ended):
        yield (
            "custody",
            lambda cursor, view=view: custody.list_custody(
                reader.actor, CustodyFilters(view=view), cursor=cursor
            ),
        )
    for ended in (HoldView.coming, HoldView.past):
        yield (
            "hold",
            lambda cursor, view=ended: listing.list_holds(
                reader.actor, HoldFilters(view=view), cursor=cursor
            ),
        )
    for sort in ("received_on", "-received_on"):
        yield (
            "donation",
            lambda cursor, sort=sort: donations.list_donations(
                reader.actor, sort=sort, cursor=cursor
            ),
        )


async def _fill(school: factories.MadeSchool, by: factories.MadePerson) -> None:
    model = await factories.asset_model()
    await database.execute(
        "INSERT INTO asset (tag, school, title_holder, model, lifecycle, condition, name,"
        " created_at) SELECT :code::text || '-X' || n, :school::bigint, :school::bigint, :model::bigint,"
        " (ARRAY['in_service','retired','triage'])[1 + n % 3],"
        " (ARRAY['ok','broken','unknown'])[1 + n % 3], '', now()"
        " FROM generate_series(1, :rows::int) n",
        code=school.code,
        model=model,
        school=school.id,
        rows=ROWS,
    )
    await database.execute(
        "INSERT INTO custody (asset, school, holder, started_at, handed_by, due_at, ended_at,"
        " received_by) SELECT a.id, a.school, :by::bigint, now() - interval '1 year', :by::bigint,"
        " timestamptz '2026-01-01' + (a.id % 300) * interval '1 day',"
        " CASE WHEN a.id % 2 = 0 THEN now() - a.id * interval '1 second' END,"
        " CASE WHEN a.id % 2 = 0 THEN :by::bigint END FROM asset a WHERE a.school = :school",
        school=school.id,
        by=by.id,
    )
    room = await factories.place(school)
    # Each is judged as it is written, so they are fewer.
    await database.execute(
        "INSERT INTO hold (school, kind, place, starts_at, ends_at, person, made_at,"
        " group_name, purpose) SELECT :school::bigint, 'booking', :room::bigint,"
        " now() + (n - :rows::int / 2) * interval '1 hour',"
        " now() + (n + 1 - :rows::int / 2) * interval '1 hour', :by::bigint, now(), '', ''"
        " FROM generate_series(1, :rows::int) n",
        school=school.id,
        room=room,
        by=by.id,
        rows=ROWS // 4,
    )
    donor = await database.fetch_value(
        "INSERT INTO donor (school, kind, name) VALUES (:school, 'named', 'Firm') RETURNING id",
        school=school.id,
    )
    await database.execute(
        "INSERT INTO donation (school, donor, title, received_on, acknowledgement_number,"
        " created_at) SELECT :school::bigint, :donor::bigint, 'Gift', date '2020-01-01' + n % 900,"
        " :code::text || n, now() FROM generate_series(1, :rows::int) n",
        code=school.code,
        donor=donor,
        school=school.id,
        rows=ROWS,
    )


async def _plan(sql: str, values: dict[str, object]) -> dict[str, Any]:
    text, given = numbered(sql, values)
    async with database.transaction(), database.connection() as connection:
        await connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        plan = await connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {text}", *given)
    whole: dict[str, Any] = msgspec.json.decode(plan)[0]["Plan"]
    return whole


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from _nodes(inner)


def _rows_touched(node: dict[str, Any]) -> float:
    once = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
    return float(once * node["Actual Loops"])
