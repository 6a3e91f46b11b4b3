"""Custody over JSON: who has what; hand out, take back."""

from datetime import date
from typing import Annotated

import msgspec
from litestar.types import ControllerRouterHandler

from api.kit.noun_routes import NounRoutes
from core.access import Actor
from core.numbers import Id
from core.paging import Page
from core.permissions import EDIT_EQUIPMENT, READ_EQUIPMENT
from inventory import custody
from inventory.assets import Condition
from inventory.custody import Custody, Holder
from inventory.custody.due import DueBy
from inventory.custody.listing import ORDERS

Tags = Annotated[list[str], msgspec.Meta(examples=[["S1-00042"]])]


class HandOut(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which assets, to whom (exactly one of person, place and group), until when: ``due_on``
    a day, or ``due_by`` the end of the term that goes on."""

    tags: Tags
    person_id: Id | None = None
    place_id: Id | None = None
    group: Annotated[str, msgspec.Meta(examples=["Class 5B"])] | None = None
    due_on: date | None = None
    due_by: DueBy | None = None
    note: str = ""

    @property
    def holder(self) -> Holder:
        return Holder(self.person_id, self.place_id, self.group)


class TakeBack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which assets came back, and in which condition."""

    tags: Tags
    condition: Condition | None = None
    note: str = ""


async def hand_out(actor: Actor, given: HandOut) -> list[Custody]:
    """Hand out what the body names to whom it names."""
    return await custody.hand_out(
        actor,
        given.tags,
        given.holder,
        due_on=given.due_on,
        due_by=given.due_by,
        note=given.note,
    )


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
        "All of them or none: 409 names the asset that somebody has already, and who.",
        called="hand_out",
        gives=Page[Custody],
    ),
    _routes.at(
        "POST /returns",
        custody.take_back,
        "Take back one or many assets",
        "All of them or none: 409 names the asset that nobody has.",
        operation="custody_take_back",
        body=TakeBack,
        gives=Page[Custody],
        status=200,
    ),
]
