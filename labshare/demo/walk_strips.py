"""Walks of power strips and transfer switches of racks, made by PowerNet-MIB."""

from collections.abc import Callable

from labshare.demo.walk_cards import put_card
from labshare.demo.walk_rows import INTEGER, OCTETS, SYSTEM, TICKS, Walk, with_system

ENTERPRISES = "1.3.6.1.4.1"
APPLICATION_SERVICES = 72
ON_FOR = 8_640_000  # hundredths of a second


def pdu() -> Walk:
    """A newer strip, which answers as the older ones too; a phase and a bank have too much load."""
    walk = _bare("pdu-apc", "APC Web/SNMP Management Card", f"{ENTERPRISES}.318.1.3.4.6")
    newer, older = f"{ENTERPRISES}.318.1.1.26", f"{ENTERPRISES}.318.1.1.12"
    for leaf, words in ((3, "v6.5.6"), (5, "AP8953"), (6, "DEMOPDU01")):
        walk.put(f"{older}.1.{leaf}.0", OCTETS, words)
    walk.put(f"{older}.1.16.0", INTEGER, 1_490)
    walk.put(f"{newer}.4.3.1.5.1", INTEGER, 148)
    for phase, load, tenths, volts in ((1, 2, 38, 229), (2, 3, 131, 231)):
        for leaf, value in ((4, load), (5, tenths), (6, volts)):
            walk.put(f"{newer}.6.3.1.{leaf}.{phase}", INTEGER, value)
    for bank, load, tenths in ((1, 1, 4), (2, 4, 165)):
        walk.put(f"{newer}.8.3.1.4.{bank}", INTEGER, load)
        walk.put(f"{newer}.8.3.1.5.{bank}", INTEGER, tenths)
        walk.put(f"{older}.5.2.1.3.{bank}", INTEGER, {1: 2, 4: 4}[load])
    for row, bank, load, tenths in ((1, 0, 1, 38), (2, 0, 3, 131), (3, 1, 2, 4), (4, 2, 4, 165)):
        for leaf, value in ((2, tenths), (3, load), (5, bank)):
            walk.put(f"{older}.2.3.1.1.{leaf}.{row}", INTEGER, value)
    for outlet, words, is_on in ((1, "交换机", True), (2, "备用", False)):
        walk.words(f"{newer}.9.2.3.1.3.{outlet}", words)
        walk.put(f"{newer}.9.2.3.1.5.{outlet}", INTEGER, 2 if is_on else 1)
        walk.words(f"{older}.3.5.1.1.2.{outlet}", words)
        walk.put(f"{older}.3.5.1.1.4.{outlet}", INTEGER, 1 if is_on else 2)
    for row, words, kind, connected, tenths, status in (
        (1, "机柜前门", 1, 2, 243, 4),
        (2, "未接", 4, 1, -1, 1),
    ):
        walk.words(f"{newer}.10.2.2.1.3.{row}", words)
        for leaf, value in ((5, kind), (6, connected), (8, tenths), (9, status), (10, -1), (11, 1)):
            walk.put(f"{newer}.10.2.2.1.{leaf}.{row}", INTEGER, value)
    return walk


def older_pdu() -> Walk:
    """A strip that has the older tables alone, with one phase and an outlet without a name."""
    walk = _bare("pdu-apc-older", "APC Web/SNMP Management Card", f"{ENTERPRISES}.318.1.3.4.5")
    tree = f"{ENTERPRISES}.318.1.1.12"
    walk.put(f"{tree}.1.5.0", OCTETS, "AP7920")
    walk.put(f"{tree}.1.16.0", INTEGER, -1)
    for leaf, value in ((2, 27), (3, 1), (5, 0)):
        walk.put(f"{tree}.2.3.1.1.{leaf}.1", INTEGER, value)
    for outlet, words, state in ((1, "路由器", 1), (2, "", 2)):
        walk.words(f"{tree}.3.5.1.1.2.{outlet}", words)
        walk.put(f"{tree}.3.5.1.1.4.{outlet}", INTEGER, state)
    return walk


def transfer_switch() -> Walk:
    """A transfer switch on its second supply, after the first one failed."""
    walk = _bare("transfer-switch-apc", "APC Transfer Switch", f"{ENTERPRISES}.318.1.3.11")
    tree = f"{ENTERPRISES}.318.1.1.8"
    for leaf, words in ((2, "3.0.5"), (5, "AP7721"), (6, "DEMOATS01")):
        walk.put(f"{tree}.1.{leaf}.0", OCTETS, words)
    for leaf, value in ((2, 2), (3, 1), (4, 2)):
        walk.put(f"{tree}.5.1.{leaf}.0", INTEGER, value)
    walk.put(f"{tree}.5.4.3.1.3.1.1.1", INTEGER, 228)
    walk.put(f"{tree}.5.4.3.1.4.1.1.1", INTEGER, 41)
    return walk


def _bare(name: str, descr: str, object_id: str) -> Walk:
    walk = with_system(
        name, "网络机房", descr=descr, object_id=object_id, services=APPLICATION_SERVICES
    )
    walk.growing(f"{SYSTEM}.3.0", TICKS, start=ON_FOR, rate=100)
    put_card(walk, name)
    return walk


WALKS: dict[str, Callable[[], Walk]] = {
    "pdu-apc": pdu,
    "pdu-apc-older": older_pdu,
    "transfer-switch-apc": transfer_switch,
}
