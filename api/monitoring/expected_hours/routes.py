"""Expected hours over JSON: sets under a name, given to devices and rooms."""

import msgspec
from litestar.types import ControllerRouterHandler

from api.kit.noun_routes import NounRoutes
from api.monitoring.expected_hours.bodies import Given
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


_routes = NounRoutes(
    "/expected-hours",
    "expected_hours",
    tags=("expected hours",),
    read=READ_MONITORING,
    write=EDIT_MONITORING,
)
ROUTES: list[ControllerRouterHandler] = [
    _routes.list(
        expected_hours.list_hours,
        "Expected hours, by name",
        "Outside of them a silent device is no fault; within them it is one.",
        gives=HoursList,
    ),
    _routes.create(
        expected_hours.create_hours,
        "Make expected hours",
        "``ends`` before ``starts`` is on the next day; weekday 1 is Monday.",
        called="add",
        body=HoursOfSchool,
    ),
    _routes.get(expected_hours.get_hours, "One set of expected hours"),
    _routes.update(
        expected_hours.update_hours,
        "Change expected hours",
        "They hold for all their devices from the next visit on.",
    ),
    _routes.delete(
        expected_hours.delete_hours,
        "Delete expected hours that no device has",
        called="remove",
    ),
    _routes.at(
        "PUT /of-places/{place_id:int}",
        expected_hours.give_to_place,
        "Give expected hours to all devices of a room",
        "Devices in its cabinets have them too.",
        operation="expected_hours_give_place",
        body=Given,
        gives=Reached,
    ),
]
