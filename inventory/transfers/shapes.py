"""What transfers look like to their readers, and what is written about them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from core.numbers import Id
from core.schools import name_in
from inventory.assets.locking import MOST_AT_ONCE
from inventory.assets.shapes import Condition, LifecycleState
from inventory.custody.hand_overs import NewSignature

Tags = Annotated[
    list[str], msgspec.Meta(min_length=1, max_length=MOST_AT_ONCE, examples=[["S1-00042"]])
]


class TransferKind(StrEnum):
    """Whether things are given, lent until a day, or on their way back from a loan."""

    gift = "gift"
    loan = "loan"
    return_ = "return"


class TransferState(StrEnum):
    """How far a transfer is. A loan is ``received`` while it lasts."""

    draft = "draft"
    sent = "sent"
    disputed = "disputed"
    received = "received"
    closed = "closed"
    cancelled = "cancelled"


class LineOutcome(StrEnum):
    """What became of a line; ``late`` is what arrived after it had been missed."""

    expected = "expected"
    missing = "missing"
    received = "received"
    late = "late"
    never_sent = "never_sent"
    lost = "lost"
    called_off = "called_off"


class Side(StrEnum):
    """One of the two schools."""

    sender = "sender"
    receiver = "receiver"


class Sending(StrEnum):
    """What somebody begins; a way back begins at its loan."""

    gift = "gift"
    loan = "loan"


class NewTransfer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which things go to which school, by its code; lent ones come back by ``due_on``."""

    tags: Tags
    to_school: Annotated[str, msgspec.Meta(examples=["NO1-MS"])]
    kind: Sending = Sending.gift
    due_on: date | None = None
    reason: str = ""


class MoreLines(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """More things for a draft."""

    tags: Tags


class ReceivedLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that arrived, as it was scanned or typed, and how it looks if that is not as sent."""

    tag: Annotated[str, msgspec.Meta(max_length=120, examples=["S1-00042"])]
    condition: Condition | None = None
    note: Annotated[str, msgspec.Meta(max_length=200)] = ""


class NewReceipt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What arrived and where it stands now; every other line of the transfer is missing.

    What is in no line is noted for the sender to look at.
    """

    lines: Annotated[list[ReceivedLine], msgspec.Meta(max_length=MOST_AT_ONCE)]
    place_id: Id | None = None
    note: str = ""


class MissingEnd(StrEnum):
    """How a missing line is resolved: the receiver says that it came, the sender all else."""

    late = "late"
    never_sent = "never_sent"
    lost = "lost"


class LineResolution(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What became of a missing thing, and why it is thought so; ``place_id`` is where it is now."""

    resolution: MissingEnd
    reason: str
    place_id: Id | None = None


class ExtraEnd(StrEnum):
    """What becomes of a thing that stood in no list."""

    sent_too = "sent_too"
    goes_back = "goes_back"


class ExtraDecision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The sender says that it was sent as well, or either school that it goes back, and why."""

    resolution: ExtraEnd
    reason: str


class NewDueDay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Until when a loan lasts now."""

    due_on: date


class ReturnOf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which things of a loan go back; without ``tags`` all that are not back yet."""

    tags: Annotated[list[str], msgspec.Meta(max_length=MOST_AT_ONCE)] = []


class SideSignature(NewSignature, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who signs for which of the two schools; ``terms`` have no meaning here."""

    side: Side


class TransferRow(msgspec.Struct, frozen=True):
    """One transfer of the list; ``arrived`` of ``lines``, and how many nobody has accounted for."""

    id: int
    number: str
    kind: TransferKind
    state: TransferState
    school_id: int
    school: str
    school_zh: str
    school_en: str
    to_school_id: int
    to_school: str
    to_school_zh: str
    to_school_en: str
    due_on: date | None
    is_overdue: bool
    made_at: datetime
    sent_at: datetime | None
    received_at: datetime | None
    lines: int
    arrived: int
    disputed: int
    back: int

    def sender(self, locale: str) -> str:
        """The name of the sending school in the reader's language."""
        return name_in(locale, self.school_zh, self.school_en)

    def receiver(self, locale: str) -> str:
        """The name of the receiving school in the reader's language."""
        return name_in(locale, self.to_school_zh, self.to_school_en)


class TransferLine(msgspec.Struct, frozen=True):
    """One thing of a transfer; ``is_back`` once what was lent has returned."""

    id: int
    asset_id: int
    tag: str
    title: str
    serial_number: str | None
    lifecycle: LifecycleState
    outcome: LineOutcome
    is_open: bool
    condition_out: Condition | None
    condition_in: Condition | None
    note_in: str
    resolved_by: str | None
    resolved_at: datetime | None
    reason: str
    is_back: bool
    is_kit: bool


class TransferExtra(msgspec.Struct, frozen=True):
    """Something that arrived and stood in no line."""

    id: int
    given: str
    noted_by: str
    noted_at: datetime
    resolved_as: ExtraEnd | None
    resolved_by: str | None
    resolved_at: datetime | None
    reason: str


class SignedLine(msgspec.Struct, frozen=True):
    """One thing as it stood in the list that was signed."""

    tag: str
    title: str
    serial_number: str | None
    outcome: LineOutcome
    condition: Condition | None


class TransferSignature(msgspec.Struct, frozen=True):
    """Who signed for a school, for which things."""

    side: Side
    signer: str
    items: list[SignedLine]
    strokes: list[list[int]]
    signed_at: datetime
    recorded_by: str


class TransferFacts(TransferRow, frozen=True):
    """A transfer with what is said of all of it; of a way back, ``loan_number`` is its loan."""

    reason: str
    note: str
    loan_id: int | None
    loan_number: str | None
    made_by: str
    sent_by: str | None
    received_by: str | None
    closed_at: datetime | None


class Transfer(TransferFacts, frozen=True, kw_only=True):
    """A transfer with all its things, for people of either school."""

    items: list[TransferLine] = []
    extras: list[TransferExtra] = []
    signatures: list[TransferSignature] = []


class TransferView(StrEnum):
    """Which transfers a list shows."""

    open = "open"
    to_receive = "to_receive"
    lent = "lent"
    overdue = "overdue"
    all = "all"


class TransferFilters(msgspec.Struct, frozen=True):
    """Which transfers a list shows; ``school`` is one of the two."""

    q: str = ""
    view: TransferView = TransferView.open
    school: str | None = None
    kind: TransferKind | None = None
    state: TransferState | None = None
