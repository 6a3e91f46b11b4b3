"""What the schools own: models, donors, donations and purchases, as data."""

import msgspec

DT280 = ("computer", "商用", "台式机 DT-280（i5/8G/256G）")
DT310 = ("computer", "商用", "台式机 DT-310（i3/8G/512G）")
AIO22 = ("computer", "教育", "一体机 AIO-22（i5/8G/256G）")
NB14 = ("computer", "商用", "笔记本 NB-14（i5/8G/256G）")
TP10 = ("computer", "教育", "平板电脑 TP-10")
LINE_CAR = ("robot_kit", "开源教具", "循线小车套件 LC-2")
BOARD_KIT = ("robot_kit", "开源教具", "图形化主控板套件 MB-1")
ARM_KIT = ("robot_kit", "开源教具", "四轴机械臂套件 ARM-4")
LASER = ("printer", "办公", "黑白激光打印机 LP-2100")
COLOUR = ("printer", "办公", "彩色一体机 CM-430")
SWITCH24 = ("network", "校园网", "24 口千兆交换机 SW-24")
SWITCH48 = ("network", "校园网", "48 口千兆交换机 SW-48")
ACCESS_POINT = ("network", "校园网", "无线接入点 AP-6")
UPS1 = ("ups", "机房", "在线式不间断电源 UP-1000")
UPS3 = ("ups", "机房", "在线式不间断电源 UP-3000")
NAS2 = ("network", "机房", "双盘位网络存储 NS-2")
PROJECTOR = ("projector", "教育", "短焦投影机 PJ-330")

PUBLISHER = "乡村教育出版社"
BOOKS = (
    "图形化编程三十课", "算法第一步", "机器人是怎样走路的", "电路小实验", "数学故事一百则",
    "函数与图像", "几何画板活动集", "力与运动探究", "光的实验", "身边的化学",
    "英语短文朗读", "英语语法漫谈", "古诗词赏读", "现代文阅读方法", "作文素材与结构",
    "地图里的中国", "历史年表速查", "网络安全常识", "办公软件实训", "三维建模入门",
    "通用技术案例", "电子小制作", "劳动实践手册", "心理健康读本",
)  # fmt: skip

MODELS = (
    DT280, DT310, AIO22, NB14, TP10, LINE_CAR, BOARD_KIT, ARM_KIT, LASER, COLOUR, SWITCH24,
    SWITCH48, ACCESS_POINT, UPS1, UPS3, NAS2, PROJECTOR,
    *(("book", PUBLISHER, title) for title in BOOKS),
)  # fmt: skip

Model = tuple[str, str, str]


class Lot(msgspec.Struct, frozen=True):
    """So many things of one model; ``declared`` is what the giver said, if it was a gift.

    ``by_mistake`` of them were never there: counted twice, and voided. ``places`` are rooms; things for a room with cabinets are spread over its cabinets.
    """

    model: Model
    count: int
    places: tuple[str, ...]
    declared: int | None = None
    note: str = ""
    by_mistake: int = 0


class Gift(msgspec.Struct, frozen=True):
    """A donation with its terms and what came."""

    school: str
    donor: str
    title: str
    days_ago: int
    lots: tuple[Lot, ...]
    note: str = ""
    return_on_end: bool = False
    is_new: bool = False
    is_acknowledged: bool = True


class Giver(msgspec.Struct, frozen=True):
    """A donor, known to one school."""

    key: str
    school: str
    kind: str
    name: str
    contact: str = ""


DONORS = (
    Giver("company", "LB", "organisation", "捐赠企业一", "企业社会责任部"),
    Giver("foundation", "HG", "organisation", "公益基金会一", "项目办公室"),
    Giver("anonymous", "LB", "anonymous", ""),
)
# Their classes of GB/T 14885.
CLASSES: dict[Model, str] = {
    DT280: "A02010105",
    DT310: "A02010105",
    AIO22: "A02010105",
    NB14: "A02010108",
    TP10: "A02010109",
    LASER: "A02021003",
    COLOUR: "A02021004",
    PROJECTOR: "A02020200",
    SWITCH24: "A02010202",
    SWITCH48: "A02010202",
}


