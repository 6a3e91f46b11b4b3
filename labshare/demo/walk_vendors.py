"""Walks of printers as their makers build them, beside and against Printer-MIB."""

from collections.abc import Callable

from labshare.demo.walk_printers import DEVICE, PRINTER, Supply, printer
from labshare.demo.walk_rows import COUNTER, INTEGER, OCTETS, SYSTEM, Walk

ENTERPRISES = "1.3.6.1.4.1"
ALERT = f"{PRINTER}.18.1.1"
CRITICAL, WARNING = 3, 4
PERCENT = 19
WASTE_TONER, WASTE_CONTAINER = 4, 4
DRUM = 9


def plain() -> Walk:
    """A maker that nobody has heard of, on a board that says only that it is a Linux."""
    walk = printer(
        "prn-plain",
        "三楼走廊",
        model="Office Printer 20",
        pages=1_204,
        object_id=f"{ENTERPRISES}.8072.3.2.10",
        supplies=[Supply("Black", 55, 100), Supply("Waste", 20, 100, kind=4, container=4)],
    )
    walk.put(f"{DEVICE}.5.1.2.1", f"{OCTETS}x", "")
    return walk


def hp() -> Walk:
    """Colour and black pages in the maker's tree; a jam and an empty tray among the alerts."""
    walk = printer(
        "prn-hp",
        "教务处",
        model="Color LaserJet M252",
        pages=20_118,
        object_id=f"{ENTERPRISES}.11.2.3.9.1",
        supplies=[
            Supply("黑色硒鼓", 63, 100, unit=PERCENT),
            Supply("青色硒鼓", 63, 100, unit=PERCENT),
            Supply("品红色硒鼓", 88, 100, unit=PERCENT),
            Supply("黄色硒鼓", 3, 100, unit=PERCENT),
        ],
    )
    pages = f"{ENTERPRISES}.11.2.3.9.4.2.1.4.1.2"
    for leaf, count in ((5, 20_118), (6, 15_100), (7, 5_018)):
        walk.put(f"{pages}.{leaf}.0", COUNTER, count)
    walk.put(f"{ENTERPRISES}.11.2.3.9.4.2.1.1.3.3.0", OCTETS, "DEMOHP0001")
    walk.put(f"{DEVICE}.5.1.2.1", f"{OCTETS}x", "44")
    _alert(walk, 1, CRITICAL, 8, "13 纸盒 2 卡纸")
    _alert(walk, 2, WARNING, 808, "纸盒 2 缺纸")
    return walk


def brother() -> Walk:
    """Toner that the standard hides (-3 of -2), and the record that counts it."""
    walk = printer(
        "prn-brother",
        "数学组",
        model="MFC-7895DW",
        pages=31_007,
        object_id=f"{ENTERPRISES}.2435.2.3.9.1",
        supplies=[
            Supply("Black Toner Cartridge", -3, -2),
            Supply("Drum Unit", 9_020, 12_000, unit=7, kind=DRUM),
        ],
    )
    tree = f"{ENTERPRISES}.2435"
    # Toner, drum and fuser in hundredths of a percent; 0x11 counts pages, and no profile asks.
    record = [(0x11, 2_980), (0x41, 7_516), (0x6F, 2_300), (0x6A, 9_100)]
    walk.put(f"{tree}.2.3.9.4.2.1.5.5.8.0", f"{OCTETS}x", _maintenance(record))
    walk.put(f"{tree}.2.3.9.4.2.1.5.5.1.0", OCTETS, "DEMOBR0001")
    walk.put(f"{tree}.2.4.3.1240.6.5.0", OCTETS, "Firmware Ver.Q")
    walk.put(f"{tree}.2.4.3.2435.5.13.3.0", OCTETS, "MFC-7895DW series")
    return walk


def canon() -> Walk:
    """No page count in the standard table; the panel's figures in the maker's."""
    walk = printer(
        "prn-canon",
        "语文组",
        model="LBP6670",
        pages=0,
        counts_pages=False,
        object_id=f"{ENTERPRISES}.1602.4.2",
        supplies=[Supply("Cartridge 719", 70, 100)],
    )
    walk.put(f"{ENTERPRISES}.1602.1.1.1.1.0", OCTETS, "LBP6670")
    walk.put(f"{ENTERPRISES}.1602.1.1.1.4.0", OCTETS, "R7.21")
    for number, count in ((101, 12_926), (113, 12_926), (501, 320), (999, 7)):
        walk.put(f"{ENTERPRISES}.1602.1.11.1.3.1.4.{number}", COUNTER, count)
    return walk


def ricoh() -> Walk:
    """Steps of ten in the standard table; "nearly empty" only in the maker's."""
    walk = printer(
        "prn-ricoh",
        "文印室",
        model="MP C2503",
        pages=580_249,
        object_id=f"{ENTERPRISES}.367.1.1",
        supplies=[
            Supply("黑色碳粉", 80, 100),
            Supply("废粉瓶", 100, 100, kind=WASTE_TONER, container=WASTE_CONTAINER),
        ],
    )
    maker = f"{ENTERPRISES}.367.3.2.1"
    for leaf, words in (("1.1.1", "MP C2503"), ("1.1.2", "1.35"), ("2.1.4", "DEMORI0001")):
        walk.put(f"{maker}.{leaf}.0", OCTETS, words)
    for row, (words, level) in enumerate((("black", 80), ("cyan", -100), ("yellow", -3)), 1):
        walk.put(f"{maker}.2.24.1.1.3.{row}", OCTETS, words)
        walk.put(f"{maker}.2.24.1.1.5.{row}", INTEGER, level)
    walk.put(f"{maker}.2.19.1.0", COUNTER, 580_249)
    return walk


