"""How a device is watched: what it hangs on, when it ought to be on, and by which rules."""

from typing import Any, Literal

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from api import urls
from api.http.access import allow, in_person
from api.http.types import WebRequest
from api.kit.flash import see_other
from api.kit.forms import Form
from api.kit.numbers import PathId
from api.kit.rendering import language_of, render
from api.kit.submission import submit
from api.monitoring.alerts.words import rule_words
from api.wording.language import Language
from core import schools
from core.access import Actor
from core.errors import say
from core.numbers import Id
from core.permissions import EDIT_MONITORING
from monitoring import devices
from monitoring.alerting import expected_hours, parents, thresholds
from monitoring.alerting.thresholds import HeldRule, RuleChange
from monitoring.decoding.metrics import METRICS, UNITS

HOLDS_SOON = say("It holds from the next visit on.")


class ParentForm(msgspec.Struct, frozen=True):
    """The tag of what the device hangs on; blank: nothing that is monitored."""

    parent_tag: str | None = None


class GivenHours(msgspec.Struct, frozen=True):
    """Which hours the device has; blank: as is usual for its kind."""

    hours_id: Id | None = None


class RuleForm(msgspec.Struct, frozen=True):
    """A rule as it shall hold."""

    does: Literal["watch", "off"] = "watch"
    raise_at: float | None = None
    clear_at: float | None = None

    def change(self) -> RuleChange:
        if self.does == "off":
            return RuleChange(is_off=True)
        return RuleChange(False, self.raise_at, self.clear_at)


class WatchingPages(Controller):
    """/devices/{id}/watching"""

    include_in_schema = False

    @get(urls.watching, guards=[in_person])
    async def show(
        self, request: WebRequest, actor: NamedDependency[Actor], device_id: PathId
    ) -> Response[str]:
        return await _device_page(request, actor, device_id)

    @post(urls.device_parent, guards=[allow(EDIT_MONITORING, tokens=False)])
    async def set_parent(
        self, request: WebRequest, actor: NamedDependency[Actor], device_id: PathId
    ) -> Response[Any]:
        device = await devices.get_device(actor, device_id)

        async def change(form: ParentForm) -> None:
            tag = form.parent_tag
            parent = await parents.device_with_tag(actor, device.school_id, tag) if tag else None
            await parents.set_parent(actor, device_id, parent)

        return await submit(
            request,
            ParentForm,
            change,
            then=lambda _: see_other(urls.watching(device_id), say("Saved.")),
            page=lambda form: _device_page(request, actor, device_id, form),
            fields={"": "parent_tag", "parent_id": "parent_tag"},
        )

    @post(urls.device_hours, guards=[allow(EDIT_MONITORING, tokens=False)])
    async def set_hours(
        self, request: WebRequest, actor: NamedDependency[Actor], device_id: PathId
    ) -> Response[Any]:
        return await submit(
            request,
            GivenHours,
            lambda given: expected_hours.give_to_device(actor, device_id, given.hours_id),
            then=lambda _: see_other(urls.watching(device_id), say("Saved.")),
            page=lambda form: _device_page(request, actor, device_id, form),
            fields={"": "hours_id"},
        )

    @post(urls.device_rule, guards=[allow(EDIT_MONITORING, tokens=False)])
    async def set_rule(
        self,
        request: WebRequest,
        actor: NamedDependency[Actor],
        device_id: PathId,
        rule: FromPath[str],
    ) -> Response[Any]:
        return await submit(
            request,
            RuleForm,
            lambda form: thresholds.set_for_device(actor, device_id, rule, form.change()),
            then=lambda _: see_other(urls.watching(device_id), HOLDS_SOON),
            page=lambda form: _device_page(request, actor, device_id, form.with_values(rule=rule)),
        )

    @post(urls.put_back_device_rule, guards=[allow(EDIT_MONITORING, tokens=False)])
    async def put_back(
        self, actor: NamedDependency[Actor], device_id: PathId, rule: FromPath[str]
    ) -> Redirect:
        await thresholds.put_back_for_device(actor, device_id, rule)
        return see_other(urls.watching(device_id), HOLDS_SOON)


class KindRulePages(Controller):
    """/schools/{id}/rules/{profile}"""

    include_in_schema = False

    @get(urls.kind_rules, guards=[in_person])
    async def show(
        self,
        request: WebRequest,
        actor: NamedDependency[Actor],
        school_id: PathId,
        profile: FromPath[str],
    ) -> Response[str]:
        return await _kind_page(request, actor, school_id, profile)

    @post(urls.kind_rule, guards=[allow(EDIT_MONITORING, tokens=False)])
    async def set_rule(
        self,
        request: WebRequest,
        actor: NamedDependency[Actor],
        school_id: PathId,
        profile: FromPath[str],
        rule: FromPath[str],
    ) -> Response[Any]:
        return await submit(
            request,
            RuleForm,
            lambda form: thresholds.set_for_profile(actor, school_id, profile, rule, form.change()),
            then=lambda _: see_other(urls.kind_rules(school_id, profile), HOLDS_SOON),
            page=lambda form: _kind_page(
                request, actor, school_id, profile, form.with_values(rule=rule)
            ),
        )

    @post(urls.put_back_kind_rule, guards=[allow(EDIT_MONITORING, tokens=False)])
    async def put_back(
        self,
        actor: NamedDependency[Actor],
        school_id: PathId,
        profile: FromPath[str],
        rule: FromPath[str],
    ) -> Redirect:
        await thresholds.put_back_for_profile(actor, school_id, profile, rule)
        return see_other(urls.kind_rules(school_id, profile), HOLDS_SOON)


async def _device_page(
    request: WebRequest,
    actor: Actor,
    device_id: int,
    form: Form | None = None,
) -> Response[str]:
    device = await devices.get_device(actor, device_id)
    parent = await parents.parent_of(actor, device_id)
    hours = await expected_hours.hours_of(actor, device_id)
    sets = await expected_hours.list_hours(actor, school_id=device.school_id)
    speech = language_of(request)
    return render(
        request,
        "monitoring/watching/watching.html",
        device=device,
        parent=parent,
        children=await parents.children_of(actor, device_id),
        hours=hours,
        sets=[(one.id, one.name) for one in sets],
        rules=_rows(await thresholds.rules_of_device(actor, device_id), speech),
        may_keep=actor.can_at(device.school_id, EDIT_MONITORING),
        form=(form or Form()).with_defaults(
            parent_tag=parent.asset_tag if parent else "", hours_id=hours.id if hours else ""
        ),
    )


async def _kind_page(
    request: WebRequest,
    actor: Actor,
    school_id: int,
    profile: str,
    form: Form | None = None,
) -> Response[str]:
    found = await thresholds.rules_of_profile(actor, school_id, profile)
    speech = language_of(request)
    school = next(one for one in await schools.list_schools(actor) if one.id == school_id)
    return render(
        request,
        "monitoring/watching/kind_rules.html",
        school=school.name(speech.code),
        school_id=school_id,
        profile=profile,
        rules=_rows(found, speech),
        may_keep=actor.can_at(school_id, EDIT_MONITORING),
        form=form or Form(),
    )


def _rows(rules: list[HeldRule], speech: Language) -> list[dict[str, Any]]:
    """The rules with their words for the table."""
    return [
        {
            "rule": rule,
            "words": rule_words(speech, rule.rule),
            "metric": speech.words(METRICS[rule.metric].label),
            "unit": speech.words(UNITS[unit])
            if (unit := METRICS[rule.metric].unit) in UNITS
            else "",
        }
        for rule in rules
    ]
