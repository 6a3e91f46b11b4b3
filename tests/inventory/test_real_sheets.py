"""Lists as schools and other programs have them: which column is which field of an asset, which
words are which code, which cells are refused. The table is the specification."""

from pathlib import Path

import msgspec
import pytest

from core.sheets import (
    CellKind,
    CellRefused,
    SheetColumn,
    SheetFacts,
    SheetRow,
    iter_rows,
    plain_head,
    suggest_columns,
    suggest_values,
)
from core.sheets import cells as kinds
from core.sheets.fields import Field
from core.sheets.reading import read_file
from inventory.brand_names import ALIASES, BRANDS
from inventory.imports.asset_fields import OWN
from tests.core.made_sheets import Made, one, xls, xlsx

FIELDS = {field.name: field for field in OWN}
READERS = {
    CellKind.text: kinds.read_text,
    CellKind.prose: kinds.read_prose,
    CellKind.number: kinds.read_number,
    CellKind.amount: kinds.read_amount,
    CellKind.date: kinds.read_date,
}


class Meant(msgspec.Struct, frozen=True):
    """The field of each column, from left to right ("" is not read); the codes of the words that are
    no code themselves; the cells that are refused, by their field and what stands in them."""

    fields: str
    words: dict[str, str] = {}
    refused: dict[str, str] = {}


def csv(text: str, encoding: str = "utf-8") -> bytes:
    return text.encode(encoding)


