"""The page of one work order, fresh or after a refusal with what was typed."""

from collections.abc import Mapping
from typing import Any

from litestar import Response

from api.http.types import WebRequest
from api.inventory.options import stock_options
from api.kit.forms import Form
from api.kit.photos import FormPhotos
from api.kit.rendering import render
from api.kit.repeats import KEY_FIELD, new_key
from core.access import Actor
from core.permissions import EDIT_EQUIPMENT, REPORT_FAULTS
from inventory import repairs, visitors
from inventory.repairs import Action
from inventory.stock import find_choices

# Where people write sentences: nobody should have to write them twice.
SENTENCES = ("found", "done", "text", "resolution", "reason")


async def order_page(
    request: WebRequest,
    actor: Actor,
    order_id: int,
    form: Form | None = None,
    *,
    part: str = "",
    photos: FormPhotos | None = None,
) -> Response[str]:
    """The order; after a refusal with what was typed in ``form``, ``part`` being which of them.

    What was written for an order that somebody else has closed meanwhile stands in the form for
    remarks, the only one that is left.
    """
    order = await repairs.get_work_order(actor, order_id)
    actions = repairs.actions_for(actor, order)
    others = await repairs.list_of_asset(actor, order.asset_id, limit=10)
    precedents = (await repairs.list_precedents(actor, order_id)).items
    form = form or Form()
    if order.is_closed and (written := _written(form.values)):
        part, form = "comment", form.with_values(text=written)
    may_write = repairs.may_work_on(actor, order) and not order.is_closed
    keeps_stock = actor.can_at(order.school_id, EDIT_EQUIPMENT)
    kept, wrong = await photos.keep(actor) if photos and may_write else ([], [])
    return render(
        request,
        "inventory/work_orders/order.html",
        order=order,
        entries=await repairs.list_entries(actor, order_id),
        actions=actions,
        candidates=(
            await repairs.find_assignees(actor, order.school_id) if Action.assign in actions else []
        ),
        may_write=may_write,
        order_parts=await repairs.list_parts(actor, order_id),
        keeps_stock=keeps_stock,
        stock=(
            stock_options(await find_choices(actor, order.school_id, like_parts=[]))
            if keeps_stock and not order.is_closed
            else []
        ),
        contacts=await visitors.find_contacts(actor, order_id),
        kept_photos=kept,
        may_comment=order.school_id in actor.school_ids_with(REPORT_FAULTS),
        others=[other for other in others if other.id != order.id],
        precedents=precedents,
        repeated=repairs.find_repeated(order, precedents),
        changes=await repairs.list_history(actor, order_id),
        key=form.values.get(KEY_FIELD) or new_key(),
        part=part,
        form=form.with_errors(*wrong),
    )


def _written(form: Mapping[str, Any]) -> str:
    return "\n".join(text for name in SENTENCES if (text := form.get(name, "").strip()))
