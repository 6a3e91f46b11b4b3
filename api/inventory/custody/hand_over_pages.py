"""The page of a hand-over: its receipt, the field to sign in; and the button that resolves what lacks."""

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from api import urls
from api.http.access import allow
from api.http.types import WebRequest
from api.inventory.drawings import as_path, read_strokes
from api.kit.flash import see_other
from api.kit.forms import Form, read_form
from api.kit.numbers import PathId
from api.kit.page_handlers import posted, shown, to
from api.kit.rendering import render
from core import schools
from core.access import Actor
from core.errors import say
from core.permissions import COUNT_KITS, EDIT_EQUIPMENT, READ_EQUIPMENT
from inventory import custody
from inventory.borrowers import SOMEBODY
from inventory.custody import HandOver, NewSignature, Resolution
from inventory.signatures import BOARD_HEIGHT, BOARD_WIDTH


class SignForm(msgspec.Struct, frozen=True):
    """Who signs, and the strokes as the script writes them: "x y x y;x y …"."""

    signer: str
    strokes: str = ""
    terms: str = ""


async def _hand_over_page(
    request: WebRequest, actor: Actor, hand_over_id: int, form: Form | None = None
) -> Response[str]:
    found = await custody.get_hand_over(actor, hand_over_id)
    named = {(item.holder_kind, item.holder) for item in found.items}
    kind, holder = named.pop() if len(named) == 1 else (None, None)
    is_erased = any(item.holder is None for item in found.items)
    return render(
        request,
        "inventory/custody/hand_over.html",
        form=(form or Form()).with_defaults(signer=holder if kind in SOMEBODY and holder else ""),
        hand_over=found,
        school=await schools.get_school(actor, found.school_id),
        drawn=as_path(found.signature.strokes) if found.signature else "",
        board=(BOARD_WIDTH, BOARD_HEIGHT),
        may_count=actor.can_at(found.school_id, COUNT_KITS)
        and any(item.is_kit for item in found.items),
        may_sign=actor.can_at(found.school_id, EDIT_EQUIPMENT)
        and not (found.is_signed or is_erased),
    )


async def _sign(actor: Actor, hand_over_id: int, form: SignForm) -> HandOver:
    drawn = NewSignature(form.signer, read_strokes(form.strokes), form.terms)
    return await custody.sign(actor, hand_over_id, drawn)


@post(
    urls.resolve_shortage,
    guards=[allow(EDIT_EQUIPMENT, tokens=False)],
    include_in_schema=False,
)
async def resolve_shortage(
    request: WebRequest, actor: NamedDependency[Actor], shortage_id: PathId
) -> Redirect:
    """A button on the asset's page: how the parts came back, or that they do not."""
    # Of what one may not see, nothing is asked.
    await custody.get_shortage(actor, shortage_id)
    resolution = await read_form(request, Resolution)
    resolved = await custody.resolve_shortage(actor, shortage_id, resolution)
    return see_other(urls.asset(resolved.tag), say("Saved."))


PAGES: list[ControllerRouterHandler] = [
    shown(urls.hand_over, _hand_over_page, READ_EQUIPMENT),
    posted(
        urls.sign_hand_over,
        SignForm,
        _sign,
        then=to(urls.hand_over, say("It is signed.")),
        page=_hand_over_page,
        allowed=EDIT_EQUIPMENT,
    ),
    resolve_shortage,
]
