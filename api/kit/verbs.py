"""What a domain's verb says of itself, from which the handlers that call it are made.

The verbs of all nouns have one form: ``list_x(actor, filters, *, cursor, limit)``, ``get_x(actor,
x_id)``, ``create_x(actor, new)``, ``update_x(actor, x_id, facts)``, ``delete_x(actor, x_id)``.
"""

from collections.abc import Awaitable, Callable, Mapping
from inspect import Parameter, Signature, signature
from typing import Any, Protocol, TypeVar, get_type_hints

import msgspec

from api.kit.numbers import PathId
from core.access import Actor
from core.paging import Page

Q = TypeVar("Q", bound=msgspec.Struct, contravariant=True)
R = TypeVar("R")
F = TypeVar("F", bound=msgspec.Struct)

Get = Callable[[Actor, int], Awaitable[R]]
Create = Callable[[Actor, F], Awaitable[R]]
Update = Callable[[Actor, int, F], Awaitable[R]]
Delete = Callable[[Actor, int], Awaitable[R]]


class List(Protocol[Q, R]):
    """A verb that lists: the page of its rows that the filters and the cursor name."""

    def __call__(
        self, actor: Actor, filters: Q, /, *, cursor: str | None, limit: int
    ) -> Awaitable[Page[R]]: ...


class Verb:
    """The names and types of a verb's arguments after the actor, and the type of its answer."""

    def __init__(self, call: Callable[..., Any]) -> None:
        hints = get_type_hints(call, include_extras=True)
        positional = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
        names = [one.name for one in signature(call).parameters.values() if one.kind in positional]
        self.returns: Any = hints["return"]
        self.arguments: dict[str, Any] = {name: hints[name] for name in names[1:]}

    @property
    def key(self) -> str:
        """The name of the argument that says which row, as it stands in addresses: ``term_id``."""
        return next(iter(self.arguments))

    @property
    def struct(self) -> Any:
        """The type of the last argument: filters, or what is written."""
        return list(self.arguments.values())[-1]


def shaped(
    answer: Callable[..., Awaitable[Any]],
    parameters: Mapping[str, Any],
    returns: Any,
    *,
    key: str | None = None,
) -> Any:
    """A handler with these parameters and types, which Litestar reads off, that gives ``answer``'s.

    ``key`` is what the address calls the id of a row; ``answer`` takes it as ``key``.
    """

    async def handler(**given: Any) -> Any:
        if key is not None:
            given["key"] = given.pop(key)
        return await answer(**given)

    typed: Any = handler
    shown = {**parameters, key: PathId} if key is not None else dict(parameters)
    typed.__annotations__ = {**shown, "return": returns}
    typed.__signature__ = Signature(
        [
            Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation)
            for name, annotation in shown.items()
        ],
        return_annotation=returns,
    )
    return typed
