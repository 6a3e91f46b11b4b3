"""The pages of kits: one with its parts, its count, what closes its gaps, and a model's parts list."""

from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from api import urls
from api.http.access import allow, in_person
from api.http.types import WebRequest
from api.inventory.attachments.gallery import Gallery, gallery_of
from api.inventory.custody.desk import ASKED_BY_SCRIPT
from api.inventory.kits.forms import (
    carried_over,
    counted_values,
    deviations,
    list_values,
    naming,
    posted_parts,
    rows_shown,
)
from api.inventory.options import school_codes, stock_options
from api.kit.flash import SeeOther, see_other
from api.kit.forms import LONG_FORM_BYTES, Form, convert_form, read_form
from api.kit.numbers import PathId
from api.kit.rendering import render
from api.kit.repeats import new_key
from api.kit.submission import Once, attempt, submit
from core.access import Actor
from core.errors import Message, say
from core.numbers import Id
from core.permissions import COUNT_KITS, EDIT_EQUIPMENT, READ_EQUIPMENT
from inventory import attachments, kits, models
from inventory.kits import KitDetails, KitSupply, NewKitCount, NewPartsList, PartsList, Phase
from inventory.scope import school_id_of
from inventory.stock import find_choices


class CountForm(msgspec.Struct, frozen=True):
    """What a count says beside its parts."""

    parts_list_id: Id
    phase: Phase = Phase.check
    note: str = ""


class _Where(msgspec.Struct, frozen=True):
    """Which parts list a page shows: a school's own, or the common one."""

    school: str | None = None


class ListForm(msgspec.Struct, frozen=True):
    """What a parts list says beside its parts."""

    revision: int = 0
    school: str | None = None
    note: str = ""


COUNTS = allow(COUNT_KITS, tokens=False)
KEEPS = allow(EDIT_EQUIPMENT, tokens=False)


class KitPages(Controller):
    """/kits/…, and the parts list of a model"""

    include_in_schema = False

    @get(urls.kit, guards=[in_person])
    async def show(
        self, request: WebRequest, actor: NamedDependency[Actor], tag: FromPath[str]
    ) -> Response[str]:
        return await _kit_page(request, actor, tag)

    @post(urls.supply_kit, guards=[KEEPS])
    async def supply(
        self, request: WebRequest, actor: NamedDependency[Actor], tag: FromPath[str]
    ) -> Response[Any]:
        return await submit(
            request,
            KitSupply,
            lambda supply: kits.supply_kit(actor, tag, supply),
            then=lambda kit: see_other(urls.kit(kit.tag), say("Saved.")),
            page=lambda form: _kit_page(request, actor, tag, _of_its_part(form)),
            once=Once(actor, KitDetails),
        )

    @get(urls.count_kit, guards=[COUNTS])
    async def show_count(
        self, request: WebRequest, actor: NamedDependency[Actor], tag: FromPath[str]
    ) -> Response[str]:
        return await _count_page(request, actor, tag)

    @post(urls.count_kit, guards=[COUNTS], request_max_body_size=LONG_FORM_BYTES)
    async def count(
        self, request: WebRequest, actor: NamedDependency[Actor], tag: FromPath[str]
    ) -> Response[Any]:
        answer = await attempt(
            request,
            lambda: _count(request, actor, tag),
            then=lambda kit: see_other(urls.kit(kit.tag), _said(kit)),
            page=lambda form: _count_page(request, actor, tag, form),
            once=Once(actor, KitDetails),
        )
        if isinstance(answer, SeeOther):
            answer.is_told = ASKED_BY_SCRIPT in request.headers
        return answer

    @get(urls.parts_list, guards=[in_person])
    async def show_list(
        self, request: WebRequest, actor: NamedDependency[Actor], model_id: PathId
    ) -> Response[str]:
        return await _list_page(request, actor, model_id)

    @post(urls.parts_list, guards=[KEEPS], request_max_body_size=LONG_FORM_BYTES)
    async def write_list(
        self, request: WebRequest, actor: NamedDependency[Actor], model_id: PathId
    ) -> Response[Any]:
        return await attempt(
            request,
            lambda: _write_list(request, actor, model_id),
            then=lambda made: see_other(
                urls.parts_list(model_id, **({"school": made.school} if made.school else {})),
                say("Saved: {count} parts.", count=len(made.parts)),
            ),
            page=lambda form: _list_page(request, actor, model_id, form),
        )

    @get(urls.kit_part, guards=[in_person])
    async def show_part(self, actor: NamedDependency[Actor], kit_part_id: PathId) -> Response[Any]:
        """The list in which it stands, at its line."""
        part = await kits.get_part(actor, kit_part_id)
        return see_other(f"{urls.parts_list(part.model_id)}#part-{kit_part_id}")


