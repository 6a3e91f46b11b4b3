"""The words in the cells of an asset file, in Chinese and in English."""

from enum import StrEnum
from typing import TypeVar

from inventory.asset_columns import plain_head
from inventory.assets.book_facts import CostBasis
from inventory.assets.shapes import Condition, LifecycleState
from inventory.models import AssetKind

Word = TypeVar("Word", bound=StrEnum)


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


def _reader(words: dict[Word, tuple[str, ...]]) -> dict[str, Word]:
    return {
        plain_head(spelling): value
        for value, spellings in words.items()
        for spelling in (value.value, *spellings)
    }


READ_KIND = _reader(KINDS)
READ_CONDITION = _reader(CONDITIONS)
READ_STATE = _reader(STATES)
READ_BASIS = _reader(BASES)


def read_word(words: dict[str, Word], text: str) -> Word | None:
    """The value that a word in a cell means, or None."""
    return words.get(plain_head(text))


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
