"""Assets as they came: models, donors, donations with their gaps, purchases, tags and serials."""

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta

import msgspec

from core.database import fetch_value
from inventory import numbers, serials, tags
from inventory.class_codes import CLASS_EDITIONS
from inventory.models import OF_BOOKS
from labshare.demo import titles
from labshare.demo.calendar import YearBehind
from labshare.demo.catalogue import (
    CLASSES,
    DONORS,
    GIFTS,
    MODELS,
    PURCHASED_DAYS_AGO,
    PURCHASES,
    Gift,
    Lot,
    Model,
)
from labshare.demo.rows import copy, random_for, reserve
from labshare.demo.school import School

JUNK_SERIALS = (
    "To be filled by O.E.M.", "Default string", "System Serial Number", "0123456789", "None",
)  # fmt: skip
# One computer in three tells nothing of use: boards of white boxes were never given a number.
JUNK_EVERY = 3
UNREADABLE_KINDS = frozenset({"book", "robot_kit"})
WAY_OF_COMPUTERS: tuple[str, ...] = ("triage", "wiping", "in_service")
WAY_OF_OTHERS = ("triage", "in_service")
UNFINISHED_WAYS = (("triage", "wiping", "refurbish"), ("triage", "wiping"), ("triage",), ())
LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"


class Asset(msgspec.Struct):
    """A row of ``asset`` while the demo is put together; later parts change what happened to it."""

    id: int
    tag: str
    school: School
    model: Model
    model_id: int
    donation_line: int | None
    receipt: int | None
    place: int
    serial_number: str | None
    came_at: datetime
    is_new: bool = False
    lifecycle: str = "in_service"
    condition: str = "ok"
    name: str = ""
    steps: list[tuple[str, str, datetime, str]] = []

    @property
    def kind(self) -> str:
        return self.model[0]

    def step(self, to_state: str, at: datetime, reason: str = "") -> None:
        """One more step of its life."""
        self.steps.append((self.lifecycle, to_state, at, reason))
        self.lifecycle = to_state


class Arrival(msgspec.Struct, frozen=True):
    """A lot at its school, from the gift's line or bought."""

    school: School
    lot: Lot
    came_at: datetime
    donation_line: int | None = None
    receipt: int | None = None
    is_new: bool = False


async def add_models() -> dict[Model, int]:
    """Every model of the catalogue, by its kind, brand and name."""
    ids = await reserve("asset_model", len(MODELS))
    rows = [
        (
            id_,
            *model,
            CLASSES.get(model, ""),
            CLASS_EDITIONS[0] if model in CLASSES else "",
            *titles.facts_of(model),
        )
        for id_, model in zip(ids, MODELS, strict=True)
    ]
    columns = ("id", "kind", "brand", "name", "class_code", "class_edition", *OF_BOOKS)
    await copy("asset_model", columns, rows)
    return dict(zip(MODELS, ids, strict=True))


async def add_donations(
    year: YearBehind, schools: dict[str, School], models: dict[Model, int]
) -> list[Arrival]:
    """Donors, donations and their lines; what came of them is to be made into assets."""
    donor_ids = await reserve("donor", len(DONORS))
    await copy(
        "donor",
        ("id", "school", "kind", "name", "contact"),
        [
            (id_, schools[giver.school].id, giver.kind, giver.name, giver.contact)
            for id_, giver in zip(donor_ids, DONORS, strict=True)
        ],
    )
    donors = dict(zip((giver.key for giver in DONORS), donor_ids, strict=True))
    arrivals: list[Arrival] = []
    for gift in GIFTS:
        arrivals += await _add_donation(
            year, schools[gift.school], donors[gift.donor], models, gift
        )
    return arrivals


async def _add_donation(
    year: YearBehind, school: School, donor: int, models: dict[Model, int], gift: Gift
) -> list[Arrival]:
    came_on = _weekday(year.days_ago(gift.days_ago))
    came_at = year.moment(came_on, 9 * 60 + 30)
    acknowledged_at = came_at + timedelta(days=5) if gift.is_acknowledged else None
    donation_id = await fetch_value(
        "INSERT INTO donation (school, donor, title, received_on, return_on_end, resale_forbidden,"
        " wipe_on_intake, name_public, note, acknowledgement_number, acknowledged_at, version,"
        " created_at) VALUES (:school, :donor, :title, :received_on, :return_on_end, true, true,"
        " :name_public, :note, :acknowledgement_number, :acknowledged_at, 1, :created_at) RETURNING"
        " id",
        school=school.id,
        donor=donor,
        title=gift.title,
        received_on=came_on,
        return_on_end=gift.return_on_end,
        name_public=gift.donor != "anonymous",
        note=gift.note,
        acknowledgement_number=await _acknowledgement_number(school, came_on.year),
        acknowledged_at=acknowledged_at,
        created_at=came_at,
    )
    line_ids = await reserve("donation_line", len(gift.lots))
    await copy(
        "donation_line",
        ("id", "school", "donation", "model", "declared", "received", "note"),
        [
            (
                id_,
                school.id,
                donation_id,
                models[lot.model],
                lot.declared,
                lot.count - lot.by_mistake,
                lot.note,
            )
            for id_, lot in zip(line_ids, gift.lots, strict=True)
        ],
    )
    receipt_ids = await reserve("donation_receipt", len(gift.lots))
    await copy(
        "donation_receipt",
        ("id", "school", "donation_line", "received_at", "by"),
        [
            (id_, school.id, line_id, came_at, school.people.get("admin"))
            for id_, line_id in zip(receipt_ids, line_ids, strict=True)
        ],
    )
    return [
        Arrival(school, lot, came_at, line_id, receipt_id, gift.is_new)
        for line_id, receipt_id, lot in zip(line_ids, receipt_ids, gift.lots, strict=True)
    ]


