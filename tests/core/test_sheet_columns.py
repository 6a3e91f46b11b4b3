"""Suggestions: which column is which field, what its words mean, which names are one."""

import pytest

from core.sheets import (
    CellKind,
    Field,
    KnownName,
    SheetColumn,
    group_spellings,
    headers_key,
    spelling_key,
    spellings,
    suggest_columns,
    suggest_values,
)

STATE = Field(
    "state",
    ("State", "使用状态", "状态"),
    CellKind.choice,
    {"in_use": ("在用", "闲置", "使用中"), "in_repair": ("维修中",)},
)
CONDITION = Field(
    "condition",
    ("Condition", "状况", "状态"),
    CellKind.choice,
    {"ok": ("完好", "正常"), "broken": ("损坏",)},
)
FIELDS = (
    Field("tag", ("Asset tag", "资产编号", "编号"), pattern="[A-Z0-9-]{2,32}"),
    Field("name", ("Name", "名称", "资产名称")),
    Field("model", ("型号", "规格型号", "规格")),
    Field("bought_on", ("Purchase date", "购置日期"), CellKind.date),
    Field("cost", ("单价", "原值", "金额"), CellKind.amount),
    STATE,
    CONDITION,
    Field("numbers", ("校内编号", "资产编号"), is_many=True),
)  # fmt: skip


def column(name: str, *values: str, group: str = "") -> SheetColumn:
    return SheetColumn(
        name, "A", group, len(values), values=dict.fromkeys(values, 1), samples=values
    )


@pytest.mark.parametrize(
    ("columns", "fields"),
    [
        ((column("资产编号"), column("名称"), column("颜色")), ("tag", "name", None)),
        ((column("ASSET_TAG *"), column("name:"), column("Ｎａｍｅ")), ("tag", "name", None)),
        ((column("HB.name"), column("HB.purchase_date")), ("name", "bought_on")),
        ((column("单价（元）"), column("购置日期(年月)")), ("cost", "bought_on")),
        # Two columns of one field: its surest head, wherever it stands.
        ((column("规格"), column("型号")), (None, "model")),
        ((column("金额"), column("单价")), (None, "cost")),
        # Heads over several columns.
        (
            (
                column("购置信息 购置日期", group="购置信息"),
                column("购置信息 金额", group="购置信息"),
            ),
            ("bought_on", "cost"),
        ),
        # Nearly a known head; short ones are near to too much.
        ((column("固定资产名称"), column("资产名称")), (None, "name")),
        ((column("Purchased date"), column("单件")), ("bought_on", None)),
        # One head, several fields: by what is below it.
        ((column("资产编号", "校产2019-001", "TY2019(12)"),), ("numbers",)),
        ((column("资产编号", "P-1", "P-2"), column("校内编号", "a")), ("tag", "numbers")),
        ((column("状态", "在用", "闲置"),), ("state",)),
        ((column("状态", "完好", "损坏"),), ("condition",)),
        ((column("状态", "完好"), column("使用状态", "在用")), ("condition", "state")),
        # No known head: by its words.
        ((column("情形", "在用", "维修中"), column("颜色", "红", "蓝")), ("state", None)),
        # What cannot be read is suggested all the same: the rows then say why.
        ((column("购置日期", "前年"),), ("bought_on",)),
    ],
)
def test_columns_are_suggested(
    columns: tuple[SheetColumn, ...], fields: tuple[str | None, ...]
) -> None:
    suggested = suggest_columns(columns, FIELDS)
    assert tuple(one.field for one in suggested) == fields
    assert [one.column for one in suggested] == [one.name for one in columns]


def test_a_mapping_is_remembered_by_the_set_of_headers() -> None:
    key = headers_key(["资产编号", "名称", "单价（元）"])
    assert key == headers_key(["名称 ", "单价(元)", "资产编号", "资产编号*", ""])
    assert key != headers_key(["资产编号", "名称", "单价（万元）"])
    assert key != headers_key(["资产编号", "名称"])


