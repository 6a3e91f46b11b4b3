"""Lesson periods: their pages and their JSON, made from the verbs of core.lesson_periods."""

from litestar.types import ControllerRouterHandler

from api import urls
from api.kit.noun_pages import NounPages
from api.kit.noun_routes import NounRoutes
from core import lesson_periods
from core.lesson_periods import LessonPeriod
from core.permissions import MANAGE_SCHOOL, READ_SCHOOLS

_pages = NounPages[LessonPeriod](
    "lesson_period",
    "administration/lesson_periods",
    urls.lesson_periods,
    read=READ_SCHOOLS,
    write=MANAGE_SCHOOL,
)
PAGES: list[ControllerRouterHandler] = [
    _pages.list(lesson_periods.list_periods),
    *_pages.new(urls.new_lesson_period, lesson_periods.create_period),
    *_pages.edit(urls.lesson_period, lesson_periods.get_period, lesson_periods.update_period),
    _pages.delete(urls.delete_lesson_period, lesson_periods.delete_period),
]

_routes = NounRoutes(
    "/lesson-periods", "lesson_period", tags=("schools",), read=READ_SCHOOLS, write=MANAGE_SCHOOL
)
ROUTES: list[ControllerRouterHandler] = [
    _routes.list(lesson_periods.list_periods, "Lesson periods, in the order of the day"),
    _routes.create(
        lesson_periods.create_period,
        "Add a lesson period",
        "409 if it shares a minute, its place or its name with another one of the school.",
    ),
    _routes.get(lesson_periods.get_period, "A lesson period"),
    _routes.update(lesson_periods.update_period, "Write a lesson period anew"),
    _routes.delete(lesson_periods.delete_period, "Take a lesson period out of the day"),
]
