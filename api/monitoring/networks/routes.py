"""Networks over JSON: where a school's devices may be, and the searches for more of them."""

from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody

from api.http.access import allow
from api.http.types import WebRequest
from api.kit.numbers import Limit, PathId
from api.monitoring.networks.bounds import bounds_of
from core.access import Actor
from core.numbers import Version
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import EDIT_MONITORING, EDIT_MONITORING_SETUP, READ_MONITORING_SETUP
from monitoring import discovery
from monitoring.devices import networks
from monitoring.devices.networks import Network, NewNetwork
from monitoring.discovery import NetworkScan


class NetworkChange(NewNetwork, frozen=True, forbid_unknown_fields=True):
    """A network as it shall be; ``version`` refuses the change when somebody came first."""

    version: Version | None = None


class NetworkRoutes(Controller):
    """/api/v1/networks"""

    path = "/networks"
    tags = ("discovery",)

    @get(
        guards=[allow(READ_MONITORING_SETUP)],
        operation_id="network_list",
        summary="Networks, by name",
    )
    async def list_networks(
        self,
        actor: NamedDependency[Actor],
        of_school: NamedDependency[int | None],
        limit: Limit = DEFAULT_LIMIT,
        cursor: FromQuery[str | None] = None,
    ) -> Page[Network]:
        """Where the devices of the schools may be; no address elsewhere is asked."""
        return await networks.list_networks(actor, school_id=of_school, limit=limit, cursor=cursor)

    @post(
        guards=[allow(EDIT_MONITORING_SETUP)],
        operation_id="network_add",
        summary="Let devices be in a network",
    )
    async def add_network(
        self, request: WebRequest, actor: NamedDependency[Actor], data: JSONBody[NewNetwork]
    ) -> Network:
        """Only inside of what this installation may ask (LABSHARE_NETWORKS), and of what the operator
        has given to the school, where any school has been given something (`not_granted`)."""
        return await networks.create_network(actor, bounds_of(request), data)

    @get(
        "/{network_id:int}",
        guards=[allow(READ_MONITORING_SETUP)],
        operation_id="network_get",
        summary="One network",
    )
    async def get_network(self, actor: NamedDependency[Actor], network_id: PathId) -> Network:
        return await networks.get_network(actor, network_id)

    @put(
        "/{network_id:int}",
        guards=[allow(EDIT_MONITORING_SETUP)],
        operation_id="network_edit",
        summary="Change a network",
    )
    async def edit_network(
        self,
        request: WebRequest,
        actor: NamedDependency[Actor],
        network_id: PathId,
        data: JSONBody[NetworkChange],
    ) -> Network:
        """Refused while a device would be left outside."""
        return await networks.update_network(
            actor, bounds_of(request), network_id, data, version=data.version
        )

    @delete(
        "/{network_id:int}",
        guards=[allow(EDIT_MONITORING_SETUP)],
        operation_id="network_remove",
        summary="Ask in a network no longer",
    )
    async def remove_network(self, actor: NamedDependency[Actor], network_id: PathId) -> None:
        """Refused while devices are in it."""
        await networks.delete_network(actor, network_id)

    @get(
        "/{network_id:int}/scans",
        guards=[allow(READ_MONITORING_SETUP)],
        operation_id="scan_list",
        summary="Searches of a network, the newest first",
    )
    async def list_scans(
        self,
        actor: NamedDependency[Actor],
        network_id: PathId,
        limit: Limit = DEFAULT_LIMIT,
        cursor: FromQuery[str | None] = None,
    ) -> Page[NetworkScan]:
        return await discovery.list_scans(actor, network_id, limit=limit, cursor=cursor)

    @post(
        "/{network_id:int}/scans",
        guards=[allow(EDIT_MONITORING)],
        operation_id="scan_start",
        summary="Search a network for devices",
    )
    async def start_scan(self, actor: NamedDependency[Actor], network_id: PathId) -> NetworkScan:
        """A worker asks every address of it, at the network's rate."""
        return await discovery.start_scan(actor, network_id)

    @get(
        "/{network_id:int}/scans/{scan_id:int}",
        guards=[allow(READ_MONITORING_SETUP)],
        operation_id="scan_get",
        summary="How far a search is",
    )
    async def get_scan(
        self, actor: NamedDependency[Actor], network_id: PathId, scan_id: PathId
    ) -> NetworkScan:
        return await discovery.get_scan(actor, network_id, scan_id)

    @post(
        "/{network_id:int}/scans/{scan_id:int}/cancel",
        guards=[allow(EDIT_MONITORING)],
        operation_id="scan_cancel",
        summary="End a search before its time",
        status_code=200,
    )
    async def cancel_scan(
        self, actor: NamedDependency[Actor], network_id: PathId, scan_id: PathId
    ) -> NetworkScan:
        """What was found stays."""
        return await discovery.cancel_scan(actor, network_id, scan_id)