async def _acknowledgement_number(school: School, year: int) -> str:
    (number,) = await numbers.take(numbers.acknowledgements_of(school.code, year))
    return number


def purchases(year: YearBehind, schools: dict[str, School]) -> list[Arrival]:
    """What the schools bought themselves."""
    came_at = year.moment(_weekday(year.days_ago(PURCHASED_DAYS_AGO)), 10 * 60)
    return [
        Arrival(schools[code], lot, came_at) for code, lots in PURCHASES.items() for lot in lots
    ]


async def make_assets(arrivals: list[Arrival], models: dict[Model, int]) -> list[Asset]:
    """One asset for each thing that arrived; not yet stored, as more is to happen to it."""
    arrivals = sorted(arrivals, key=lambda arrival: arrival.came_at)
    ids = iter(await reserve("asset", sum(arrival.lot.count for arrival in arrivals)))
    chance = random_for("equipment")
    assets: list[Asset] = []
    for arrival in arrivals:
        free_tags = await tags.next_tags(arrival.school.id, arrival.lot.count)
        for number, tag in enumerate(free_tags):
            asset = Asset(
                id=next(ids),
                tag=tag,
                school=arrival.school,
                model=arrival.lot.model,
                model_id=models[arrival.lot.model],
                donation_line=arrival.donation_line,
                receipt=arrival.receipt,
                place=_place(arrival, number),
                serial_number=_serial(chance, arrival.lot.model[0], number),
                came_at=arrival.came_at,
                is_new=arrival.is_new,
                lifecycle="received",
            )
            if number < arrival.lot.count - arrival.lot.by_mistake:
                _intake(asset, number)
            else:
                asset.step("voided", asset.came_at + timedelta(hours=3), "清点时重复登记")
            assets.append(asset)
    return assets


def _place(arrival: Arrival, number: int) -> int:
    rooms = arrival.lot.places
    # The first room fills up before the second: a class set stays together.
    room = rooms[number * len(rooms) // arrival.lot.count]
    cabinets = arrival.school.cabinets[room]
    stored_away = arrival.lot.model[0] in UNREADABLE_KINDS or "笔记本" in arrival.lot.model[2]
    if cabinets and stored_away:
        return cabinets[number % len(cabinets)]
    return arrival.school.places[room]


def _serial(chance: random.Random, kind: str, number: int) -> str | None:
    if kind in UNREADABLE_KINDS:
        return None
    if kind == "computer" and number % JUNK_EVERY == 0:
        return chance.choice(JUNK_SERIALS)
    return "SN" + "".join(chance.choices(LETTERS, k=10))


def _intake(asset: Asset, number: int) -> None:
    """The steps from arrival into service; what came last has not taken them all."""
    if asset.kind in UNREADABLE_KINDS or asset.donation_line is None:
        asset.step("in_service", asset.came_at + timedelta(days=2, hours=number % 5))
        return
    way = WAY_OF_COMPUTERS if asset.kind == "computer" else WAY_OF_OTHERS
    if asset.is_new:
        way = UNFINISHED_WAYS[number % len(UNFINISHED_WAYS)]
        asset.condition = "unknown"
    for day, state in enumerate(way, start=1):
        asset.step(state, asset.came_at + timedelta(days=day, hours=number % 6))


async def add_assets(
    assets: list[Asset], books: tuple[str, ...], facts_of: Callable[[Asset], tuple[object, ...]]
) -> None:
    """Store the assets as they stand now, with what the columns ``books`` say of each."""
    await copy(
        "asset",
        ("id", "tag", "school", "title_holder", "model", "donation_line", "receipt", "place", "serial_number",
         "serial_trust", "lifecycle", "condition", "name", "note", "version", "created_at", *books),
        [
            (a.id, a.tag, a.school.id, a.school.id, a.model_id, a.donation_line, a.receipt, a.place,
             a.serial_number, serials.trust(a.serial_number).value, a.lifecycle, a.condition,
             a.name, "", 1 + len(a.steps), a.came_at, *facts_of(a))
            for a in assets
        ],
    )  # fmt: skip


async def add_steps(assets: list[Asset]) -> None:
    """Every step that the assets took, in the order of time."""
    rows = sorted(
        (at, asset.id, asset.school.id, before, after, asset.school.people["technician"], reason)
        for asset in assets
        for before, after, at, reason in asset.steps
    )
    await copy(
        "asset_step", ("at", "asset", "school", "from_state", "to_state", "by", "reason"), rows
    )


def _weekday(day: date) -> date:
    return day - timedelta(days=max(0, day.weekday() - 4))
