"""How a device is watched: what it hangs on, when it ought to be on, and by which rules."""

from typing import Any, Literal

import msgspec
from litestar import Response
from litestar.types import ControllerRouterHandler

from api import urls
from api.http.access import in_person
from api.http.types import WebRequest
from api.kit.forms import Form
from api.kit.page_handlers import button, posted, shown, to
from api.kit.rendering import language_of, render
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


async def _set_parent(actor: Actor, device_id: int, form: ParentForm) -> None:
    device = await devices.get_device(actor, device_id)
    tag = form.parent_tag
    parent = await parents.device_with_tag(actor, device.school_id, tag) if tag else None
    await parents.set_parent(actor, device_id, parent)


async def _set_hours(actor: Actor, device_id: int, given: GivenHours) -> None:
    await expected_hours.give_to_device(actor, device_id, given.hours_id)


async def _set_rule(actor: Actor, device_id: int, rule: str, form: RuleForm) -> object:
    return await thresholds.set_for_device(actor, device_id, rule, form.change())


async def _set_kind_rule(
    actor: Actor, school_id: int, profile: str, rule: str, form: RuleForm
) -> object:
    return await thresholds.set_for_profile(actor, school_id, profile, rule, form.change())


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


PAGES: list[ControllerRouterHandler] = [
    shown(urls.watching, _device_page, in_person),
    posted(
        urls.device_parent,
        ParentForm,
        _set_parent,
        then=to(urls.watching, say("Saved.")),
        page=_device_page,
        allowed=EDIT_MONITORING,
        fields={"": "parent_tag", "parent_id": "parent_tag"},
    ),
    posted(
        urls.device_hours,
        GivenHours,
        _set_hours,
        then=to(urls.watching, say("Saved.")),
        page=_device_page,
        allowed=EDIT_MONITORING,
        fields={"": "hours_id"},
    ),
    posted(
        urls.device_rule,
        RuleForm,
        _set_rule,
        then=to(urls.watching, HOLDS_SOON),
        page=lambda request, actor, device_id, rule, form: _device_page(
            request, actor, device_id, form.with_values(rule=rule)
        ),
        allowed=EDIT_MONITORING,
    ),
    button(
        urls.put_back_device_rule,
        thresholds.put_back_for_device,
        then=to(urls.watching, HOLDS_SOON),
        allowed=EDIT_MONITORING,
    ),
    shown(urls.kind_rules, _kind_page, in_person),
    posted(
        urls.kind_rule,
        RuleForm,
        _set_kind_rule,
        then=to(urls.kind_rules, HOLDS_SOON),
        page=lambda request, actor, school_id, profile, rule, form: _kind_page(
            request, actor, school_id, profile, form.with_values(rule=rule)
        ),
        allowed=EDIT_MONITORING,
    ),
    button(
        urls.put_back_kind_rule,
        thresholds.put_back_for_profile,
        then=to(urls.kind_rules, HOLDS_SOON),
        allowed=EDIT_MONITORING,
    ),
]
