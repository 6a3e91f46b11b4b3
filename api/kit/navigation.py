"""Where each role goes: the rail of the desktop and the bar of the phone, most used first."""

import re
from collections.abc import Callable

import msgspec

from api import urls
from core.access import Actor, Role
from core.errors import Message, say


class NavItem(msgspec.Struct, frozen=True):
    """One place of the service; ``is_current`` where the page belongs to it."""

    label: Message
    href: str
    icon: str
    is_current: bool = False


_PLACES: dict[str, tuple[Message, Callable[[], str], str]] = {
    "home": (say("Home"), urls.home, "home"),
    "assets": (say("Assets"), urls.assets, "box"),
    "book": (say("Bookings"), urls.book, "calendar"),
    "donations": (say("Donations"), urls.donations, "gift"),
    "repairs": (say("Repairs"), urls.work_orders, "wrench"),
    "report": (say("Report a fault"), urls.report_any_fault, "alert"),
    "devices": (say("Monitoring"), urls.devices, "pulse"),
    "rooms": (say("Rooms"), urls.rooms, "room"),
    "library": (say("Library"), urls.resources, "book"),
    "usage": (say("Usage"), urls.usage, "chart"),
    "availability": (say("Availability"), urls.availability, "clock"),
    "periods": (say("Lesson periods"), urls.lesson_periods, "clock"),
    "calendar": (say("School calendar"), urls.school_days, "calendar"),
    "places": (say("Places"), urls.places, "room"),
    "people": (say("People"), urls.people, "users"),
}

# The first four stand in the phone's bar.
_ORDER: dict[Role, str] = {
    Role.technician: "home repairs assets book devices availability library donations places",
    Role.admin: "home assets donations usage book repairs devices availability library places people",
    Role.teacher: "home book library report assets rooms periods calendar",
    Role.student_helper: "home assets report library",
    Role.auditor: "home donations usage assets availability library",
}


# Addresses whose pages belong to a place of another address; the first place in sight counts.
_BELONGS: dict[str, tuple[str, ...]] = {
    urls.asset_models(): ("assets",),
    urls.books(): ("assets", "book"),
    urls.collector(): ("assets",),
    urls.custody(): ("assets",),
    urls.bookings(): ("book", "assets"),
    "/blocks": ("book", "assets"),
    urls.feeds(): ("book", "assets"),
    urls.custom_fields(): ("assets",),
    urls.groups(): ("assets",),
    urls.guests(): ("assets",),
    urls.imports(): ("assets",),
    urls.kits(): ("assets",),
    urls.kit_needs(): ("assets",),
    urls.lots(): ("assets",),
    urls.stock(): ("assets",),
    urls.stock_parts(): ("assets",),
    urls.purchases(): ("assets",),
    urls.stocktakes(): ("assets",),
    "/stocktake-scans": ("assets",),
    urls.transfers(): ("assets",),
    urls.maintenance_plans(): ("repairs",),
    urls.upkeep(): ("repairs", "usage"),
    urls.function_rooms(): ("assets",),
    urls.room_standards(): ("assets",),
    "/lot-loans": ("assets",),
    urls.labels(): ("assets",),
    "/t": ("assets",),
    urls.donors(): ("donations",),
    urls.devices(): ("devices", "rooms"),
    urls.rooms(): ("rooms", "devices"),
    urls.alerts(): ("devices", "rooms"),
    urls.device_messages(): ("devices",),
    urls.candidates(): ("devices",),
    urls.credentials(): ("devices",),
    urls.networks(): ("devices",),
    urls.expected_hours(): ("devices",),
    urls.maintenance(): ("devices",),
    urls.port_finder(): ("devices",),
    urls.schools(): ("people",),
    urls.terms(): ("people",),
    urls.webhooks(): ("people",),
    urls.lesson_periods(): ("people", "periods"),
    urls.school_days(): ("people", "calendar"),
    urls.audit(): ("people",),
    urls.security_log(): ("people",),
}
_RULES_OF_A_SCHOOL = re.compile(r"/schools/\d+/rules/")
_A_REPORT = re.compile(r"/assets/[^/]+/report")


def navigation(actor: Actor | None, here: str = "") -> list[NavItem]:
    """The places of all the actor's roles, each once; nothing for a stranger."""
    if actor is None:
        return []
    keys = dict.fromkeys(
        key for role, order in _ORDER.items() if actor.is_a(role) for key in order.split()
    )
    current = next((key for key in _belonging(here.partition("?")[0]) if key in keys), None)
    return [
        NavItem(label, href(), icon, key == current)
        for key, (label, href, icon) in ((key, _PLACES[key]) for key in keys)
    ]


def _belonging(path: str) -> tuple[str, ...]:
    """The places that a page may belong to, the nearest first."""
    if path == urls.home():
        return ("home",)
    if _RULES_OF_A_SCHOOL.match(path):
        return ("devices",)
    if _A_REPORT.fullmatch(path):
        return ("report", "repairs", "assets")
    roots = {href(): (key,) for key, (_, href, _) in _PLACES.items()} | _BELONGS
    parts = path.split("/")
    below = ("/".join(parts[:length]) for length in range(len(parts), 1, -1))
    return next((roots[root] for root in below if root in roots), ())
