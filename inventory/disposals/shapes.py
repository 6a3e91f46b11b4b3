"""What disposals look like to their readers, and what is written about them."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import msgspec

from core.schools import name_in
from inventory.assets.book_facts import CURRENCY, Cost, Currency
from inventory.assets.locking import MOST_AT_ONCE
from inventory.assets.shapes import LifecycleState
from inventory.assets.wipes import WipeMethod

Tags = Annotated[
    list[str], msgspec.Meta(min_length=1, max_length=MOST_AT_ONCE, examples=[["S1-00042"]])
]


class End(StrEnum):
    """To which end things come."""

    disposed = "disposed"
    sold = "sold"
    written_off = "written_off"
    returned_to_donor = "returned_to_donor"

    @property
    def state(self) -> LifecycleState:
        """The state of a thing that has come to it."""
        return LifecycleState(self.value)


class Way(StrEnum):
    """Which way what is disposed of goes; the other ends say it themselves."""

    recycled = "recycled"
    destroyed = "destroyed"
    given = "given"
    other = "other"


class DisposalState(StrEnum):
    """What was decided."""

    proposed = "proposed"
    approved = "approved"
    refused = "refused"
    withdrawn = "withdrawn"


class DisposalOutcome(StrEnum):
    """What became of one thing; it ``stays`` where it was left out, found or used again."""

    open = "open"
    ended = "ended"
    stays = "stays"


class NewDisposal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which things come to which end, and why; ``recipient`` is who gets them, if anybody.

    ``way`` is of what is disposed of; ``proceeds`` is what comes in for all of them together.
    """

    tags: Tags
    end: End
    reason: str
    recipient: str = ""
    note: str = ""
    way: Way | None = None
    proceeds: Cost | None = None
    currency: Currency = CURRENCY


class Refusal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why it is not done."""

    note: str


class DisposalRow(msgspec.Struct, frozen=True, kw_only=True):
    """One disposal of the list; ``left`` of ``lines`` have ended or may still.

    Certificates hold what it was on their day: a new field has a default.
    """

    id: int
    number: str
    school_id: int
    school: str
    school_zh: str
    school_en: str
    end: End
    state: DisposalState
    reason: str
    recipient: str
    way: Way | None = None
    proceeds: Decimal | None = None
    currency: str = CURRENCY
    proposed_by_id: int
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    lines: int
    left: int

    def school_name(self, locale: str) -> str:
        """The name of the school in the reader's language."""
        return name_in(locale, self.school_zh, self.school_en)


class DisposalLine(msgspec.Struct, frozen=True):
    """One thing, where it came from, and the newest wipe of its data that succeeded."""

    id: int
    asset_id: int
    tag: str
    title: str
    serial_number: str | None
    lifecycle: LifecycleState
    outcome: DisposalOutcome
    donation_id: int | None
    donation: str | None
    donor: str | None
    wipe_method: WipeMethod | None
    wiped_on: date | None
    wiped_by: str | None
    wipe_verified_by: str | None


class DisposalFacts(DisposalRow, frozen=True, kw_only=True):
    """A disposal with what is said of all of it."""

    note: str
    decision_note: str


class Disposal(DisposalFacts, frozen=True, kw_only=True):
    """A disposal with all its things."""

    items: list[DisposalLine] = []


class DisposalView(StrEnum):
    """Which disposals a list shows."""

    proposed = "proposed"
    approved = "approved"
    all = "all"


class DisposalFilters(msgspec.Struct, frozen=True):
    """Which disposals a list shows; ``q`` is a number, a reason, a recipient or a tag."""

    q: str = ""
    view: DisposalView = DisposalView.all
    school: str | None = None
    end: End | None = None


class DueEnd(msgspec.Struct, frozen=True):
    """Things of a school whose end is due: searched long enough, or wanted back by their donor."""

    school: str
    end: End
    tags: list[str]


class StillSearched(msgspec.Struct, frozen=True):
    """Something lost that may be written off in so many days."""

    school: str
    tag: str
    title: str
    days_left: int


class EndOfDonation(msgspec.Struct, frozen=True):
    """One approved disposal by which ``count`` things of a donation have left the books."""

    id: int
    number: str
    end: End
    decided_at: datetime
    count: int


class DisposalRule(msgspec.Struct, frozen=True):
    """What a school asks before a thing leaves its books."""

    school_id: int
    school: str
    needs_approval: bool
    search_days: int
    needs_verification: bool


class RuleFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether a second person approves, how long what is lost is searched first, and whether a second
    person looks at each wipe of what holds data."""

    needs_approval: bool = False
    search_days: Annotated[int, msgspec.Meta(ge=0, le=3650)] = 90
    needs_verification: bool = False
