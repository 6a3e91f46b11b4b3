"""A key belongs to one request about one thing."""

import re
from datetime import date, timedelta
from pathlib import Path

import httpx
import msgspec
import pytest

from core import clock, database
from inventory import assets, custody, donations, lots, repairs, transfers
from inventory.assets import NewWipe, WipeMethod
from inventory.custody import Holder
from inventory.donations import NewLine
from inventory.lots import LotHandOut, LotItem
from inventory.transfers import NewTransfer
from tests import (
    factories,
    factories_holds,
    factories_inventory,
    factories_library,
    factories_repairs,
)
from tests.api.school_worlds import World, build
from tests.conftest import Stack

pytestmark = pytest.mark.usefixtures("db")
PHOTO = ("front.png", factories_repairs.picture())
PAPER = ("invoice.pdf", b"%PDF-1.4\n1 0 obj << >> endobj\ntrailer << >>\n%%EOF\n")


async def test_a_key_of_one_line_receives_nothing_of_another(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    admin = await factories.person("admin", school)
    donation = await factories_inventory.donation(admin, school)
    more = NewLine(await factories.asset_model(), 3)
    whole = await donations.create_line(admin.actor, donation.id, more)
    headers = {**await factories.bearer(admin), "idempotency-key": "one and the same"}
    answers = [
        await client.post(
            f"/api/v1/donations/{donation.id}/lines/{line.id}/receipts",
            json={"count": 2},
            headers=headers,
        )
        for line in (*whole.lines, whole.lines[0])
    ]
    assert [answer.status_code for answer in answers] == [201, 409, 201]
    assert answers[1].json()["code"] == "key_reused"
    assert await database.fetch_value("SELECT count(*) FROM asset") == 2


async def test_a_key_of_one_hand_out_hands_out_nothing_else(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    admin = await factories.person("admin", school)
    first, second = await factories.asset(school), await factories.asset(school)
    headers = {**await factories.bearer(admin), "idempotency-key": "one and the same"}
    answers = [
        await client.post(
            "/api/v1/custody", json={"tags": [tag], "group": "Class 5B"}, headers=headers
        )
        for tag in (first.tag, second.tag, first.tag)
    ]
    assert [answer.status_code for answer in answers] == [201, 409, 201]
    assert answers[0].json() == answers[2].json()
    assert await database.fetch_value("SELECT count(*) FROM custody") == 1


class KeyedForm(msgspec.Struct):
    """A page's form with a key: where it goes, what is typed, and the field that is typed anew."""

    address: str
    typed: dict[str, str]
    other: tuple[str, str]
    files: dict[str, tuple[str, bytes]] | None = None


async def _keyed_forms(world: World) -> dict[str, KeyedForm]:
    free = await factories.asset(world.school)
    fresh, taken = [await factories.asset(world.school) for _ in range(2)]
    await custody.hand_out(world.admin.actor, [taken.tag], Holder(group="5B"))
    own = [(await factories.asset(world.school)).tag for _ in range(2)]
    who, day = Holder(person_id=world.admin.id), clock.today("Asia/Shanghai") + timedelta(days=2)
    await custody.hand_out(world.admin.actor, own, who, due_on=day)
    donation = await factories_inventory.donation(world.admin, world.school)
    more = NewLine(await factories.asset_model(), 3)
    line = (await donations.create_line(world.admin.actor, donation.id, more)).lines[0]
    order = world.values["order_id"]
    closed = await _closed_order(world)
    upload = await factories_library.received(world.admin.actor, b"light")
    resource = {
        "title": "Light",
        "subject": "physics",
        "kind": "slides",
        "school_id": str(world.school.id),
        "upload_id": str(upload.id),
    }
    fitting = await factories.asset(world.school, model=line.model_id, lifecycle="triage")
    stock = [(await factories.asset(world.school)).tag for _ in range(4)]
    there = await factories.school()
    await database.execute(
        "INSERT INTO membership (person, school, role, valid_from)"
        " VALUES ($1, $2, 'admin', now() - interval '1 day')",
        world.admin.id,
        there.id,
    )
    retired = await factories.asset(world.school, lifecycle="retired")
    wiped = await factories.asset(world.school, lifecycle="retired")
    technician = await factories.person("technician", world.school)
    await assets.record_wipes(technician.actor, [wiped.tag], NewWipe(method=WipeMethod.overwritten))
    return {
        "move": KeyedForm(
            "/assets/move",
            {"tags": stock[0], "place_id": str(world.values["place_id"])},
            ("tags", stock[3]),
        ),
        "step": KeyedForm(
            "/assets/step", {"tags": stock[1], "to_state": "retired"}, ("reason", "Worn out")
        ),
        "change school": KeyedForm(
            "/assets/change-school", {"tags": stock[2], "school": there.code}, ("tags", stock[3])
        ),
        "wipe": KeyedForm(
            "/assets/wipe",
            {"tags": stock[3], "method": "overwritten", "result": "passed", "done_by": "A firm"},
            ("note", "Report 7"),
        ),
        "verify": KeyedForm(
            "/wipes/verify",
            {"tags": wiped.tag, "result": "passed", "looked_at": "It starts without a system"},
            ("looked_at", "The report of the tool"),
        ),
        "attach": KeyedForm(
            f"/donations/{donation.id}/attach",
            {"tags": fitting.tag, "action": "attach", "line_id": str(line.id)},
            ("tags", stock[3]),
        ),
        "report": KeyedForm(
            f"/assets/{free.tag}/report", {"what": "It is dark"}, ("what", "It smokes")
        ),
        "entry": KeyedForm(
            f"/work-orders/{order}/entries", {"found": "No current"}, ("found", "Too hot")
        ),
        "fix": KeyedForm(
            f"/assets/{fresh.tag}/fix",
            {"found": "It is dark", "done": "A new cable"},
            ("done", "A new lamp"),
        ),
        "comment": KeyedForm(f"/work-orders/{closed}/comments", {"text": "One"}, ("text", "Two")),
        "hand out": KeyedForm(
            "/custody/hand-out", {"tags": free.tag, "group": "5B"}, ("note", "For the fair")
        ),
        "take back": KeyedForm("/custody/take-back", {"tags": taken.tag}, ("note", "Scratched")),
        "renew": KeyedForm(
            "/custody/renew",
            {"tags": taken.tag, "due_on": "2099-01-07"},
            ("due_on", "2099-01-08"),
        ),
        "renew own": KeyedForm("/custody/renew-own", {"tags": own[0]}, ("tags", own[1])),
        "receive": KeyedForm(
            f"/donations/{donation.id}/lines/{line.id}/receive",
            {"count": "1"},
            ("serial_numbers", "SN-77"),
        ),
        "resource": KeyedForm("/library/new", resource, ("abstract", "On rainbows")),
        "photos": KeyedForm(
            f"/assets/{free.tag}/photos", {"title": "Front"}, ("title", ""), {"photos": PHOTO}
        ),
        "book": KeyedForm(
            "/bookings/new",
            {"tag": free.tag, "day": str(factories_holds.monday())},
            ("purpose", "Robots"),
        ),
        "block": KeyedForm(
            "/blocks/new",
            {"tags": free.tag, "kind": "stocktake", "day": str(factories_holds.monday())},
            ("purpose", "Counted"),
        ),
        "document": KeyedForm(
            f"/assets/{free.tag}/documents",
            {"title": "Invoice"},
            ("title", "Warranty"),
            {"file": PAPER},
        ),
        **await _lot_forms(world),
        **_kit_forms(world),
        **await _stock_forms(world),
        **_room_forms(world),
        "maintenance plan": KeyedForm(
            "/maintenance-plans/new",
            {
                "school": world.school.code,
                "title": "Fans",
                "kind": "computer",
                "every_days": "30",
                "starts_on": "2026-09-01",
            },
            ("checklist", "Blow them out"),
        ),
        **_stocktake_forms(world),
        **_book_forms(world),
        **await _transfer_forms(world),
        "propose a disposal": KeyedForm(
            "/disposals/new",
            {"tags": retired.tag, "end": "disposed", "reason": "Beyond repair"},
            ("recipient", "A recycler"),
        ),
    }


def _room_forms(world: World) -> dict[str, KeyedForm]:
    listed = {
        "school": world.school.code,
        "title": "Maker space",
        "room_kind": "maker",
        "source": "A guide",
        "what_0": "Kit",
        "quantity_0": "4",
        "kind_0": "robot_kit",
    }
    return {
        "function room list": KeyedForm("/room-standards/new", listed, ("edition", "2026")),
        "plan of a room": KeyedForm(
            f"/function-rooms/{world.values['place_id']}/plan",
            {"tags": str(world.values["spare_tag"])},
            ("reason", "For the club"),
        ),
    }


def _stocktake_forms(world: World) -> dict[str, KeyedForm]:
    stocktake, tag = f"/stocktakes/{world.values['stocktake_id']}", str(world.values["tag"])
    new = {"school": world.school.code, "title": "Autumn", "scope": "school"}
    return {
        "start of a stock-take": KeyedForm("/stocktakes/new", new, ("title", "Winter")),
        "note of a sight": KeyedForm(
            f"/stocktake-scans/{world.values['sight_id']}", {"note": "Torn"}, ("note", "Wet")
        ),
        "count": KeyedForm(f"{stocktake}/count", {"tags": tag}, ("tags", "A chair")),
        "tick": KeyedForm(
            f"{stocktake}/ticks", {"tag": tag}, ("place_id", str(world.values["place_id"]))
        ),
    }


def _book_forms(world: World) -> dict[str, KeyedForm]:
    copies = {"school": world.school.code, "copies": "2"}
    return {
        "new book": KeyedForm("/books/new", {**copies, "name": "Robots"}, ("name", "Lathes")),
        "copies": KeyedForm(
            f"/books/{world.values['book_id']}/copies", copies, ("acquired_on", "2026-03-02")
        ),
    }


async def _transfer_forms(world: World) -> dict[str, KeyedForm]:
    thing = await factories.asset(world.school)
    to_here = await factories.school()
    gives = await factories.person("technician", to_here)
    coming = await factories.asset(to_here)
    new = NewTransfer([coming.tag], world.school.code)
    made = await transfers.create_transfer(gives.actor, new)
    await transfers.send_transfer(gives.actor, made.id)
    return {
        "send to a school": KeyedForm(
            "/transfers/new",
            {"tags": thing.tag, "to_school": to_here.code, "kind": "gift"},
            ("reason", "For the fair"),
        ),
        "receive a transfer": KeyedForm(
            f"/transfers/{made.id}/receive", {"everything": "on"}, ("note", "All whole")
        ),
    }


def _kit_forms(world: World) -> dict[str, KeyedForm]:
    kit, part = f"/kits/{world.values['tag']}", str(world.values["part_id"])
    listed = {"parts_list_id": str(world.values["parts_list_id"]), f"missing_{part}": "3"}
    return {
        "count of a kit": KeyedForm(f"{kit}/count", listed, ("note", "Before the fair")),
        "parts for a kit": KeyedForm(
            f"{kit}/supply",
            {"line_id": part, "kind": "found", "quantity": "1"},
            ("note", "Under the bench"),
        ),
    }


async def _stock_forms(world: World) -> dict[str, KeyedForm]:
    item, order = f"/stock/{world.values['stock_id']}", world.values["order_id"]
    elsewhere = str(await factories.place(world.school))
    new = {
        "school": world.school.code,
        "model_id": str(world.values["part_model_id"]),
        "place_id": elsewhere,
        "quantity": "4",
    }
    old = await factories.asset(world.school, lifecycle="retired")
    gained = {"part_0": "Fan", "quantity_0": "1", "place_id": elsewhere}
    note = ("note", "For the fair")
    return {
        "take parts in": KeyedForm("/stock/new", new, note),
        "issue of parts": KeyedForm(f"{item}/issue", {"quantity": "2", "kind": "issued"}, note),
        "part of an order back": KeyedForm(
            f"/work-orders/{order}/parts/return",
            {"stock_id": str(world.values["stock_id"]), "quantity": "1"},
            note,
        ),
        "dismantle": KeyedForm(f"/assets/{old.tag}/dismantle", gained, ("reason", "Board dead")),
    }


async def _lot_forms(world: World) -> dict[str, KeyedForm]:
    lot, loan = f"/lots/{world.values['lot_id']}", f"/lot-loans/{world.values['loan_id']}"
    elsewhere = str(await factories.place(world.school))
    new = {
        "school": world.school.code,
        "model_id": str(world.values["model_id"]),
        "place_id": elsewhere,
        "quantity": "4",
    }
    who = f"group:{world.values['group_id']}"
    (own,) = await lots.hand_out_lots(
        world.admin.actor,
        LotHandOut(
            [LotItem(int(world.values["lot_id"]), 1)],
            person_id=world.admin.id,
            due_on=date(2099, 1, 7),
        ),
    )
    return {
        "renew own of a lot": KeyedForm(f"/lot-loans/{own.id}/renew-own", {}, ("title", own.title)),
        "take in": KeyedForm("/lots/new", new, ("note", "From the fair")),
        "hand out of a lot": KeyedForm(
            f"{lot}/hand-out", {"holder": who, "quantity": "2"}, ("note", "For the fair")
        ),
        "take back of a lot": KeyedForm(loan, {"back": "2"}, ("note", "Scratched")),
        "renew of a lot": KeyedForm(
            f"{loan}/renew", {"due_on": "2099-01-07"}, ("due_on", "2099-01-08")
        ),
        "move of a lot": KeyedForm(
            f"{lot}/move", {"place_id": elsewhere, "quantity": "2"}, ("quantity", "13")
        ),
        "lose of a lot": KeyedForm(
            f"{lot}/lose", {"kind": "lost", "quantity": "2"}, ("note", "Under the stage")
        ),
    }


async def _closed_order(world: World) -> int:
    """Whose page has the form for remarks, and no other."""
    made = await factories.asset(world.school)
    reported = await repairs.report_fault(world.admin.actor, made.tag, "It hums")
    order = await repairs.get_work_order(world.admin.actor, reported.work_order_id)
    await repairs.cancel(world.admin.actor, order.id, reason="It does not", version=order.version)
    return order.id


FORMS = (
    "move",
    "maintenance plan",
    "step",
    "change school",
    "wipe",
    "verify",
    "attach",
    "report",
    "entry",
    "fix",
    "comment",
    "hand out",
    "take back",
    "renew",
    "renew own",
    "renew own of a lot",
    "receive",
    "resource",
    "photos",
    "document",
    "book",
    "block",
    "take in",
    "hand out of a lot",
    "renew of a lot",
    "take back of a lot",
    "move of a lot",
    "lose of a lot",
    "count of a kit",
    "function room list",
    "plan of a room",
    "send to a school",
    "receive a transfer",
    "propose a disposal",
    "parts for a kit",
    "take parts in",
    "issue of parts",
    "part of an order back",
    "dismantle",
    "start of a stock-take",
    "note of a sight",
    "count",
    "tick",
    "new book",
    "copies",
)


@pytest.mark.parametrize("name", FORMS)
async def test_a_form_is_done_once_and_its_key_belongs_to_what_was_typed(
    name: str, db: Stack, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    world = await build("Kestrel", tmp_path)
    await factories.signed_in(client, world.admin)
    form = (await _keyed_forms(world))[name]
    first = await client.post(form.address, data={**form.typed, "key": "k"}, files=form.files)
    assert first.status_code == 303, first.text
    done = await database.fetch_value("SELECT count(*) FROM audit_event")
    again = await client.post(form.address, data={**form.typed, "key": "k"}, files=form.files)
    assert (again.status_code, again.headers["location"]) == (303, first.headers["location"])
    field, text = form.other
    other = await client.post(
        form.address, data={**form.typed, field: text, "key": "k"}, files=form.files
    )
    assert await database.fetch_value("SELECT count(*) FROM audit_event") == done
    assert other.status_code == 409
    assert "This form was sent before with something else in it" in other.text
    assert text in other.text
    # The page's new key is good for what is typed now.
    assert 'name="key" value="k"' not in other.text


def test_every_form_with_a_key_is_tried_here() -> None:
    keyed = [
        page
        for page in Path("api").rglob("*.html")
        if re.search(r"""hidden\(["']key["']""", page.read_text())
    ]
    assert sum(page.read_text().count('hidden("key"') for page in keyed) == len(FORMS)
