"""The first page after signing in: for each role what it comes to do, and what waits for it."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency

from api import urls
from api.http.access import in_person
from api.http.types import WebRequest
from api.inventory.bookings.pages import calendar_of
from api.inventory.held import count_overdue, find_lots
from api.kit.rendering import render
from core import clock, people, places
from core.access import Actor, Role
from core.errors import Message, say
from core.permissions import REPORT_FAULTS
from core.webhooks import managing as webhooks
from inventory import custody, disposals, donations, overview, repairs, stock, transfers, wipes
from inventory.donations import DonationFilters
from inventory.holds import listing as holds
from inventory.holds.usual import find_usual
from inventory.lots import LotLoanFilters
from inventory.transfers import TransferFilters, TransferView
from inventory.usage import preset_period
from monitoring.alerting import alerts
from monitoring.devices import networks
from monitoring.health import overview as monitored
from monitoring.usage.idleness import count_idle
from monitoring.usage.report import days_of_use
from storage import catalogue, uploads
from storage.resources import ResourceState

LONGEST_LIST = 8
SHORT_LIST = 5

COMING = TransferFilters(view=TransferView.to_receive)

Section = dict[str, Any]


async def for_technician(actor: Actor) -> Section:
    """What is broken, the gravest first; what is mine; where to walk."""
    schools = actor.school_ids_as(Role.technician)
    mine = repairs.WorkOrderFilter(state="unfinished", mine=True)
    return {
        "counts": await overview.count_orders(actor, schools),
        "urgent": await repairs.list_most_urgent(actor, limit=LONGEST_LIST),
        "mine": (await repairs.list_work_orders(actor, mine, limit=SHORT_LIST)).items,
        "places": await overview.count_orders_by_place(schools),
        "overdue": await count_overdue(actor),
        "to_buy": await stock.count_purchases(schools),
        "to_verify": await wipes.count_waiting(actor),
        "to_sign_off": await repairs.count_to_sign_off(actor),
        "to_receive": (await transfers.list_transfers(actor, COMING, limit=LONGEST_LIST)).items,
        "to_hand_over": await holds.list_to_hand_over(actor, schools, limit=LONGEST_LIST),
        "devices": await monitored.count_devices(schools),
        "alerts": await alerts.most_urgent(actor, schools, limit=SHORT_LIST),
    }


async def for_admin(actor: Actor) -> Section:
    """How the school's things stand: numbers that lead to their lists."""
    schools = actor.school_ids_as(Role.admin)
    today = clock.today(actor.zone)
    month = preset_period("month", actor.zone)
    states = await overview.count_states(schools)
    return {
        "states": states,
        "silent_webhooks": await webhooks.count_given_up(actor),
        "on_the_books": overview.on_the_books(states),
        "first_steps": await first_steps(actor) if not states else [],
        "to_receive": (await transfers.list_transfers(actor, COMING, limit=LONGEST_LIST)).items,
        "to_approve": await disposals.count_to_approve(actor),
        "to_verify": await wipes.count_waiting(actor),
        "to_sign_off": await repairs.count_to_sign_off(actor),
        "idle": await count_idle(actor),
        "to_buy": await stock.count_purchases(schools),
        "overdue": await count_overdue(actor),
        "devices": await monitored.count_devices(schools),
        "donations": await overview.count_donations(schools, today.replace(day=1)),
        "newest": (await donations.list_donations(actor, limit=SHORT_LIST)).items,
        "urgent": await repairs.list_most_urgent(actor, limit=SHORT_LIST),
        "days": await days_of_use(schools, month),
    }


class FirstStep(msgspec.Struct, frozen=True):
    """One thing to do before the school's things can be seen here, and whether it is done."""

    title: Message
    href: str
    is_done: bool


async def first_steps(actor: Actor) -> list[FirstStep]:
    """What to set up in a school without assets, in the order in which it is best done."""
    has_places = bool(await places.list_places(actor))
    has_people = len((await people.list_people(actor, limit=2)).items) > 1
    given = await donations.list_donations(actor, limit=1)
    seen = await networks.list_networks(actor, limit=1)
    return [
        FirstStep(say("Add buildings and rooms"), urls.places(), has_places),
        FirstStep(say("Give colleagues an account and a role"), urls.people(), has_people),
        FirstStep(say("Write down the first donation"), urls.new_donation(), bool(given.items)),
        FirstStep(say("Import the list of assets, or add one"), urls.imports(), False),
        FirstStep(say("Name the networks where devices are"), urls.networks(), bool(seen.items)),
    ]


async def for_teacher(actor: Actor) -> Section:
    """What the teacher has, has uploaded, and could use."""
    published = catalogue.Filters(state=ResourceState.published)
    unfinished = repairs.WorkOrderFilter(state="unfinished")
    return {
        "fresh": (await catalogue.list_resources(actor, published, limit=LONGEST_LIST)).items,
        "held": await custody.list_own(actor),
        "lots_held": await find_lots(actor, LotLoanFilters(mine=True)),
        "usual": await find_usual(actor, actor.school_ids_as(Role.teacher), limit=SHORT_LIST),
        "calendar_of": calendar_of,
        "booked": (await holds.list_holds(actor, holds.MINE, limit=SHORT_LIST)).items,
        "reports": (await repairs.list_work_orders(actor, unfinished, limit=SHORT_LIST)).items,
        "uploads": (await uploads.list_own(actor, limit=SHORT_LIST)).items,
    }


async def for_student_helper(actor: Actor) -> Section:
    """What is to be done better; what is out and due back; what the helper reported or was given."""
    unfinished = repairs.WorkOrderFilter(state="unfinished")
    return {
        "sent_back": await repairs.list_sent_back(actor, limit=SHORT_LIST),
        "out": (await custody.list_custody(actor, limit=LONGEST_LIST)).items,
        "lots_out": await find_lots(actor, LotLoanFilters(), limit=LONGEST_LIST),
        "reports": (await repairs.list_work_orders(actor, unfinished, limit=SHORT_LIST)).items,
    }


async def for_auditor(actor: Actor) -> Section:
    """The books in numbers."""
    schools = actor.school_ids_as(Role.auditor)
    return {
        "states": await overview.count_states(schools),
        "donations": await overview.count_donations(
            schools, clock.today(actor.zone).replace(month=1, day=1)
        ),
        "gaps": (
            await donations.list_donations(actor, DonationFilters(has_gap=True), limit=LONGEST_LIST)
        ).items,
    }


# In the order in which a person of several roles reads them.
SECTIONS: dict[Role, Callable[[Actor], Awaitable[Section]]] = {
    Role.technician: for_technician,
    Role.admin: for_admin,
    Role.teacher: for_teacher,
    Role.student_helper: for_student_helper,
    Role.auditor: for_auditor,
}


@get(urls.home, guards=[in_person], include_in_schema=False)
async def show_home(request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
    """One section for each role of the person."""
    sections = {
        str(role): await section(actor) for role, section in SECTIONS.items() if actor.is_a(role)
    }
    return render(
        request,
        "home/index.html",
        sections=sections,
        today=clock.today(actor.zone),
        may_report=actor.can(REPORT_FAULTS),
        chart="admin" in sections,
    )
