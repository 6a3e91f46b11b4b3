"""Networks: the list, a network's form, and a search as it goes on."""

from typing import Annotated

import msgspec
from litestar import Response
from litestar.types import ControllerRouterHandler

from api import urls
from api.http.types import WebRequest
from api.kit.flash import see_other
from api.kit.forms import Form
from api.kit.noun_pages import NounPages
from api.kit.options import school_options
from api.kit.page_handlers import button, posted, shown, to
from api.kit.rendering import language_of, render
from api.monitoring.networks.bounds import bounds_of
from api.wording import row_names
from core.access import Actor
from core.errors import say
from core.numbers import Id, Version
from core.permissions import EDIT_MONITORING, EDIT_MONITORING_SETUP, READ_MONITORING_SETUP
from core.query import OfSchool
from monitoring import discovery
from monitoring.devices import credentials, networks
from monitoring.devices.networks import Bounds, Network, NewNetwork
from monitoring.devices.networks.changes import DEFAULT_ADDRESSES_PER_SECOND, MOST_CREDENTIALS

SCANS_SHOWN = 10


FIRST = Form({"addresses_per_second": DEFAULT_ADDRESSES_PER_SECOND, "scan_every_hours": 24})


class NetworkForm(msgspec.Struct, frozen=True):
    """What the form of a network asks; the credentials come in the order of their fields."""

    school_id: Id
    name: str
    cidr: str
    scan_every_hours: Annotated[int, msgspec.Meta(ge=1, le=720)] | None = None
    addresses_per_second: Annotated[int, msgspec.Meta(ge=1, le=200)] = DEFAULT_ADDRESSES_PER_SECOND
    credential_ids: list[Id] = []
    version: Version | None = None

    def network(self) -> NewNetwork:
        given = msgspec.structs.asdict(self)
        del given["version"]
        return NewNetwork(**given)


async def _create(actor: Actor, bounds: Bounds, form: NetworkForm) -> Network:
    return await networks.create_network(actor, bounds, form.network())


async def _update(actor: Actor, bounds: Bounds, network_id: int, form: NetworkForm) -> Network:
    return await networks.update_network(
        actor, bounds, network_id, form.network(), version=form.version
    )


async def _page(request: WebRequest, actor: Actor, network_id: int) -> Response[str]:
    network = await networks.get_network(actor, network_id)
    known = await credentials.list_credentials(actor, OfSchool(network.school_id))
    names = {one.id: one.name for one in known.items}
    return render(
        request,
        "monitoring/networks/network.html",
        network=network,
        credential_names=[names.get(one, "") for one in network.credential_ids],
        scans=(await discovery.list_scans(actor, network_id, limit=SCANS_SHOWN)).items,
        changes=await row_names.history(language_of(request), "network", network_id, limit=20),
        may_keep=actor.can_at(network.school_id, EDIT_MONITORING_SETUP),
    )


async def _edit_page(
    request: WebRequest, actor: Actor, network_id: int, form: Form | None = None
) -> Response[str]:
    network = await networks.get_network(actor, network_id)
    actor.require(network.school_id, EDIT_MONITORING_SETUP)
    form = form or Form(msgspec.structs.asdict(network))
    return await _form_page(request, actor, form.with_version(network.version), network)


async def _scan_page(
    request: WebRequest, actor: Actor, network_id: int, scan_id: int
) -> Response[str]:
    scan = await discovery.get_scan(actor, network_id, scan_id)
    return render(request, "monitoring/networks/scan.html", scan=scan)


async def _form_page(
    request: WebRequest, actor: Actor, form: Form = FIRST, network: Network | None = None
) -> Response[str]:
    known = await credentials.list_credentials(
        actor, OfSchool(network.school_id if network else None)
    )
    own = [network.school_id] if network else actor.school_ids_with(EDIT_MONITORING_SETUP)
    granted = await networks.find_granted(own)
    return render(
        request,
        "monitoring/networks/form.html",
        form=form,
        network=network,
        bounds=", ".join(map(str, bounds_of(request) if granted is None else granted)),
        credentials=[(one.id, one.name) for one in known.items],
        most_credentials=MOST_CREDENTIALS,
        school_options=await school_options(request, actor, EDIT_MONITORING_SETUP),
    )


_pages = NounPages[Network](
    "network",
    "monitoring/networks",
    urls.networks,
    read=READ_MONITORING_SETUP,
    write=EDIT_MONITORING_SETUP,
)
PAGES: list[ControllerRouterHandler] = [
    _pages.list(networks.list_networks),
    shown(urls.new_network, _form_page, EDIT_MONITORING_SETUP),
    posted(
        urls.networks,
        NetworkForm,
        _create,
        then=lambda made: see_other(urls.network(made.id), say("{name} is kept.", name=made.name)),
        page=_form_page,
        allowed=EDIT_MONITORING_SETUP,
        supplied={"bounds": bounds_of},
    ),
    shown(urls.network, _page, READ_MONITORING_SETUP),
    shown(urls.edit_network, _edit_page, EDIT_MONITORING_SETUP),
    posted(
        urls.network,
        NetworkForm,
        _update,
        then=to(urls.network, say("Saved.")),
        page=_edit_page,
        allowed=EDIT_MONITORING_SETUP,
        supplied={"bounds": bounds_of},
    ),
    _pages.delete(
        urls.remove_network,
        networks.delete_network,
        then=lambda gone, _: see_other(
            urls.networks(), say("{name} is forgotten.", name=gone.name)
        ),
    ),
    button(
        urls.start_network_scan,
        discovery.start_scan,
        then=lambda scan, network_id: see_other(urls.network_scan(network_id, scan.id)),
        allowed=EDIT_MONITORING,
    ),
    shown(urls.network_scan, _scan_page, READ_MONITORING_SETUP),
    button(
        urls.cancel_network_scan,
        discovery.cancel_scan,
        then=to(urls.network_scan, say("The search has ended.")),
        allowed=EDIT_MONITORING,
    ),
]
