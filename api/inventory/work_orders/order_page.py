"""The page of one work order, fresh or after a refusal with what was typed."""

from typing import Any
from uuid import uuid4

from litestar import Response

from api.http.types import WebRequest
from api.kit.forms import as_typed
from api.kit.photos import FormPhotos
from api.kit.rendering import render
from core.access import Actor
from core.errors import Conflict, FieldError, Invalid
from core.permissions import REPORT_FAULTS
from inventory import repairs
from inventory.repairs import Action

# Where people write sentences: nobody should have to write them twice.
SENTENCES = ("found", "done", "text", "resolution", "reason")


async def order_page(
    request: WebRequest,
    actor: Actor,
    order_id: int,
    *,
    refused: Invalid | Conflict | None = None,
    part: str = "",
    photos: FormPhotos | None = None,
) -> Response[str]:
    """The order; after a refusal with what was typed, ``part`` being the form it was typed in.

    What was written for an order that somebody else has closed meanwhile stands in the form for
    remarks, the only one that is left.
    """
    order = await repairs.get_work_order(actor, order_id)
    actions = repairs.actions_for(actor, order)
    others = await repairs.of_asset(actor, order.asset_id, limit=10)
    form = await as_typed(request) if refused else {}
    if order.is_closed and (written := _written(form)):
        part, form = "comment", {"text": written}
    may_write = repairs.may_work_on(actor, order) and not order.is_closed
    kept, wrong = await photos.keep(actor) if photos and may_write else ([], [])
    return render(
        request,
        "inventory/work_orders/order.html",
        status_code=_status_of(refused),
        order=order,
        entries=await repairs.entries_of(actor, order_id),
        actions=actions,
        candidates=(
            await repairs.candidates(actor, order.school_id) if Action.assign in actions else []
        ),
        may_write=may_write,
        kept_photos=kept,
        may_comment=order.school_id in actor.school_ids_with(REPORT_FAULTS),
        others=[other for other in others if other.id != order.id],
        changes=await repairs.history_of(actor, order_id),
        key=uuid4().hex,
        part=part,
        form=form,
        errors=[*_errors_of(refused), *wrong],
    )


def _written(form: dict[str, Any]) -> str:
    return "\n".join(text for name in SENTENCES if (text := form.get(name, "").strip()))


def _status_of(refused: Invalid | Conflict | None) -> int:
    if refused is None:
        return 200
    return 409 if isinstance(refused, Conflict) else 422


def _errors_of(refused: Invalid | Conflict | None) -> list[FieldError]:
    if isinstance(refused, Conflict):
        return [FieldError("", refused.message)]
    return list(refused.errors) if refused else []
