"""What is set up once for monitoring, gathered behind one tab."""

from collections.abc import Callable

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency

from api import urls
from api.http.access import allow
from api.http.types import WebRequest
from api.kit.rendering import render
from core.access import Actor
from core.errors import Message, say
from core.permissions import READ_MONITORING_SETUP


class Part(msgspec.Struct, frozen=True):
    """One page of settings: what it is called, where it is, and what it is for."""

    title: Message
    href: Callable[[], str]
    icon: str
    purpose: Message


PARTS = (
    Part(
        say("Networks"),
        urls.networks,
        "globe",
        say("Where devices may be. A network can be searched for devices that nobody registered."),
    ),
    Part(
        say("Found"),
        urls.candidates,
        "search",
        say("What a search has found and nobody has decided about yet."),
    ),
    Part(
        say("Credentials"),
        urls.credentials,
        "key",
        say("Communities and users with which devices let themselves be read."),
    ),
    Part(
        say("Device profiles"),
        urls.device_profiles,
        "device",
        say("How each kind of device is recognised, what is read of it, and when that is a fault."),
    ),
    Part(
        say("Expected hours"),
        urls.expected_hours,
        "clock",
        say("When devices ought to be on, so that silence at night is no fault."),
    ),
    Part(
        say("Maintenance"),
        urls.maintenance,
        "wrench",
        say("When nobody is to be told: once, or every week."),
    ),
    Part(
        say("Which port is it on?"),
        urls.port_finder,
        "switch",
        say("Find the switch and the socket behind a MAC address, a tag or an IP address."),
    ),
    Part(
        say("Mail about alerts"),
        urls.alert_mail,
        "alert",
        say("Who is written to, at once, gathered, or when nobody reacts."),
    ),
    Part(
        say("Is monitoring well?"),
        urls.monitoring_health,
        "pulse",
        say("Whether every device is visited in time and nothing is lost."),
    ),
)


@get(
    urls.monitoring_setup,
    guards=[allow(READ_MONITORING_SETUP, tokens=False)],
    include_in_schema=False,
)
async def show_monitoring_setup(
    request: WebRequest, actor: NamedDependency[Actor]
) -> Response[str]:
    del actor  # the same for everybody who keeps equipment
    return render(request, "monitoring/health/setup.html", parts_of=PARTS)
