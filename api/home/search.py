"""One search over everything: a tag leads to its asset, a MAC to its port, the rest is one page."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.response import Redirect

from api import urls
from api.http.access import in_person
from api.http.types import WebRequest
from api.kit.rendering import render
from core import people
from core.access import Actor
from core.people import PeopleFilters
from core.permissions import READ_PEOPLE
from inventory import assets, lots
from inventory.assets import AssetFilters
from inventory.lots import LotFilters
from monitoring.topology import mac_of
from storage import catalogue

A_FEW = 10
LONGEST_QUERY = 100
LONGEST_ADDRESS = 400


@get(urls.search, guards=[in_person], include_in_schema=False)
async def show_search(request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    """The few best of each kind, each with a way to its whole list."""
    scanned = request.query_params.get("q", "").strip()[:LONGEST_ADDRESS]
    q = scanned[:LONGEST_QUERY]
    if not q:
        return render(request, "home/search.html", search_text="", groups=None)
    # What a scanner types is a whole tag or a label's address, and Enter.
    meant = await assets.resolve_one(actor, scanned)
    if meant.tag is not None and not meant.is_said_short:
        return Redirect(urls.asset(meant.tag), status_code=303)
    if meant.model_id is not None and meant.tag is None:
        return Redirect(urls.assets(model=meant.model_id), status_code=303)
    if meant.label_is_known and meant.code is not None:
        return Redirect(urls.scan(meant.code), status_code=303)
    if not q.isalnum() and mac_of(q) is not None:
        # Twelve letters and digits alone may be a serial number.
        return Redirect(urls.port_finder(q=q), status_code=303)
    return render(
        request, "home/search.html", search_text=q, groups=await find_everything(actor, q)
    )


async def find_everything(actor: Actor, q: str) -> dict[str, Any]:
    """Assets, lots, people (for those who may list them) and resources that match."""
    found = await assets.list_assets(actor, AssetFilters(q=q), limit=A_FEW)
    persons = []
    if actor.can(READ_PEOPLE):
        persons = (await people.list_people(actor, PeopleFilters(q), limit=A_FEW)).items
    resources = await catalogue.list_resources(actor, catalogue.Filters(q=q), limit=A_FEW)
    some = await lots.list_lots(actor, LotFilters(q), limit=A_FEW)
    return {
        "assets": found.items,
        "lots": some.items,
        "people": persons,
        "resources": resources.items,
    }
