"""Fixed and closed: one form for what was found and what helped, from an order or from an asset."""

from collections.abc import Sequence
from typing import Any

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from api import urls
from api.http.access import allow
from api.http.types import WebRequest
from api.inventory.options import stock_options
from api.inventory.work_orders.entry_forms import PART_FIELDS, FixForm
from api.kit.flash import see_other
from api.kit.forms import PHOTO_FORM_BYTES, Form
from api.kit.numbers import PathId
from api.kit.photos import FormPhotos, read_photos
from api.kit.rendering import render
from api.kit.repeats import KEY_FIELD, new_key
from api.kit.submission import Once, submit
from core.access import Actor
from core.database import transaction
from core.errors import say
from core.numbers import Id
from core.permissions import EDIT_EQUIPMENT, MANAGE_WORK_ORDERS
from inventory import repairs
from inventory.repairs import ReportableAsset, WorkOrder
from inventory.repairs.opening import REPORTED
from inventory.stock import find_choices

MANAGES = allow(MANAGE_WORK_ORDERS, tokens=False)


class FixPages(Controller):
    """/work-orders/{id}/fix and /assets/{tag}/fix"""

    include_in_schema = False

    @get(urls.fix_work_order, guards=[MANAGES])
    async def ask_of_order(
        self,
        request: WebRequest,
        actor: NamedDependency[Actor],
        order_id: PathId,
        like: FromQuery[Id | None] = None,
    ) -> Response[Any]:
        """Filled with what helped in the order ``like``, if that is one of its precedents."""
        return await _order_form(request, actor, order_id, like=like)

    @post(urls.fix_work_order, guards=[MANAGES], request_max_body_size=PHOTO_FORM_BYTES)
    async def fix_order(
        self, request: WebRequest, actor: NamedDependency[Actor], order_id: PathId
    ) -> Response[Any]:
        photos = await read_photos(request)

        async def store() -> None:
            order = await repairs.get_work_order(actor, order_id)
            actor.require(order.school_id, MANAGE_WORK_ORDERS)
            await photos.store()

        async def fix(form: FixForm) -> WorkOrder:
            async with transaction(actor):
                return await repairs.fix(
                    actor, order_id, form.fix(), photos=await photos.take(actor)
                )

        return await submit(
            request,
            FixForm,
            fix,
            then=_done,
            page=lambda form: _order_form(request, actor, order_id, form, photos),
            fields=PART_FIELDS,
            once=Once(actor, WorkOrder, store),
        )

    @get(urls.fix_asset, guards=[MANAGES])
    async def ask_of_asset(
        self,
        request: WebRequest,
        actor: NamedDependency[Actor],
        tag: FromPath[str],
        like: FromQuery[Id | None] = None,
    ) -> Response[Any]:
        asset = await _fixable(actor, tag)
        reported = await repairs.find_reported(asset.id)
        if reported is not None:
            return see_other(urls.fix_work_order(reported))
        return await _asset_form(request, actor, tag, like=like)

    @post(urls.fix_asset, guards=[MANAGES], request_max_body_size=PHOTO_FORM_BYTES)
    async def fix_asset(
        self, request: WebRequest, actor: NamedDependency[Actor], tag: FromPath[str]
    ) -> Response[Any]:
        photos = await read_photos(request)

        async def store() -> None:
            await _fixable(actor, tag)
            await photos.store()

        async def fix(form: FixForm) -> WorkOrder:
            async with transaction(actor):
                return await repairs.fix_asset(
                    actor, tag, form.fix(), photos=await photos.take(actor)
                )

        return await submit(
            request,
            FixForm,
            fix,
            then=_done,
            page=lambda form: _asset_form(request, actor, tag, form, photos),
            fields=PART_FIELDS,
            once=Once(actor, WorkOrder, store),
        )


def _done(order: WorkOrder) -> Response[Any]:
    return see_other(urls.work_order(order.id), say("Completed."))


async def _fixable(actor: Actor, tag: str) -> ReportableAsset:
    asset = await repairs.get_reportable(actor, tag)
    actor.require(asset.school_id, MANAGE_WORK_ORDERS)
    return asset


async def _order_form(
    request: WebRequest,
    actor: Actor,
    order_id: int,
    form: Form | None = None,
    photos: FormPhotos | None = None,
    *,
    like: int | None = None,
) -> Response[Any]:
    """The form; a closed order has its own page in its place, unless something was typed."""
    order = await repairs.get_work_order(actor, order_id)
    actor.require(order.school_id, MANAGE_WORK_ORDERS)
    if order.is_closed and form is None:
        return see_other(urls.work_order(order_id))
    # What was typed is sent again for the order as it is now, which the page shows.
    form = (form or Form()).with_values(version=str(order.version))
    precedents = (await repairs.list_precedents(actor, order_id)).items
    form = _filled(form, precedents, like)
    return await _form(
        request, actor, order.school_id, form, photos, order=order, precedents=precedents
    )


async def _asset_form(
    request: WebRequest,
    actor: Actor,
    tag: str,
    form: Form | None = None,
    photos: FormPhotos | None = None,
    *,
    like: int | None = None,
) -> Response[Any]:
    asset = await _fixable(actor, tag)
    reported = await repairs.find_reported(asset.id)
    precedents = await repairs.find_precedents(actor, asset_id=asset.id, fault=REPORTED)
    return await _form(
        request,
        actor,
        asset.school_id,
        _filled(form or Form(), precedents, like),
        photos,
        asset=asset,
        reported=reported,
        precedents=precedents,
    )


def _filled(form: Form, precedents: Sequence[WorkOrder], like: int | None) -> Form:
    helped = next((one.resolution for one in precedents if one.id == like), None)
    return form if helped is None else form.with_values(done=helped)


async def _form(
    request: WebRequest,
    actor: Actor,
    school_id: int,
    form: Form,
    photos: FormPhotos | None,
    order: WorkOrder | None = None,
    asset: ReportableAsset | None = None,
    reported: int | None = None,
    precedents: Sequence[WorkOrder] = (),
) -> Response[Any]:
    kept, wrong = await photos.keep(actor) if photos else ([], [])
    keeps_stock = actor.can_at(school_id, EDIT_EQUIPMENT)
    return render(
        request,
        "inventory/work_orders/fix.html",
        form=form.with_values(**{KEY_FIELD: new_key(), **form.values}).with_errors(*wrong),
        kept_photos=kept,
        stock=(
            stock_options(await find_choices(actor, school_id, like_parts=[]))
            if keeps_stock
            else []
        ),
        order=order,
        asset=asset,
        reported=reported,
        precedents=precedents,
    )
