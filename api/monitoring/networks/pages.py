"""Networks: the list, a network's form, and a search as it goes on."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from api import urls
from api.http.access import allow
from api.http.types import WebRequest
from api.kit.flash import see_other
from api.kit.forms import Form, convert_form
from api.kit.numbers import PathId
from api.kit.options import school_options
from api.kit.rendering import language_of, render
from api.kit.submission import submit
from api.monitoring.networks.bounds import bounds_of
from api.wording import row_names
from core.access import Actor
from core.errors import say
from core.numbers import Id, Version
from core.paging import DEFAULT_LIMIT
from core.permissions import EDIT_MONITORING, EDIT_MONITORING_SETUP, READ_MONITORING_SETUP
from monitoring import discovery
from monitoring.devices import credentials, networks
from monitoring.devices.networks import Network, NewNetwork
from monitoring.devices.networks.changes import DEFAULT_ADDRESSES_PER_SECOND, MOST_CREDENTIALS

SCANS_SHOWN = 10


class ListQuery(msgspec.Struct, frozen=True):
    """Where the list is, as it stands in its address."""

    limit: int = DEFAULT_LIMIT
    cursor: str | None = None


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


class NetworkPages(Controller):
    """/networks"""

    include_in_schema = False

    @get(urls.networks, guards=[allow(READ_MONITORING_SETUP, tokens=False)])
    async def list_networks(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        query = convert_form(request.query_params, ListQuery)
        page = await networks.list_networks(actor, limit=query.limit, cursor=query.cursor)
        return render(
            request,
            "monitoring/networks/list.html",
            page=page,
            schools=dict(await school_options(request, actor)),
            may_keep=actor.can(EDIT_MONITORING_SETUP),
        )

    @get(urls.new_network, guards=[allow(EDIT_MONITORING_SETUP, tokens=False)])
    async def show_new(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
        form = Form({"addresses_per_second": DEFAULT_ADDRESSES_PER_SECOND, "scan_every_hours": 24})
        return await _form_page(request, actor, None, form)

    @post(urls.networks, guards=[allow(EDIT_MONITORING_SETUP, tokens=False)])
    async def add_network(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[Any]:
        return await submit(
            request,
            NetworkForm,
            lambda form: networks.create_network(actor, bounds_of(request), form.network()),
            then=lambda made: see_other(
                urls.network(made.id), say("{name} is kept.", name=made.name)
            ),
            page=lambda form: _form_page(request, actor, None, form),
        )

    @get(urls.network, guards=[allow(READ_MONITORING_SETUP, tokens=False)])
    async def show_network(
        self, request: WebRequest, actor: NamedDependency[Actor], network_id: PathId
    ) -> Response[str]:
        network = await networks.get_network(actor, network_id)
        known = await credentials.list_credentials(actor, school_id=network.school_id)
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

    @get(urls.edit_network, guards=[allow(EDIT_MONITORING_SETUP, tokens=False)])
    async def show_edit(
        self, request: WebRequest, actor: NamedDependency[Actor], network_id: PathId
    ) -> Response[str]:
        network = await networks.get_network(actor, network_id)
        actor.require(network.school_id, EDIT_MONITORING_SETUP)
        return await _form_page(request, actor, network, Form(msgspec.structs.asdict(network)))

    @post(urls.network, guards=[allow(EDIT_MONITORING_SETUP, tokens=False)])
    async def edit_network(
        self, request: WebRequest, actor: NamedDependency[Actor], network_id: PathId
    ) -> Response[Any]:
        network = await networks.get_network(actor, network_id)
        return await submit(
            request,
            NetworkForm,
            lambda form: networks.update_network(
                actor, bounds_of(request), network_id, form.network(), version=form.version
            ),
            then=lambda _: see_other(urls.network(network_id), say("Saved.")),
            page=lambda form: _form_page(
                request, actor, network, form.with_version(network.version)
            ),
        )

    @post(urls.remove_network, guards=[allow(EDIT_MONITORING_SETUP, tokens=False)])
    async def remove_network(self, actor: NamedDependency[Actor], network_id: PathId) -> Redirect:
        found = await networks.get_network(actor, network_id)
        await networks.delete_network(actor, network_id)
        return see_other(urls.networks(), say("{name} is forgotten.", name=found.name))

    @post(urls.start_network_scan, guards=[allow(EDIT_MONITORING, tokens=False)])
    async def start_scan(self, actor: NamedDependency[Actor], network_id: PathId) -> Redirect:
        scan = await discovery.start_scan(actor, network_id)
        return see_other(urls.network_scan(network_id, scan.id))

    @get(urls.network_scan, guards=[allow(READ_MONITORING_SETUP, tokens=False)])
    async def show_scan(
        self,
        request: WebRequest,
        actor: NamedDependency[Actor],
        network_id: PathId,
        scan_id: PathId,
    ) -> Response[str]:
        return render(
            request,
            "monitoring/networks/scan.html",
            scan=await discovery.get_scan(actor, network_id, scan_id),
        )

    @post(
        urls.cancel_network_scan,
        guards=[allow(EDIT_MONITORING, tokens=False)],
    )
    async def cancel_scan(
        self, actor: NamedDependency[Actor], network_id: PathId, scan_id: PathId
    ) -> Redirect:
        await discovery.cancel_scan(actor, network_id, scan_id)
        return see_other(urls.network_scan(network_id, scan_id), say("The search has ended."))


async def _form_page(
    request: WebRequest,
    actor: Actor,
    network: Network | None,
    form: Form,
) -> Response[str]:
    known = await credentials.list_credentials(
        actor, school_id=network.school_id if network else None
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