SHEETS: dict[str, tuple[bytes, Meant]] = {
    # Chinese schools.
    "a county's register with a title and a header of two rows": (
        one(
            ["XX县中小学固定资产登记表"],
            ["序号", "资产编号", "品名", "规格型号", "购置情况", None, "存放地点", "使用状况"],
            [None, None, None, None, "购置日期", "单价（元）", None, None],
            [1, "XX-0001", "台式电脑", "启天M415", "2012.9", "￥3,500.00", "计算机教室", "在用"],
            [2, "XX-0002", "台式电脑", "启天M415", 41153, 3500, None, "闲置"],
            [3, "XX-0003", "投影仪", "EB-X05", "2012.1", "三千", "多媒体教室", "待修"],
            ["合计", None, None, None, None, 7000],
            merged=("A1:H1", "A2:A3", "E2:F2", "G4:G5"),
        ),
        Meant(
            "|tag|name|model|acquired_on|cost|place|lifecycle",
            {"在用": "in_service", "闲置": "in_service", "待修": "in_repair"},
            {"acquired_on": "2012.1", "cost": "三千"},
        ),
    ),
    "numbers of the school that are no tags of ours": (
        csv("资产编号,资产名称,品牌,型号,校产编号\n校产2019-001,电脑,联想,启天M415,TY2019(12)\n", "gb18030"),
        Meant("numbers|name|brand|model|numbers"),
    ),
    "full-width numbers are tags all the same": (
        csv("设备编号,设备名称\nＰ－００１,电脑\nＰ－００２,电脑\n", "gb18030"),
        Meant("tag|name"),
    ),
    "a word of condition below 使用状况": (
        csv("设备编号,设备名称,使用状况\nP-1,电脑,完好\nP-2,电脑,损坏\n"),
        Meant("tag|name|condition", {"完好": "ok", "损坏": "broken"}),
    ),
    "state and condition side by side": (
        csv("编号,名称,使用状态,完好程度\nP-1,电脑,在用,良好\nP-2,电脑,报废,待修\n"),
        Meant(
            "tag|name|lifecycle|condition",
            {"在用": "in_service", "报废": "disposed", "良好": "ok", "待修": "broken"},
        ),
    ),
    "the classes of the national standard": (
        csv("国标分类代码,资产名称,资产类别,价值,供货单位\nA02010105,台式机,台式电脑,3500,县电教站\n"),
        Meant("class_code|name|kind|cost|supplier", {"台式电脑": "computer"}),
    ),
    "laboratory apparatus with quantities": (
        csv("仪器编号,仪器名称,规格,数量,单价,金额,存放位置,备注\nY-01,显微镜,XSP-06,30台,120,3600,生物室,新\n"),
        Meant("tag|name|model|quantity|cost|total_cost|place|note"),
    ),
    "only the total of several things": (
        csv("品名,规格型号,台数,金额\n学生电脑,天逸510,30,105000\n"),
        Meant("name|model|quantity|total_cost"),
    ),
    "a donation's list: who gave it is not a supplier": (
        csv("物品名称,品牌型号,数量,捐赠方,接收日期\n笔记本电脑,联想E480,12,某某公司,2023年6月1日\n"),
        Meant("name|model|quantity||acquired_on"),
    ),
    "warranty and serial numbers, one of them rounded": (
        one(
            ["SN码", "设备型号", "质保到期", "购买日期"],
            ["PF2K7Q9Z", "M720", "2026-03-02", "2023/3/2"],
            [20190901000123456789, "M720", "无", "3/2/2023"],
        ),
        Meant(
            "serial_number|model|warranty_until|acquired_on",
            refused={"serial_number": "2.01909010001235E+19", "acquired_on": "3/2/2023"},
        ),
    ),
    "traditional characters in Big5": (
        csv("資產編號,設備名稱,規格型號,存放地點,狀態\nP-1,電腦,M720,圖書館,閒置\n", "big5"),
        Meant("tag|name|model|place|lifecycle", {"閒置": "in_service"}),
    ),
    "an old workbook of Excel 97": (
        xls("资产", [["固定资产编号", "固定资产名称", "购置时间", "原值"], ["001", "电脑", 41153, 3500.5]]),
        Meant("numbers|name|acquired_on|cost"),
    ),
    "formulas that nobody calculated": (
        one(["资产编号", "型号", "原值"], ["P-1", "M720", "=B2*2"], ["P-2", "M720", "#REF!"]),
        Meant("tag|model|cost", refused={"cost": "#FORMULA!"}),
    ),
    "instructions and examples in other sheets": (
        xlsx(
            Made("填表说明", [["资产编号：必填"], ["品名：必填"]]),
            Made("样例", [["资产编号", "品名"], ["A-1", "样例电脑"]]),
            Made("资产清单", [["资产编号", "品名"], ["P-1", "电脑"]]),
        ),
        Meant("tag|name"),
    ),
    "UTF-16 with tabs, as spreadsheet programs save text": (
        csv("资产编码\t设备名称\t所在位置\nP-1\t电脑\t301\n", "utf-16"),
        Meant("tag|name|place"),
    ),
    # Other programs.
    "Snipe-IT": (
        csv(
            "Asset Name,Asset Tag,Serial Number,Category,Manufacturer,Model Name,Status,Location,"
            "Supplier,Purchase Date,Purchase Cost,Warranty Expires,Notes\n"
            "Desk 4,SN-1,PF2K7Q9Z,Laptop,Lenovo,E480,Ready to Deploy,Room 4,ACME,2020-03-02,"
            "350.00,2023-03-02,a\n"
        ),
        Meant(
            "name|tag|serial_number|kind|brand|model|lifecycle|place|supplier|acquired_on|cost"
            "|warranty_until|note",
            {"Laptop": "computer", "Ready to Deploy": "in_service"},
        ),
    ),
    "GLPI": (
        csv(
            "Name;Status;Manufacturers;Serial Number;Types;Model;Locations;Inventory number;Comments\n"
            "pc-04;In use;Dell;ABC1234;Desktop;OptiPlex 3020;Room 4;INV-77;old\n"
        ),
        Meant(
            "name|lifecycle|brand|serial_number|kind|model|place|numbers|note",
            {"In use": "in_service", "Desktop": "computer"},
        ),
    ),
    "NetBox": (
        csv(
            "name,status,role,manufacturer,device_type,serial,asset_tag,location,comments\n"
            "sw-1,active,switch,H3C,S5120,ABC1234,NB-1,Room 4,x\n"
        ),
        Meant(
            "name|lifecycle|kind|brand|model|serial_number|tag|place|note",
            {"active": "in_service", "switch": "network"},
        ),
    ),
    "Homebox": (
        csv(
            "HB.location,HB.name,HB.quantity,HB.description,HB.purchase_price,HB.purchase_from,"
            "HB.purchase_time,HB.manufacturer,HB.model_number,HB.serial_number,HB.warranty_expires\n"
            "Room 4,Drill,1,a drill,30,ACME,2020-03-02,Bosch,GSB 13,ABC1234,2023-03-02\n"
        ),
        Meant(
            "place|name|quantity|note|cost|supplier|acquired_on|brand|model|serial_number"
            "|warranty_until"
        ),
    ),
    "Shelf": (
        csv("Title,Description,Category,Location,Asset ID,Valuation\nDrill,blue,Misc,Room 4,SAM-0001,30\n"),
        Meant("name|note|kind|place|tag|cost", {"Misc": "other"}),
    ),
    "leihs": (
        csv(
            "Inventory Code,Serial Number,Name,Price,Invoice Date,Supplier,Building,Room\n"
            "ITZ21122,ABC1234,E480,350.00,2020-03-02,ACME,Main,Room 4\n"
        ),
        Meant("tag|serial_number|name|cost|acquired_on|supplier||place"),
    ),
    "Ralph": (
        csv("hostname,sn,barcode,model,status,invoice_date,price\npc-1,ABC1234,R-1,E480,in use,2020-03-02,350\n"),
        Meant("name|serial_number|tag|model|lifecycle|acquired_on|cost", {"in use": "in_service"}),
    ),
}  # fmt: skip


