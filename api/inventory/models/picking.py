"""A model in a form: typed while the list helps, chosen among those that fit, or added right there."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import msgspec
from litestar import Response, get
from litestar.datastructures import FormMultiDict, MultiDict
from litestar.di import NamedDependency

from api import urls
from api.http.access import in_person
from api.http.types import WebRequest
from api.kit.forms import Form, convert_form
from api.kit.rendering import render
from api.kit.submission import Once, attempt
from core.access import Actor
from core.errors import FieldError, Invalid, say
from inventory import models
from inventory.models import AssetKind, AssetModel, ModelFacts

T = TypeVar("T", bound=msgspec.Struct)
R = TypeVar("R")
WHICH = "which_model"
A_FEW = 20


class NewModelForm(msgspec.Struct, frozen=True):
    """A model that is not in the list yet."""

    new_model_kind: AssetKind | None = None
    new_model_brand: str = ""
    new_model_name: str = ""


class Picked(msgspec.Struct, frozen=True):
    """A model of the list, or the facts of one to be added."""

    model_id: int = 0
    facts: ModelFacts | None = None


class TitleQuery(msgspec.Struct, frozen=True):
    """What is typed so far."""

    model_title: str = ""


@get(urls.asset_model_titles, guards=[in_person], include_in_schema=False)
async def list_titles(request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
    """The names that fit what is typed, for the field's list."""
    query = convert_form(request.query_params, TitleQuery)
    found = await models.find_titled(actor, query.model_title, limit=A_FEW)
    return render(request, "inventory/models/titles.html", titles=[one.title for one in found])


async def submit_with_model(
    request: WebRequest,
    actor: Actor,
    form_type: type[T],
    call: Callable[[T, ModelFacts | None], Awaitable[R]],
    *,
    then: Callable[[R], Response[Any]],
    page: Callable[[Form], Awaitable[Response[str]]],
    current: int = 0,
    fields: Mapping[str, str] | None = None,
    once: Once[R] | None = None,
) -> Response[Any]:
    """:func:`api.kit.submission.submit` for a form whose model is typed, chosen or added in it."""

    async def work() -> R:
        typed = await request.form()
        return await call(*await convert_with_model(actor, typed, form_type, current=current))

    return await attempt(request, work, then=then, page=page, fields=fields, once=once)


async def convert_with_model(
    actor: Actor, form: FormMultiDict | MultiDict[Any], form_type: type[T], *, current: int = 0
) -> tuple[T, ModelFacts | None]:
    """A form whose ``model_id`` is typed in words, and the facts of a model to be added.

    ``current`` is the model that it has now, which wins over others of the same name. Invalid with
    all errors of the form; one of them has the code ``which_model`` if the words do not tell.
    """
    errors: list[FieldError] = []
    picked = Picked()
    try:
        picked = await _pick(actor, form, current)
    except Invalid as refused:
        errors += refused.errors
    filled = MultiDict([*form.multi_items(), ("model_id", str(picked.model_id))])
    try:
        value = convert_form(filled, form_type)
    except Invalid as refused:
        errors += refused.errors
    if errors:
        raise Invalid(errors)
    return value, picked.facts


async def find_model(actor: Actor, form: FormMultiDict | MultiDict[Any]) -> int | None:
    """The model that a filter names in words, None if it names none; else Invalid."""
    if not str(form.get("model_title") or form.get("model_id") or "").strip():
        return None
    return (await _pick(actor, form, 0)).model_id


async def choices(actor: Actor, form: Form) -> dict[str, Any]:
    """What the field needs: a few names to begin with, and those that fit when it was unclear."""
    fitting: list[AssetModel] = []
    if any(error.code == WHICH for error in form.errors):
        typed = str(form.values.get("model_title", ""))
        fitting = await models.find_titled(actor, typed, limit=A_FEW)
    return {
        "model_titles": [model.title for model in await models.find_titled(actor, limit=A_FEW)],
        "fitting_models": fitting,
    }


async def _pick(actor: Actor, form: FormMultiDict | MultiDict[Any], current: int) -> Picked:
    chosen = str(form.get("model_id") or "")
    if chosen.isdecimal() and len(chosen) < 16:
        return Picked(int(chosen))
    new = convert_form(form, NewModelForm)
    if new.new_model_name:
        return Picked(facts=_facts(new))
    text = str(form.get("model_title") or "").strip()
    if not text:
        raise Invalid.of("model_title", say("Fill in this field"), code="required")
    named = [model.id for model in await models.find_titled(actor, text, exactly=True)]
    if current in named:
        return Picked(current)
    if len(named) == 1:
        return Picked(named[0])
    if named or await models.find_titled(actor, text, limit=1):
        raise Invalid.of("model_title", say("Choose which of these models it is"), code=WHICH)
    raise Invalid.of(
        "model_title", say("No model has this name; add it below"), code="unknown_model"
    )


def _facts(new: NewModelForm) -> ModelFacts:
    if new.new_model_kind is None:
        raise Invalid.of(
            "new_model_kind", say("A model that is not in the list needs its kind"), code="required"
        )
    facts = ModelFacts(new.new_model_kind, new.new_model_name, new.new_model_brand)
    try:
        return models.checked(facts)
    except Invalid as refused:
        raise Invalid(
            msgspec.structs.replace(error, field=f"new_model_{error.field}")
            for error in refused.errors
        ) from refused