def _books(first: int, count: int, place: str, *, declared: int, received: int) -> tuple[Lot, ...]:
    """``count`` titles from number ``first`` on; what is missing is missing from the last ones."""
    each, missing = declared // count, declared - received
    lots = []
    for number in range(count):
        absent = min(missing, 2) if number >= count - (missing + 1) // 2 else 0
        missing -= absent
        model = ("book", PUBLISHER, BOOKS[(first + number) % len(BOOKS)])
        lots.append(
            Lot(model, each - absent, (place,), each, "少到，已与捐赠方核对" * bool(absent))
        )
    return tuple(lots)


GIFTS = (
    Gift("LB", "company", "退役办公电脑捐赠（第一批）", 780, (
        Lot(DT280, 120, ("计算机教室一", "计算机教室二", "电子电工实训室"), 126, "6 台运输途中损坏，未入库"),
        Lot(NB14, 30, ("教师办公室",), 30),
        Lot(PROJECTOR, 4, ("多媒体教室",), 4),
    ), "数据已由捐赠方清除，学校复核后入库。"),
    Gift("HG", "foundation", "乡村学校机房援建", 600, (
        Lot(DT280, 86, ("计算机教室一", "计算机教室二"), 90, "4 台缺内存，退回更换未到"),
        Lot(LINE_CAR, 20, ("创客教室",), 20),
        Lot(SWITCH24, 2, ("网络机房",), 2),
    ), "用于信息科技课程，不得转售。"),
    Gift("LB", "company", "一体机捐赠", 420, (
        Lot(AIO22, 58, ("计算机教室三",), 60, "2 台屏幕破裂，拒收"),
    )),
    Gift("HG", "foundation", "移动教学与机器人课程包", 330, (
        Lot(NB14, 48, ("教师办公室", "实验室"), 50, "2 台待补发"),
        Lot(BOARD_KIT, 28, ("创客教室",), 30, "2 套缺件，待补发"),
        Lot(SWITCH48, 2, ("网络机房",), 2),
    ), "项目结束后如不再使用，须归还基金会。", return_on_end=True),
    Gift("LB", "anonymous", "图书与平板电脑捐赠", 240, (
        *_books(0, 10, "书库", declared=120, received=118),
        Lot(TP10, 40, ("阅览室", "多媒体教室"), 40),
    )),
    Gift("HG", "foundation", "图书角与机房供电", 95, (
        *_books(6, 15, "图书室", declared=180, received=176),
        Lot(UPS1, 2, ("网络机房",), 2),
    )),
    Gift("LB", "company", "退役办公电脑捐赠（第二批）", 6, (
        Lot(DT310, 36, ("网络机房",), 40, "其余 5 台随下一车送达", by_mistake=1),
    ), "正在检查、清除数据。", is_new=True, is_acknowledged=False),
)  # fmt: skip

PURCHASES: dict[str, tuple[Lot, ...]] = {
    "LB": (
        Lot(DT310, 76, ("计算机教室一", "计算机教室二", "教务处")),
        Lot(BOARD_KIT, 20, ("机器人教室",)),
        Lot(ARM_KIT, 12, ("机器人教室",)),
        Lot(LASER, 3, ("教师办公室", "教务处", "阅览室")),
        Lot(COLOUR, 1, ("教务处",)),
        Lot(SWITCH24, 4, ("计算机教室一", "计算机教室二", "计算机教室三", "网络机房")),
        Lot(SWITCH48, 2, ("网络机房",)),
        Lot(ACCESS_POINT, 4, ("多媒体教室", "教师办公室", "阅览室", "机器人教室")),
        Lot(UPS3, 3, ("网络机房",)),
        Lot(NAS2, 1, ("网络机房",)),
        Lot(PROJECTOR, 2, ("机器人教室", "电子电工实训室")),
        *_books(10, 10, "书库", declared=60, received=60),
    ),
    "HG": (
        Lot(DT310, 60, ("计算机教室一", "计算机教室二")),
        Lot(AIO22, 46, ("实验室", "图书室")),
        Lot(LASER, 2, ("教师办公室", "图书室")),
        Lot(ACCESS_POINT, 2, ("教师办公室", "图书室")),
        Lot(PROJECTOR, 3, ("计算机教室一", "实验室", "创客教室")),
        *_books(0, 6, "图书室", declared=48, received=46),
    ),
}
PURCHASED_DAYS_AGO = 900
