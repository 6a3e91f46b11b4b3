"""The page of damaged files, for those who can upload them again."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.types import ControllerRouterHandler

from api import urls
from api.http.access import allow
from api.http.types import WebRequest
from api.kit.lists import NoFilters, read_list
from api.kit.rendering import render
from core.access import Actor
from core.permissions import CONTRIBUTE_RESOURCES
from storage import damage, damaged_files


@get(
    urls.damaged_files,
    guards=[allow(CONTRIBUTE_RESOURCES, tokens=False)],
    include_in_schema=False,
)
async def show_damaged_files(request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
    """Files that the store no longer gives back: one's own, and those of one's school."""
    asked = read_list(request, NoFilters)
    return render(
        request,
        "library/damaged_files/list.html",
        page=await damaged_files.list_damaged_files(actor, limit=asked.limit, cursor=asked.cursor),
        sentences=damage.SENTENCES,
    )


PAGES: list[ControllerRouterHandler] = [show_damaged_files]
