"""A switch's ports, which port a thing is on, and taking that switch as its parent."""

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from api import urls
from api.http.access import allow, in_person
from api.http.types import WebRequest
from api.kit.flash import see_other
from api.kit.forms import read_query
from api.kit.numbers import PathId
from api.kit.rendering import language_of, render
from api.monitoring.ports.words import ports_in_words
from core.access import Actor
from core.errors import say
from core.permissions import EDIT_MONITORING
from monitoring import devices, topology
from monitoring.topology import PortLocation


class Question(msgspec.Struct, frozen=True):
    """What the search box holds."""

    q: str | None = None


class PortPages(Controller):
    """/devices/{id}/ports and /port-finder"""

    include_in_schema = False

    @get(urls.device_ports, guards=[in_person])
    async def show_ports(
        self, request: WebRequest, actor: NamedDependency[Actor], device_id: PathId
    ) -> Response[str]:
        panel = await topology.list_ports(actor, device_id)
        return render(
            request,
            "monitoring/ports/panel.html",
            device=await devices.get_device(actor, device_id),
            panel=panel,
            ports=ports_in_words(panel.ports, language_of(request)),
        )

    @get(urls.port_finder, guards=[in_person])
    async def find_port(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
        async def find(question: Question) -> PortLocation | None:
            return await topology.find_port(actor, question.q) if question.q else None

        found: PortLocation | None
        question, found, form = await read_query(request, Question, find)
        return render(
            request, "monitoring/ports/finder.html", q=question.q or "", found=found, form=form
        )

    @post(urls.take_parent, guards=[allow(EDIT_MONITORING, tokens=False)])
    async def take_parent(self, actor: NamedDependency[Actor], device_id: PathId) -> Redirect:
        taken = await topology.take_parent(actor, device_id)
        said = say(
            "{name}, port {port}, is its parent now: while that is down, this raises no alerts.",
            name=taken.name,
            port=taken.port,
        )
        return see_other(urls.device(device_id), said)


PAGES: list[ControllerRouterHandler] = [PortPages]
