"""What became of some of the assets: seats in the computer rooms, wear, losses, the end of use."""

import random
from datetime import timedelta

from inventory.codes import ALPHABET, CODE_LENGTH
from labshare.demo.calendar import YearBehind
from labshare.demo.equipment import Asset
from labshare.demo.rows import copy, random_for
from labshare.demo.school import School

LOST = {"book": 4, "robot_kit": 1, "computer": 2}
RETIRED, DISPOSED = 14, 6
OLD_DAYS = 400
LABELLED_SHARE = 0.7
UNCLAIMED = 48


def decide(year: YearBehind, assets: list[Asset]) -> None:
    """Give the assets their seats, their wear and, for some, their end."""
    _seat(assets)
    chance = random_for("fates")
    in_service = [asset for asset in assets if asset.lifecycle == "in_service"]
    chance.shuffle(in_service)
    for kind, count in LOST.items():
        for asset in [a for a in in_service if a.kind == kind][:count]:
            asset.step(
                "lost", year.moment(year.days_ago(chance.randint(12, 90)), 600), "清点时未找到"
            )
    long_ago = year.moment(year.days_ago(OLD_DAYS), 0)
    old = [
        a
        for a in in_service
        if a.kind == "computer" and a.lifecycle == "in_service" and a.came_at < long_ago
    ]
    for number, asset in enumerate(old[: RETIRED + DISPOSED]):
        _retire(chance, year, asset, is_disposed=number < DISPOSED)
    for asset in in_service:
        if asset.lifecycle == "in_service" and chance.random() < 0.06:
            asset.condition = "incomplete" if asset.kind == "robot_kit" else "degraded"


def _seat(assets: list[Asset]) -> None:
    rooms = {
        place: room
        for school in {a.school.code: a.school for a in assets}.values()
        for room, place in school.places.items()
        if room.startswith("计算机教室")
    }
    seats: dict[int, int] = {}
    for asset in assets:
        if asset.kind == "computer" and asset.place in rooms:
            seats[asset.place] = seats.get(asset.place, 0) + 1
            asset.name = f"{rooms[asset.place]} {seats[asset.place]:02d} 号机"


def _retire(chance: random.Random, year: YearBehind, asset: Asset, *, is_disposed: bool) -> None:
    at = year.moment(year.days_ago(chance.randint(40, 300)), 15 * 60)
    asset.condition, asset.name = "broken", ""
    asset.step("retired", at, "主板损坏，无维修价值")
    if is_disposed:
        asset.step("disposed", at + timedelta(days=20), "交由有资质的回收单位处理，硬盘已拆除")


async def add_labels(year: YearBehind, schools: dict[str, School], assets: list[Asset]) -> None:
    """Stickers: most assets have theirs, and each school has a sheet that nothing claims yet."""
    chance = random_for("labels")
    printed = year.moment(year.days_ago(200), 10 * 60)
    rows: list[tuple[object, ...]] = []
    for asset in assets:
        if chance.random() < LABELLED_SHARE:
            at = max(printed, asset.came_at)
            rows.append((_code(chance), asset.school.id, asset.id, None, at, at))
    for number, school in enumerate(schools.values(), start=1):
        batch = f"00000000-0000-4000-8000-{number:012d}"
        rows += [(_code(chance), school.id, None, batch, printed, None) for _ in range(UNCLAIMED)]
    await copy("label_code", ("code", "school", "asset", "batch", "created_at", "linked_at"), rows)


def _code(chance: random.Random) -> str:
    return "".join(chance.choices(ALPHABET, k=CODE_LENGTH))