def read(data: bytes, folder: Path) -> tuple[SheetFacts, list[SheetRow]]:
    heads = [head for field in OWN for head in field.heads]
    (folder / "sheet").write_bytes(data)
    facts = read_file(folder / "sheet", folder / "rows", heads)
    return facts, list(iter_rows(folder / "rows"))


def refused(field: Field, cell: str) -> bool:
    reader = READERS.get(field.kind)
    try:
        if reader is not None:
            reader(cell)
    except CellRefused:
        return True
    return False


@pytest.mark.parametrize("name", SHEETS)
def test_a_list_means_what_the_table_says(name: str, tmp_path: Path) -> None:
    data, expected = SHEETS[name]
    facts, rows = read(data, tmp_path)
    suggested = [one.field or "" for one in suggest_columns(facts.columns, OWN)]
    words: dict[str, str] = {}
    cells: dict[str, str] = {}
    for at, field in enumerate(suggested):
        if not field:
            continue
        for value in suggest_values(facts.columns[at].values or {}, FIELDS[field]):
            if FIELDS[field].words and value.code:
                words[value.text] = value.code
        wrong = [row.cells[at] for row in rows if refused(FIELDS[field], row.cells[at])]
        cells |= {field: wrong[0]} if wrong else {}
    assert Meant("|".join(suggested), words, cells) == expected


@pytest.mark.parametrize("field", OWN, ids=lambda field: field.name)
def test_every_head_of_a_field_suggests_it_or_another_that_has_it(field: Field) -> None:
    for head in field.heads:
        (suggested,) = suggest_columns([SheetColumn(head, "A")], OWN)
        assert suggested.field is not None
        assert plain_head(head) in map(plain_head, FIELDS[suggested.field].heads)


def test_each_word_of_a_choice_means_one_code() -> None:
    for field in OWN:
        words = [kinds.folded(word) for words in field.words.values() for word in set(words)]
        assert not {word for word in words if words.count(word) > 1}, field.name


def test_a_brand_has_one_name() -> None:
    assert len(ALIASES) == sum(len(others) for others in BRANDS.values())
    assert not ALIASES.keys() & BRANDS.keys()
