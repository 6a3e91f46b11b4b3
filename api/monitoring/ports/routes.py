"""Ports of switches over JSON: what is behind each, and at which port a thing is."""

from typing import Annotated

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.types import ControllerRouterHandler

from api.http.access import allow
from api.http.types import WebRequest
from api.kit.noun_routes import NounRoutes
from api.wording.reader import language_of
from core.access import Actor
from core.permissions import EDIT_MONITORING, READ_MONITORING
from monitoring import topology
from monitoring.topology import PortLocation

Question = Annotated[str, QueryParameter(name="q")]


@get(
    "/port-finder",
    guards=[allow(READ_MONITORING)],
    operation_id="port_find",
    summary="Which port is it on: by MAC address, tag or IP address",
    tags=("devices",),
)
async def find_port(
    request: WebRequest, actor: NamedDependency[Actor], q: Question
) -> PortLocation:
    """``edge`` is the port where its cable ends; ``also`` are the ports on the way there."""
    found = await topology.find_port(actor, q)
    if found.why is None:
        return found
    return msgspec.structs.replace(found, why=language_of(request).words(found.why))


_devices = NounRoutes(
    "/devices", "device", tags=("devices",), read=READ_MONITORING, write=EDIT_MONITORING
)
ROUTES: list[ControllerRouterHandler] = [
    find_port,
    _devices.at(
        "GET /{device_id:int}/ports",
        topology.list_ports,
        "The ports of a switch, and who is behind each",
        "State, speed, traffic, power and errors of each port as the last visit read them, and\n"
        "the cards that were seen behind it within the last hours, 50 of them at most.",
        operation="device_ports",
    ),
    _devices.at(
        "GET /{device_id:int}/uplink",
        topology.suggest_parent,
        "The switch and port that a device seems to hang on",
        "Null when no switch of the school has seen the device.",
        operation="device_uplink",
    ),
    _devices.step(
        "uplink",
        topology.take_parent,
        "Take what the switches tell as the device's parent",
        "While its parent is down, nothing is known of a device and no alert is raised for it.",
        called="take_parent",
    ),
]
