"""What stands where a holder has no name: for who may not read it, or of a guest that is erased."""

from core.errors import Message, say


def unnamed(holder_kind: str | None) -> Message:
    """The words in place of the name."""
    return say("A guest") if holder_kind == "guest" else say("It is out")