def kyocera() -> Walk:
    """Name, serial number and pages in the maker's tree alone."""
    walk = printer(
        "prn-kyocera",
        "总务处",
        model="Printing System",
        pages=0,
        counts_pages=False,
        object_id=f"{ENTERPRISES}.1347.41",
        supplies=[Supply("TK-1123", 1_900, 3_000, unit=7)],
    )
    maker = f"{ENTERPRISES}.1347.43"
    walk.put(f"{maker}.5.1.1.1.1", OCTETS, "FS-1060DN")
    walk.put(f"{maker}.5.1.1.28.1", OCTETS, "DEMOKY0001")
    walk.put(f"{maker}.5.4.1.5.1.1", OCTETS, "2M3_2F00.002")
    walk.put(f"{maker}.10.1.1.12.1.1", COUNTER, 44_310)
    return walk


def sharp() -> Walk:
    """A copier that tells printing, copying and scanning apart; parts without a capacity."""
    walk = printer(
        "prn-sharp",
        "文印室",
        model="MX-M266",
        pages=90_474,
        object_id=f"{ENTERPRISES}.2385.3.1.111.1.26",
        supplies=[
            Supply("黑色墨粉", 75, 100),
            Supply("废粉盒", 100, -2, kind=WASTE_TONER, container=WASTE_CONTAINER),
            Supply("感光鼓", 9, -2, kind=DRUM),
            Supply("定影组件", -2, -2, kind=15),
        ],
    )
    counts = f"{ENTERPRISES}.2385.1.1.19.2.1"
    for index, words, count in (
        ("1.4.60", "打印", 24_677),
        ("4.4.60", "复印", 65_787),
        ("8.4.50", "扫描", 23_746),
    ):
        walk.put(f"{counts}.3.{index}", COUNTER, count)
        walk.words(f"{counts}.4.{index}", words)
    return walk


def lexmark() -> Walk:
    """Alerts in the encoding of Chinese firmware, one without any words, and a low drum."""
    walk = printer(
        "prn-lexmark",
        "英语组",
        model="MS421",
        pages=8_800,
        object_id=f"{ENTERPRISES}.641.2.71303460",
        supplies=[Supply("黑色碳粉盒", 2_400, 6_000, unit=7), Supply("成像鼓", 105, 100)],
        encoding="gb18030",
    )
    walk.put(f"{ENTERPRISES}.641.6.2.3.1.5.1", OCTETS, "DEMOLX0001")
    _alert(walk, 4, WARNING, 807, "纸盒 1 纸张不足", "gb18030")
    _alert(walk, 5, WARNING, 1104, "")
    return walk


def pantum() -> Walk:
    """Toner and pages in the maker's tree; the standard table knows that some is left."""
    walk = printer(
        "奔图-二楼",
        "二楼教师办公室",
        model="BM5100ADN",
        pages=0,
        counts_pages=False,
        object_id=f"{ENTERPRISES}.40093.1.1",
        supplies=[Supply("碳粉盒", -3, -2)],
        encoding="gb18030",
    )
    walk.put(f"{ENTERPRISES}.40093.6.3.1", INTEGER, 62)
    walk.put(f"{ENTERPRISES}.40093.6.4.1", COUNTER, 8_501)
    walk.put(f"{ENTERPRISES}.40093.10.1.1.4", OCTETS, "DEMOPT0001")
    # Its own name ends in half a character: the text of one object never fails a visit.
    walk.put(f"{SYSTEM}.6.0", f"{OCTETS}x", "二楼教师办公室".encode("gb18030").hex() + "b0")
    return walk


WALKS: dict[str, Callable[[], Walk]] = {
    "printer-plain": plain,
    "printer-hp": hp,
    "printer-brother": brother,
    "printer-canon": canon,
    "printer-ricoh": ricoh,
    "printer-kyocera": kyocera,
    "printer-sharp": sharp,
    "printer-lexmark": lexmark,
    "printer-pantum": pantum,
}


def _alert(
    walk: Walk, row: int, severity: int, code: int, words: str, encoding: str = "utf-8"
) -> None:
    walk.put(f"{ALERT}.2.1.{row}", INTEGER, severity)
    walk.put(f"{ALERT}.7.1.{row}", INTEGER, code)
    walk.words(f"{ALERT}.8.1.{row}", words, encoding)


def _maintenance(records: list[tuple[int, int]]) -> str:
    """Brother's record: a byte that says what, "a number of four bytes", the number; 0xFF ends."""
    parts = (bytes([code, 1, 4]) + value.to_bytes(4, "big") for code, value in records)
    return (b"".join(parts) + b"\xff").hex()
