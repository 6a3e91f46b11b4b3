"""Where each role goes: the rail of the desktop and the bar of the phone, most used first."""

from collections.abc import Callable

import msgspec

from api import urls
from core.access import Actor, Role
from core.errors import Message, say


class NavItem(msgspec.Struct, frozen=True):
    """One place of the service; ``href`` is also the beginning of every address below it."""

    label: Message
    href: str
    icon: str

    def is_current(self, here: str) -> bool:
        path = here.partition("?")[0]
        if self.href == urls.home():
            return path == self.href
        return path == self.href or path.startswith(self.href + "/")


_PLACES: dict[str, tuple[Message, Callable[[], str], str]] = {
    "home": (say("Home"), urls.home, "home"),
    "assets": (say("Assets"), urls.assets, "box"),
    "donations": (say("Donations"), urls.donations, "gift"),
    "repairs": (say("Repairs"), urls.work_orders, "wrench"),
    "report": (say("Report a fault"), urls.report_fault, "alert"),
    "devices": (say("Monitoring"), urls.devices, "pulse"),
    "rooms": (say("Rooms"), urls.rooms, "room"),
    "alerts": (say("Alerts"), urls.alerts, "alert"),
    "library": (say("Library"), urls.resources, "book"),
    "usage": (say("Usage"), urls.usage, "chart"),
    "availability": (say("Availability"), urls.availability, "clock"),
    "places": (say("Places"), urls.places, "room"),
    "people": (say("People"), urls.people, "users"),
}

# The first four stand in the phone's bar.
_ORDER: dict[Role, str] = {
    Role.technician: "home repairs assets devices alerts availability library donations places",
    Role.admin: "home assets donations usage repairs devices alerts availability library places people",
    Role.teacher: "home library report assets rooms",
    Role.student_helper: "home assets report library",
    Role.auditor: "home donations usage assets availability library",
}


def navigation(actor: Actor | None) -> list[NavItem]:
    """The places of all the actor's roles, each once; nothing for a stranger."""
    if actor is None:
        return []
    keys = [key for role, order in _ORDER.items() if actor.is_a(role) for key in order.split()]
    return [
        NavItem(label, href(), icon)
        for label, href, icon in (_PLACES[key] for key in dict.fromkeys(keys))
    ]
