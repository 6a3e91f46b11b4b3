"""What people call the rows and columns of this package's tables (see core/entity.py)."""

from core.entity import Entity, Word, bad, idle, info, ok, warn
from core.errors import Message, say
from storage.tables import Resource, Revision, StorageQuota, Upload

ENTITIES = (
    Entity(
        Resource,
        say("Resource"),
        row_name="t.title",
        codes={
            "kind": "resource_kind",
            "state": "resource_state",
            "visibility": "visibility",
            "language": "resource_language",
            "stage": "stage",
            "subject": "subject",
            "grade": "grade",
            "licence": "licence",
        },
    ),
    Entity(Revision, say("Revision"), row_name="t.file_name"),
    Entity(
        Upload,
        say("Upload"),
        row_name="t.file_name",
        codes={"state": "upload_state"},
        is_audited=False,
    ),
    Entity(
        StorageQuota,
        say("Room for files"),
        row_name="s.{school_name}",
        joins="JOIN school s ON s.id = t.school",
    ),
)

# What each stored code reads as, by the kinds that ``Entity.codes`` and the templates name.
CODES: dict[str, dict[str, Word]] = {
    "resource_state": {
        "draft": idle(say("Draft")),
        "in_review": info(say("In review")),
        "published": ok(say("Published")),
        "withdrawn": warn(say("Withdrawn")),
    },
    "visibility": {
        "school": idle(say("Our school")),
        "shared": info(say("All schools")),
    },
    "upload_state": {
        "initiated": info(say("Not started")),
        "receiving": info(say("Uploading")),
        "completing": info(say("Being stored")),
        "verifying": info(say("Being checked")),
        "ready": ok(say("Ready")),
        "aborted": idle(say("Cancelled")),
        "expired": idle(say("Expired")),
        "rejected": bad(say("Refused")),
        "duplicate": warn(say("Already in the library")),
    },
}

# Kinds whose codes and words are the library's own data -> the facet in storage/vocabulary.py.
FACETS = {
    "stage": "stage",
    "subject": "subject",
    "grade": "grade",
    "resource_kind": "kind",
    "resource_language": "language",
    "licence": "licence",
}

COLUMNS: dict[str, Message] = {
    "abstract": say("Abstract"),
    "authors": say("Authors"),
    "blob": say("Content"),
    "bytes_allowed": say("Room given"),
    "edition": say("Textbook edition"),
    "grade": say("Grade"),
    "initials": say("Initials"),
    "keywords": say("Keywords"),
    "language": say("Language"),
    "licence": say("Licence"),
    "number": say("Number"),
    "owner": say("Owner"),
    "published_at": say("Published at"),
    "resource": say("Resource"),
    "stage": say("Stage"),
    "subject": say("Subject"),
    "visibility": say("Who may see it"),
    "withdrawn_by": say("Withdrawn by"),
}
