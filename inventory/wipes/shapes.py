"""What wipes look like to those who verify them, and what is written about them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from core.schools import name_in
from inventory.assets.locking import MOST_AT_ONCE
from inventory.assets.wipes import WipeMethod, WipeResult

Tags = Annotated[
    list[str], msgspec.Meta(min_length=1, max_length=MOST_AT_ONCE, examples=[["S1-00042"]])
]


class NewVerification(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of which assets the newest wipe was looked at, how, and whether the data is gone."""

    tags: Tags
    looked_at: str
    result: WipeResult = WipeResult.passed


class WipeRow(msgspec.Struct, frozen=True):
    """One wipe of an asset; ``verification`` is what another person found, if one has looked."""

    id: int
    asset_id: int
    tag: str
    title: str
    serial_number: str | None
    school_id: int
    school: str
    school_zh: str
    school_en: str
    method: WipeMethod
    result: WipeResult
    wiped_on: date
    done_by: str
    tool: str
    disk_serial: str
    note: str
    recorded_by_id: int | None
    recorded_by: str | None
    recorded_at: datetime
    verification: WipeResult | None
    looked_at: str | None
    verified_by: str | None
    verified_at: datetime | None

    def school_name(self, locale: str) -> str:
        """The name of the school in the reader's language."""
        return name_in(locale, self.school_zh, self.school_en)


class WipeCertificate(msgspec.Struct, frozen=True):
    """What the certificate of a wipe says, with the names and titles of the day it was verified."""

    wipe: WipeRow
    issued_at: datetime


class WipeView(StrEnum):
    """Which wipes a list shows."""

    waiting = "waiting"
    verified = "verified"
    failed = "failed"
    all = "all"


class WipeFilters(msgspec.Struct, frozen=True):
    """Which wipes a list shows; ``q`` is the beginning of a tag, or part of a serial number."""

    q: str = ""
    view: WipeView = WipeView.waiting
    school: str | None = None
