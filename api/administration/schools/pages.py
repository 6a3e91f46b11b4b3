"""Schools: list, one school's facts, and adding one."""

from typing import Any

from litestar import Response
from litestar.types import ControllerRouterHandler

from api import urls
from api.http.types import WebRequest
from api.kit.flash import see_other
from api.kit.forms import Form
from api.kit.noun_pages import NounPages
from api.kit.page_handlers import shown, to
from api.kit.rendering import render
from core import schools
from core.access import Actor
from core.errors import say
from core.permissions import MANAGE_SCHOOL, READ_PEOPLE
from core.schools import DEFAULT_ZONE, School
from storage import quotas


async def _list_page(request: WebRequest, actor: Actor) -> Response[str]:
    """All of them: nobody belongs to many."""
    found = await schools.list_schools(actor)
    return render(request, "administration/schools/list.html", schools=found)


async def _with_storage(_: WebRequest, actor: Actor, school: School | None) -> dict[str, Any]:
    return {"storage_use": await quotas.find_use(actor, school.id) if school else None}


_pages = NounPages[School](
    "school",
    "administration/schools",
    urls.schools,
    read=READ_PEOPLE,
    write=MANAGE_SCHOOL,
    school_of="id",
    more=_with_storage,
)
PAGES: list[ControllerRouterHandler] = [
    shown(urls.schools, _list_page, READ_PEOPLE),
    *_pages.new(
        urls.new_school,
        schools.create_school,
        then=lambda made: see_other(
            urls.school(made.id), say("The school is added, and you are its administrator.")
        ),
        first=Form(
            {
                "zone": DEFAULT_ZONE,
                "renewals_most": 2,
                "renewal_days": 14,
                "takes_visitor_reports": "on",
            }
        ),
        action=urls.schools,
    ),
    *_pages.edit(
        urls.school,
        schools.get_school,
        schools.update_school,
        then=to(urls.school, say("Saved.")),
        is_for_readers=False,
    ),
]
