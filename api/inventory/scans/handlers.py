"""What a scanned text means: the question that a desk asks at each scan."""

from datetime import date
from functools import partial
from typing import Annotated

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.types import ControllerRouterHandler

from api.http.access import allow
from api.http.types import WebRequest
from api.inventory.custody.refusals import find_hand_out_refusals, find_renewal_refusals
from api.kit.forms import Form
from api.kit.list_parameters import asked_for
from api.kit.lists import ListQuery
from api.wording.language import Language
from api.wording.reader import language_of
from core.access import Actor
from core.numbers import Id
from core.paging import Page
from core.permissions import READ_EQUIPMENT
from inventory import scanning
from inventory.assets import LifecycleState
from inventory.custody.due import DueBy
from inventory.scanning import LONGEST, MOST_AT_ONCE, PossibleAsset, Reading, ScanDesk

Texts = Annotated[
    list[Annotated[str, msgspec.Meta(max_length=LONGEST)]],
    QueryParameter(
        min_items=1,
        max_items=MOST_AT_ONCE,
        description="What was scanned; several times for several.",
    ),
]

LONGEST_LIST = 8_000
MOST_LISTED = 480

Desk = Annotated[
    ScanDesk | None, QueryParameter(description="Where it is scanned: what would stand in its way.")
]


Listed = Annotated[
    str,
    QueryParameter(
        max_length=LONGEST_LIST,
        description="With a desk: what stands in its list before these, one a line.",
    ),
]


class SaidSoFar(msgspec.Struct, frozen=True):
    """What the form of a desk says by now: who gets the things, until when, for which booking."""

    who: Annotated[str, msgspec.Meta(max_length=120)] = ""
    holder: Annotated[str, msgspec.Meta(max_length=40)] = ""
    due_on: date | None = None
    due_by: DueBy | None = None
    due_period_id: Id | None = None
    booking_id: Id | None = None
    overrides_bookings: bool = False


# The desks whose reasons depend on more than the list.
ASKED_WITH_FORM = {
    ScanDesk.hand_out: find_hand_out_refusals,
    ScanDesk.renew: find_renewal_refusals,
}


class ScannedText(msgspec.Struct, frozen=True, kw_only=True):
    """What one text means. ``problem`` says why it means no asset, or why the desk refuses it.

    ``candidates`` are the assets that it may mean if they are several; ``code`` is that of a label
    that is on no asset yet, ``model_id`` the book whose ISBN it is.
    """

    text: str
    tag: str | None
    title: str
    place: str | None
    holder: str | None
    lifecycle: LifecycleState | None
    candidates: list[PossibleAsset]
    code: str | None
    model_id: int | None
    problem: str | None


@get(
    "/scans",
    guards=[allow(READ_EQUIPMENT)],
    operation_id="scan_read",
    summary="What a scanned text means",
    tags=("labels",),
    dependencies={"said": asked_for(SaidSoFar, is_paged=False)},
)
async def read_scans(
    request: WebRequest,
    actor: NamedDependency[Actor],
    said: NamedDependency[ListQuery[SaidSoFar]],
    text: Texts,
    desk: Desk = None,
    listed: Listed = "",
) -> Page[ScannedText]:
    """A tag (case, width and hyphens make no difference), a label's code or address, a number of
    the school's books, a serial number, an ISBN. With a `desk` what would stand in the way there is
    said too, with who gets it, until when and for which booking where that is known; nothing is
    changed."""
    speech = language_of(request)
    form = Form(msgspec.structs.asdict(said.filters))
    check = None if desk is None else ASKED_WITH_FORM.get(desk)
    before = [one[:LONGEST] for one in listed.split("\n") if one.strip()][:MOST_LISTED]
    found = await scanning.read_scans(
        actor, text, desk, check and partial(check, form), listed=before
    )
    return Page([_scan(reading, speech) for reading in found])


def _scan(reading: Reading, speech: Language) -> ScannedText:
    meant, asset = reading.meant, reading.asset
    is_free = meant.label_is_known and meant.tag is None
    return ScannedText(
        text=meant.given,
        tag=meant.tag,
        title=asset.title if asset else reading.arriving.title if reading.arriving else "",
        place=asset.place if asset else None,
        holder=asset.holder if asset else None,
        lifecycle=asset.lifecycle if asset else None,
        candidates=reading.candidates,
        code=meant.code if is_free else None,
        model_id=meant.model_id,
        problem=speech.words(reading.problem) if reading.problem else None,
    )


ROUTES: list[ControllerRouterHandler] = [read_scans]
