"""What kind of thing the words of a name suggest: 教室投影仪 is a projector. A person looks at it."""

import re

from core.sheets.cells import folded
from inventory.imports.columns import KINDS
from inventory.models import AssetKind

# Beyond the words of the column of kinds; what holds the word of another kind is among them.
MORE: dict[AssetKind, tuple[str, ...]] = {
    AssetKind.computer: ("主机", "一体机", "上网本", "瘦客户机", "chromebook", "macbook", "imac", "ipad"),
    AssetKind.robot_kit: ("机器人教具", "编程套件", "编程机器人", "无人机"),
    AssetKind.book: ("绘本", "词典", "字典", "课本", "教参", "期刊"),
    AssetKind.network: ("无线接入点", "光猫", "网关", "网络控制器", "AC控制器"),
    AssetKind.printer: ("一体打印机", "扫描打印一体机", "printer"),
    AssetKind.projector: ("投影器", "projector"),
    AssetKind.ups: ("ups", "稳压电源"),
    AssetKind.part: (
        "键盘", "鼠标", "硬盘", "固态硬盘", "内存", "内存条", "显卡", "墨盒", "硒鼓", "电源适配器", "网线",
        "数据线", "转接头", "投影灯泡", "投影仪灯泡", "电脑包", "打印纸", "keyboard", "mouse", "toner",
    ),
    AssetKind.other: (
        "显示器", "显示屏", "监视器", "触摸屏", "大屏", "电视", "电视机", "音箱", "音响", "功放", "话筒",
        "麦克风", "耳机", "摄像头", "摄像机", "照相机", "相机", "展台", "视频展示台", "扫描仪", "电子白板",
        "交互智能平板", "智能平板", "交互平板", "教学一体机", "触控一体机", "教学平板", "黑板", "幕布",
        "投影幕", "投影幕布", "空调", "显微镜", "电脑桌", "电脑椅", "书柜", "书架", "图书架", "机柜", "课桌",
        "桌椅", "讲台", "机器人赛台", "monitor", "display", "television", "speaker", "camera", "scanner",
    ),
}  # fmt: skip
_CODES: dict[str, AssetKind] = {
    folded(word): kind
    for words in (KINDS, MORE)
    for kind, spellings in words.items()
    for word in spellings
    if len(word) > 1
}
# A Latin word stands by itself: UPS is no part of "groups". The longest is looked for first.
_WORDS = re.compile(
    "|".join(
        rf"\b{re.escape(word)}s?\b" if word.isascii() else re.escape(word)
        for word in sorted(_CODES, key=len, reverse=True)
    ),
    re.ASCII,
)


def suggest_kind(name: str) -> AssetKind | None:
    """The kind that the last known word of a name says (in 图书馆投影仪 it is the projector)."""
    found = _WORDS.findall(folded(name[:200]))
    if not found:
        return None
    return _CODES.get(found[-1]) or _CODES.get(found[-1].removesuffix("s"))
