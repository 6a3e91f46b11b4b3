"""Rows of the library; generated columns, search indexes and triggers are in the raw migrations."""

from piccolo.columns import (
    JSONB,
    UUID,
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
from piccolo.columns.column_types import Array
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.tables import Person, School


class Blob(Table, tablename="blob"):
    """Content, once: an object under an opaque key that is never written again."""

    id = UUID(primary_key=True)
    object_key = Varchar(length=120)
    sha256 = Varchar(length=64)
    size_bytes = BigInt()
    media_type = Varchar(length=120)
    page_count = Integer(null=True, default=None)
    # Why there is no picture or text of it, as a code that the pages put into words.
    preview_note = Varchar(length=40)
    created_at = Timestamptz()
    verified_at = Timestamptz()
    damaged_at = Timestamptz(null=True, default=None)
    # What the last reading found: no object, other bytes, or one that the store cannot read.
    damage = Varchar(length=16, null=True, default=None)

    blob_damage_is_known = Check("damage IN ('missing','content','unreadable')")
    blob_key_is_unique = Unique(["object_key"])
    blob_sha256_is_unique = Unique(["sha256"])
    blob_sha256_is_hex = Check("sha256 ~ '^[0-9a-f]{64}$'")
    blob_has_bytes = Check("size_bytes > 0")


class Rendition(Table, tablename="rendition"):
    """A picture made from a blob: its cover, or one of its first pages in two sizes."""

    id = BigSerial(primary_key=True)
    blob = ForeignKey(Blob, null=False, on_delete=OnDelete.cascade)
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


class DamagedPicture(Table, tablename="damaged_picture"):
    """A rendition, or a photograph of another domain, that the store no longer gives back."""

    id = BigSerial(primary_key=True)
    object_key = Varchar(length=120)
    damage = Varchar(length=16)
    damaged_at = Timestamptz()
    verified_at = Timestamptz()

    damaged_picture_once = Unique(["object_key"])
    damaged_picture_damage_is_known = Check("damage IN ('missing','unreadable')")


class PageText(Table, tablename="page_text"):
    """The words of one page or slide."""

    id = BigSerial(primary_key=True)
    blob = ForeignKey(Blob, null=False, on_delete=OnDelete.cascade)
    page = Integer()
    body = Text()

    page_text_once = Unique(["blob", "page"])
    page_text_is_short = Check("char_length(body) <= 4000")


class ResourceTransition(Table, tablename="resource_transition"):
    """The steps a resource may take; a foreign key from the resource refuses all others."""

    id = BigSerial(primary_key=True)
    from_state = Varchar(length=16)
    to_state = Varchar(length=16)

    resource_transition_once = Unique(["from_state", "to_state"])


class Resource(Table, tablename="resource"):
    """Something to teach with: what it is about and who may see it; the files are revisions."""

    id = UUID(primary_key=True)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    owner = ForeignKey(Person, null=False, index=True, on_delete=OnDelete.restrict)
    title = Varchar(length=200)
    # Initials of the title's syllables, for those who type pinyin.
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
    # Kept by a trigger, so that the pair can be held against resource_transition.
    previous_state = Varchar(length=16, default="new")
    version = Integer(default=1)
    created_at = Timestamptz()
    updated_at = Timestamptz()
    published_at = Timestamptz(null=True, default=None)
    # Who took it out of the library; forgotten only by those who may publish it again.
    withdrawn_by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)

    resource_published_is_not_withdrawn = Check("state <> 'published' OR withdrawn_by IS NULL")
    resource_title_is_given = Check("btrim(title) <> ''")
    resource_visibility_is_known = Check("visibility IN ('school','shared')")
    resource_published_has_a_day = Check("state <> 'published' OR published_at IS NOT NULL")
    resource_id_school = Unique(["id", "school"])


class Revision(Table, tablename="revision"):
    """One file of a resource, numbered from 1; never changed, only followed by the next."""

    id = UUID(primary_key=True)
    resource = ForeignKey(Resource, null=False, on_delete=OnDelete.cascade)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    number = Integer()
    blob = ForeignKey(Blob, null=False, index=True, on_delete=OnDelete.restrict)
    file_name = Varchar(length=255)
    note = Varchar(length=500)
    created_by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)
    created_at = Timestamptz()

    revision_number_once = Unique(["resource", "number"])
    revision_number_counts_from_one = Check("number >= 1")


