"""The columns of an asset file, and every head by which an import knows each of them."""

from enum import StrEnum


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
        ("账面价值", "原值", "价值", "单价", "金额"),
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


def plain_head(text: str) -> str:
    """A head, or a word of a cell, as such are compared."""
    return " ".join(text.replace("_", " ").replace("*", " ").casefold().split())


_COLUMN_OF = {
    plain_head(spelling): column
    for column, languages in HEADERS.items()
    for spellings in (*languages, (column.value,))
    for spelling in spellings
}


def column_of(header: str) -> Column | None:
    """The column that a header means, or None."""
    return _COLUMN_OF.get(plain_head(header))


def headers(locale: str) -> dict[Column, str]:
    """What an export or a template writes above each column."""
    return {
        column: (english if locale == "en" else chinese)[0]
        for column, (english, chinese) in HEADERS.items()
    }
