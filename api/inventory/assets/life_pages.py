"""Forms about the life of assets: the next step of many, and the wipe of many."""

from datetime import date
from typing import Annotated, Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from api import urls
from api.http.access import allow
from api.http.types import WebRequest
from api.inventory.custody.desk import Chosen, lay_out, split_tags, submit_desk
from api.inventory.options import place_options
from api.kit.flash import see_other
from api.kit.forms import Form, convert_form
from api.kit.rendering import render
from api.kit.submission import Once
from core.access import Actor
from core.errors import say
from core.numbers import Id
from core.permissions import EDIT_EQUIPMENT
from inventory import assets
from inventory.assets import AssetRow, LifecycleState, NewWipe, WipeMethod, WipeResult

# They are entered where more is said than a reason.
OF_ITS_OWN = ("announced", "received", "in_repair", "dismantled")


class StepsForm(msgspec.Struct, frozen=True):
    """Which assets go to which state, and why; where they are now if they were lost."""

    tags: str
    to_state: LifecycleState
    reason: Annotated[str, msgspec.Meta(max_length=400)] = ""
    place_id: Id | None = None


class WipeForm(msgspec.Struct, frozen=True):
    """Which assets were wiped: how, when, by whom, and whether it worked."""

    tags: str
    method: WipeMethod
    result: WipeResult
    wiped_on: date | None = None
    done_by: str = ""
    tool: str = ""
    disk_serial: str = ""
    note: str = ""

    def wipe(self) -> NewWipe:
        return NewWipe(**{name: getattr(self, name) for name in NewWipe.__struct_fields__})


class AssetStepPages(Controller):
    """/assets/step, /assets/wipe"""

    include_in_schema = False

    @get(urls.step_assets, guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def show_steps(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
        chosen = convert_form(request.query_params, Chosen)
        return await _steps_page(request, actor, await chosen.form(actor, urls.step_assets()))

    @post(urls.step_assets, guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def take_steps(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        return await submit_desk(
            request,
            StepsForm,
            lambda form: assets.take_steps(
                actor,
                split_tags(form.tags),
                form.to_state,
                reason=form.reason,
                place_id=form.place_id,
            ),
            then=_stepped,
            page=lambda form: _steps_page(request, actor, form),
            once=Once(actor, list[AssetRow]),
        )

    @get(urls.wipe_assets, guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def show_wipe(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
        chosen = convert_form(request.query_params, Chosen)
        form = await chosen.form(actor, urls.wipe_assets())
        start = {**form.values, "result": "passed", "done_by": actor.name}
        return await _wipe_page(request, actor, Form(start))

    @post(urls.wipe_assets, guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def record_wipe(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[Any]:
        return await submit_desk(
            request,
            WipeForm,
            lambda form: assets.record_wipes(actor, split_tags(form.tags), form.wipe()),
            then=_wiped,
            page=lambda form: _wipe_page(request, actor, form),
            once=Once(actor, list[AssetRow]),
        )


def _stepped(taken: list[AssetRow]) -> Redirect:
    target = urls.asset(taken[0].tag) if len(taken) == 1 else urls.assets()
    return see_other(target, say("Changed: {count}.", count=len(taken)))


def _wiped(wiped: list[AssetRow]) -> Redirect:
    target = urls.asset(wiped[0].tag) if len(wiped) == 1 else urls.assets()
    return see_other(target, say("Wipes recorded: {count}.", count=len(wiped)))


async def _steps_page(request: WebRequest, actor: Actor, form: Form) -> Response[str]:
    states = {state.value: state for state in LifecycleState}
    to_state = states.get(form.values.get("to_state", ""))
    desk = await lay_out(actor, form, lambda tags: assets.check_steps(actor, tags, to_state))
    return render(
        request,
        "inventory/assets/steps.html",
        form=desk.form,
        desk=desk,
        places=await place_options(actor, school_ids=actor.school_ids_with(EDIT_EQUIPMENT)),
        states=[state for state in states if state not in OF_ITS_OWN],
    )


async def _wipe_page(request: WebRequest, actor: Actor, form: Form) -> Response[str]:
    desk = await lay_out(actor, form, lambda tags: assets.check_wipes(actor, tags))
    return render(request, "inventory/assets/wipe.html", form=desk.form, desk=desk)
