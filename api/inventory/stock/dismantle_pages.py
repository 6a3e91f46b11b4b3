"""The page on which a thing is taken apart: what is gained of it, and where that is put."""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from api import urls
from api.http.access import allow
from api.http.types import WebRequest
from api.inventory.kits.forms import NUMBER, ROW, WHOLE_NUMBER, naming
from api.inventory.options import place_options
from api.kit.flash import see_other
from api.kit.forms import LONG_FORM_BYTES, Form, read_form
from api.kit.rendering import render
from api.kit.repeats import new_key
from api.kit.submission import Once, attempt
from core.access import Actor
from core.errors import FieldError, say
from core.numbers import Id
from core.permissions import EDIT_EQUIPMENT
from core.texts import refuse
from inventory import assets, kits, stock
from inventory.assets import Asset
from inventory.stock import Dismantling, GainedPart
from inventory.stock.dismantling import MOST_GAINED

BLANK_ROWS = 5
KEEPS = allow(EDIT_EQUIPMENT, tokens=False)


class DismantleForm(msgspec.Struct, frozen=True):
    """What is said beside the parts."""

    place_id: Id | None = None
    reason: str = ""


class DismantlePages(Controller):
    """/assets/…/dismantle"""

    include_in_schema = False

    @get(urls.dismantle, guards=[KEEPS])
    async def show(
        self, request: WebRequest, actor: NamedDependency[Actor], tag: FromPath[str]
    ) -> Response[str]:
        return await _page(request, actor, tag)

    @post(urls.dismantle, guards=[KEEPS], request_max_body_size=LONG_FORM_BYTES)
    async def dismantle(
        self, request: WebRequest, actor: NamedDependency[Actor], tag: FromPath[str]
    ) -> Response[Any]:
        return await attempt(
            request,
            lambda: _dismantle(request, actor, tag),
            then=lambda asset: see_other(
                urls.asset(asset.tag), say("Taken apart: {tag}.", tag=asset.tag)
            ),
            page=lambda form: _page(request, actor, tag, form),
            once=Once(actor, Asset),
        )


async def _dismantle(request: WebRequest, actor: Actor, tag: str) -> Asset:
    said = await read_form(request, DismantleForm)
    parts, numbers = _gained(await request.form())
    with naming(lambda error: f"part_{numbers[error.index or 0]}"):
        return await stock.dismantle(actor, tag, Dismantling(parts, said.place_id, said.reason))


def _gained(form: Mapping[str, Any]) -> tuple[list[GainedPart], list[int]]:
    """The rows with a number, and where they stand: of the others nothing is gained."""
    parts, numbers, errors = [], [], []
    for row in range(MOST_GAINED):
        text = str(form.get(f"quantity_{row}", "")).strip()
        if not NUMBER.fullmatch(text or "0"):
            errors.append(FieldError(f"quantity_{row}", WHOLE_NUMBER, "number"))
        elif int(text or "0"):
            parts.append(GainedPart(int(text), name=str(form.get(f"part_{row}", ""))))
            numbers.append(row)
    refuse(errors)
    return parts, numbers


async def _page(
    request: WebRequest, actor: Actor, tag: str, form: Form | None = None
) -> Response[str]:
    asset = await assets.get_asset(actor, tag)
    actor.require(asset.school_id, EDIT_EQUIPMENT)
    kit = await kits.find_kit(actor, asset.tag)
    listed = (await kits.get_kit(actor, asset.tag)).parts if kit else []
    names = {f"part_{n}": one.part for n, one in enumerate(listed)}
    given = (form or Form(dict(names))).with_defaults(key=new_key(), place_id=asset.place_id)
    filled = [int(found[2]) for name in given.values if (found := ROW.fullmatch(name))]
    return render(
        request,
        "inventory/stock/dismantle.html",
        form=given,
        asset=asset,
        rows=min(max(filled, default=-1) + 1 + (0 if form else BLANK_ROWS), MOST_GAINED),
        can_dismantle=await stock.can_dismantle(actor, asset),
        places=await place_options(actor, school_id=asset.school_id),
    )
