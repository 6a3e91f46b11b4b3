"""A donation as its readers see it: the gift, the terms, the lines and their gaps."""

from datetime import date, datetime

import msgspec

from core.numbers import Id, Version
from inventory.assets.shapes import LifecycleState
from inventory.donors import DonorKind
from inventory.models import AssetKind


class DonationFilters(msgspec.Struct, frozen=True):
    """Which donations a list shows; ``has_gap`` keeps those with something missing, or without."""

    q: str = ""
    school: str | None = None
    donor: Id | None = None
    has_gap: bool | None = None
    changed_since: datetime | None = None


class DonationRow(msgspec.Struct, frozen=True):
    """One line of the list of donations; ``missing`` is declared less received."""

    id: int
    school: str
    donor: str
    donor_kind: DonorKind
    title: str
    received_on: date
    acknowledgement_number: str
    acknowledged_at: datetime | None
    declared: int
    received: int

    @property
    def missing(self) -> int:
        return self.declared - self.received


class DonationLine(msgspec.Struct, frozen=True):
    """So many of one model: what was declared, and what came."""

    id: int
    model_id: int
    kind: AssetKind
    model: str
    declared: int
    received: int
    note: str

    @property
    def missing(self) -> int:
        return self.declared - self.received


class StateCount(msgspec.Struct, frozen=True):
    """How many of a donation's assets are in one state now."""

    lifecycle: LifecycleState
    assets: int


class ReceiptRow(msgspec.Struct, frozen=True):
    """Things of a line that came at one time: ``assets`` that are no mistake, or so many of a lot."""

    id: int
    line_id: int
    model: str
    received_at: datetime
    by: str | None
    assets: int
    in_lot: int
    lot_id: int | None
    first_tag: str | None
    last_tag: str | None
    undone_at: datetime | None


class Donation(msgspec.Struct, frozen=True):
    """One gift with the donor's terms, its lines, its receipts, and what became of its assets.

    ``unwiped`` is how many of its assets the donor asks to be wiped and no wipe is recorded of.
    """

    id: int
    school_id: int
    school: str
    donor_id: int
    donor: str
    donor_kind: DonorKind
    title: str
    received_on: date
    return_on_end: bool
    resale_forbidden: bool
    wipe_on_intake: bool
    name_public: bool
    note: str
    acknowledgement_number: str
    acknowledged_at: datetime | None
    version: int
    created_at: datetime
    unwiped: int
    lines: tuple[DonationLine, ...] = ()
    assets: tuple[StateCount, ...] = ()
    receipts: tuple[ReceiptRow, ...] = ()

    @property
    def in_lots(self) -> int:
        """How many came as things of a lot, without tags."""
        return sum(receipt.in_lot for receipt in self.receipts)

    @property
    def declared(self) -> int:
        return sum(line.declared for line in self.lines)

    @property
    def received(self) -> int:
        return sum(line.received for line in self.lines)

    @property
    def missing(self) -> int:
        return self.declared - self.received


class DonationFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is written about a gift, the donor's terms among it."""

    donor_id: Id
    title: str
    received_on: date
    return_on_end: bool = False
    resale_forbidden: bool = True
    wipe_on_intake: bool = True
    name_public: bool = True
    note: str = ""


class NewDonation(DonationFacts, frozen=True, kw_only=True):
    """A gift to be written into a school's books."""

    school: str


class DonationEdit(DonationFacts, frozen=True, kw_only=True):
    """A gift written anew; ``version`` is the one that was read."""

    version: Version


class NewLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many of one model, as the donor declared."""

    model_id: Id
    declared: int
    note: str = ""


class LineEdit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line put right; what was received is counted, never typed."""

    declared: int
    note: str = ""


class Receipt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Things of one line that came: so many, to one place; serial numbers as far as known.

    ``as_lot`` counts them into the lot of their model at the place, without tags.
    """

    count: int
    place_id: Id | None = None
    serial_numbers: tuple[str, ...] = ()
    as_lot: bool = False
