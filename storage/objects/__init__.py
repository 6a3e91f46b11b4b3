"""The one adapter over the S3 store; the rest of Labshare says ``objects.put(...)``."""

from storage.objects.connection import (
    ObjectMissing,
    PartsMissing,
    Silent,
    answers,
    close,
    is_open,
    open,  # noqa: A004
    require_room,
    verify,
)
from storage.objects.parts import (
    SMALLEST_PART_BYTES,
    UnfinishedParts,
    abort_parts,
    begin_parts,
    complete_parts,
    put_part,
    unfinished_parts,
)
from storage.objects.transport import PATIENT, PROMPT, Limits
from storage.objects.whole import (
    Listed,
    link,
    listed,
    new_key,
    prove_well,
    put,
    read,
    remove,
    size_of,
    stream,
)

__all__ = [
    "PATIENT",
    "PROMPT",
    "SMALLEST_PART_BYTES",
    "Limits",
    "Listed",
    "ObjectMissing",
    "PartsMissing",
    "Silent",
    "UnfinishedParts",
    "abort_parts",
    "answers",
    "begin_parts",
    "close",
    "complete_parts",
    "is_open",
    "link",
    "listed",
    "new_key",
    "open",
    "prove_well",
    "put",
    "put_part",
    "read",
    "remove",
    "require_room",
    "size_of",
    "stream",
    "unfinished_parts",
    "verify",
]
