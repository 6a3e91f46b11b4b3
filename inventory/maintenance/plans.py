"""Maintenance plans of schools: written, changed, paused, ended."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

import msgspec

from core import clock
from core.access import Actor
from core.database import Refusals, execute, transaction
from core.errors import Conflict, FieldError, Invalid, NotFound, say
from core.numbers import Id, Version
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import EDIT_EQUIPMENT
from core.query import Key, Orders, Where, get_row, in_sight, list_page
from core.rows import insert_row, update_row
from core.texts import Line, Text, refuse
from inventory import tables
from inventory.models import AssetKind, like
from inventory.scope import school_id_of

MISSING = say("There is no such plan, or it is not of your school")
TITLE = Line(tables.MaintenancePlan.title, required=say("Give the plan a name"))
CHECKLIST = Text(4000)
FIRST_START, LAST_START = date(2000, 1, 1), date(2099, 12, 31)
ENDED = Conflict(say("This plan has ended"), code="ended")
CHANGED = Conflict(
    say("Somebody has changed this plan meanwhile; look at it again"), code="revision"
)
REFUSALS: Refusals = {
    "maintenance_plan_model_fkey": Invalid.of(
        "model_id", say("This model is not in the list of models"), code="unknown_model"
    ),
    "maintenance_plan_place_fkey": NotFound(say("There is no such place at this school")),
    "maintenance_plan_place_is_of_the_school": NotFound(
        say("There is no such place at this school")
    ),
    "maintenance_plan_stays_ended": ENDED,
}


class PlanState(StrEnum):
    """Whether a plan opens work orders: now, later again, or never more."""

    active = "active"
    paused = "paused"
    ended = "ended"


class PlanFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is looked after, and how often.

    Exactly one of ``model_id``, ``kind`` and ``place_id`` says which assets; exactly one of
    ``every_days`` and ``every_hours`` when. ``starts_on`` is the first due day, or the day from
    which hours are counted. ``revision`` is the one that was read.
    """

    title: str
    starts_on: date
    checklist: str = ""
    model_id: Id | None = None
    kind: AssetKind | None = None
    place_id: Id | None = None
    every_days: Annotated[int, msgspec.Meta(ge=1, le=3650)] | None = None
    every_hours: Annotated[int, msgspec.Meta(ge=1, le=100_000)] | None = None
    revision: Version = 0


