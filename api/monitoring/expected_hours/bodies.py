"""What both ask that give expected hours: to a device and to a room."""

import msgspec

from core.numbers import Id


class Given(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which hours to give; null: as is usual for the kind of device."""

    hours_id: Id | None