def _of_its_part(form: Form) -> Form:
    """A refused form with its errors at the fields of its part, which has one of many such forms."""
    part = form.values.get("line_id", "")
    placed = [
        msgspec.structs.replace(error, field=error.field and f"{error.field}-{part}")
        for error in form.errors
    ]
    return msgspec.structs.replace(form, errors=tuple(placed))


def _said(kit: KitDetails) -> Message:
    if kit.missing or kit.damaged:
        return say(
            "Counted. Missing: {missing}, damaged: {damaged}.",
            missing=kit.missing,
            damaged=kit.damaged,
        )
    return say("Counted: everything is there.")


async def _count(request: WebRequest, actor: Actor, tag: str) -> KitDetails:
    said = await read_form(request, CountForm)
    lines = deviations(await request.form())
    with naming(lambda error: f"missing_{lines[error.index or 0].line_id}"):
        return await kits.count_kit(
            actor, tag, NewKitCount(said.parts_list_id, lines, said.phase, said.note)
        )


async def _write_list(request: WebRequest, actor: Actor, model_id: int) -> PartsList:
    said = await read_form(request, ListForm)
    parts, numbers = posted_parts(await request.form())
    with naming(lambda error: f"{error.field}_{numbers[error.index or 0]}"):
        return await kits.write_parts_list(
            actor, model_id, NewPartsList(parts, said.revision, said.school, said.note)
        )


async def _kit_page(
    request: WebRequest, actor: Actor, tag: str, form: Form | None = None
) -> Response[str]:
    kit = await kits.get_kit(actor, tag)
    lacking = [part.part for part in kit.parts if part.missing or part.damaged]
    may_write = actor.can_at(kit.school_id, EDIT_EQUIPMENT)
    return render(
        request,
        "inventory/kits/kit.html",
        form=(form or Form()).with_defaults(key=new_key()),
        kit=kit,
        moves=await kits.list_kit_moves(actor, tag),
        gallery=await _gallery(actor, kit),
        may_count=actor.can_at(kit.school_id, COUNT_KITS),
        may_write=may_write,
        stock=(
            stock_options(await find_choices(actor, kit.school_id, like_parts=lacking))
            if may_write and lacking
            else []
        ),
    )


async def _gallery(actor: Actor, kit: KitDetails) -> Gallery:
    """The photographs of the packed box, or of its model while it has none of its own."""
    subject = await attachments.of_asset(actor, kit.tag)
    return await gallery_of(actor, subject, model_id=kit.model_id)


async def _count_page(
    request: WebRequest, actor: Actor, tag: str, form: Form | None = None
) -> Response[str]:
    kit = await kits.get_kit(actor, tag)
    actor.require(kit.school_id, COUNT_KITS)
    asked = request.query_params.get("phase")
    begun = {
        "key": new_key(),
        "phase": asked if asked in list(Phase) else Phase.check,
        **counted_values(kit),
    }
    given = form or Form()
    carried = await carried_over(kit, given.values)
    given = given.with_values(**carried, parts_list_id=kit.parts_list_id).with_defaults(**begun)
    gallery = await _gallery(actor, kit)
    return render(request, "inventory/kits/count.html", form=given, kit=kit, gallery=gallery)


async def _list_page(
    request: WebRequest, actor: Actor, model_id: int, form: Form | None = None
) -> Response[str]:
    model = await models.get_model(actor, model_id)
    schools = await school_codes(request, actor, READ_EQUIPMENT)
    written = [code for code, _ in await school_codes(request, actor, EDIT_EQUIPMENT)]
    asked = convert_form(request.query_params, _Where).school
    school = str(form.values.get("school") or "") if form else asked
    if school:
        await school_id_of(actor, school)
    found = await kits.find_parts_list(actor, model_id, school=school or None)
    given = form or Form({**list_values(found), "school": school})
    if given.status == 409:
        # Sent again, it is sent knowingly.
        given = given.with_values(revision=found.revision if found else 0)
    return render(
        request,
        "inventory/kits/parts_list.html",
        form=given,
        model=model,
        found=found,
        school=school,
        whose=[
            (name, urls.parts_list(model_id, school=code), code == school) for code, name in schools
        ],
        rows=rows_shown(given.values),
        may_write=school in written if school else bool(written),
    )
