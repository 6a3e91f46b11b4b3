"""The pages of disposals: a new one, what is decided of it, its certificate, what a school asks."""

from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.types import ControllerRouterHandler

from api import urls
from api.http.access import allow, in_person
from api.http.types import WebRequest
from api.inventory.attachments.gallery import gallery_of
from api.inventory.custody.desk import Chosen, lay_out, split_tags, submit_desk
from api.inventory.labels.qr import drawing, whole_address
from api.kit.flash import see_other
from api.kit.forms import Form, Nothing, convert_form
from api.kit.numbers import PathId
from api.kit.page_handlers import posted, shown, to
from api.kit.rendering import render
from api.kit.submission import Once
from core.access import Actor
from core.errors import say
from core.permissions import APPROVE_DISPOSALS, EDIT_EQUIPMENT, MANAGE_SCHOOL
from inventory import attachments, disposals
from inventory.assets.book_facts import CURRENCY, Cost, Currency
from inventory.disposals import (
    Disposal,
    DisposalState,
    End,
    NewDisposal,
    Refusal,
    RuleFacts,
    Way,
)

KEEPS = allow(EDIT_EQUIPMENT, tokens=False)


class NewForm(msgspec.Struct, frozen=True):
    """Which things come to which end, and why."""

    tags: str
    end: End
    reason: str = ""
    recipient: str = ""
    note: str = ""
    way: Way | None = None
    proceeds: Cost | None = None
    currency: Currency = CURRENCY


class _Wanted(msgspec.Struct, frozen=True):
    """What a link to the form says beside the things."""

    end: End | None = None


class DisposalPages(Controller):
    """/disposals/…"""

    include_in_schema = False

    @get(urls.new_disposal, guards=[KEEPS])
    async def show_new(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
        chosen = convert_form(request.query_params, Chosen)
        form = await chosen.form(actor, urls.new_disposal())
        wanted = convert_form(request.query_params, _Wanted)
        form = form.with_values(end=wanted.end)
        if wanted.end is End.returned_to_donor and (
            tags := split_tags(str(form.values.get("tags", "")))
        ):
            form = form.with_values(recipient=await disposals.find_donor(actor, tags))
        return await _new_page(request, actor, form)

    @post(urls.new_disposal, guards=[KEEPS])
    async def propose(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        return await submit_desk(
            request,
            NewForm,
            lambda form: disposals.propose_disposal(
                actor,
                NewDisposal(
                    split_tags(form.tags),
                    form.end,
                    form.reason,
                    form.recipient,
                    form.note,
                    form.way,
                    form.proceeds,
                    form.currency,
                ),
            ),
            then=lambda made: see_other(
                urls.disposal(made.id), say("Proposed: {count}.", count=made.lines)
            ),
            page=lambda form: _new_page(request, actor, form),
            once=Once(actor, Disposal),
        )

    @get(urls.disposal_certificate, guards=[in_person])
    async def show_certificate(
        self, request: WebRequest, actor: NamedDependency[Actor], disposal_id: PathId
    ) -> Response[str]:
        found = await disposals.get_certificate(actor, disposal_id)
        return render(
            request,
            "inventory/disposals/certificate.html",
            disposal=found,
            drawing=drawing(whole_address(request, urls.disposal(found.id))),
        )


async def _new_page(request: WebRequest, actor: Actor, form: Form) -> Response[str]:
    ends = {end.value: end for end in End}
    end = ends.get(str(form.values.get("end") or ""))
    desk = await lay_out(actor, form, lambda tags: disposals.check_proposed(actor, tags, end))
    return render(
        request,
        "inventory/disposals/new.html",
        form=desk.form.with_defaults(currency=CURRENCY),
        desk=desk,
    )


async def _page(request: WebRequest, actor: Actor, disposal_id: int, *more: Any) -> Response[str]:
    """Also for a refused form, whatever stood behind the disposal in its address."""
    found = await disposals.get_disposal(actor, disposal_id)
    may_approve = actor.can_at(found.school_id, APPROVE_DISPOSALS)
    is_open = found.state is DisposalState.proposed
    subject = await attachments.of_disposal(actor, found.id)
    return render(
        request,
        "inventory/disposals/disposal.html",
        disposal=found,
        gallery=await gallery_of(actor, subject),
        form=more[-1] if more else Form(),
        is_open=is_open,
        may_decide=is_open and may_approve and found.proposed_by_id != actor.person_id,
        waits_for_another=is_open and may_approve and found.proposed_by_id == actor.person_id,
        may_write=is_open and actor.can_at(found.school_id, EDIT_EQUIPMENT),
    )


async def _rules_page(request: WebRequest, actor: Actor, *more: Any) -> Response[str]:
    kept = actor.school_ids_with(MANAGE_SCHOOL)
    rules = [one for one in await disposals.list_rules(actor) if one.school_id in kept]
    return render(
        request,
        "inventory/disposals/rules.html",
        rules=rules,
        refused_at=more[0] if more else None,
        form=more[-1] if more else Form(),
    )


async def _approve(actor: Actor, disposal_id: int, _: Nothing) -> Disposal:
    return await disposals.approve_disposal(actor, disposal_id)


async def _withdraw(actor: Actor, disposal_id: int, _: Nothing) -> Disposal:
    return await disposals.withdraw_disposal(actor, disposal_id)


async def _leave_out(actor: Actor, disposal_id: int, line_id: int, _: Nothing) -> Disposal:
    return await disposals.leave_out(actor, disposal_id, line_id)


HANDLERS: list[ControllerRouterHandler] = [
    DisposalPages,
    shown(urls.disposal, _page, in_person),
    posted(
        urls.approve_disposal,
        Nothing,
        _approve,
        then=to(urls.disposal, say("Approved. The things have left the books.")),
        page=_page,
        allowed=APPROVE_DISPOSALS,
    ),
    posted(
        urls.refuse_disposal,
        Refusal,
        disposals.refuse_disposal,
        then=to(urls.disposal, say("Refused. Everything stays.")),
        page=_page,
        allowed=APPROVE_DISPOSALS,
    ),
    posted(
        urls.withdraw_disposal,
        Nothing,
        _withdraw,
        then=to(urls.disposal, say("Withdrawn. Everything stays.")),
        page=_page,
        allowed=EDIT_EQUIPMENT,
    ),
    posted(
        urls.leave_out,
        Nothing,
        _leave_out,
        then=to(urls.disposal, say("Saved.")),
        page=_page,
        allowed=EDIT_EQUIPMENT,
    ),
    shown(urls.disposal_rules, _rules_page, MANAGE_SCHOOL),
    posted(
        urls.disposal_rule,
        RuleFacts,
        disposals.write_rule,
        then=lambda *_: see_other(urls.disposal_rules(), say("Saved.")),
        page=_rules_page,
        allowed=MANAGE_SCHOOL,
    ),
]