def test_values_are_suggested_the_commonest_first() -> None:
    seen = {"在用": 40, "使用中（良好）": 3, "闲置": 7, "": 9, "无": 2, "未使用中": 1, "在用/维修中": 1, "报废": 5}  # fmt: skip
    assert [
        (one.text, one.count, one.code, one.match.value) for one in suggest_values(seen, STATE)
    ] == [
        ("在用", 40, "in_use", "exact"),
        ("闲置", 7, "in_use", "exact"),
        ("报废", 5, None, "none"),
        ("使用中（良好）", 3, "in_use", "near"),
        ("在用/维修中", 1, None, "none"),
        ("未使用中", 1, None, "none"),
    ]


ALIASES = {"lenovo": "联想", "hp": "惠普"}


def test_near_equal_spellings_are_one_name() -> None:
    groups = group_spellings(
        {
            "联想 启天M415": 30,
            "联想启天 Ｍ415": 4,
            "Lenovo 启天m415": 2,
            "联想启天M425": 1,
            "HP LaserJet 1020": 3,
            "惠普 LaserJet-1020": 1,
            "HPE MicroServer": 1,
            "联想启夭M415": 1,
        },
        [KnownName(7, "惠普 laserjet 1020"), KnownName(8, "联想昭阳M425")],
        aliases=ALIASES,
    )
    assert [(group.name, group.count, [one.id for one in group.same]) for group in groups] == [
        ("联想 启天M415", 36, []),
        ("HP LaserJet 1020", 4, [7]),
        ("HPE MicroServer", 1, []),
        ("联想启天M425", 1, []),
        ("联想启夭M415", 1, []),
    ]
    assert groups[0].near_groups == ("联想启夭M415",)
    assert (groups[3].near, groups[3].near_groups) == ((), ())


def test_a_new_name_names_the_rows_that_may_be_meant() -> None:
    known = [KnownName(1, "图书馆一楼阅览室"), KnownName(2, "图书馆二楼")]
    (group,) = group_spellings({"图书馆一楼阅览厅": 2}, known)
    assert [one.id for one in group.near] == [1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("五（2）班", "五(2)班"),
        ("A-101", "a 101"),
        ("教学楼 / 301", "教学楼/301"),
        ("HP1020", "惠普 1020"),
    ],
)
def test_spellings_that_are_one(one: str, other: str) -> None:
    assert spelling_key(one, ALIASES) == spelling_key(other, ALIASES)


def test_a_separator_between_digits_counts() -> None:
    names = ["1-11", "11-1", "111", "1.11号楼", "111号楼", "教学楼1 / 01", "教学楼 / 101"]
    assert len({spelling_key(name) for name in names}) == len(names)
    assert spelling_key("1-11") == spelling_key("1 / 11") == spelling_key("１－１１")
    groups = group_spellings({"1-11": 2, "111": 1}, [KnownName(1, "11-1")])
    assert [(group.name, group.same, group.near) for group in groups] == [
        ("1-11", (), ()),
        ("111", (), ()),
    ]


def test_a_word_for_nothing_is_a_word_where_the_field_knows_it() -> None:
    asked = Field("has_camera", ("摄像头",), CellKind.choice, {"有": ("有",), "无": ("无",)})
    assert [(one.text, one.code) for one in suggest_values({"有": 1, "无": 3}, asked)] == [
        ("无", "无"),
        ("有", "有"),
    ]
    (one,) = suggest_columns([column("摄像头情况", "无")], (asked, FIELDS[1]))
    assert one.field == "has_camera"


@pytest.mark.parametrize(
    "text", ["不太正常", "未见正常", "not working", "nonfunctional", "not fully working"]
)
def test_a_word_that_is_turned_round_is_not_meant(text: str) -> None:
    field = Field("condition", (), words={"ok": ("正常", "working", "functional")})
    assert [one.code for one in suggest_values({text: 1, "working well": 1}, field)] == [
        None if one == text else "ok" for one in sorted([text, "working well"])
    ]


def test_names_are_compared_with_few_and_rows_with_none(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = 0
    extract = spellings.process.extract

    def counting(key: str, others: list[str], **options: object) -> object:
        nonlocal compared
        compared += len(others)
        return extract(key, others, **options)

    monkeypatch.setattr(spellings.process, "extract", counting)
    names = {f"启天 M{n}型": 20 for n in range(5_000)}
    known = [KnownName(n, f"启天M{n}") for n in range(5_000)]
    groups = group_spellings(names, known)
    assert len(groups) == 5_000
    # Each with the known and the new names of the same digits, and not with five thousand.
    assert compared <= 2 * spellings.MOST_COMPARED
