"""Writes the walks of the simulated devices, from the MIBs alone: ``python -m labshare.demo.make_walks``.

Deterministic: the same program writes the same files. A value with ``:numeric`` moves while
snmpsim serves it; uptimes grow.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from labshare.demo.walk_cards import put_card
from labshare.demo.walk_hosts import linux_pc, windows_pc
from labshare.demo.walk_ports import put_power
from labshare.demo.walk_printers import Supply, printer
from labshare.demo.walk_rooms import controller, network_switch, ups
from labshare.demo.walk_rows import Walk

FOLDER = Path(__file__).parent / "walks"

ROOMS = (("301", "计算机教室一"), ("302", "计算机教室二"), ("201", "信息教室"))
PCS_A_ROOM = 6
FULL_DISK_PC = 5  # of the first room
# Of devices unlike all others: their files are no program's.
BY_HAND = ("printer-brother", "projector-epson", "nas-synology")


class Simulated(NamedTuple):
    """One device of the demonstration: ``name`` is its file, and its community for snmpsim."""

    name: str
    walk: Walk


def devices() -> Iterator[Simulated]:
    """The devices whose walks are made here."""
    yield from _pcs()
    yield from _with_cards(_printers())
    yield from _switches()
    yield from _with_cards([Simulated("ups-301", ups("ups-301", "三楼弱电间"))])
    yield Simulated("controller-201", controller("av-201", "二楼信息教室"))


def names() -> list[str]:
    """The walks of the demonstration, made and written by hand, in the order of registration."""
    return [*(device.name for device in devices()), *BY_HAND]


def _with_cards(simulated: Iterable[Simulated]) -> Iterator[Simulated]:
    """The same, each with a network card of its own."""
    for device in simulated:
        put_card(device.walk, device.name)
        yield device


def write(folder: Path) -> list[Path]:
    """Write every walk into ``folder``; the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for device in devices():
        path = folder / f"{device.name}.snmprec"
        path.write_text(device.walk.text(), encoding="ascii")
        written.append(path)
    return written


def _pcs() -> Iterator[Simulated]:
    for room_number, (room, title) in enumerate(ROOMS):
        for number in range(1, PCS_A_ROOM + 1):
            seed = room_number * PCS_A_ROOM + number
            name = f"pc-{room}-{number:02d}"
            hours_on = 0.4 + seed % 5 * 0.7
            if number % 3 == 0:
                walk = linux_pc(name, title, hours_on=hours_on, seed=seed)
            else:
                walk = windows_pc(
                    name,
                    title,
                    hours_on=hours_on,
                    seed=seed,
                    disk_percent=96 if (room_number, number) == (0, FULL_DISK_PC) else 38 + seed,
                )
            put_card(walk, name)
            yield Simulated(name, walk)


def _switches() -> Iterator[Simulated]:
    """One for the rooms of the third floor, where it also feeds; one in the room of the second."""
    pcs = {
        port: f"pc-{room}-{number:02d}"
        for port, (room, number) in enumerate(
            ((room, number) for room, _ in ROOMS[:2] for number in range(1, PCS_A_ROOM + 1)), 1
        )
    }
    third = network_switch(
        "sw-301",
        "三楼弱电间",
        ports=24,
        in_use=19,
        behind={**pcs, 15: "printer-301", 16: "ups-301"},
        upstairs={"sw-core": "Gi1/0/3"},
    )
    put_power(third, ports=24, feeding=2, budget=195, used=14)
    yield Simulated("switch-301", third)
    yield Simulated(
        "switch-201",
        network_switch(
            "sw-201",
            "二楼信息教室",
            ports=8,
            in_use=6,
            behind={n: f"pc-{ROOMS[2][0]}-{n:02d}" for n in range(1, 6)},
            upstairs={"sw-core": "Gi1/0/2"},
        ),
    )


def _printers() -> Iterator[Simulated]:
    yield Simulated(
        "printer-office",
        printer(
            "prn-office",
            "教务处",
            model="LaserJet M154",
            object_id="1.3.6.1.4.1.11.2.3.9.1",
            pages=48_213,
            supplies=[Supply("黑色碳粉盒", 6, 100), Supply("感光鼓", 9_400, 12_000, unit=7)],
        ),
    )
    yield Simulated(
        "printer-301",
        printer(
            "打印机-三楼",
            "三楼教师办公室",
            model="P2500",
            object_id="1.3.6.1.4.1.40093.1.1",
            pages=7_090,
            # Some firmware speaks the encoding of its makers, and counts no toner at all.
            encoding="gb18030",
            supplies=[Supply("碳粉盒", -3, -2), Supply("废粉盒", -3, -2, kind=4, container=4)],
        ),
    )
    yield Simulated(
        "printer-201",
        printer(
            "prn-201",
            "二楼信息教室",
            model="Inkjet L6190",
            object_id="1.3.6.1.4.1.1248.1.1.2.1.3.5",
            pages=15_902,
            supplies=[
                Supply("黑色墨水", 64, 100, unit=19, kind=5),
                Supply("青色墨水", 41, 100, unit=19, kind=5),
                Supply("品红墨水", 77, 100, unit=19, kind=5),
                Supply("黄色墨水", -2, -2, kind=5),
            ],
        ),
    )


if __name__ == "__main__":
    print(f"{len(write(FOLDER))} walks in {FOLDER}")
