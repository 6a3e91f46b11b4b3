"""One school with something of everything in it, and its ids by the names that requests use."""

from datetime import time, timedelta
from pathlib import Path

import msgspec

from core import audit, clock, database, memberships, sign_in, tokens
from core.audit import AuditFilter
from inventory import assets, attachments, donations, imports, photos, repairs
from inventory.assets import NewWipe, WipeMethod
from inventory.donations import Receipt
from monitoring.alerting import expected_hours
from monitoring.alerting.maintenance import windows
from storage import objects
from tests import (
    factories,
    factories_inventory,
    factories_library,
    factories_monitoring,
    factories_repairs,
)
from tests.factories import MadePerson, MadeSchool
from tests.factories_monitoring import MadeDevice

# Every text that people of the school wrote carries its mark, so that none gets out unseen.
MARKED = {
    "school": ("name_zh", "name_en"),
    "place": ("name",),
    "term": ("name",),
    "lesson_period": ("name",),
    "school_day": ("name",),
    "custom_field": ("name",),
    "asset_value": ("text_value",),
    "donor": ("name", "contact"),
    "donation": ("title", "note"),
    "donation_line": ("note",),
    "asset": ("name", "note"),
    "custody": ("note", "return_note"),
    "work_order": ("summary",),
    "work_order_entry": ("found", "done", "by_name"),
    "credential": ("name",),
    "expected_hours": ("name",),
    "maintenance_window": ("reason",),
    "trap": ("source",),
    "network": ("name",),
    "resource": ("title", "abstract"),
    "revision": ("file_name", "note"),
    "upload": ("file_name", "note"),
    "import_job": ("file_name",),
}


HAS_COVER = """
    SELECT 1 FROM rendition t JOIN revision r ON r.blob = t.blob
     WHERE r.id = $1 AND t.kind = 'thumbnail' AND t.page = 1
"""
ADD_COVER = """
    INSERT INTO rendition (blob, kind, page, object_key, media_type, size_bytes, width, height)
    SELECT blob, 'thumbnail', 1, $2, 'image/webp', $3, 8, 6 FROM revision WHERE id = $1
"""
CSV = "Kind,Brand,Model,Name\ncomputer,Maker,Model,{mark}\n"


class World(msgspec.Struct, frozen=True):
    """A school, its people, and a value for each parameter that can name something of it."""

    school: MadeSchool
    admin: MadePerson
    teacher: MadePerson
    mark: str
    values: dict[str, str | int]

    @property
    def secrets(self) -> set[str]:
        """What only the school may read: its mark, its codes and long identifiers."""
        return {self.mark} | {str(value) for value in self.values.values() if len(str(value)) >= 8}


async def build(mark: str, folder: Path) -> World:
    """A school with people, places, equipment, repairs, devices and lessons, all marked."""
    school = await factories.school(f"{mark.upper()}-SCHOOL")
    admin = await factories.person("admin", school)
    teacher = await factories.person("teacher", school)
    technician = await factories.person("technician", school)
    values: dict[str, str | int] = {"school_id": school.id, "school": school.code}
    values |= await _accounts(admin, teacher, technician)
    values |= await _inventory(admin, school, teacher, mark)
    values |= await _repairs(admin, technician, school, mark)
    values |= await _monitoring(school, int(values["place_id"]))
    values |= await _watching(admin, school, int(values["device_id"]))
    values |= await _library(admin, folder)
    for person in (admin, teacher, technician):
        await database.execute(
            "UPDATE person SET name = $2 WHERE id = $1", person.id, f"{mark} {person.name}"
        )
    for table, columns in MARKED.items():
        for column in columns:
            await database.execute(
                f"UPDATE {table} SET {column} = left($1 || ' ' || {column}, 100) WHERE "
                + ("id = $2" if table == "school" else "school = $2"),
                mark,
                school.id,
            )
    return World(school, admin, teacher, mark, values)


