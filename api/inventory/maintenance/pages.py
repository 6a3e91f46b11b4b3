"""The pages of maintenance plans: a new one, one with its assets, what is done of its work."""

from datetime import date
from typing import Annotated, Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.types import ControllerRouterHandler

from api import urls
from api.http.access import allow, in_person
from api.http.types import WebRequest
from api.inventory.models import picking
from api.inventory.options import place_options, school_codes
from api.kit.flash import see_other
from api.kit.forms import Form, convert_form
from api.kit.numbers import PathId
from api.kit.page_handlers import button, posted, shown, to
from api.kit.rendering import language_of, render
from api.kit.repeats import new_key
from api.kit.submission import Once, attempt
from api.wording import row_names
from api.wording.words import word_of
from core import clock
from core.access import Actor
from core.errors import FieldError, Invalid, say
from core.numbers import Id, Version
from core.permissions import EDIT_EQUIPMENT, MANAGE_WORK_ORDERS
from core.texts import refuse
from inventory import maintenance, models
from inventory.maintenance import (
    Completions,
    MaintenancePlan,
    NewMaintenancePlan,
    Opened,
    PlanFacts,
    ThingFilters,
    ThingState,
)
from inventory.models import AssetKind

KEEPS = allow(EDIT_EQUIPMENT, tokens=False)
CHANGES_SHOWN = 20


class PlanForm(msgspec.Struct, frozen=True):
    """A plan as it is typed, but for its model, which is typed in words."""

    title: str
    starts_on: date
    checklist: str = ""
    kind: AssetKind | None = None
    place_id: Id | None = None
    every_days: Annotated[int, msgspec.Meta(ge=1, le=3650)] | None = None
    every_hours: Annotated[int, msgspec.Meta(ge=1, le=100_000)] | None = None
    revision: Version = 0
    school: str = ""


class DoneForm(msgspec.Struct, frozen=True):
    """Which orders are done, what was done, and how long each took."""

    work_order_ids: Annotated[list[Id], msgspec.Meta(min_length=1, max_length=200)]
    done: str = ""
    minutes: Annotated[int, msgspec.Meta(ge=0, le=10_000)] = 0


class Start(msgspec.Struct, frozen=True):
    """What a link to the form of a new plan says."""

    model_id: Id | None = None
    place_id: Id | None = None
    kind: AssetKind | None = None


class ThingsQuery(msgspec.Struct, frozen=True):
    """Which assets of a plan are shown, and which page of them."""

    state: ThingState | None = None
    cursor: str | None = None