class UploadTransition(Table, tablename="upload_transition"):
    """The steps an upload may take; a foreign key from the upload refuses all others."""

    id = BigSerial(primary_key=True)
    from_state = Varchar(length=16)
    to_state = Varchar(length=16)

    upload_transition_once = Unique(["from_state", "to_state"])


class Upload(Table, tablename="upload"):
    """A file being received: its row is made before any object, and counts all durable bytes."""

    id = UUID(primary_key=True)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    owner = ForeignKey(Person, null=False, index=True, on_delete=OnDelete.restrict)
    # The resource that takes the file as its next revision as soon as it is ready.
    resource = ForeignKey(Resource, null=True, default=None, index=True, on_delete=OnDelete.cascade)
    note = Varchar(length=500)
    file_name = Varchar(length=255)
    media_type = Varchar(length=120)
    size_bytes = BigInt()
    sha256 = Varchar(length=64, null=True, default=None)
    state = Varchar(length=16, default="initiated")
    previous_state = Varchar(length=16, default="new")
    received_bytes = BigInt(default=0)
    # Who may write now; a newer request takes over by putting its own mark here.
    writer = UUID(null=True, default=None)
    # The mark of a writer that is asked to store what it has and to end.
    writer_to_leave = UUID(null=True, default=None)
    object_key = Varchar(length=120)
    parts_id = Varchar(length=255, null=True, default=None)
    next_part = Integer(default=1)
    # Bytes after the last whole part, kept as a small object of their own.
    tail_key = Varchar(length=120, null=True, default=None)
    tail_bytes = Integer(default=0)
    blob = ForeignKey(Blob, null=True, default=None, index=True, on_delete=OnDelete.set_null)
    reason = JSONB(null=True, default=None)
    attempts = Integer(default=0)
    # Claims in a row that no worker ended: each of them was killed meanwhile.
    lost_claims = Integer(default=0)
    claimed_until = Timestamptz(null=True, default=None)
    created_at = Timestamptz()
    expires_at = Timestamptz()

    upload_name_is_given = Check("btrim(file_name) <> ''")
    upload_has_bytes = Check("size_bytes > 0")
    upload_received_fits = Check("received_bytes BETWEEN 0 AND size_bytes")
    upload_sha256_is_hex = Check("sha256 IS NULL OR sha256 ~ '^[0-9a-f]{64}$'")
    upload_usable_has_a_blob = Check("state NOT IN ('ready','duplicate') OR blob IS NOT NULL")


class UploadPart(Table, tablename="upload_part"):
    """A part that the store has acknowledged: this row counts, not the store's listing."""

    id = BigSerial(primary_key=True)
    upload = ForeignKey(Upload, null=False, on_delete=OnDelete.cascade)
    number = Integer()
    etag = Varchar(length=80)
    size_bytes = Integer()

    upload_part_once = Unique(["upload", "number"])


class Download(Table, tablename="download"):
    """One person took one revision on one day, however often the line was cut."""

    id = BigSerial(primary_key=True)
    revision = ForeignKey(Revision, null=False, on_delete=OnDelete.cascade)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    person = ForeignKey(Person, null=False, index=True, on_delete=OnDelete.cascade)
    downloaded_on = Date()

    download_once_a_day = Unique(["revision", "person", "downloaded_on"])


class Orphan(Table, tablename="orphan"):
    """An object that no row knew when the sweep came by; gone only if the next sweep agrees."""

    id = BigSerial(primary_key=True)
    object_key = Varchar(length=120)
    size_bytes = BigInt()
    seen_at = Timestamptz()

    orphan_once = Unique(["object_key"])


class StorageQuota(Table, tablename="storage_quota"):
    """How many bytes of files a school may have; a school without a row has no limit.

    The operator sets it on the command line. A trigger on ``upload`` holds it.
    """

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, unique=True, on_delete=OnDelete.cascade)
    bytes_allowed = BigInt()

    storage_quota_is_no_debt = Check("bytes_allowed >= 0")
