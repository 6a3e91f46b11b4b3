"""A school's calendar: its pages and its JSON, made from the verbs of core.school_days."""

from datetime import UTC, datetime
from typing import Any

from litestar import Response
from litestar.types import ControllerRouterHandler

from api import urls
from api.http.types import WebRequest
from api.kit.flash import see_other
from api.kit.noun_pages import NounPages
from api.kit.noun_routes import NounRoutes
from api.kit.rendering import language_of
from core import school_days
from core.access import Actor
from core.errors import say
from core.permissions import MANAGE_SCHOOL, READ_SCHOOLS
from core.school_days import SchoolDay, TakenOver


async def _choices(request: WebRequest, actor: Actor, row: SchoolDay | None) -> dict[str, Any]:
    speech, this = language_of(request), datetime.now(UTC).year
    return {
        "years": [(year, str(year)) for year in (this, this + 1, this - 1)],
        "weekdays": [(number, speech.weekday(number)) for number in range(1, 8)],
    }


def _taken_over(taken: TakenOver) -> Response[Any]:
    said = say(
        "{year}: {free} public holidays are in the calendar. Which weekends have lessons for them"
        " is not announced yet: take the year over once more when it is.",
        year=str(taken.year),
        free=taken.free,
    )
    if taken.taught:
        said = say(
            "{year}: {free} public holidays are in the calendar, and {taught} days of weekends"
            " with lessons. Say whose lessons those are.",
            year=str(taken.year),
            free=taken.free,
            taught=taken.taught,
        )
    return see_other(f"{urls.school_days()}?year={taken.year}", said)


def _pages(folder: str) -> NounPages[SchoolDay]:
    return NounPages[SchoolDay](
        "school_day",
        f"administration/{folder}",
        urls.school_days,
        read=READ_SCHOOLS,
        write=MANAGE_SCHOOL,
        more=_choices,
    )


_days = _pages("school_days")
PAGES: list[ControllerRouterHandler] = [
    _days.list(school_days.list_days),
    *_days.new(urls.new_school_day, school_days.create_day),
    *_days.edit(urls.school_day, school_days.get_day, school_days.update_day),
    _days.delete(urls.delete_school_day, school_days.delete_day),
    *_pages("school_days/public_holidays").new(
        urls.take_public_holidays,
        school_days.take_public_holidays,
        then=lambda taken, *_: _taken_over(taken),
    ),
]

_routes = NounRoutes(
    "/school-days", "school_day", tags=("schools",), read=READ_SCHOOLS, write=MANAGE_SCHOOL
)
ROUTES: list[ControllerRouterHandler] = [
    _routes.list(
        school_days.list_days,
        "A school's calendar: holidays, and days with lessons at weekends",
        "The days of a `year`; without one those from today on.",
    ),
    _routes.create(
        school_days.create_day, "Add a day", "409 if the school's calendar has it already."
    ),
    _routes.at(
        "POST /public-holidays",
        school_days.take_public_holidays,
        "Take over the public holidays of a year",
        "What the school has written itself stays.",
        operation="school_day_take_public_holidays",
        status=200,
    ),
    _routes.get(school_days.get_day, "A day of the calendar"),
    _routes.update(school_days.update_day, "Write a day anew"),
    _routes.delete(school_days.delete_day, "Take a day out of the calendar"),
]
