"""What other programs and schools' own sheets call the columns of an asset.

Beyond the headers of our own files (``inventory.asset_columns.HEADERS``), which no custom field may
have as its name; these may be one. Where two columns of a sheet mean one field, the earlier is
meant. A head that stands at two columns is told apart by what is below it.
"""

from inventory.asset_columns import HEADERS, Column

SYNONYMS: dict[Column, tuple[str, ...]] = {
    Column.tag: (
        "设备编码", "资产编码", "资产标签", "资产标签号", "标签编号", "仪器编号", "器材编号",
        "條碼", "条码", "条形码", "資產編號", "設備編號", "編號",
        "Asset ID", "Asset no", "Asset code", "Inventory code", "Barcode", "QR ID", "Label",
    ),
    Column.kind: (
        "资产类别", "资产类型", "设备类型", "资产分类", "设备分类", "分类", "分类名称", "資產類別",
        "類別", "Asset type", "Item type", "Equipment type", "Types", "Device role", "Role",
    ),
    Column.brand: (
        "生产厂家", "生产商", "生产厂商", "制造厂商", "制造厂家", "生产单位", "廠牌", "品牌名称",
        "厂牌", "Make", "Manufacturers", "Manufacturer name",
    ),
    Column.model: (
        "规格", "型号规格", "品牌及型号", "品牌/型号", "规格/型号", "规格、型号", "品牌规格型号",
        "技术规格", "規格型號", "型號", "Model number", "Model no", "Device type", "Product",
        "Product name", "Make and model",
    ),
    Column.serial_number: (
        "产品序列号", "主机序列号", "机器序列号", "设备序列号", "SN码", "SN号", "序列号SN", "出厂号",
        "机身编号", "机身序列号", "序號碼", "序列號", "Serial #", "Serial num", "Serial numbers",
    ),
    Column.place: (
        "存放位置", "放置地点", "放置位置", "安放地点", "安装地点", "安装位置", "使用地点", "所在位置",
        "所在房间", "所在教室", "存放处", "存放场所", "教室", "室别", "存放地", "保管地点", "存放地點",
        "放置地點", "Locations", "Default location", "Storage location", "Site", "Stored in",
    ),
    Column.lifecycle: (
        "使用状况", "使用情况", "资产状态", "设备状态", "使用现状", "现状", "当前状态", "使用狀況",
        "狀態", "Asset status", "Current status", "Availability",
    ),
    Column.condition: (
        "完好状况", "完好情况", "设备状况", "技术状况", "新旧程度", "资产状况", "质量状况", "使用状况",
        "使用状态", "使用情况", "资产状态", "设备状态", "状态", "现状", "狀態", "狀況", "Status",
        "State", "Physical condition", "Asset status",
    ),
    Column.name: (
        "品名", "物品名称", "器材名称", "仪器名称", "仪器设备名称", "产品名称", "固定资产名称",
        "货物名称", "教具名称", "设备品名", "資產名稱", "設備名稱", "名稱", "Title", "Hostname",
        "Item name", "Item", "Equipment name", "Equipment",
    ),
    Column.note: (
        "附注", "备考", "備註", "情况说明", "Comment", "Comments", "Description",
    ),
    Column.cost: (
        "账面原值", "资产原值", "原价", "购置单价", "采购单价", "购入价", "购买价格", "购置价格",
        "采购价格", "购置金额", "采购金额", "價格", "價值", "單價", "价格", "Unit price", "Unit cost",
        "Purchase cost", "Purchase price", "Valuation", "Amount",
    ),
    Column.acquired_on: (
        "购入日期", "采购日期", "购进日期", "购置年月", "购买时间", "采购时间", "购入时间", "取得时间",
        "购买年月", "到货日期", "接收日期", "启用日期", "投入使用日期", "入库日期", "入库时间",
        "入账日期", "登记日期", "購置日期", "購買日期", "Purchased", "Purchased on", "Date purchased",
        "Acquisition date", "Date acquired", "Invoice date", "Purchase time", "Received on",
    ),
    Column.warranty_until: (
        "质保期至", "保修截止", "质保截止日期", "保修终止日期", "维保到期", "保固到期",
        "Warranty expires", "Warranty expiration", "Warranty end", "Warranty expiry",
    ),
    Column.supplier: (
        "供货厂商", "销售商", "销售单位", "经销商", "供应单位", "供應商", "中标单位",
        "Purchased from", "Purchase from", "Seller", "Provider",
    ),
    Column.class_code: (
        "分类编码", "资产分类编码", "国标分类代码", "国标分类编码", "国标编码", "国标码", "国标代码",
        "资产代码", "分类号", "资产分类号", "GB code",
    ),
    Column.numbers: (
        "学校固定资产编号", "固定资产卡片号", "固定资产卡片编号", "资产卡片编号", "卡片编号", "财产编号",
        "财产编码", "国资编号", "国资卡片号", "统一编号", "校内资产编号", "資產編號", "资产编号",
        "设备编号", "资产编码", "设备编码", "编号", "Asset number", "Asset tag", "Asset no", "Asset ID",
    ),
}  # fmt: skip


def heads_of(column: Column) -> tuple[str, ...]:
    """Every head by which a column is known, those that we write ourselves first."""
    english, chinese = HEADERS[column]
    return (*english, *chinese, *SYNONYMS.get(column, ()))
