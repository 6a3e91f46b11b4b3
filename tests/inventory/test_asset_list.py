"""The asset list finds what was asked for, page by page, and touches little to do so."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from core import database
from core.errors import Invalid
from inventory import assets, custody, repairs
from inventory.assets import AssetFilters, Condition, Custodial, LifecycleState
from inventory.custody import Holder
from inventory.models import AssetKind
from tests import factories
from tests.factories_inventory import many_assets

pytestmark = pytest.mark.usefixtures("db")


async def test_the_digits_of_a_sticker_find_it_at_each_school_of_the_person() -> None:
    mine, second, other = [await factories.school(code) for code in ("LB", "HG", "XX")]
    reader = await factories.person("student_helper", mine, second)
    for school, tag in ((mine, "LB-00248"), (second, "HG-00248"), (other, "XX-00248")):
        await factories.asset(school, tag=tag)
    await factories.asset(mine, tag="LB-02480")
    for typed in ("248", "00248", "００２４８"):
        page = await assets.list_assets(reader.actor, AssetFilters(q=typed))
        assert [row.tag for row in page.items] == ["HG-00248", "LB-00248"], typed
        assert await assets.count_assets(reader.actor, AssetFilters(q=typed), most=10) == 2


async def test_each_filter_finds_its_own() -> None:
    school = await factories.school("VOC")
    reader = await factories.person("technician", school)
    building = await factories.place(school, "building")
    room = await factories.place(school, "room", parent=building)
    cabinet = await factories.place(school, "cabinet", parent=room)
    printer = await factories.asset_model("printer", "LaserJet 400")
    a = await factories.asset(school, tag="PR-1", model=printer, place=cabinet)
    b = await factories.asset(school, tag="PC-1", lifecycle="lost")
    c = await factories.asset(school, tag="PC-2", place=room)
    await custody.hand_out(reader.actor, [c.tag], Holder(person_id=reader.id))
    await database.execute(
        "UPDATE asset SET condition = 'broken', name = '前台打印机' WHERE id = $1", a.id
    )
    await database.execute("UPDATE asset SET serial_number = 'PF2K_7' WHERE id = $1", b.id)
    cases: list[tuple[AssetFilters, list[str]]] = [
        (AssetFilters(), ["PC-1", "PC-2", "PR-1"]),
        (AssetFilters(q="pc"), ["PC-1", "PC-2"]),
        (AssetFilters(q="pf2k_"), ["PC-1"]),
        (AssetFilters(q="f2k"), []),
        (AssetFilters(q="laser"), ["PR-1"]),
        (AssetFilters(q="maker laserjet"), ["PR-1"]),
        (AssetFilters(q="打印"), ["PR-1"]),
        (AssetFilters(q="%"), []),
        (AssetFilters(q="pc", lifecycle=LifecycleState.lost), ["PC-1"]),
        (AssetFilters(school="VOC"), ["PC-1", "PC-2", "PR-1"]),
        (AssetFilters(kind=AssetKind.printer), ["PR-1"]),
        (AssetFilters(model=printer), ["PR-1"]),
        (AssetFilters(lifecycle=LifecycleState.lost), ["PC-1"]),
        (AssetFilters(condition=Condition.broken), ["PR-1"]),
        (AssetFilters(place=building), ["PC-2", "PR-1"]),
        (AssetFilters(place=cabinet), ["PR-1"]),
        (AssetFilters(holder=reader.id), ["PC-2"]),
        (AssetFilters(custody=Custodial.out), ["PC-2"]),
        (AssetFilters(custody=Custodial.free), ["PR-1"]),
        (AssetFilters(custody=Custodial.overdue), []),
        (AssetFilters(donation=1), []),
    ]
    for filters, tags in cases:
        page = await assets.list_assets(reader.actor, filters)
        assert [row.tag for row in page.items] == tags, filters
        assert await assets.count_assets(reader.actor, filters, most=100) == len(tags)
        assert await assets.find_tags(reader.actor, filters, most=100) == tags
    held = (await assets.list_assets(reader.actor, AssetFilters(q="pc-2"))).items[0]
    assert held.holder == reader.name


async def test_a_cabinet_is_shown_with_its_room_and_building() -> None:
    school = await factories.school()
    reader = await factories.person("technician", school)
    building = await factories.place(school, "building")
    room = await factories.place(school, "room", parent=building)
    cabinet = await factories.place(school, "cabinet", parent=room)
    asset = await factories.asset(school, place=cabinet)
    path = await database.fetch_value("SELECT string_agg(name, ' / ' ORDER BY id) FROM place")
    (row,) = (await assets.list_assets(reader.actor)).items
    assert row.place == path
    assert (await assets.get_asset(reader.actor, asset.tag)).place == path
    order = await repairs.open_work_order(
        reader.actor, asset_id=asset.id, source="person", fault="x", summary="broken"
    )
    assert order.place == path


async def test_pages_over_two_schools_meet_without_gap_or_overlap() -> None:
    first, second, hidden = [await factories.school() for _ in range(3)]
    reader = await factories.person("technician", first, second)
    tags = [f"X-{n:03d}" for n in range(25)]
    for n, tag in enumerate(tags):
        await factories.asset((first, second)[n % 2], tag=tag)
    await factories.asset(hidden, tag="X-999")
    for filters in (AssetFilters(), AssetFilters(q="x-"), AssetFilters(q="model")):
        seen: list[str] = []
        cursor = None
        while True:
            page = await assets.list_assets(reader.actor, filters, cursor=cursor, limit=4)
            seen += [row.tag for row in page.items]
            if (cursor := page.next_cursor) is None:
                break
        assert seen == tags


@pytest.mark.parametrize(("cursor", "limit"), [("rubbish", 50), (None, 0), (None, 201)])
async def test_a_page_that_cannot_be_is_refused(cursor: str | None, limit: int) -> None:
    school = await factories.school()
    reader = await factories.person("technician", school)
    with pytest.raises(Invalid):
        await assets.list_assets(reader.actor, cursor=cursor, limit=limit)


SEARCHES = [
    AssetFilters(),
    AssetFilters(q="b-00012"),
    AssetFilters(q="SN0001"),
    AssetFilters(q="00012"),
    AssetFilters(q="model"),
    AssetFilters(q="nothing at all"),
    AssetFilters(lifecycle=LifecycleState.retired),
    AssetFilters(lifecycle=LifecycleState.lost),
    AssetFilters(condition=Condition.broken),
    AssetFilters(kind=AssetKind.printer),
    AssetFilters(holder=1),
    AssetFilters(custody=Custodial.overdue),
    AssetFilters(custody=Custodial.out),
    AssetFilters(place=1),
    AssetFilters(donation=1),
]


async def test_no_list_reads_the_whole_table_or_asks_once_a_row() -> None:
    schools = [await factories.school("A"), await factories.school("B")]
    reader = await factories.person("technician", *schools)
    models = [await factories.asset_model() for _ in range(12)]
    printer = await factories.asset_model("printer", "Rarely bought")
    for school in schools:
        await many_assets(school, 15_000, models=models)
    await factories.asset(schools[0], model=printer)
    await database.execute("ANALYZE")
    for filters in SEARCHES:
        for after in ("", "B-007000"):
            sql, args = await assets.list_query(reader.actor, filters, after=after, limit=50)
            for node in _nodes(await _plan_for_any_arguments(sql, args)):
                if node.get("Relation Name") == "asset":
                    assert node["Node Type"] != "Seq Scan", (filters, after)
                    assert _rows_touched(node) <= 2_000, (filters, after, node)


OUT = """
INSERT INTO custody (school, asset, holder, started_at, handed_by, note, return_note)
SELECT school, id, $1, now(), $1, '', '' FROM asset WHERE model = any($2::bigint[])
"""


async def test_a_part_of_a_name_and_what_is_out_of_a_kind_are_found_without_reading_all() -> None:
    school = await factories.school("A")
    reader = await factories.person("technician", school)
    books = [await factories.asset_model("book") for _ in range(4)]
    others = [await factories.asset_model() for _ in range(4)]
    name = "CASE WHEN n % 2 = 0 THEN '机位 ' || n % 150 ELSE '' END"
    await many_assets(school, 6_000, models=[*books, *others], name=name)
    async with database.transaction():
        await database.execute("ALTER TABLE custody DISABLE TRIGGER USER")
        await database.execute(OUT, reader.id, books[:2])
        await database.execute("ALTER TABLE custody ENABLE TRIGGER USER")
    await database.execute("ANALYZE")
    for filters, meant, index in (
        (AssetFilters(q="机位 12"), "a.name LIKE '%机位 12%'", "asset_name_grams"),
        (AssetFilters(q="a WINDOW"), "false", "asset_name_grams"),
        (AssetFilters(q="位"), "a.name LIKE '%位%'", "asset_named_of_school"),
        (AssetFilters(kind=AssetKind.book, custody=Custodial.out), "a.model = any($1)", ""),
    ):
        sql, args = await assets.list_query(reader.actor, filters, after="", limit=50)
        read = [one for one in _nodes(await _plan_for_any_arguments(sql, args)) if _loops(one)]
        touched = [_rows_touched(one) for one in read if one.get("Relation Name") == "asset"]
        assert sum(touched) <= 1_500, (filters, touched)
        assert index in {one.get("Index Name", "") for one in read} | {""}, filters
        expected = await database.fetch_column(
            str,
            f"SELECT tag FROM asset a WHERE {meant} AND $1::bigint[] <> '{{}}'"
            ' ORDER BY tag COLLATE "C" LIMIT 50',
            books[:2],
        )
        found = await assets.list_assets(reader.actor, filters, limit=50)
        assert [row.tag for row in found.items] == expected, filters


async def test_a_row_of_the_list_finds_its_place_by_one_key_and_reads_no_place_around_it() -> None:
    school = await factories.school()
    reader = await factories.person("technician", school)
    await many_assets(school, 5_000, models=[await factories.asset_model()])
    building = await factories.place(school, "building")
    await database.execute(
        "INSERT INTO place (school, parent, kind, name)"
        " SELECT $1, $2, 'room', 'Room ' || n FROM generate_series(1, 600) n",
        school.id,
        building,
    )
    await database.execute("UPDATE asset SET place = $1 + 1 + id % 600", building)
    await database.execute("ANALYZE")
    sql, args = await assets.list_query(reader.actor, AssetFilters(), after="", limit=50)
    nodes = list(_nodes(await _plan_for_any_arguments(sql, args)))
    (path,) = [node for node in nodes if node.get("Relation Name") == "place_path"]
    assert path["Index Name"] == "place_path_pkey"
    assert _rows_touched(path) <= 51
    around = [node["Alias"] for node in nodes if node.get("Relation Name") == "place"]
    assert around in ([], ["room"])  # the holder of a custody alone


async def _plan_for_any_arguments(sql: str, args: list[object]) -> dict[str, Any]:
    """What a prepared statement settles for: the plan made without looking at the arguments."""
    values = ", ".join(str(arg) if isinstance(arg, int) else f"'{arg}'" for arg in args)
    async with database.transaction(), database.connection() as connection:
        await connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        await connection.execute(f"PREPARE wanted AS {sql}")
        plan = await connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE wanted({values})")
        await connection.execute("DEALLOCATE wanted")
    whole: dict[str, Any] = msgspec.json.decode(plan)[0]["Plan"]
    return whole


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from _nodes(inner)


def _loops(node: dict[str, Any]) -> float:
    return float(node["Actual Loops"])


def _rows_touched(node: dict[str, Any]) -> float:
    once = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
    return float(once * node["Actual Loops"])


async def test_a_page_is_one_query(monkeypatch: pytest.MonkeyPatch) -> None:
    school = await factories.school()
    reader = await factories.person("technician", school)
    for _ in range(5):
        await factories.asset(school)
    asked: list[str] = []
    fetch = database.fetch

    async def counted(row_type: type[Any], sql: str, *args: object, **named: object) -> list[Any]:
        asked.append(sql)
        return await fetch(row_type, sql, *args, **named)

    monkeypatch.setattr("inventory.assets.listing.fetch", counted)
    page = await assets.list_assets(reader.actor, AssetFilters(q="t-", school=school.code))
    assert len(asked) == 1
    assert len(page.items) == 5
    assert msgspec.json.encode(page)
