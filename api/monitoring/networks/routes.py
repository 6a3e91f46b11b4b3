"""Networks over JSON: where a school's devices may be, and the searches for more of them."""

from litestar.types import ControllerRouterHandler

from api.kit.noun_routes import NounRoutes
from api.monitoring.networks.bounds import bounds_of
from core.numbers import Version
from core.permissions import EDIT_MONITORING, EDIT_MONITORING_SETUP, READ_MONITORING_SETUP
from monitoring import discovery
from monitoring.devices import networks
from monitoring.devices.networks import NewNetwork


class NetworkChange(NewNetwork, frozen=True, forbid_unknown_fields=True):
    """A network as it shall be; ``version`` refuses the change when somebody came first."""

    version: Version | None = None


_routes = NounRoutes(
    "/networks",
    "network",
    tags=("discovery",),
    read=READ_MONITORING_SETUP,
    write=EDIT_MONITORING_SETUP,
    supplied={"bounds": bounds_of},
)
ROUTES: list[ControllerRouterHandler] = [
    _routes.list(
        networks.list_networks,
        "Networks, by name",
        "Where the devices of the schools may be; no address elsewhere is asked.",
    ),
    _routes.create(
        networks.create_network,
        "Let devices be in a network",
        "Only inside of what this installation may ask (LABSHARE_NETWORKS), and of what the operator\n"
        "has given to the school, where any school has been given something (`not_granted`).",
        called="add",
    ),
    _routes.get(networks.get_network, "One network"),
    _routes.update(
        networks.update_network,
        "Change a network",
        "Refused while a device would be left outside.",
        body=NetworkChange,
    ),
    _routes.delete(
        networks.delete_network,
        "Ask in a network no longer",
        "Refused while devices are in it.",
        called="remove",
    ),
    _routes.at(
        "GET /{network_id:int}/scans",
        discovery.list_scans,
        "Searches of a network, the newest first",
        operation="scan_list",
    ),
    _routes.at(
        "POST /{network_id:int}/scans",
        discovery.start_scan,
        "Search a network for devices",
        "A worker asks every address of it, at the network's rate.",
        operation="scan_start",
        allowed=EDIT_MONITORING,
    ),
    _routes.at(
        "GET /{network_id:int}/scans/{scan_id:int}",
        discovery.get_scan,
        "How far a search is",
        operation="scan_get",
    ),
    _routes.at(
        "POST /{network_id:int}/scans/{scan_id:int}/cancel",
        discovery.cancel_scan,
        "End a search before its time",
        "What was found stays.",
        operation="scan_cancel",
        allowed=EDIT_MONITORING,
        status=200,
    ),
]
