"""Photographs and papers of assets, models and donations; thumbnails of every photograph."""

from piccolo.columns import BigSerial, Boolean, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.table_migrations import table_migration

ID = "2026-11-30T08:30:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "attachment: photographs and papers of assets, models, donations; thumbnails"


class School(Table, tablename="school"):
    id = BigSerial(primary_key=True)


class Person(Table, tablename="person"):
    id = BigSerial(primary_key=True)


class Asset(Table, tablename="asset"):
    id = BigSerial(primary_key=True)


class AssetModel(Table, tablename="asset_model"):
    id = BigSerial(primary_key=True)


class Donation(Table, tablename="donation"):
    id = BigSerial(primary_key=True)


class WorkOrderPhoto(Table, tablename="work_order_photo"):
    id = BigSerial(primary_key=True)
    small_bytes = Integer(default=0)
    icon_bytes = Integer(default=0)


class PhotoDraft(Table, tablename="photo_draft"):
    id = BigSerial(primary_key=True)
    small_bytes = Integer(default=0)
    icon_bytes = Integer(default=0)


class Attachment(Table, tablename="attachment"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    asset = ForeignKey(Asset, null=True, default=None, on_delete=OnDelete.restrict)
    model = ForeignKey(AssetModel, null=True, default=None, on_delete=OnDelete.restrict)
    donation = ForeignKey(Donation, null=True, default=None, on_delete=OnDelete.restrict)
    kind = Varchar(length=12)
    slot = Integer()
    title = Varchar(length=120)
    file_name = Varchar(length=255)
    object_key = Varchar(length=120)
    media_type = Varchar(length=100)
    size_bytes = Integer()
    small_bytes = Integer(default=0)
    icon_bytes = Integer(default=0)
    is_main = Boolean(default=False)
    added_by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)
    added_at = Timestamptz()

    attachment_is_of_one_thing = Check("num_nonnulls(asset, model, donation) = 1")
    attachment_kind_is_known = Check("kind IN ('photo','document')")
    attachment_slot_is_bounded = Check("slot BETWEEN 1 AND 12")
    attachment_document_has_a_title = Check("kind <> 'document' OR btrim(title) <> ''")
    attachment_main_is_a_photo_of_a_model = Check(
        "NOT is_main OR (kind = 'photo' AND model IS NOT NULL)"
    )
    attachment_key_is_unique = Unique(["object_key"])
    attachment_slot_of_asset = Unique(["asset", "kind", "slot"])
    attachment_slot_of_model = Unique(["model", "kind", "slot"])
    attachment_slot_of_donation = Unique(["donation", "kind", "slot"])


# When an asset changes its school, its pictures go along: the key of both takes them. What has left
# the books may get papers (of its disposal), and loses none.
THEN = """
CREATE UNIQUE INDEX attachment_one_main_a_model ON attachment (model) WHERE is_main;
ALTER TABLE attachment ADD CONSTRAINT attachment_is_where_the_asset_is
    FOREIGN KEY (asset, school) REFERENCES asset (id, school) ON UPDATE CASCADE;
ALTER TABLE attachment ADD CONSTRAINT attachment_is_of_the_school_of_the_donation
    FOREIGN KEY (donation, school) REFERENCES donation (id, school);
CREATE TRIGGER ended_is_final BEFORE DELETE ON attachment
    FOR EACH ROW EXECUTE FUNCTION refuse_number_after_end();
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON attachment
    FOR EACH ROW EXECUTE FUNCTION
    audit_record('school', 'slot', 'object_key', 'small_bytes', 'icon_bytes');
"""


async def forwards():
    return table_migration(
        "inventory",
        ID,
        DESCRIPTION,
        [Attachment],
        additions=[WorkOrderPhoto, PhotoDraft],
        then=THEN,
    )