async def _accounts(
    admin: MadePerson, teacher: MadePerson, technician: MadePerson
) -> dict[str, str | int]:
    await sign_in.start_session(admin.id, address="127.0.0.1", browser="test")
    token = await tokens.create_token(admin.actor, tokens.NewToken("t", ("library:read",)))
    given = await memberships.give_role(
        admin.actor,
        teacher.id,
        memberships.NewRole(admin.actor.school_ids[0], factories.Role.student_helper),
    )
    changes = await audit.list_changes(admin.actor, AuditFilter(entity="membership"))
    return {
        "person_id": teacher.id,
        "keeper_id": admin.id,
        "period_id": await database.fetch_value(
            "INSERT INTO lesson_period (school, position, name, starts, ends)"
            " VALUES ($1, 1, 'First period', '08:00', '08:45') RETURNING id",
            admin.actor.school_ids[0],
        ),
        "day_id": await database.fetch_value(
            "INSERT INTO school_day (school, day, name) VALUES ($1, '2099-10-23', 'Sports day')"
            " RETURNING id",
            admin.actor.school_ids[0],
        ),
        "term_id": await database.fetch_value(
            "INSERT INTO term (school, name, first_day, last_day)"
            " VALUES ($1, 'Autumn', '2026-09-01', '2027-01-20') RETURNING id",
            admin.actor.school_ids[0],
        ),
        "assignee_id": technician.id,
        "holder_id": teacher.id,
        "membership_id": given,
        "token_id": token.id,
        "session_id": await database.fetch_value(
            "SELECT id FROM sign_in WHERE person = $1", admin.id
        ),
        "entity_id": changes.items[0].entity_id,
    }


async def _inventory(
    admin: MadePerson, school: MadeSchool, teacher: MadePerson, mark: str
) -> dict[str, str | int]:
    building = await factories.place(school, "building")
    room = await factories.place(school, "room", building)
    donation = await factories_inventory.donation(admin, school)
    line_id = donation.lines[0].id
    tag = f"{mark.upper()}-TAG-1"
    asset = await factories.asset(school, place=room, tag=tag, donation_line=line_id)
    received = await donations.receive_line(admin.actor, donation.id, line_id, Receipt(1))
    await assets.record_wipes(
        admin.actor, [received[0].tag], NewWipe(method=WipeMethod.overwritten)
    )
    lent = await factories.asset(school)
    await database.execute(
        "INSERT INTO asset_number (asset, school, number, folded) VALUES ($1, $2, $3, $4)",
        asset.id,
        school.id,
        f"{mark} 7",
        f"{mark.upper()}7",
    )
    custody_id = await database.fetch_value(
        "INSERT INTO custody (school, asset, holder, started_at, handed_by)"
        " VALUES ($1, $2, $3, now(), $4) RETURNING id",
        school.id,
        lent.id,
        teacher.id,
        admin.id,
    )
    code = f"{mark.upper()}CODE"
    await database.execute(
        "INSERT INTO label_code (code, school, asset, created_at, linked_at)"
        " VALUES ($1, $2, $3, now(), now())",
        code,
        school.id,
        asset.id,
    )
    job = await imports.stage_assets(
        admin.actor, school.code, f"{mark}.csv", CSV.format(mark=mark).encode()
    )
    field_id = await database.fetch_value(
        "INSERT INTO custom_field (school, name, kind, unit, asset_kind)"
        " VALUES ($1, 'Screen', 'text', '', 'computer') RETURNING id",
        school.id,
    )
    await database.execute(
        "INSERT INTO custom_choice (school, field, label) VALUES ($1, $2, 'matt')",
        school.id,
        field_id,
    )
    await database.execute(
        "INSERT INTO asset_value (school, asset, field, kind, text_value)"
        " VALUES ($1, $2, $3, 'text', 'matt')",
        school.id,
        asset.id,
        field_id,
    )
    batch = await database.fetch_value("SELECT gen_random_uuid()")
    await database.execute(
        "INSERT INTO label_code (code, school, created_at, batch) VALUES ($1, $2, now(), $3)",
        f"{mark.upper()}FREE",
        school.id,
        batch,
    )
    return {
        "job_id": str(job.id),
        "field_id": field_id,
        "batch": str(batch),
        "place_id": room,
        "parent_id": building,
        "donation_id": donation.id,
        "donor_id": donation.donor_id,
        "line_id": line_id,
        "receipt_id": await database.fetch_value(
            "SELECT id FROM donation_receipt WHERE donation_line = $1", line_id
        ),
        "asset_id": asset.id,
        "model_id": asset.model_id,
        "tag": tag,
        "custody_id": custody_id,
        "code": code,
        "free_code": f"{mark.upper()}FREE",
    }


async def _repairs(
    admin: MadePerson, technician: MadePerson, school: MadeSchool, mark: str
) -> dict[str, str | int]:
    asset = await factories.asset(school, tag=f"{mark.upper()}-TAG-2")
    order = await factories_repairs.order(asset)
    entry = await repairs.comment(technician.actor, order.id, "Looked at it")
    stored = await photos.store_photos([factories_repairs.picture()])
    with_photo = await repairs.add_photos(technician.actor, order.id, entry.id, stored)
    assert admin.id != technician.id
    waiting = await photos.store_photos([factories_repairs.picture()])
    (photo_token,) = await photos.store_drafts(admin.actor, waiting)
    return {
        "order_id": order.id,
        "entry_id": entry.id,
        "photo_id": with_photo.photo_ids[0],
        "photo_token": photo_token,
        "attachment_id": await _attachment(technician, asset.tag, mark),
        "model_photo_id": await _model_photo(technician, asset.model_id),
    }


