"""Report a fault: a sticker's number, one sentence, perhaps a picture; fifteen seconds on a phone."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from api import urls
from api.http.access import allow
from api.http.types import WebRequest
from api.kit.flash import see_other
from api.kit.forms import PHOTO_FORM_BYTES, Form
from api.kit.photos import FormPhotos, read_photos
from api.kit.rendering import render
from api.kit.repeats import KEY_FIELD, new_key
from api.kit.submission import Once, submit
from core.access import Actor
from core.database import transaction
from core.errors import Message, say
from core.permissions import REPORT_FAULTS
from inventory import repairs
from inventory.repairs.opening import REPORTED, SUMMARY_MAX_LENGTH, Reported
from inventory.repairs.views import Severity


class TagForm(msgspec.Struct, frozen=True):
    """The number on the sticker."""

    tag: str


class ReportForm(msgspec.Struct, frozen=True):
    """What is wrong."""

    what: Annotated[str, msgspec.Meta(max_length=SUMMARY_MAX_LENGTH)]
    severity: Severity = "normal"
    usable: Literal["yes", "no"] = "yes"


class FaultReportPages(Controller):
    """/report and /assets/{tag}/report"""

    include_in_schema = False

    @get(urls.report_any_fault, guards=[allow(REPORT_FAULTS, tokens=False)])
    async def ask_for_tag(self, request: WebRequest) -> Response[str]:
        return render(request, "inventory/work_orders/which.html")

    @post(urls.report_any_fault, guards=[allow(REPORT_FAULTS, tokens=False)])
    async def find_asset(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        return await submit(
            request,
            TagForm,
            lambda form: repairs.get_reportable(actor, form.tag),
            then=lambda asset: see_other(urls.report_fault(asset.tag)),
            page=lambda form: render(request, "inventory/work_orders/which.html", form=form),
            fields={"": "tag"},
        )

    @get(urls.report_fault, guards=[allow(REPORT_FAULTS, tokens=False)])
    async def ask_what(
        self, request: WebRequest, actor: NamedDependency[Actor], tag: FromPath[str]
    ) -> Response[str]:
        return await _report_page(request, actor, tag)

    @post(
        urls.report_fault,
        guards=[allow(REPORT_FAULTS, tokens=False)],
        request_max_body_size=PHOTO_FORM_BYTES,
    )
    async def report(
        self, request: WebRequest, actor: NamedDependency[Actor], tag: FromPath[str]
    ) -> Response[Any]:
        photos = await read_photos(request)
        return await submit(
            request,
            ReportForm,
            lambda form: _report(actor, tag, form, photos),
            then=lambda reported: see_other(
                urls.work_order(reported.work_order_id), _thanks(reported)
            ),
            page=lambda form: _report_page(request, actor, tag, form, photos),
            once=Once(actor, Reported, lambda: _store_photos(actor, tag, photos)),
        )


def _thanks(reported: Reported) -> Message:
    if reported.is_new:
        return say("Thank you. It is handed in and waits for a technician.")
    return say("Thank you. It was reported already; your words are added.")


async def _report(actor: Actor, tag: str, form: ReportForm, photos: FormPhotos) -> Reported:
    async with transaction(actor):
        return await repairs.report_fault(
            actor,
            tag,
            form.what,
            severity=form.severity,
            is_usable=form.usable == "yes",
            photos=await photos.take(actor),
        )


async def _store_photos(actor: Actor, tag: str, photos: FormPhotos) -> None:
    """Only of whoever may report something of the asset."""
    await repairs.get_reportable(actor, tag)
    await photos.store()


async def _report_page(
    request: WebRequest,
    actor: Actor,
    tag: str,
    form: Form | None = None,
    photos: FormPhotos | None = None,
) -> Response[str]:
    asset = await repairs.get_reportable(actor, tag)
    kept, wrong = await photos.keep(actor) if photos else ([], [])
    form = form or Form()
    start = {"severity": "normal", "usable": "yes", KEY_FIELD: new_key()}
    return render(
        request,
        "inventory/work_orders/report.html",
        asset=asset,
        precedents=await repairs.find_precedents(actor, asset_id=asset.id, fault=REPORTED),
        form=form.with_values(**{**start, **form.values}).with_errors(*wrong),
        kept_photos=kept,
    )
