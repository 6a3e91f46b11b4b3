"""Report a fault: a sticker's number, one sentence, perhaps a picture; fifteen seconds on a phone."""

from typing import Annotated, Any, Literal
from uuid import uuid4

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from api import urls
from api.http.access import allow
from api.http.types import WebRequest
from api.kit.flash import see_other
from api.kit.forms import PHOTO_FORM_BYTES, as_typed, read_form
from api.kit.photos import FormPhotos, read_photos
from api.kit.rendering import render
from core.access import Actor
from core.database import transaction
from core.errors import FieldError, Invalid, NotFound, say
from core.idempotency import once
from core.permissions import REPORT_FAULTS
from inventory import assets, repairs
from inventory.repairs.opening import SUMMARY_MAX_LENGTH, Reported
from inventory.repairs.views import Severity


class TagForm(msgspec.Struct, frozen=True):
    """The number on the sticker."""

    tag: str


class ReportForm(msgspec.Struct, frozen=True):
    """What is wrong; ``key`` makes a second press of the button harmless."""

    what: Annotated[str, msgspec.Meta(max_length=SUMMARY_MAX_LENGTH)]
    severity: Severity = "normal"
    usable: Literal["yes", "no"] = "yes"
    key: str = ""


class FaultReportPages(Controller):
    """/report and /assets/{tag}/report"""

    include_in_schema = False

    @get("/report", guards=[allow(REPORT_FAULTS, tokens=False)])
    async def ask_for_tag(self, request: WebRequest) -> Response[str]:
        return render(request, "inventory/work_orders/which.html")

    @post("/report", guards=[allow(REPORT_FAULTS, tokens=False)])
    async def find_asset(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        try:
            typed = (await read_form(request, TagForm)).tag
            meant = await assets.resolve_one(actor, typed)
            if meant.candidates:
                raise Invalid.of("tag", meant.missing, code="ambiguous")
            asset = await repairs.get_reportable(actor, meant.tag or typed)
        except Invalid as refused:
            return _which_page(request, await as_typed(request), refused.errors)
        except NotFound as refused:
            return _which_page(request, {"tag": typed}, [FieldError("tag", refused.message)])
        return see_other(urls.report_fault(asset.tag))

    @get("/assets/{tag:str}/report", guards=[allow(REPORT_FAULTS, tokens=False)])
    async def ask_what(
        self, request: WebRequest, actor: NamedDependency[Actor], tag: FromPath[str]
    ) -> Response[str]:
        return await _report_page(request, actor, tag)

    @post(
        "/assets/{tag:str}/report",
        guards=[allow(REPORT_FAULTS, tokens=False)],
        request_max_body_size=PHOTO_FORM_BYTES,
    )
    async def report(
        self, request: WebRequest, actor: NamedDependency[Actor], tag: FromPath[str]
    ) -> Response[Any]:
        photos = await read_photos(request)
        try:
            form = await read_form(request, ReportForm)
            await repairs.get_reportable(actor, tag)
            await photos.store()
            reported = await once(
                actor,
                form.key,
                f"work_order_report {tag}",
                Reported,
                lambda: _report(actor, tag, form, photos),
            )
        except Invalid as refused:
            return await _report_page(request, actor, tag, refused, photos)
        said = (
            say("Thank you. It is handed in and waits for a technician.")
            if reported.is_new
            else say("Thank you. It was reported already; your words are added.")
        )
        return see_other(urls.work_order(reported.work_order_id), said)


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


def _which_page(request: WebRequest, form: dict[str, Any], errors: Any) -> Response[str]:
    return render(
        request, "inventory/work_orders/which.html", status_code=422, form=form, errors=list(errors)
    )


async def _report_page(
    request: WebRequest,
    actor: Actor,
    tag: str,
    refused: Invalid | None = None,
    photos: FormPhotos | None = None,
) -> Response[str]:
    asset = await repairs.get_reportable(actor, tag)
    kept, wrong = await photos.keep(actor) if photos else ([], [])
    return render(
        request,
        "inventory/work_orders/report.html",
        status_code=422 if refused else 200,
        asset=asset,
        key=uuid4().hex,
        form={
            "severity": "normal",
            "usable": "yes",
            **(await as_typed(request) if refused else {}),
        },
        kept_photos=kept,
        errors=[*refused.errors, *wrong] if refused else [],
    )