async def _attachment(technician: MadePerson, tag: str, mark: str) -> int:
    subject = await attachments.of_asset(technician.actor, tag)
    added = await attachments.add_photos(
        technician.actor,
        subject,
        await photos.store_photos([factories_repairs.picture()]),
        title=f"{mark} from the left",
    )
    return added[0].id


async def _model_photo(technician: MadePerson, model_id: int) -> int:
    subject = await attachments.of_model(technician.actor, model_id)
    stored = await photos.store_photos([factories_repairs.picture()])
    return (await attachments.add_photos(technician.actor, subject, stored))[0].id


ADD_MESSAGE = """
    INSERT INTO trap (school, source, kind, trap_oid, varbinds, minute, first_at, last_at)
    VALUES ($1, '127.0.0.1', 'trap', '1.3.6.1.4.1.99999.0.1', '[]', now(), now(), now())
"""


async def _monitoring(school: MadeSchool, place_id: int) -> dict[str, str | int]:
    device = await factories_monitoring.device(school)
    network_id = await factories_monitoring.network(school, "10.3.0.0/24")
    scan_id = await database.fetch_value(
        "INSERT INTO network_scan (school, network, created_at, addresses)"
        " VALUES ($1, $2, now(), 254) RETURNING id",
        school.id,
        network_id,
    )
    await database.execute(ADD_MESSAGE, school.id)
    alert_id = await database.fetch_value(
        "INSERT INTO alert (school, device, rule, instance, severity, message, raised_at)"
        " VALUES ($1, $2, 'silent', '', 'critical', '{\"template\": \"Silent\", \"params\": {}}', now())"
        " RETURNING id",
        school.id,
        device.id,
    )
    return {
        "device_id": device.id,
        "credential_id": device.credential_id,
        "network_id": network_id,
        "scan_id": scan_id,
        "candidate_id": await factories_monitoring.candidate(school, name="a machine"),
        "alert_id": alert_id,
        "plan_id": await _wake_plan(school, place_id, device),
    }


async def _wake_plan(school: MadeSchool, place_id: int, device: MadeDevice) -> int:
    """The device stands in a room that is woken, and can be woken itself."""
    await database.execute("UPDATE asset SET place = $2 WHERE id = $1", device.asset.id, place_id)
    await database.execute("UPDATE device SET mac = '02:00:5e:10:00:01' WHERE id = $1", device.id)
    plan_id: int = await database.fetch_value(
        "INSERT INTO wake_plan (school, place, weekdays, wake_at, created_by, created_at)"
        " SELECT $1, $2, '{1}', '06:00', person, now() FROM membership WHERE school = $1"
        " ORDER BY id LIMIT 1 RETURNING id",
        school.id,
        place_id,
    )
    return plan_id


async def _watching(admin: MadePerson, school: MadeSchool, device_id: int) -> dict[str, str | int]:
    hours = await expected_hours.create_hours(
        admin.actor,
        school.id,
        expected_hours.NewHours("Lessons", [expected_hours.Span(1, time(8), time(17))]),
    )
    window = await windows.create_window(
        admin.actor,
        windows.NewWindow(
            school_id=school.id,
            reason="Cables",
            device_id=device_id,
            ends_at=clock.now() + timedelta(hours=1),
        ),
    )
    # A printer has rules to be set.
    await database.execute("UPDATE device SET profile = 'printer' WHERE id = $1", device_id)
    switch = await factories_monitoring.device(school)
    return {
        "hours_id": hours.id,
        "window_id": window.id,
        "switch_id": switch.id,
        "parent_tag": switch.asset.tag,
    }


async def _library(admin: MadePerson, folder: Path) -> dict[str, str | int]:
    resource = await factories_library.resource(admin.actor, folder, published=True)
    upload = await factories_library.new_upload(admin.actor, b"a file that never came whole")
    revision_id = await database.fetch_value(
        "SELECT id FROM revision WHERE resource = $1", resource.id
    )
    if not await database.fetch_value(HAS_COVER, revision_id):
        # The reader of files gives up on a machine that is too busy; a cover is wanted all the same.
        key, cover = objects.new_key("d"), factories_repairs.picture("WEBP")
        await objects.put(key, cover, "image/webp")
        await database.execute(ADD_COVER, revision_id, key, len(cover))
    return {
        "resource_id": str(resource.id),
        "revision_id": str(revision_id),
        "upload_id": str(upload.id),
    }
