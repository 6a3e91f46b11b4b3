"""What an asset looks like to its readers: a row of the list, and the whole."""

from datetime import date, datetime
from enum import StrEnum

import msgspec

from inventory.assets.book_facts import BookFacts
from inventory.borrowers import HOLDER_ID, HOLDER_JOINS, HOLDER_KIND, HOLDER_NAME
from inventory.custom_fields.values import FieldValue
from inventory.models import AssetKind
from inventory.serials import SerialTrust, trust


class LifecycleState(StrEnum):
    """Where an asset is in its life; the steps between are rows of ``lifecycle_transition``."""

    announced = "announced"
    received = "received"
    triage = "triage"
    wiping = "wiping"
    refurbish = "refurbish"
    in_service = "in_service"
    in_repair = "in_repair"
    lost = "lost"
    retired = "retired"
    disposed = "disposed"
    written_off = "written_off"
    returned_to_donor = "returned_to_donor"
    voided = "voided"
    sold = "sold"
    dismantled = "dismantled"


# Equipment that has left the rooms, as SQL compares it: it is not polled, and not answering is no fault of it.
NO_LONGER_USED = (
    "retired", "disposed", "written_off", "returned_to_donor", "lost", "voided", "sold",
    "dismantled",
)  # fmt: skip
# An asset that has left the books: only its note may still be changed.
ENDS = frozenset(
    {
        LifecycleState.disposed,
        LifecycleState.written_off,
        LifecycleState.returned_to_donor,
        LifecycleState.voided,
        LifecycleState.sold,
        LifecycleState.dismantled,
    }
)


class Condition(StrEnum):
    """What the last test or count said."""

    ok = "ok"
    degraded = "degraded"
    broken = "broken"
    incomplete = "incomplete"
    unknown = "unknown"


class HolderKind(StrEnum):
    """Who can hold an asset: a person, a place, or a group such as a class."""

    person = "person"
    place = "place"
    group = "group"
    guest = "guest"


class AssetRow(msgspec.Struct, frozen=True):
    """One line of the asset list; ``holder`` is who has it now, if anybody.

    A pupil who helps reads no names of persons: then only ``holder_kind`` says that it is out.
    """

    id: int
    tag: str
    name: str
    school: str
    kind: AssetKind
    brand: str
    model: str
    serial_number: str | None
    lifecycle: LifecycleState
    condition: Condition
    place: str | None
    holder_kind: HolderKind | None
    holder_id: int | None
    holder: str | None
    due_at: datetime | None
    due_on: date | None
    due_lesson: str | None
    is_overdue: bool

    @property
    def title(self) -> str:
        """How people call it: its own name, else its model's."""
        return self.name or f"{self.brand} {self.model}".strip()

    @property
    def has_real_serial(self) -> bool:
        """Whether its serial number names it, and is not what firmware says without one."""
        return trust(self.serial_number) is SerialTrust.ok


class Asset(BookFacts, frozen=True, kw_only=True):
    """One asset as its page shows it.

    ``donor`` is empty when the donor is anonymous or asked not to be named. ``version`` goes back
    with an edit, which is refused if somebody else was faster. ``last_holder`` had it when it was
    lost. ``asks_wipe`` and ``goes_back`` are the donor's terms for it: to be wiped before it is
    used, to be returned at the end.
    """

    id: int
    tag: str
    name: str
    school_id: int
    school: str
    title_holder: str
    model_id: int
    kind: AssetKind
    brand: str
    model: str
    serial_number: str | None
    serial_trust: SerialTrust
    lifecycle: LifecycleState
    condition: Condition
    place_id: int | None
    place: str | None
    donation_id: int | None
    donation: str | None
    donor: str | None
    note: str
    version: int
    created_at: datetime
    code: str | None
    custody_id: int | None
    holder_kind: HolderKind | None
    holder_id: int | None
    holder: str | None
    held_since: datetime | None
    due_at: datetime | None
    due_on: date | None
    due_lesson: str | None
    is_overdue: bool
    last_holder_kind: HolderKind | None
    last_holder_id: int | None
    last_holder: str | None
    lost_on: date | None
    open_work_orders: int
    numbers: list[str]
    asks_wipe: bool
    is_wiped: bool
    goes_back: bool
    fields: list[FieldValue]

    @property
    def has_left(self) -> bool:
        """Whether it has left the books, so that only its note may still be changed."""
        return self.lifecycle in ENDS

    @property
    def title(self) -> str:
        """How people call it: its own name, else its model's."""
        return self.name or f"{self.brand} {self.model}".strip()


# Joined to `asset a` by every reader, so that names are put together in one place.
JOINS = f"""
  JOIN school s ON s.id = a.school
  JOIN asset_model m ON m.id = a.model
  LEFT JOIN place_path pp ON pp.place = a.place
  LEFT JOIN custody c ON c.asset = a.id AND c.ended_at IS NULL
{HOLDER_JOINS}
"""
HOLDER = f"""{HOLDER_KIND} AS holder_kind,
    {HOLDER_ID} AS holder_id,
    {HOLDER_NAME} AS holder"""
# Of a custody `c` at a school `s`: the moment it is due, its day by the school's clock, the lesson.
DUE = "c.due_at, (c.due_at AT TIME ZONE s.zone)::date AS due_on, c.due_lesson"
IS_OVERDUE = "coalesce(c.ended_at IS NULL AND c.due_at < now(), false)"
ROW_COLUMNS = f"""
    a.id, a.tag, a.name, s.code AS school, m.kind, m.brand, m.name AS model, a.serial_number,
    a.lifecycle, a.condition, pp.path AS place, {HOLDER}, {DUE},
    {IS_OVERDUE} AS is_overdue
"""
