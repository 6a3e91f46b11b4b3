"""The first tables of the library, as they were released first.

Frozen: storage/tables.py goes on, and what changes there is a migration of its own. What Piccolo cannot
say of these tables is in the migrations that follow.
"""

from piccolo.columns import (
    JSONB,
    UUID,
    Array,
    BigInt,
    BigSerial,
    Date,
    ForeignKey,
    Integer,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.table_migrations import table_migration

ID = "2026-11-30T00:00:02:000000"
VERSION = "1.38.0"
DESCRIPTION = "the first tables"


# Of other apps: what foreign keys need to know of them.


class Person(Table, tablename="person"):
    id = BigSerial(primary_key=True)


class School(Table, tablename="school"):
    id = BigSerial(primary_key=True)


class Blob(Table, tablename="blob"):
    id = UUID(primary_key=True)
    object_key = Varchar(length=120)
    sha256 = Varchar(length=64)
    size_bytes = BigInt()
    media_type = Varchar(length=120)
    page_count = Integer(default=None, null=True)
    preview_note = Varchar(length=40)
    created_at = Timestamptz()
    verified_at = Timestamptz()
    damaged_at = Timestamptz(default=None, null=True)
    damage = Varchar(length=16, default=None, null=True)

    blob_damage_is_known = Check("damage IN ('missing','content','unreadable')")
    blob_key_is_unique = Unique(["object_key"])
    blob_sha256_is_unique = Unique(["sha256"])
    blob_sha256_is_hex = Check("sha256 ~ '^[0-9a-f]{64}$'")
    blob_has_bytes = Check("size_bytes > 0")


class Rendition(Table, tablename="rendition"):
    id = BigSerial(primary_key=True)
    blob = ForeignKey(Blob, null=False)
    kind = Varchar(length=16)
    page = Integer(default=1)
    object_key = Varchar(length=120)
    media_type = Varchar(length=60)
    size_bytes = Integer()
    width = Integer()
    height = Integer()

    rendition_kind_exists = Check("kind IN ('thumbnail','page','large')")
    rendition_once = Unique(["blob", "kind", "page"])
    rendition_key_is_unique = Unique(["object_key"])


class PageText(Table, tablename="page_text"):
    id = BigSerial(primary_key=True)
    blob = ForeignKey(Blob, null=False)
    page = Integer()
    body = Text()

    page_text_once = Unique(["blob", "page"])
    page_text_is_short = Check("char_length(body) <= 4000")


class ResourceTransition(Table, tablename="resource_transition"):
    id = BigSerial(primary_key=True)
    from_state = Varchar(length=16)
    to_state = Varchar(length=16)

    resource_transition_once = Unique(["from_state", "to_state"])


class Resource(Table, tablename="resource"):
    id = UUID(primary_key=True)
    school = ForeignKey(School, on_delete=OnDelete.restrict, null=False, index=True)
    owner = ForeignKey(Person, on_delete=OnDelete.restrict, null=False, index=True)
    title = Varchar(length=200)
    initials = Text()
    abstract = Text()
    stage = Varchar(length=32)
    subject = Varchar(length=32)
    grade = Varchar(length=32)
    edition = Varchar(length=80)
    kind = Varchar(length=32)
    language = Varchar(length=8)
    licence = Varchar(length=32)
    authors = Array(base_column=Text())
    keywords = Array(base_column=Text())
    visibility = Varchar(length=8, default="school")
    state = Varchar(length=16, default="draft")
    previous_state = Varchar(length=16, default="new")
    version = Integer(default=1)
    created_at = Timestamptz()
    updated_at = Timestamptz()
    published_at = Timestamptz(default=None, null=True)
    withdrawn_by = ForeignKey(Person, on_delete=OnDelete.restrict)

    resource_published_is_not_withdrawn = Check("state <> 'published' OR withdrawn_by IS NULL")
    resource_title_is_given = Check("btrim(title) <> ''")
    resource_visibility_is_known = Check("visibility IN ('school','shared')")
    resource_published_has_a_day = Check("state <> 'published' OR published_at IS NOT NULL")
    resource_id_school = Unique(["id", "school"])


class Revision(Table, tablename="revision"):
    id = UUID(primary_key=True)
    resource = ForeignKey(Resource, null=False)
    school = ForeignKey(School, on_delete=OnDelete.restrict, null=False)
    number = Integer()
    blob = ForeignKey(Blob, on_delete=OnDelete.restrict, null=False, index=True)
    file_name = Varchar()
    note = Varchar(length=500)
    created_by = ForeignKey(Person, on_delete=OnDelete.restrict)
    created_at = Timestamptz()

    revision_number_once = Unique(["resource", "number"])
    revision_number_counts_from_one = Check("number >= 1")


class UploadTransition(Table, tablename="upload_transition"):
    id = BigSerial(primary_key=True)
    from_state = Varchar(length=16)
    to_state = Varchar(length=16)

    upload_transition_once = Unique(["from_state", "to_state"])


class Upload(Table, tablename="upload"):
    id = UUID(primary_key=True)
    school = ForeignKey(School, on_delete=OnDelete.restrict, null=False, index=True)
    owner = ForeignKey(Person, on_delete=OnDelete.restrict, null=False, index=True)
    resource = ForeignKey(Resource, index=True)
    note = Varchar(length=500)
    file_name = Varchar()
    media_type = Varchar(length=120)
    size_bytes = BigInt()
    sha256 = Varchar(length=64, default=None, null=True)
    state = Varchar(length=16, default="initiated")
    previous_state = Varchar(length=16, default="new")
    received_bytes = BigInt()
    writer = UUID(default=None, null=True)
    writer_to_leave = UUID(default=None, null=True)
    object_key = Varchar(length=120)
    parts_id = Varchar(default=None, null=True)
    next_part = Integer(default=1)
    tail_key = Varchar(length=120, default=None, null=True)
    tail_bytes = Integer()
    blob = ForeignKey(Blob, on_delete=OnDelete.set_null, index=True)
    reason = JSONB(default=None, null=True)
    attempts = Integer()
    lost_claims = Integer()
    claimed_until = Timestamptz(default=None, null=True)
    created_at = Timestamptz()
    expires_at = Timestamptz()

    upload_name_is_given = Check("btrim(file_name) <> ''")
    upload_has_bytes = Check("size_bytes > 0")
    upload_received_fits = Check("received_bytes BETWEEN 0 AND size_bytes")
    upload_sha256_is_hex = Check("sha256 IS NULL OR sha256 ~ '^[0-9a-f]{64}$'")
    upload_usable_has_a_blob = Check("state NOT IN ('ready','duplicate') OR blob IS NOT NULL")


class UploadPart(Table, tablename="upload_part"):
    id = BigSerial(primary_key=True)
    upload = ForeignKey(Upload, null=False)
    number = Integer()
    etag = Varchar(length=80)
    size_bytes = Integer()

    upload_part_once = Unique(["upload", "number"])


class Download(Table, tablename="download"):
    id = BigSerial(primary_key=True)
    revision = ForeignKey(Revision, null=False)
    school = ForeignKey(School, on_delete=OnDelete.restrict, null=False, index=True)
    person = ForeignKey(Person, null=False, index=True)
    downloaded_on = Date()

    download_once_a_day = Unique(["revision", "person", "downloaded_on"])


class Orphan(Table, tablename="orphan"):
    id = BigSerial(primary_key=True)
    object_key = Varchar(length=120)
    size_bytes = BigInt()
    seen_at = Timestamptz()

    orphan_once = Unique(["object_key"])


class StorageQuota(Table, tablename="storage_quota"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, unique=True)
    bytes_allowed = BigInt()

    storage_quota_is_no_debt = Check("bytes_allowed >= 0")


TABLES = (
    Blob,
    Rendition,
    PageText,
    ResourceTransition,
    Resource,
    Revision,
    UploadTransition,
    Upload,
    UploadPart,
    Download,
    Orphan,
    StorageQuota,
)


async def forwards():
    return table_migration("storage", ID, DESCRIPTION, TABLES)
