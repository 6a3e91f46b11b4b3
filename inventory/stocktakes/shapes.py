"""Stock-takes as their readers meet them, and how they are read: by whom, of what, how far."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from core.numbers import Id
from inventory.assets.shapes import HolderKind, LifecycleState


class Scope(StrEnum):
    """What is counted: places with all that lies in them, a model, a donation, or the whole school."""

    places = "places"
    model = "model"
    donation = "donation"
    school = "school"


class StocktakeState(StrEnum):
    """Open until somebody closes it, or gives it up."""

    open = "open"
    closed = "closed"
    cancelled = "cancelled"


class Result(StrEnum):
    """What became of an asset in a stock-take.

    Until the close it is ``pending`` where nobody saw it; then ``missing`` in a place that was
    counted, ``not_counted`` in one where nobody was, ``out`` where it is with somebody or in repair.
    """

    pending = "pending"
    found = "found"
    wrong_place = "wrong_place"
    unexpected = "unexpected"
    missing = "missing"
    out = "out"
    not_counted = "not_counted"


class Correction(StrEnum):
    """What the books need to say what was seen: a move, a thing found again, one taken back."""

    moved = "moved"
    found_again = "found_again"
    taken_back = "taken_back"


class SigningPart(StrEnum):
    """Who signs: one who counted, and one who was there too."""

    counter = "counter"
    witness = "witness"


class Stocktake(msgspec.Struct, frozen=True):
    """One stock-take with its sums; ``out`` are those with somebody or in repair whom nobody saw.

    ``seen`` counts what was expected and seen, ``unexpected`` what was seen besides. ``unknown`` are
    sights of things that are no asset (yet) and that nobody has resolved.
    """

    id: int
    school_id: int
    school: str
    scope: Scope
    place_ids: list[int]
    places: list[str]
    model_id: int | None
    model: str | None
    donation_id: int | None
    donation: str | None
    title: str
    note: str
    state: StocktakeState
    counts_untouched_rooms: bool
    started_at: datetime
    started_by: str
    ended_at: datetime | None
    ended_by: str | None
    expected: int
    seen: int
    wrong_place: int
    unexpected: int
    pending: int
    missing: int
    not_counted: int
    out: int
    unknown: int


class RoomProgress(msgspec.Struct, frozen=True):
    """How far one place is: of ``expected`` things ``seen`` were seen, here or elsewhere.

    ``pending`` are those that should lie here, ``out`` those with somebody or in repair;
    ``extra`` lie here and were not expected here.
    """

    place_id: int | None
    place: str | None
    expected: int
    seen: int
    pending: int
    out: int
    extra: int


class Signed(msgspec.Struct, frozen=True):
    """Who signed the result; nothing of it ever changes."""

    part: SigningPart
    signer: str
    strokes: list[list[int]]
    signed_at: datetime
    recorded_by: str


class Overlap(msgspec.Struct, frozen=True):
    """Another open stock-take that expects some of the same things."""

    id: int
    title: str
    assets: int


class StocktakeDetails(Stocktake, frozen=True, kw_only=True):
    """A stock-take with its places, who signed it, who counted, and which others it overlaps."""

    rooms: list[RoomProgress] = []
    signatures: list[Signed] = []
    counters: list[str] = []
    overlaps: list[Overlap] = []


class StocktakeAsset(msgspec.Struct, frozen=True):
    """One asset of a stock-take.

    ``expected_place`` is where it was expected, or booked when it was seen; ``holder`` who had it
    when counting began, empty where its reader may not know. ``proposed`` is what would correct the
    books now. Of an asset of a school out of sight only the tag is said.
    """

    id: int
    tag: str
    title: str
    is_in_sight: bool
    school: str
    is_expected: bool
    result: Result
    lifecycle: LifecycleState
    expected_place_id: int | None
    expected_place: str | None
    seen_place_id: int | None
    seen_place: str | None
    in_repair: bool
    holder_kind: HolderKind | None
    holder_id: int | None
    holder: str | None
    scan_id: int | None
    seen_at: datetime | None
    seen_by: str | None
    note: str
    photo_ids: list[int]
    proposed: Correction | None
    corrected_as: Correction | None
    corrected_at: datetime | None
    corrected_by: str | None


class UnknownThing(msgspec.Struct, frozen=True):
    """Something that was seen and is no asset that its scanner could see; ``given`` is what was read."""

    id: int
    given: str
    place_id: int | None
    place: str | None
    at: datetime
    by: str
    note: str
    photo_ids: list[int]
    resolved_at: datetime | None
    resolved_by: str | None


class Sight(msgspec.Struct, frozen=True):
    """One scan or tick with its note and pictures; ``tag`` is empty for something unknown."""

    id: int
    stocktake_id: int
    given: str
    tag: str | None
    title: str
    place_id: int | None
    place: str | None
    at: datetime
    by_id: int
    by: str
    note: str
    photo_ids: list[int]
    voided_at: datetime | None
    resolved_at: datetime | None
    resolved_by: str | None


class Outcome(StrEnum):
    """What came of a scan: a :class:`Result`, or seen before, unknown, taken back."""

    found = "found"
    wrong_place = "wrong_place"
    unexpected = "unexpected"
    again = "again"
    unknown = "unknown"
    voided = "voided"


class ScanAnswer(msgspec.Struct, frozen=True):
    """What one scan came to; of one seen before, who saw it first, when and where.

    ``is_out`` where the books say that somebody has it, ``is_lost`` where they say that it is lost.
    """

    key: UUID
    scan_id: int
    outcome: Outcome
    given: str
    tag: str | None
    title: str
    expected_place: str | None
    seen_place: str | None
    by: str
    at: datetime
    is_out: bool
    is_lost: bool
    is_of_other_school: bool


class StocktakeFilters(msgspec.Struct, frozen=True):
    """Which stock-takes a list shows."""

    q: str = ""
    school: str | None = None
    state: StocktakeState | None = None


class StocktakeAssetFilters(msgspec.Struct, frozen=True):
    """Which assets of a stock-take a list shows; ``place`` is where they were expected or seen,
    ``unseen`` leaves those that nobody saw, ``open`` those whose books a correction would change."""

    q: str = ""
    result: Result | None = None
    place: Id | None = None
    unseen: bool = False
    open: bool = False
