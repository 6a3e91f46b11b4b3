"""Expected hours over JSON: sets under a name, given to devices and rooms."""

import msgspec
from litestar import Controller, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody
from litestar.types import ControllerRouterHandler

from api.http.access import allow
from api.kit.noun_routes import NounRoutes
from api.kit.numbers import PathId
from api.monitoring.expected_hours.bodies import Given
from core.access import Actor
from core.numbers import Id
from core.permissions import EDIT_MONITORING, READ_MONITORING
from monitoring.alerting import expected_hours
from monitoring.alerting.expected_hours import ExpectedHours, NewHours


class HoursOfSchool(NewHours, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A set of hours and the school that it is for."""

    school_id: Id


class HoursList(msgspec.Struct, frozen=True):
    """All sets of the reader's schools; a school has a handful."""

    items: list[ExpectedHours]


class Reached(msgspec.Struct, frozen=True):
    """How many devices have them now."""

    devices: int


PLAIN = NounRoutes(
    "/expected-hours",
    "expected_hours",
    tags=("expected hours",),
    read=READ_MONITORING,
    write=EDIT_MONITORING,
)
PLAIN_ROUTES: list[ControllerRouterHandler] = [
    PLAIN.get(expected_hours.get_hours, "One set of expected hours"),
    PLAIN.update(
        expected_hours.update_hours,
        "Change expected hours",
        "They hold for all their devices from the next visit on.",
    ),
    PLAIN.delete(
        expected_hours.delete_hours,
        "Delete expected hours that no device has",
        called="remove",
    ),
]


class ExpectedHoursRoutes(Controller):
    """/api/v1/expected-hours"""

    path = "/expected-hours"
    tags = ("expected hours",)

    @get(
        guards=[allow(READ_MONITORING)],
        operation_id="expected_hours_list",
        summary="Expected hours, by name",
    )
    async def list_hours(
        self, actor: NamedDependency[Actor], of_school: NamedDependency[int | None]
    ) -> HoursList:
        """Outside of them a silent device is no fault; within them it is one."""
        return HoursList(await expected_hours.list_hours(actor, school_id=of_school))

    @post(
        guards=[allow(EDIT_MONITORING)],
        operation_id="expected_hours_add",
        summary="Make expected hours",
    )
    async def add_hours(
        self, actor: NamedDependency[Actor], data: JSONBody[HoursOfSchool]
    ) -> ExpectedHours:
        """``ends`` before ``starts`` is on the next day; weekday 1 is Monday."""
        return await expected_hours.create_hours(actor, data.school_id, data)

    @put(
        "/of-places/{place_id:int}",
        guards=[allow(EDIT_MONITORING)],
        operation_id="expected_hours_give_place",
        summary="Give expected hours to all devices of a room",
    )
    async def give_to_place(
        self, actor: NamedDependency[Actor], place_id: PathId, data: JSONBody[Given]
    ) -> Reached:
        """Devices in its cabinets have them too."""
        return Reached(await expected_hours.give_to_place(actor, place_id, data.hours_id))