class PlanPages(Controller):
    """/maintenance-plans/…"""

    include_in_schema = False

    @get(urls.new_maintenance_plan, guards=[KEEPS])
    async def show_new(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
        start = convert_form(request.query_params, Start)
        values = {"starts_on": clock.today(actor.zone), **msgspec.structs.asdict(start)}
        if start.model_id is not None:
            values["model_title"] = (await models.get_model(actor, start.model_id)).title
        return await _form_page(request, actor, Form(values))

    @post(urls.new_maintenance_plan, guards=[KEEPS])
    async def create(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        return await attempt(
            request,
            lambda: _create(request, actor),
            then=lambda plan: see_other(urls.maintenance_plan(plan.id), say("The plan is made.")),
            page=lambda form: _form_page(request, actor, form),
            fields={"model_id": "model_title"},
            once=Once(actor, MaintenancePlan),
        )

    @get(urls.edit_maintenance_plan, guards=[KEEPS])
    async def show_edit(
        self, request: WebRequest, actor: NamedDependency[Actor], maintenance_plan_id: PathId
    ) -> Response[str]:
        return await _edit_page(request, actor, maintenance_plan_id)

    @post(urls.edit_maintenance_plan, guards=[KEEPS])
    async def update(
        self, request: WebRequest, actor: NamedDependency[Actor], maintenance_plan_id: PathId
    ) -> Response[Any]:
        return await attempt(
            request,
            lambda: _update(request, actor, maintenance_plan_id),
            then=lambda plan: see_other(urls.maintenance_plan(plan.id), say("Saved.")),
            page=lambda form: _edit_page(request, actor, maintenance_plan_id, form),
            fields={"model_id": "model_title"},
        )


async def _facts(request: WebRequest, actor: Actor) -> tuple[str, dict[str, Any]]:
    """The school, and the facts of a plan; Invalid with all errors of the form."""
    typed = await request.form()
    errors: list[FieldError] = []
    facts: dict[str, Any] = {}
    try:
        facts["model_id"] = await picking.find_model(actor, typed)
    except Invalid as refused:
        errors += [_known_only(error) for error in refused.errors]
    try:
        facts |= msgspec.structs.asdict(convert_form(typed, PlanForm))
    except Invalid as refused:
        errors += refused.errors
    refuse(errors)
    return facts.pop("school"), facts


def _known_only(error: FieldError) -> FieldError:
    if error.code != "unknown_model":
        return error
    unknown = say("No model of the list has this name")
    return msgspec.structs.replace(error, message=unknown, code="no_such_model")


async def _create(request: WebRequest, actor: Actor) -> MaintenancePlan:
    school, facts = await _facts(request, actor)
    return await maintenance.create_plan(actor, NewMaintenancePlan(**facts, school=school))


async def _update(request: WebRequest, actor: Actor, maintenance_plan_id: int) -> MaintenancePlan:
    _, facts = await _facts(request, actor)
    return await maintenance.update_plan(actor, maintenance_plan_id, PlanFacts(**facts))


async def _form_page(
    request: WebRequest, actor: Actor, form: Form, plan: MaintenancePlan | None = None
) -> Response[str]:
    kept = actor.school_ids_with(EDIT_EQUIPMENT) if plan is None else [plan.school_id]
    return render(
        request,
        "inventory/maintenance/form.html",
        form=form.with_defaults(key=new_key()),
        plan=plan,
        schools=[] if plan else await school_codes(request, actor, EDIT_EQUIPMENT),
        places=await place_options(actor, school_ids=kept),
        **await picking.choices(actor, form),
    )


async def _edit_page(
    request: WebRequest, actor: Actor, maintenance_plan_id: int, form: Form | None = None
) -> Response[str]:
    plan = await maintenance.get_plan(actor, maintenance_plan_id)
    actor.require(plan.school_id, EDIT_EQUIPMENT)
    given = form or Form({**msgspec.structs.asdict(plan), "model_title": plan.model})
    if given.status == 409:
        # Sent again, it is sent knowingly.
        given = given.with_values(revision=plan.revision)
    return await _form_page(request, actor, given, plan)


async def _plan_page(
    request: WebRequest, actor: Actor, maintenance_plan_id: int, *more: Any
) -> Response[str]:
    plan = await maintenance.get_plan(actor, maintenance_plan_id)
    query = convert_form(request.query_params, ThingsQuery)
    counts = await maintenance.count_things(actor, maintenance_plan_id)
    form: Form = more[-1] if more else Form()
    speech = language_of(request)
    return render(
        request,
        "inventory/maintenance/plan.html",
        plan=plan,
        form=form,
        query=query,
        page=await maintenance.list_things(
            actor, maintenance_plan_id, ThingFilters(query.state), cursor=query.cursor
        ),
        counts=counts,
        tabs=[
            (
                f"{word_of(speech, 'planned_state', state)} {count}",
                urls.maintenance_plan(maintenance_plan_id, state=state),
                query.state is state,
            )
            for state, count in counts.items()
            if count
        ],
        ticked=[str(one) for one in form.values.get("work_order_ids", [])],
        may_write=actor.can_at(plan.school_id, EDIT_EQUIPMENT) and plan.state != "ended",
        may_work=actor.can_at(plan.school_id, MANAGE_WORK_ORDERS),
        changes=await row_names.history(
            speech, "maintenance_plan", maintenance_plan_id, limit=CHANGES_SHOWN
        ),
    )


async def _complete(actor: Actor, maintenance_plan_id: int, form: DoneForm) -> MaintenancePlan:
    done = Completions(form.work_order_ids, form.done, form.minutes)
    return await maintenance.complete_planned(actor, maintenance_plan_id, done)


def _opened(done: Opened, maintenance_plan_id: int) -> Response[Any]:
    return see_other(
        urls.maintenance_plan(maintenance_plan_id),
        say("Orders opened: {count}.", count=done.opened),
    )


HANDLERS: list[ControllerRouterHandler] = [
    PlanPages,
    shown(urls.maintenance_plan, _plan_page, in_person),
    posted(
        urls.complete_planned_work,
        DoneForm,
        _complete,
        then=to(urls.maintenance_plan, say("Written down.")),
        page=_plan_page,
        allowed=MANAGE_WORK_ORDERS,
    ),
    button(urls.open_planned_work, maintenance.open_due, then=_opened, allowed=EDIT_EQUIPMENT),
    *(
        button(address, verb, then=to(urls.maintenance_plan, said), allowed=EDIT_EQUIPMENT)
        for address, verb, said in (
            (urls.pause_maintenance_plan, maintenance.pause_plan, say("Paused.")),
            (urls.resume_maintenance_plan, maintenance.resume_plan, say("It opens orders again.")),
            (urls.end_maintenance_plan, maintenance.end_plan, say("The plan has ended.")),
        )
    ),
]
