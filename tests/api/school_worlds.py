"""One school with something of everything in it, and its ids by the names that requests use."""

from pathlib import Path

import msgspec

from core import audit, database, memberships, sign_in, tokens
from core.audit import AuditFilter
from core.webhooks import managing
from inventory import assets, attachments, books, donations, lots, photos, repairs
from inventory.assets import NewWipe, WipeMethod
from inventory.donations import Receipt
from inventory.holds import feeds
from storage import objects
from tests import (
    factories,
    factories_holds,
    factories_inventory,
    factories_library,
    factories_repairs,
)
from tests.api import (
    school_world_collector,
    school_world_disposals,
    school_world_kits,
    school_world_maintenance,
    school_world_monitoring,
    school_world_rooms,
    school_world_stock,
    school_world_stocktakes,
    school_world_transfers,
)
from tests.factories import MadePerson, MadeSchool
from tests.factories_imports import staged

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
    "borrower_group": ("name",),
    "guest": ("name", "contact"),
    "shortage": ("parts",),
    "transfer": ("reason", "note"),
    "disposal": ("reason", "recipient", "note"),
    "hold": ("group_name", "purpose"),
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
    "webhook": ("name",),
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
    values |= await school_world_kits.kit(
        admin, school, int(values["model_id"]), str(values["tag"]), mark
    )
    values |= await school_world_stocktakes.stocktake(admin, school, str(values["tag"]), mark)
    values |= await school_world_transfers.transfer(admin, school, mark)
    values |= await school_world_rooms.room(admin, school, int(values["place_id"]), mark)
    values |= await school_world_collector.reading(admin, school, str(values["tag"]))
    values |= await school_world_disposals.disposal(admin, technician, school, mark)
    values |= await school_world_disposals.wipes_of(admin, technician, school, mark)
    values |= await _repairs(admin, technician, school, mark)
    values |= await school_world_maintenance.plan(admin, school, mark)
    values |= await school_world_stock.part(admin, school, int(values["order_id"]), mark)
    values |= await school_world_monitoring.devices(school, int(values["place_id"]))
    values |= await school_world_monitoring.watching(admin, school, int(values["device_id"]))
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
    values |= await _proposed_work(technician, school, mark)
    values |= await school_world_disposals.ended_disposal(admin, technician, school, mark)
    # A name with a mark is no class any more.
    values["class_id"] = await database.fetch_value(
        "INSERT INTO borrower_group (school, name) VALUES ($1, '五(2)班') RETURNING id", school.id
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
        **await _webhook(admin),
    }


async def _webhook(admin: MadePerson) -> dict[str, str | int]:
    webhook_id = await database.fetch_value(
        "INSERT INTO webhook (school, name, url, kinds, sealed, created_at)"
        " VALUES ($1, 'Register', 'https://records.example.org/', '{asset}', '', now())"
        " RETURNING id",
        admin.actor.school_ids[0],
    )
    sent = await managing.send_test(admin.actor, webhook_id)
    return {"webhook_id": webhook_id, "delivery_id": sent.id}


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
    hand_over_id = await database.fetch_value(
        "INSERT INTO hand_over (school, kind, at, by) VALUES ($1, 'out', now(), $2) RETURNING id",
        school.id,
        admin.id,
    )
    await database.execute(
        "UPDATE custody SET hand_out = $2 WHERE id = $1", custody_id, hand_over_id
    )
    shortage_id = await database.fetch_value(
        "INSERT INTO shortage (school, asset, custody, parts, noted_at, noted_by)"
        " VALUES ($1, $2, $3, 'Cable', now(), $4) RETURNING id",
        school.id,
        lent.id,
        custody_id,
        admin.id,
    )
    await database.execute(
        "INSERT INTO custody_signature (school, hand_over, signer, terms, items, strokes,"
        " signed_at, recorded_by) VALUES ($1, $2, 'Signer', 'Terms', '[]', '[[1, 1, 2, 2]]', now(),"
        " $3)",
        school.id,
        hand_over_id,
        admin.id,
    )
    await database.execute(
        "INSERT INTO custody_renewal (school, custody, number, renewed_at, by, due_at)"
        " VALUES ($1, $2, 1, now(), $3, now() + interval '9 days')",
        school.id,
        custody_id,
        admin.id,
    )
    # The day of the samples has lessons, whenever the tests run.
    await database.execute(
        "INSERT INTO school_day (school, day, name, is_taught) VALUES ($1, $2, 'Lessons', true)",
        school.id,
        factories_holds.monday(),
    )
    booked = await factories.asset(school)
    hold_id = await database.fetch_value(
        "INSERT INTO hold (school, kind, asset, starts_at, ends_at, person, group_name, purpose,"
        " made_at) VALUES ($1, 'booking', $2, now() + interval '20 days',"
        " now() + interval '21 days', $3, '', '', now()) RETURNING id",
        school.id,
        booked.id,
        teacher.id,
    )
    await database.execute(
        "INSERT INTO lending_rule (school, model, is_lent)"
        " SELECT school, model, true FROM asset WHERE id = $1",
        booked.id,
    )
    feed = await feeds.create_feed(admin.actor, feeds.NewFeed())
    code = f"{mark.upper()}CODE"
    await database.execute(
        "INSERT INTO label_code (code, school, asset, created_at, linked_at)"
        " VALUES ($1, $2, $3, now(), now())",
        code,
        school.id,
        asset.id,
    )
    job = await staged(admin.actor, school.code, f"{mark}.csv", CSV.format(mark=mark).encode())
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
    group_id = await database.fetch_value(
        "INSERT INTO borrower_group (school, name) VALUES ($1, 'Chess club') RETURNING id",
        school.id,
    )
    guest_id = await database.fetch_value(
        "INSERT INTO guest (school, name, contact, added_at) VALUES ($1, 'Wang', 'A firm', now())"
        " RETURNING id",
        school.id,
    )
    lot = await lots.receive_lot(
        admin.actor, lots.NewLot(school.code, asset.model_id, building, 30, f"{mark} new")
    )
    (loan,) = await lots.hand_out_lots(
        admin.actor, lots.LotHandOut([lots.LotItem(lot.id, 5)], group_id=group_id, note=mark)
    )
    title = await books.add_book(
        admin.actor, books.NewBook(school=school.code, name="Reader", copies=1)
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
        "group_id": group_id,
        "guest_id": guest_id,
        "hand_over_id": hand_over_id,
        "shortage_id": shortage_id,
        "book_id": title.id,
        "lot_id": lot.id,
        "loan_id": loan.id,
        "hold_id": hold_id,
        "feed_id": feed.id,
        # A private link opens to whoever has it: none that is real is tried.
        "secret": "none",
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
        "report_id": await database.fetch_value(
            "INSERT INTO visitor_report (school, asset, slot, what, contact, reported_at)"
            " VALUES ($1, $2, 1, $3, '', now()) RETURNING id",
            school.id,
            asset.id,
            f"{mark} is dark",
        ),
        "attachment_id": await _attachment(technician, asset.tag, mark),
        "model_photo_id": await _model_photo(technician, asset.model_id),
    }


async def _proposed_work(
    technician: MadePerson, school: MadeSchool, mark: str
) -> dict[str, str | int]:
    """What a student helper did; made last, for its words do not change before it is decided."""
    helper = await factories.person("student_helper", school)
    asset = await factories.asset(school)
    made = await factories_repairs.proposed(technician, helper, asset, f"{mark} has a new cable")
    return {"proposed_order_id": made.work_order_id, "proposed_id": made.id}


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