class NewMaintenancePlan(PlanFacts, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A plan for a school."""

    school: str


class MaintenancePlan(msgspec.Struct, frozen=True, kw_only=True):
    """A plan with what became of it: orders still open, those of them overdue, those completed."""

    id: int
    school_id: int
    school: str
    title: str
    checklist: str
    model_id: int | None
    model: str | None
    kind: AssetKind | None
    place_id: int | None
    place: str | None
    every_days: int | None
    every_hours: int | None
    starts_on: date
    state: PlanState
    revision: int
    open_orders: int
    overdue: int
    completed: int


class PlanFilters(msgspec.Struct, frozen=True):
    """Which plans are shown; ended ones only where they are asked for."""

    q: str = ""
    school: str | None = None
    state: PlanState | None = None


NO_FILTERS = PlanFilters()
READ = """
SELECT p.id, p.school AS school_id, s.code AS school, p.title, p.checklist, p.model AS model_id,
       model_title(m.brand, m.name) AS model, p.kind, p.place AS place_id, pp.path AS place,
       p.every_days, p.every_hours, p.starts_on, p.state, p.revision,
       o.open_orders, o.overdue, o.completed
  FROM maintenance_plan p JOIN school s ON s.id = p.school
  LEFT JOIN asset_model m ON m.id = p.model LEFT JOIN place_path pp ON pp.place = p.place
 CROSS JOIN LATERAL (
       SELECT count(*) FILTER (WHERE w.closed_at IS NULL) AS open_orders,
              count(*) FILTER (WHERE w.closed_at IS NULL
                  AND w.due_on < (:now::timestamptz AT TIME ZONE s.zone)::date) AS overdue,
              count(*) FILTER (WHERE w.state = 'completed') AS completed
         FROM work_order w WHERE w.plan = p.id) o
"""
ORDERS = Orders("title", Key("p.id", int, "id"), title=Key("p.title", str, "title"))


async def list_plans(
    actor: Actor,
    filters: PlanFilters = NO_FILTERS,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
    sort: str | None = None,
) -> Page[MaintenancePlan]:
    """The plans of the actor's schools."""
    where = Where("p.school = any(:schools)", schools=actor.school_ids)
    where.bind(now=clock.now())
    if filters.school:
        where.add("p.school = :school", school=await school_id_of(actor, filters.school))
    if filters.state is None:
        where.add("p.state <> 'ended'")
    else:
        where.add("p.state = :state", state=filters.state)
    if q := filters.q.strip():
        where.add("(p.title || ' ' || p.checklist) ILIKE :pattern", pattern=like(q))
    return await list_page(
        MaintenancePlan, READ, where, ORDERS.chosen(sort), cursor=cursor, limit=limit
    )


async def get_plan(actor: Actor, maintenance_plan_id: int) -> MaintenancePlan:
    """One plan of a school in the actor's sight; else NotFound."""
    where = in_sight(actor, "p", maintenance_plan_id)
    where.bind(now=clock.now())
    return await get_row(MaintenancePlan, READ, where, MISSING)


async def create_plan(actor: Actor, new: NewMaintenancePlan) -> MaintenancePlan:
    """Write a plan for a school; for those who keep its equipment."""
    school_id = await school_id_of(actor, new.school)
    actor.require(school_id, EDIT_EQUIPMENT)
    facts = _checked(new)
    async with transaction(actor, REFUSALS):
        maintenance_plan_id = await insert_row(
            tables.MaintenancePlan, school_id=school_id, **_columns_of(facts)
        )
    return await get_plan(actor, maintenance_plan_id)


async def update_plan(actor: Actor, maintenance_plan_id: int, facts: PlanFacts) -> MaintenancePlan:
    """Write a plan anew; orders that it has opened stay as they are.

    Conflict if somebody has changed it since ``revision`` was read, or it has ended.
    """
    await _get_kept(actor, maintenance_plan_id)
    facts = _checked(facts)
    async with transaction(actor, REFUSALS):
        if not await execute(
            "UPDATE maintenance_plan SET revision = revision + 1 WHERE id = $1 AND revision = $2",
            maintenance_plan_id,
            facts.revision,
        ):
            raise CHANGED
        await update_row(tables.MaintenancePlan, maintenance_plan_id, **_columns_of(facts))
    return await get_plan(actor, maintenance_plan_id)


async def pause_plan(actor: Actor, maintenance_plan_id: int) -> MaintenancePlan:
    """From now on it opens no orders, until it is resumed; those that are open stay."""
    return await _turn(actor, maintenance_plan_id, PlanState.paused)


async def resume_plan(actor: Actor, maintenance_plan_id: int) -> MaintenancePlan:
    """It opens orders again; what came due meanwhile is due now."""
    return await _turn(actor, maintenance_plan_id, PlanState.active)


async def end_plan(actor: Actor, maintenance_plan_id: int) -> MaintenancePlan:
    """It opens no orders any more, for good; those that are open stay."""
    return await _turn(actor, maintenance_plan_id, PlanState.ended)


async def _get_kept(actor: Actor, maintenance_plan_id: int) -> MaintenancePlan:
    plan = await get_plan(actor, maintenance_plan_id)
    actor.require(plan.school_id, EDIT_EQUIPMENT)
    if plan.state is PlanState.ended:
        raise ENDED
    return plan


async def _turn(actor: Actor, maintenance_plan_id: int, state: PlanState) -> MaintenancePlan:
    await _get_kept(actor, maintenance_plan_id)
    async with transaction(actor, REFUSALS):
        await execute(
            "UPDATE maintenance_plan SET state = $2, revision = revision + 1"
            " WHERE id = $1 AND state <> $2",
            maintenance_plan_id,
            state,
        )
    return await get_plan(actor, maintenance_plan_id)


def _checked(given: PlanFacts) -> PlanFacts:
    """The same with tidy texts; Invalid with all errors."""
    facts = msgspec.structs.replace(
        given, title=TITLE.tidy(given.title), checklist=CHECKLIST.tidy(given.checklist)
    )
    errors = [
        TITLE.find_error("title", facts.title),
        CHECKLIST.find_error("checklist", facts.checklist),
    ]
    if sum(one is not None for one in (facts.model_id, facts.kind, facts.place_id)) != 1:
        which = say("Say which things: a model, a kind, or a place, and only one of these")
        errors.append(FieldError("kind", which, "which"))
    if (facts.every_days is None) == (facts.every_hours is None):
        often = say("Say how often: every so many days, or every so many hours")
        errors.append(FieldError("every_days", often, "how_often"))
    if not FIRST_START <= facts.starts_on <= LAST_START:
        early = say("Choose a day between {first} and {last}", first=FIRST_START, last=LAST_START)
        errors.append(FieldError("starts_on", early, "out_of_range"))
    refuse([error for error in errors if error])
    return facts


def _columns_of(facts: PlanFacts) -> dict[str, Any]:
    names = (name for name in PlanFacts.__struct_fields__ if name != "revision")
    return {name: getattr(facts, name) for name in names}
