"""The parameters of a JSON list, made from the Struct of its filters, so that each is said once."""

from inspect import Parameter, Signature
from typing import Annotated, Any, get_args

import msgspec
from litestar.constants import RESERVED_KWARGS
from litestar.di import NamedDependency, Provide
from litestar.params import QueryParameter

from api.http.schools import FIELD as SCHOOL_ID
from api.kit.lists import ListQuery
from api.kit.numbers import Limit, QueryId
from core.access import Actor
from core.numbers import Id
from core.paging import DEFAULT_LIMIT
from core.query import Orders

OfSchool = NamedDependency[int | None]
# Asked for by every list, so that its parameters are read after the actor is known: what does not
# depend on one another Litestar resolves in a task group, which costs more than all the reading.
ACTOR = Parameter("actor", Parameter.KEYWORD_ONLY, annotation=NamedDependency[Actor])
# What a field of a Struct and a parameter of a query can both be held to.
BOUNDS = ("gt", "ge", "lt", "le", "multiple_of", "pattern", "min_length", "max_length")


def asked_for(
    filters: type[msgspec.Struct],
    orders: Orders | None = None,
    *,
    without: tuple[str, ...] = (),
    is_paged: bool = True,
) -> Provide:
    """The dependency that reads a ``ListQuery[filters]`` from the query of a request for JSON.

    Each field is a parameter of its name, type, bounds and default, but for those ``without``, which
    keep their default; ``school_id`` is asked for as ``school``, by its code. ``limit`` and
    ``cursor`` come with it, and ``sort`` where the list has ``orders``. All of them stand in the
    API's description, as if the handler had them. What is not paged has only the filters.
    """
    parts = [
        (field, _parameter(field))
        for field in msgspec.structs.fields(filters)
        if field.name not in without
    ]
    sources = {field.name: parameter.name for field, parameter in parts}

    def read(**values: Any) -> ListQuery[Any]:
        given = {field: values[name] for field, name in sources.items()}
        limit = values.get("limit", DEFAULT_LIMIT)
        return ListQuery(filters(**given), values.get("cursor"), limit, values.get("sort"))

    parameters = [ACTOR, *(parameter for _, parameter in parts)]
    if is_paged:
        parameters += _page_parameters(orders)
    return Provide(_with_parameters(read, parameters), sync_to_thread=False)


def _page_parameters(orders: Orders | None) -> list[Parameter]:
    page = [
        _query_parameter("limit", Limit, DEFAULT_LIMIT),
        _query_parameter("cursor", Annotated[str | None, QueryParameter()], None),
    ]
    if orders is not None:
        # No Literal: what is wrong is then said by the list, with what would be right.
        named = QueryParameter(
            schema_extra={"enum": list(orders.names)},
            description="The order: by one column, downwards with - before it.",
        )
        page.append(_query_parameter("sort", Annotated[str | None, named], None))
    return page


def _with_parameters(read: Any, parameters: list[Parameter]) -> Any:
    signature = Signature(parameters, return_annotation=ListQuery[Any])
    read.__signature__ = signature
    hints = {name: one.annotation for name, one in signature.parameters.items()}
    read.__annotations__ = hints | {"return": ListQuery[Any]}
    return read


def _parameter(field: msgspec.structs.FieldInfo) -> Parameter:
    if field.name == SCHOOL_ID:
        return _query_parameter("of_school", OfSchool, Parameter.empty)
    name = field.name
    is_reserved = name in RESERVED_KWARGS
    annotation = _annotation(field.type, name if is_reserved else None)
    default = Parameter.empty if field.default is msgspec.NODEFAULT else field.default
    return _query_parameter(f"asked_{name}" if is_reserved else name, annotation, default)


def _query_parameter(name: str, annotation: Any, default: Any) -> Parameter:
    return Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


def _annotation(kind: Any, name: str | None) -> Any:
    """The type of a field as that of a parameter, which has its bounds outside of "or None"."""
    if kind in (Id, Id | None):
        return QueryId
    bounds: dict[str, Any] = {}
    parts = []
    for part in (kind,) if hasattr(kind, "__metadata__") else get_args(kind) or (kind,):
        for meta in getattr(part, "__metadata__", ()):
            bounds |= {bound: getattr(meta, bound, None) for bound in (*BOUNDS, "description")}
        parts.append(get_args(part)[0] if hasattr(part, "__metadata__") else part)
    plain = kind if not bounds else _union(parts)
    return Annotated[plain, QueryParameter(name=name, **bounds)]


def _union(parts: list[Any]) -> Any:
    whole = parts[0]
    for part in parts[1:]:
        whole = whole | part
    return whole
