"""What is done with a transfer by the forms and buttons of its page."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from litestar import Response

from api import urls
from api.http.types import WebRequest
from api.inventory.custody.desk import split_tags
from api.inventory.drawings import read_strokes
from api.inventory.transfers.pages import transfer_page
from api.kit.flash import see_other
from api.kit.forms import Form, Nothing
from api.kit.page_handlers import posted, to
from core.access import Actor
from core.errors import say
from core.numbers import Id
from core.permissions import EDIT_EQUIPMENT
from inventory import transfers
from inventory.transfers import (
    ExtraDecision,
    LineResolution,
    MissingEnd,
    MoreLines,
    NewDueDay,
    ReturnOf,
    Side,
    SideSignature,
    Transfer,
)


class MoreForm(msgspec.Struct, frozen=True):
    """More things for a draft, as they were scanned or typed."""

    tags: str


class ResolutionForm(msgspec.Struct, frozen=True):
    """What became of a missing thing, and where it is now."""

    resolution: MissingEnd
    reason: str = ""
    place_id: Id | None = None


class SignForm(msgspec.Struct, frozen=True):
    """Who signs for which school, and the strokes as the script writes them."""

    side: Side
    signer: str
    strokes: str = ""


async def _add(actor: Actor, transfer_id: int, form: MoreForm) -> Transfer:
    return await transfers.add_to_transfer(actor, transfer_id, MoreLines(split_tags(form.tags)))


async def _resolve(actor: Actor, transfer_id: int, line_id: int, form: ResolutionForm) -> Transfer:
    new = LineResolution(form.resolution, form.reason, form.place_id)
    return await transfers.resolve_line(actor, transfer_id, line_id, new)


async def _sign(actor: Actor, transfer_id: int, form: SignForm) -> Transfer:
    drawn = SideSignature(form.signer, read_strokes(form.strokes), side=form.side)
    return await transfers.sign_transfer(actor, transfer_id, drawn)


async def _begin_return(actor: Actor, transfer_id: int) -> Transfer:
    return await transfers.begin_return(actor, transfer_id, ReturnOf())


async def _page_of(
    request: WebRequest, actor: Actor, transfer_id: int, *more: Any
) -> Response[str]:
    """The transfer's page for a refused form, whatever stood behind the transfer in its address."""
    return await transfer_page(request, actor, transfer_id, _placed(more[-1]))


def _placed(form: Form) -> Form:
    """A refused form with its errors at the fields of its row, which has one of many such forms."""
    for row, before in (("line", ""), ("extra", "extra-")):
        if number := form.values.get(row):
            placed = [
                msgspec.structs.replace(
                    error, field=error.field and f"{before}{error.field}-{number}"
                )
                for error in form.errors
            ]
            return msgspec.structs.replace(form, errors=tuple(placed))
    return form


def _without_form(call: Callable[..., Awaitable[Transfer]]) -> Callable[..., Awaitable[Transfer]]:
    """A button's call: its form holds nothing."""
    return lambda *ids: call(*ids[:-1])


_BACK = to(urls.transfer, say("Saved."))
FORMS = [
    posted(
        urls.add_to_transfer, MoreForm, _add, then=_BACK, page=_page_of, allowed=EDIT_EQUIPMENT
    ),
    posted(
        urls.resolve_transfer_line, ResolutionForm, _resolve,
        then=_BACK, page=_page_of, allowed=EDIT_EQUIPMENT,
    ),
    posted(
        urls.resolve_transfer_extra, ExtraDecision, transfers.resolve_extra,
        then=_BACK, page=_page_of, allowed=EDIT_EQUIPMENT,
    ),
    posted(
        urls.transfer_due_day, NewDueDay, transfers.set_due_day,
        then=_BACK, page=_page_of, allowed=EDIT_EQUIPMENT,
    ),
    posted(
        urls.sign_transfer, SignForm, _sign,
        then=to(urls.transfer, say("It is signed.")), page=_page_of, allowed=EDIT_EQUIPMENT,
    ),
    *(
        posted(
            address, Nothing, _without_form(call),
            then=then, page=_page_of, allowed=EDIT_EQUIPMENT,
        )
        for address, call, then in (
            (urls.take_from_transfer, transfers.take_from_transfer, _BACK),
            (
                urls.send_transfer,
                transfers.send_transfer,
                to(
                    urls.transfer, say("It is under way. Print the paper and let it go along.")
                ),
            ),
            (
                urls.cancel_transfer,
                transfers.cancel_transfer,
                to(urls.transfer, say("It is called off; everything is free again.")),
            ),
            (
                urls.return_transfer,
                _begin_return,
                lambda made, *_: see_other(
                    urls.transfer(made.id),
                    say("The way back is put together. Check it, then send it."),
                ),
            ),
        )
    ),
]  # fmt: skip
