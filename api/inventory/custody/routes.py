"""Custody over JSON: who has what; hand out, take back."""

from datetime import date
from typing import Annotated

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from api.http.access import allow
from api.kit.list_parameters import asked_for
from api.kit.lists import ListQuery
from core.access import Actor
from core.numbers import Id
from core.paging import Page
from core.permissions import EDIT_EQUIPMENT, READ_EQUIPMENT
from inventory import custody
from inventory.assets import Condition
from inventory.custody import Custody, CustodyFilters, Holder
from inventory.custody.listing import ORDERS

Tags = Annotated[list[str], msgspec.Meta(examples=[["S1-00042"]])]


class HandOut(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which assets, to whom (exactly one of person, place and group), until when."""

    tags: Tags
    person_id: Id | None = None
    place_id: Id | None = None
    group: Annotated[str, msgspec.Meta(examples=["Class 5B"])] | None = None
    due_on: date | None = None
    note: str = ""

    @property
    def holder(self) -> Holder:
        return Holder(self.person_id, self.place_id, self.group)


class TakeBack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which assets came back, and in which condition."""

    tags: Tags
    condition: Condition | None = None
    note: str = ""


class CustodyRoutes(Controller):
    """/api/v1/custody"""

    path = "/custody"
    tags = ("custody",)

    @get(
        guards=[allow(READ_EQUIPMENT)],
        operation_id="custody_list",
        summary="Who has what",
        dependencies={"asked": asked_for(CustodyFilters, ORDERS)},
    )
    async def list_custody(
        self, actor: NamedDependency[Actor], asked: NamedDependency[ListQuery[CustodyFilters]]
    ) -> Page[Custody]:
        """What is out comes by the day it is due, what has ended newest first."""
        return await custody.list_custody(
            actor, asked.filters, cursor=asked.cursor, limit=asked.limit, sort=asked.sort
        )

    @post(
        guards=[allow(EDIT_EQUIPMENT)],
        operation_id="custody_hand_out",
        summary="Hand out one or many assets",
    )
    async def hand_out(
        self, actor: NamedDependency[Actor], data: JSONBody[HandOut]
    ) -> Page[Custody]:
        """All of them or none: 409 names the asset that somebody has already, and who."""
        given = await custody.hand_out(
            actor, data.tags, data.holder, due_on=data.due_on, note=data.note
        )
        return Page(given)

    @post(
        "/returns",
        guards=[allow(EDIT_EQUIPMENT)],
        operation_id="custody_take_back",
        summary="Take back one or many assets",
        status_code=200,
    )
    async def take_back(
        self, actor: NamedDependency[Actor], data: JSONBody[TakeBack]
    ) -> Page[Custody]:
        """All of them or none: 409 names the asset that nobody has."""
        ended = await custody.take_back(actor, data.tags, condition=data.condition, note=data.note)
        return Page(ended)
