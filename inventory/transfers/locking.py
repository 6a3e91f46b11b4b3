"""Transfers locked for a change with their things, and what the database refuses of them."""

import msgspec

from core.access import Actor
from core.database import Refusals, execute, fetch
from core.errors import Conflict, Forbidden, Invalid, NotFound, say
from core.query import opaque
from inventory.assets.change_of_school import REFUSALS as CHANGE_REFUSALS
from inventory.assets.lifecycle import REFUSALS as STEP_REFUSALS
from inventory.assets.locking import Locked
from inventory.transfers.reading import IN_SIGHT, MISSING
from inventory.transfers.shapes import LineOutcome, TransferKind, TransferState

ELSEWHERE = Conflict(
    say("One of these goes to another school already; look at its transfer"),
    field="tags",
    code="under_way",
)
BOOKED = Conflict(
    say(
        "One of these is booked by somebody, or taken for an exam or a stock-take; cancel that first"
    ),
    field="tags",
    code="booked",
)
OTHERS_LOAN = Conflict(
    say("One of these is lent by another school; it can only go back there"),
    field="tags",
    code="on_loan",
)
FOREIGN_PLACE = Invalid.of(
    "place_id", say("Choose a place of the school that has it now"), code="place"
)
NO_DRAFT = Conflict(say("It has been sent or called off already"), code="no_draft")
STATES = {
    TransferState.sent: Conflict(
        say("It has been received already, or is not under way"), code="not_under_way"
    ),
    TransferState.disputed: Conflict(say("Nothing of it is in dispute"), code="not_disputed"),
    TransferState.draft: NO_DRAFT,
}
REFUSALS: Refusals = {
    **STEP_REFUSALS,
    **CHANGE_REFUSALS,
    "transfer_line_one_open_per_asset": ELSEWHERE,
    "transfer_line_once": Conflict(
        say("One of these stands in the list already"), field="tags", code="duplicate"
    ),
    "hold_asset_never_twice": BOOKED,
    "hold_of_what_is_free": BOOKED,
    "transfer_line_is_of_the_sender": Conflict(
        say("One of these is of another school by now"), field="tags", code="other_school"
    ),
    "transfer_line_is_in_no_hands": CHANGE_REFUSALS["custody_open_where_the_asset_is"],
    "transfer_line_is_ones_own": OTHERS_LOAN,
    "transfer_line_is_of_its_loan": Conflict(
        say("One of these is not of this loan, or is back already"), field="tags", code="not_lent"
    ),
    "transfer_is_no_draft": NO_DRAFT,
    "transfer_is_of_something": Conflict(say("There is nothing in its list"), code="empty"),
    "asset_place_is_of_the_school": FOREIGN_PLACE,
}


class LockedTransfer(msgspec.Struct, frozen=True):
    """A transfer whose row is locked."""

    id: int
    number: str
    kind: TransferKind
    state: TransferState
    school_id: int
    to_school_id: int
    loan_id: int | None

    def require(self, state: TransferState) -> None:
        """Conflict unless it is in this state."""
        if self.state is not state:
            raise STATES[state]


class OpenLine(Locked, frozen=True, kw_only=True):
    """A line whose asset is locked."""

    line_id: int
    outcome: LineOutcome
    is_open: bool
    serial_number: str | None
    codes: list[str]
    title_holder_id: int


LOCK = f"""
SELECT t.id, t.number, t.kind, t.state, t.school AS school_id, t.to_school AS to_school_id,
       t.loan AS loan_id
  FROM transfer t WHERE t.id = :id AND {IN_SIGHT} FOR NO KEY UPDATE
"""
LOCK_LINES = """
SELECT l.id AS line_id, l.outcome, l.is_open, a.id, a.tag, a.school AS school_id, a.lifecycle,
       a.version, a.place AS place_id, a.model AS model_id, a.serial_number,
       a.title_holder AS title_holder_id,
       EXISTS (SELECT FROM custody c WHERE c.asset = a.id AND c.ended_at IS NULL) AS is_out,
       array(SELECT c.code::text FROM label_code c WHERE c.asset = a.id) AS codes
  FROM transfer_line l JOIN asset a ON a.id = l.asset
 WHERE l.transfer = $1 ORDER BY a.id FOR NO KEY UPDATE OF a
"""


async def lock_transfer(actor: Actor, transfer_id: int) -> LockedTransfer:
    """One transfer in the actor's sight, locked, its loan first; else NotFound."""
    await execute(
        "SELECT FROM transfer WHERE id = (SELECT loan FROM transfer WHERE id = $1)"
        " FOR NO KEY UPDATE",
        transfer_id,
    )
    found = await fetch(LockedTransfer, LOCK, id=transfer_id, schools=actor.school_ids)
    if not found:
        raise NotFound(MISSING)
    return found[0]


async def lock_lines(transfer: LockedTransfer) -> list[OpenLine]:
    """The lines of a locked transfer with their assets, locked in the order of their ids."""
    return await fetch(OpenLine, LOCK_LINES, transfer.id)


def acting_person(actor: Actor) -> int:
    """Who sends or receives; Forbidden for a program that acts for nobody."""
    if actor.person_id is None:
        raise Forbidden(say("Only a person can hand something over"))
    return actor.person_id


UNDER_WAY = f"""
SELECT l.asset AS id, t.number, t.kind FROM transfer_line l JOIN transfer t ON t.id = l.transfer
 WHERE l.asset = any{opaque("assets")} AND (l.is_open OR (
       t.kind = 'loan' AND l.outcome IN ('received', 'late') AND l.returned_by IS NULL))
   AND t.id IS DISTINCT FROM :loan ORDER BY l.is_open
"""
