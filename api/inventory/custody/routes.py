"""Custody over JSON: who has what; hand out, take back."""

from datetime import date
from typing import Annotated

import msgspec
from litestar.types import ControllerRouterHandler

from api.kit.forms import LONG_FORM_BYTES
from api.kit.noun_routes import NounRoutes
from core.access import Actor
from core.numbers import Id
from core.paging import Page
from core.permissions import EDIT_EQUIPMENT, READ_EQUIPMENT, RENEW_OWN
from inventory import assets, custody
from inventory.assets import Condition
from inventory.custody import Custody, Due, Holder, Renewal, ReturnedRow, Shortage
from inventory.custody.booked import Meeting
from inventory.custody.due import DueBy
from inventory.custody.listing import ORDERS
from inventory.guests import NewGuest

Tags = Annotated[list[str], msgspec.Meta(examples=[["S1-00042"]])]


class HandOut(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which assets, to whom (exactly one of person, place, class and guest), until when: ``due_on``
    a day, with ``due_period_id`` the end of that lesson of it (else of today), or ``due_by`` the
    end of the term that goes on. ``group`` names a class of this school year, or a group, which is
    added if it is new; ``guest`` is who has no account. ``booking_id`` is the booking that it
    fulfils."""

    tags: Tags
    person_id: Id | None = None
    place_id: Id | None = None
    group: Annotated[str, msgspec.Meta(examples=["五(2)班"])] | None = None
    group_id: Id | None = None
    guest_id: Id | None = None
    guest: NewGuest | None = None
    due_on: date | None = None
    due_by: DueBy | None = None
    due_period_id: Id | None = None
    note: str = ""
    booking_id: Id | None = None
    overrides_bookings: bool = False

    @property
    def holder(self) -> Holder:
        return Holder(
            self.person_id, self.place_id, self.group, self.group_id, self.guest_id, self.guest
        )


class TakeBack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which assets came back, and how they look; ``rows`` say what differs for single ones."""

    tags: Tags
    condition: Condition | None = None
    note: str = ""
    rows: Annotated[list[ReturnedRow], msgspec.Meta(max_length=assets.MOST_AT_ONCE)] = []


class Renew(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is renewed, and until when: said as at the hand-out."""

    tags: Tags
    due_on: date | None = None
    due_by: DueBy | None = None
    due_period_id: Id | None = None


class RenewOwn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the asking person himself holds and renews."""

    tags: Tags


async def renew(actor: Actor, given: Renew) -> list[Custody]:
    """Set a later moment for what the body names."""
    due = Due(given.due_on, given.due_by, given.due_period_id)
    return await custody.renew(actor, given.tags, due)


async def hand_out(actor: Actor, given: HandOut) -> list[Custody]:
    """Hand out what the body names to whom it names."""
    return await custody.hand_out(
        actor,
        given.tags,
        given.holder,
        due_on=given.due_on,
        due_by=given.due_by,
        due_period_id=given.due_period_id,
        note=given.note,
        meeting=Meeting(given.booking_id, given.overrides_bookings),
    )


async def list_shortages(actor: Actor, tag: str) -> list[Shortage]:
    """What is or was missing of an asset in sight, else NotFound."""
    asset = await assets.get_asset(actor, tag)
    return await custody.list_shortages(actor, asset.tag)


_routes = NounRoutes(
    "/custody", "custody", tags=("custody",), read=READ_EQUIPMENT, write=EDIT_EQUIPMENT
)
ROUTES: list[ControllerRouterHandler] = [
    _routes.list(
        custody.list_custody,
        "Who has what",
        "What is out comes by the day it is due, what has ended newest first.",
        orders=ORDERS,
    ),
    _routes.create(
        hand_out,
        "Hand out one or many assets",
        "All of them or none: 409 names the asset that somebody has already, and who; or which is"
        " booked by then, unless overrides_bookings.",
        called="hand_out",
        gives=Page[Custody],
    ),
    _routes.at(
        "POST /returns",
        custody.take_back,
        "Take back one or many assets",
        "All of them or none: 409 names the asset that nobody has. What lacks parts is `incomplete`"
        " unless another condition is said, and stands among the shortages until it is resolved.",
        operation="custody_take_back",
        body=TakeBack,
        gives=Page[Custody],
        status=200,
        most_bytes=LONG_FORM_BYTES,
    ),
    _routes.at(
        "POST /renewals",
        renew,
        "Make what is out due later",
        "All of them or none: 409 names the asset that nobody has, or who has booked it by then, 422 the"
        " one that is due later.",
        operation="custody_renew",
        gives=Page[Custody],
        status=200,
    ),
    _routes.at(
        "POST /own-renewals",
        custody.renew_own,
        "Renew what you hold yourself",
        "By the days that the school sets, as often as it allows, and not once it is overdue or somebody"
        " else has booked it (409).",
        operation="custody_renew_own",
        body=RenewOwn,
        gives=Page[Custody],
        status=200,
        allowed=RENEW_OWN,
    ),
    _routes.at(
        "GET /{custody_id:int}/renewals",
        custody.list_renewals,
        "How it was renewed",
        "The first time first.",
        operation="custody_renewals",
        gives=Page[Renewal],
    ),
    _routes.at(
        "GET /hand-overs/{hand_over_id:int}",
        custody.get_hand_over,
        "What went out or came back at one time",
        "With its signature, for those who may know the borrower.",
        operation="hand_over_get",
    ),
    _routes.at(
        "POST /hand-overs/{hand_over_id:int}/signature",
        custody.sign,
        "Sign for all things of a hand-over",
        "Once (409). `terms` are those that were read: the school's own of now, and none on return.",
        operation="hand_over_sign",
        status=200,
    ),
    _routes.at(
        "GET /shortages/{tag:str}",
        list_shortages,
        "What is or was missing of an asset",
        "What is open first.",
        operation="shortage_list",
        gives=Page[Shortage],
    ),
    _routes.at(
        "POST /shortages/{shortage_id:int}/resolution",
        custody.resolve_shortage,
        "Say how missing parts were resolved",
        "Once (409).",
        operation="shortage_resolve",
        status=200,
    ),
]
