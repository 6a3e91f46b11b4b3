"""Refusals of whole files, all of them about the field that the file came in."""

from core.errors import Invalid, Message

FIELD = "file"


def refused(message: Message, code: str) -> Invalid:
    """What keeps a file from being read, and the mend."""
    return Invalid.of(FIELD, message, code=code)
