"""Mail about alerts: what one wants to hear oneself, and who is told when nobody reacts."""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Response
from litestar.types import ControllerRouterHandler

from api import urls
from api.http.types import WebRequest
from api.kit.forms import Form
from api.kit.options import school_options
from api.kit.page_handlers import button, posted, shown, to
from api.kit.rendering import render
from core.access import Actor
from core.errors import FieldError, Invalid, say
from core.permissions import EDIT_MONITORING_SETUP, READ_MONITORING_SETUP
from monitoring import notices
from monitoring.alerting.alerts import AlertSeverity
from monitoring.notices import NewStep, NewSubscription
from monitoring.notices.escalation import MOST_STEPS
from monitoring.notices.subscriptions import keepers_of

NOT_USED = "-"
MINUTES = (5, 10, 15, 30, 60, 120, 240, 480, 1440)


class StepsForm(msgspec.Struct, frozen=True):
    """The rows of the form in their order; a row without minutes is none."""

    after_minutes: list[str] = []
    least_severity: list[AlertSeverity] = []
    told: list[str] = []


async def _set_steps(actor: Actor, school_id: int, form: StepsForm) -> None:
    await notices.set_steps(actor, school_id, _steps(_rows(msgspec.structs.asdict(form))))


def _rows(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows that say anything; a browser sends every field of every row."""
    names = ("after_minutes", "least_severity", "told")
    columns = zip(*(values[name] for name in names), strict=False)
    rows = [dict(zip(names, row, strict=True)) for row in columns]
    return [row for row in rows if row["after_minutes"] != NOT_USED]


def _steps(rows: list[dict[str, Any]]) -> list[NewStep]:
    """The rows as steps; every wrong number at once."""
    steps, errors = [], []
    for number, row in enumerate(rows):
        told = str(row["told"])
        person_id = int(told) if told.isascii() and told.isdecimal() else None
        role = {"person_id": person_id} if person_id is not None else {"role": told}
        try:
            minutes = int(row["after_minutes"])
            given = {**role, "after_minutes": minutes, "least_severity": row["least_severity"]}
            steps.append(msgspec.convert(given, NewStep))
        except (ValueError, msgspec.ValidationError):
            wrong = say("Give the minutes as a whole number of 1 to 10080")
            errors.append(FieldError(f"steps.{number}.after_minutes", wrong, "number"))
    if errors:
        raise Invalid(errors)
    return steps


async def _mail_page(
    request: WebRequest,
    actor: Actor,
    school_id: int | None = None,
    form: Form | None = None,
) -> Response[str]:
    kept = await notices.list_subscriptions(actor)
    return render(
        request,
        "monitoring/notices/mail.html",
        is_configured=request.app.state.settings.mail is not None,
        schools=await school_options(request, actor, READ_MONITORING_SETUP),
        subscriptions={one.school_id: msgspec.structs.asdict(one) for one in kept},
        typed={school_id: form.values} if form else {},
        form=form or Form(),
        administered=actor.school_ids_with(EDIT_MONITORING_SETUP),
    )


async def _steps_page(
    request: WebRequest, actor: Actor, school_id: int, form: Form | None = None
) -> Response[str]:
    steps = await notices.list_steps(actor, school_id)
    names = dict(await school_options(request, actor))
    return render(
        request,
        "monitoring/notices/escalation.html",
        school_id=school_id,
        school=names.get(school_id, ""),
        steps=steps,
        rows=_rows(form.values) if form else [_row(step) for step in steps],
        form=form or Form(),
        most=MOST_STEPS,
        minutes=MINUTES,
        keepers=[(str(one.id), one.name) for one in await keepers_of(actor, school_id)],
        may_change=actor.can_at(school_id, EDIT_MONITORING_SETUP),
        is_configured=request.app.state.settings.mail is not None,
    )


def _row(step: notices.EscalationStep) -> dict[str, Any]:
    return {
        "after_minutes": step.after_minutes,
        "least_severity": step.least_severity,
        "told": step.role or str(step.person_id),
    }


PAGES: list[ControllerRouterHandler] = [
    shown(urls.alert_mail, _mail_page, READ_MONITORING_SETUP),
    posted(
        urls.subscription,
        NewSubscription,
        notices.subscribe,
        then=to(urls.alert_mail, say("Saved.")),
        page=_mail_page,
        allowed=READ_MONITORING_SETUP,
    ),
    button(
        urls.end_subscription,
        notices.unsubscribe,
        then=to(urls.alert_mail, say("No more mail about this school's alerts.")),
        allowed=READ_MONITORING_SETUP,
    ),
    shown(urls.escalation, _steps_page, READ_MONITORING_SETUP),
    posted(
        urls.escalation,
        StepsForm,
        _set_steps,
        then=to(urls.escalation, say("Saved.")),
        page=_steps_page,
        allowed=EDIT_MONITORING_SETUP,
    ),
]
