"""Ports of switches over JSON: what is behind each, and at which port a thing is."""

from typing import Annotated

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from api.http.access import allow
from api.http.types import WebRequest
from api.kit.numbers import PathId
from api.wording.reader import language_of
from core.access import Actor
from core.permissions import EDIT_MONITORING, READ_MONITORING
from monitoring import topology
from monitoring.topology import PortLocation, PortPanel, Uplink

Question = Annotated[str, QueryParameter(name="q")]


class PortRoutes(Controller):
    """/api/v1/devices/{id}/ports, /api/v1/devices/{id}/uplink and /api/v1/port-finder"""

    tags = ("devices",)

    @get(
        "/devices/{device_id:int}/ports",
        guards=[allow(READ_MONITORING)],
        operation_id="device_ports",
        summary="The ports of a switch, and who is behind each",
    )
    async def list_ports(self, actor: NamedDependency[Actor], device_id: PathId) -> PortPanel:
        """State, speed, traffic, power and errors of each port as the last visit read them, and
        the cards that were seen behind it within the last hours, 50 of them at most."""
        return await topology.list_ports(actor, device_id)

    @get(
        "/devices/{device_id:int}/uplink",
        guards=[allow(READ_MONITORING)],
        operation_id="device_uplink",
        summary="The switch and port that a device seems to hang on",
    )
    async def suggest_parent(
        self, actor: NamedDependency[Actor], device_id: PathId
    ) -> Uplink | None:
        """Null when no switch of the school has seen the device."""
        return await topology.suggest_parent(actor, device_id)

    @post(
        "/devices/{device_id:int}/uplink",
        guards=[allow(EDIT_MONITORING)],
        operation_id="device_take_parent",
        summary="Take what the switches tell as the device's parent",
        status_code=200,
    )
    async def take_parent(self, actor: NamedDependency[Actor], device_id: PathId) -> Uplink:
        """While its parent is down, nothing is known of a device and no alert is raised for it."""
        return await topology.take_parent(actor, device_id)

    @get(
        "/port-finder",
        guards=[allow(READ_MONITORING)],
        operation_id="port_find",
        summary="Which port is it on: by MAC address, tag or IP address",
    )
    async def find_port(
        self, request: WebRequest, actor: NamedDependency[Actor], q: Question
    ) -> PortLocation:
        """``edge`` is the port where its cable ends; ``also`` are the ports on the way there."""
        found = await topology.find_port(actor, q)
        if found.why is None:
            return found
        return msgspec.structs.replace(found, why=language_of(request).words(found.why))
