"""Renewing: the desk where many are made due later, and the button of who holds something."""

from datetime import date
from functools import partial
from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency

from api import urls
from api.http.access import allow
from api.http.types import WebRequest
from api.inventory.custody.desk import Chosen, lay_out, split_tags, submit_desk
from api.inventory.custody.refusals import find_renewal_refusals
from api.inventory.options import lesson_options
from api.kit.flash import see_other
from api.kit.forms import Form, convert_form
from api.kit.rendering import render
from api.kit.repeats import new_key
from api.kit.submission import Once, submit
from core.access import Actor
from core.errors import say
from core.idempotency import REUSED
from core.numbers import Id
from core.permissions import EDIT_EQUIPMENT, RENEW_OWN
from inventory import custody
from inventory.assets import Custodial
from inventory.custody import Custody, Due
from inventory.custody.due import DueBy


class RenewForm(msgspec.Struct, frozen=True):
    """What is renewed, and until when."""

    tags: str
    due_on: date | None = None
    due_by: DueBy | None = None
    due_period_id: Id | None = None


class RenewOwnForm(msgspec.Struct, frozen=True):
    """What the person at the browser holds and renews."""

    tags: str


class RenewPages(Controller):
    """/custody/renew"""

    include_in_schema = False

    @get(urls.renew, guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def show_renew(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
        chosen = convert_form(request.query_params, Chosen)
        return await _renew_page(request, actor, await chosen.form(actor, urls.renew()))

    @post(urls.renew, guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def renew(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        return await submit_desk(
            request,
            RenewForm,
            lambda form: custody.renew(
                actor,
                split_tags(form.tags),
                Due(form.due_on, form.due_by, form.due_period_id),
            ),
            then=_renewed,
            page=lambda form: _renew_page(request, actor, form),
            once=Once(actor, list[Custody]),
        )

    @post(urls.renew_own, guards=[allow(RENEW_OWN, tokens=False)])
    async def renew_own(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        """Back to what the person holds, with the new day; or what stands in the way."""
        return await submit(
            request,
            RenewOwnForm,
            lambda form: custody.renew_own(actor, split_tags(form.tags)[:1]),
            then=_renewed_own,
            page=lambda form: _not_renewed(request, form),
            once=Once(actor, list[Custody]),
        )


def _renewed_own(loans: list[Custody]) -> Response[Any]:
    return see_other(
        urls.custody(mine="on"),
        say("{tag} is renewed until {day}.", tag=loans[0].tag, day=loans[0].due_on),
    )


def _not_renewed(request: WebRequest, form: Form) -> Response[str]:
    return render(
        request,
        "inventory/custody/renew_own.html",
        form=form.with_defaults(tags="", key=new_key()),
        may_repeat=any(error.code == REUSED for error in form.errors),
    )


def _renewed(loans: list[Custody]) -> Response[Any]:
    return see_other(urls.custody(), say("Renewed: {count}.", count=len(loans)))


async def _renew_page(request: WebRequest, actor: Actor, form: Form) -> Response[str]:
    desk = await lay_out(
        actor,
        form,
        partial(find_renewal_refusals, form, actor),
        offered=Custodial.out,
    )
    return render(
        request,
        "inventory/custody/renew.html",
        form=desk.form,
        desk=desk,
        lessons=await lesson_options(actor, actor.school_ids_with(EDIT_EQUIPMENT)),
    )
