"""Time-ordered identifiers that may travel between schools."""

import secrets
from uuid import UUID

from core import clock


def uuid7() -> UUID:
    """A UUID version 7 (RFC 9562 §5.7): milliseconds first, so that rows and keys sort by age."""
    milliseconds = int(clock.now().timestamp() * 1000)
    value = milliseconds << 80 | 0x7 << 76 | secrets.randbits(12) << 64
    return UUID(int=value | 0b10 << 62 | secrets.randbits(62))
