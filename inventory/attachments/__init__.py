"""Photographs and papers of assets, models, donations, transfers, disposals and parts of kits."""

from inventory.attachments.reading import (
    Attachment,
    AttachmentKind,
    StoredAttachment,
    find_main_photos,
    get_attachment,
    list_attachments,
    open_attachment,
)
from inventory.attachments.subjects import (
    Subject,
    SubjectKind,
    of_asset,
    of_disposal,
    of_donation,
    of_kit_part,
    of_model,
    of_transfer,
    subject_of,
)
from inventory.attachments.writing import (
    MOST_OF_A_KIND,
    add_document,
    add_photos,
    check_title,
    make_main,
    remove_attachment,
)

__all__ = [
    "MOST_OF_A_KIND",
    "Attachment",
    "AttachmentKind",
    "StoredAttachment",
    "Subject",
    "SubjectKind",
    "add_document",
    "add_photos",
    "check_title",
    "find_main_photos",
    "get_attachment",
    "list_attachments",
    "make_main",
    "of_asset",
    "of_disposal",
    "of_donation",
    "of_kit_part",
    "of_model",
    "of_transfer",
    "open_attachment",
    "remove_attachment",
    "subject_of",
]
