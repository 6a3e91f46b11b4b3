"""The words in the cells of an asset file, in Chinese and in English."""

from inventory.assets.book_facts import CostBasis
from inventory.assets.shapes import Condition, LifecycleState
from inventory.models import AssetKind

# The first of each is what an export in Chinese writes.
KINDS: dict[AssetKind, tuple[str, ...]] = {
    AssetKind.computer: (
        "计算机",
        "电脑",
        "台式机",
        "笔记本",
        "笔记本电脑",
        "台式电脑",
        "微机",
        "微型计算机",
        "一体机电脑",
        "平板电脑",
        "平板",
        "服务器",
        "工作站",
        "云终端",
        "電腦",
        "筆記型電腦",
        "PC",
        "desktop",
        "laptop",
        "notebook",
        "tablet",
        "server",
        "workstation",
    ),
    AssetKind.robot_kit: ("机器人套件", "机器人", "机器人套装", "robot", "robot kits"),
    AssetKind.book: ("图书", "书", "书籍", "教材", "圖書", "books", "textbook"),
    AssetKind.network: (
        "网络设备",
        "network equipment",
        "交换机",
        "路由器",
        "无线AP",
        "AP",
        "防火墙",
        "網路設備",
        "switch",
        "router",
        "access point",
        "firewall",
    ),
    AssetKind.printer: ("打印机", "复印机", "打印复印一体机", "印表機", "copier", "printers"),
    AssetKind.projector: ("投影仪", "投影机", "投影", "投影機", "projectors"),
    AssetKind.ups: ("不间断电源", "UPS电源", "不間斷電源"),
    AssetKind.part: ("备件", "配件", "零件", "spare part", "备品备件", "spare parts", "accessory"),
    AssetKind.other: ("其他", "其它", "其他设备", "misc", "others"),
}
CONDITIONS: dict[Condition, tuple[str, ...]] = {
    Condition.ok: (
        "完好",
        "正常",
        "良好",
        "good",
        "好",
        "优",
        "优良",
        "可用",
        "能用",
        "使用正常",
        "正常使用",
        "全新",
        "新",
        "excellent",
        "new",
        "working",
        "functional",
        "like new",
    ),
    Condition.degraded: ("性能下降", "一般", "fair", "较差", "老化", "较旧", "旧", "poor", "worn"),
    Condition.broken: (
        "损坏",
        "故障",
        "坏",
        "待修",
        "待维修",
        "需维修",
        "维修中",
        "已坏",
        "坏损",
        "报废",
        "待报废",
        "已报废",
        "不可用",
        "不能用",
        "无法使用",
        "損壞",
        "damaged",
        "defective",
        "faulty",
        "not working",
        "dead",
    ),
    Condition.incomplete: ("不齐全", "缺件", "不完整", "缺附件", "缺配件", "missing parts"),
    Condition.unknown: ("未知", "不详", "not known", "待查", "待定", "待确认"),
}
BASES: dict[CostBasis, tuple[str, ...]] = {
    CostBasis.invoice: (
        "发票",
        "按发票",
        "发票价",
        "by invoice",
        "购置",
        "购入",
        "历史成本",
        "原值",
    ),
    CostBasis.market: ("市场价", "按市价", "市价", "by the market", "评估", "评估价", "估价"),
    CostBasis.depreciated: ("折旧后", "净值", "折余价值", "after depreciation", "账面净值"),
}
STATES: dict[LifecycleState, tuple[str, ...]] = {
    LifecycleState.announced: ("待到货", "已预告", "未到货", "ordered", "on order"),
    LifecycleState.received: ("已接收", "已收到", "已到货", "待入库"),
    LifecycleState.triage: ("检查中", "待检查", "being checked", "待检测", "pending"),
    LifecycleState.wiping: ("数据清除中", "being wiped"),
    LifecycleState.refurbish: ("整修中", "翻新中", "being refurbished"),
    LifecycleState.in_service: (
        "在用", "使用中", "使用", "正常使用", "闲置", "備用", "备用", "待用", "未使用", "启用", "已启用",
        "库存", "在库", "借出", "已借出", "出借", "领用", "已领用", "封存", "閒置",
        "in use", "active", "deployed", "ready to deploy", "deployable", "available", "idle",
        "in stock", "spare", "operational", "checked out",
    ),
    LifecycleState.in_repair: (
        "维修中", "待修", "待维修", "送修", "在修", "报修", "返修", "under repair", "out for repair",
        "maintenance",
    ),
    LifecycleState.lost: ("遗失", "丢失", "已丢失", "missing", "盘亏", "失窃", "被盗", "stolen"),
    LifecycleState.retired: (
        "已退役", "退役", "停用", "已停用", "待报废", "待处置", "拟报废", "淘汰", "archived",
        "decommissioned", "undeployable", "inactive",
    ),
    LifecycleState.disposed: ("已处置", "已报废", "disposed of", "报废", "scrapped"),
    LifecycleState.written_off: ("已核销", "核销", "销账", "已销账"),
    LifecycleState.returned_to_donor: ("已退还捐赠方", "returned to the donor", "已退还"),
    LifecycleState.voided: ("误登记作废", "作废", "已作废", "entered by mistake"),
    LifecycleState.sold: ("已出售", "已变卖", "变卖", "出售"),
    LifecycleState.dismantled: ("已拆件", "拆件", "已拆解", "拆机", "taken apart"),
}  # fmt: skip


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
