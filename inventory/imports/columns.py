"""The columns of an asset file and the words in them, in Chinese and in English."""

from enum import StrEnum
from typing import TypeVar

from inventory.assets.book_facts import CostBasis
from inventory.assets.shapes import Condition, LifecycleState
from inventory.models import AssetKind

Word = TypeVar("Word", bound=StrEnum)


class Column(StrEnum):
    """A column that an import reads; the export writes the same ones."""

    tag = "tag"
    kind = "kind"
    brand = "brand"
    model = "model"
    serial_number = "serial_number"
    place = "place"
    lifecycle = "lifecycle"
    condition = "condition"
    name = "name"
    note = "note"
    cost = "cost"
    cost_basis = "cost_basis"
    currency = "currency"
    acquired_on = "acquired_on"
    warranty_until = "warranty_until"
    supplier = "supplier"
    class_code = "class_code"
    class_edition = "class_edition"
    numbers = "numbers"
    school = "school"


# The first of each is what templates and exports write: English, then Chinese.
HEADERS: dict[Column, tuple[tuple[str, ...], tuple[str, ...]]] = {
    Column.tag: (
        ("Tag", "Asset tag", "Asset number"),
        ("资产编号", "设备编号", "编号", "标签", "标签号"),
    ),
    Column.kind: (("Kind", "Category", "Type"), ("类别", "种类", "类型", "设备类别")),
    Column.brand: (("Brand", "Maker", "Manufacturer"), ("品牌", "厂商", "制造商", "厂家")),
    Column.model: (("Model", "Model name"), ("型号", "规格型号", "设备型号", "品牌型号")),
    Column.serial_number: (
        ("Serial number", "Serial", "Serial no", "S/N", "SN"),
        ("序列号", "出厂编号", "机身号"),
    ),
    Column.place: (("Place", "Room", "Location"), ("位置", "地点", "存放地点", "功能室", "房间")),
    Column.lifecycle: (("State", "Lifecycle", "Status"), ("使用状态", "状态")),
    Column.condition: (("Condition",), ("完好程度", "状况", "成色")),
    Column.name: (("Name", "Asset name"), ("名称", "设备名称", "资产名称")),
    Column.note: (("Note", "Notes", "Remark", "Remarks"), ("备注", "说明")),
    Column.cost: (
        ("Value in the books", "Value", "Cost", "Price"),
        ("账面价值", "原值", "价值", "金额", "单价"),
    ),
    Column.cost_basis: (("Value by", "Basis"), ("价值依据", "计价方式", "价值类型")),
    Column.currency: (("Currency",), ("币种", "货币")),
    Column.acquired_on: (
        ("Bought on", "Acquired on", "Purchase date"),
        ("购置日期", "取得日期", "购买日期", "购置时间"),
    ),
    Column.warranty_until: (
        ("Warranty until", "Warranty"),
        ("保修截止日期", "保修期至", "质保到期", "保修到期"),
    ),
    Column.supplier: (("Supplier", "Vendor"), ("供应商", "供货单位", "供货商")),
    Column.class_code: (("Class code",), ("分类代码", "资产分类代码", "国标分类号")),
    Column.class_edition: (("Edition of the classes",), ("分类版本", "分类标准")),
    Column.numbers: (
        ("Numbers of the school", "School number", "Inventory number"),
        ("校内编号", "校产编号", "学校编号", "固定资产编号"),
    ),
    Column.school: (("School", "School code"), ("学校", "学校代码")),
}

KINDS: dict[AssetKind, tuple[str, ...]] = {
    AssetKind.computer: ("计算机", "电脑", "台式机", "笔记本", "笔记本电脑"),
    AssetKind.robot_kit: ("机器人套件", "机器人"),
    AssetKind.book: ("图书", "书", "书籍"),
    AssetKind.network: ("网络设备", "network equipment", "交换机", "路由器"),
    AssetKind.printer: ("打印机",),
    AssetKind.projector: ("投影仪", "投影机"),
    AssetKind.ups: ("不间断电源", "UPS电源"),
    AssetKind.part: ("备件", "配件", "零件", "spare part"),
    AssetKind.other: ("其他", "其它"),
}
CONDITIONS: dict[Condition, tuple[str, ...]] = {
    Condition.ok: ("完好", "正常", "良好", "good"),
    Condition.degraded: ("性能下降", "一般", "fair"),
    Condition.broken: ("损坏", "故障", "坏"),
    Condition.incomplete: ("不齐全", "缺件", "不完整"),
    Condition.unknown: ("未知", "不详", "not known"),
}
BASES: dict[CostBasis, tuple[str, ...]] = {
    CostBasis.invoice: ("发票", "按发票", "发票价", "by invoice"),
    CostBasis.market: ("市场价", "按市价", "市价", "by the market"),
    CostBasis.depreciated: ("折旧后", "净值", "折余价值", "after depreciation"),
}
STATES: dict[LifecycleState, tuple[str, ...]] = {
    LifecycleState.announced: ("待到货", "已预告"),
    LifecycleState.received: ("已接收", "已收到"),
    LifecycleState.triage: ("检查中", "待检查", "being checked"),
    LifecycleState.wiping: ("数据清除中", "being wiped"),
    LifecycleState.refurbish: ("整修中", "翻新中", "being refurbished"),
    LifecycleState.in_service: ("在用", "使用中"),
    LifecycleState.in_repair: ("维修中",),
    LifecycleState.lost: ("遗失", "丢失", "已丢失", "missing"),
    LifecycleState.retired: ("已退役", "退役"),
    LifecycleState.disposed: ("已处置", "已报废", "disposed of"),
    LifecycleState.written_off: ("已核销",),
    LifecycleState.returned_to_donor: ("已退还捐赠方", "returned to the donor"),
    LifecycleState.voided: ("误登记作废", "作废", "已作废", "entered by mistake"),
}


def _plain(text: str) -> str:
    return " ".join(text.replace("_", " ").replace("*", " ").casefold().split())


_COLUMN_OF = {
    _plain(spelling): column
    for column, languages in HEADERS.items()
    for spellings in (*languages, (column.value,))
    for spelling in spellings
}


def column_of(header: str) -> Column | None:
    """The column that a header means, or None."""
    return _COLUMN_OF.get(_plain(header))


def headers(locale: str) -> dict[Column, str]:
    """What an export or a template writes above each column."""
    return {
        column: (english if locale == "en" else chinese)[0]
        for column, (english, chinese) in HEADERS.items()
    }


def _reader(words: dict[Word, tuple[str, ...]]) -> dict[str, Word]:
    return {
        _plain(spelling): value
        for value, spellings in words.items()
        for spelling in (value.value, *spellings)
    }


READ_KIND = _reader(KINDS)
READ_CONDITION = _reader(CONDITIONS)
READ_STATE = _reader(STATES)
READ_BASIS = _reader(BASES)


def read_word(words: dict[str, Word], text: str) -> Word | None:
    """The value that a word in a cell means, or None."""
    return words.get(_plain(text))


def word(value: AssetKind | Condition | CostBasis | LifecycleState, locale: str) -> str:
    """What an export writes for a value: a word that the import reads back."""
    if locale == "en":
        return value.value.replace("_", " ")
    if isinstance(value, AssetKind):
        return KINDS[value][0]
    if isinstance(value, Condition):
        return CONDITIONS[value][0]
    if isinstance(value, CostBasis):
        return BASES[value][0]
    return STATES[value][0]
