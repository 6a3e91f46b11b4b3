"""What a domain's verb says of itself, from which the handlers that call it are made.

The verbs of all nouns have one form: ``list_x(actor, filters, *, cursor, limit)``, ``get_x(actor,
x_id)``, ``create_x(actor, new)``, ``update_x(actor, x_id, facts)``, ``delete_x(actor, x_id)``, and
``step(actor, x_id, …)``. Between actor and facts may stand what the installation supplies.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from inspect import Parameter, Signature, signature
from typing import Any, get_type_hints
from uuid import UUID

PLACE_TYPES: dict[Any, str] = {UUID: "uuid", str: "str"}


class Verb:
    """The names and types of a verb's arguments after the actor, and the type of its answer.

    ``options`` are those that are only named. ``supplied`` are none of a request's.
    """

    def __init__(self, call: Callable[..., Any], supplied: Iterable[str] = ()) -> None:
        hints = get_type_hints(call, include_extras=True)
        _, *parameters = signature(call).parameters.values()
        self.returns: Any = hints["return"]
        self.arguments: dict[str, Any] = {}
        self.options: dict[str, tuple[Any, Any]] = {}
        for one in parameters:
            if one.name in supplied:
                continue
            if one.kind is Parameter.KEYWORD_ONLY:
                self.options[one.name] = (hints[one.name], one.default)
            else:
                self.arguments[one.name] = hints[one.name]

    @property
    def key(self) -> str:
        """The name of the argument that says which row, as it stands in addresses: ``term_id``."""
        return next(iter(self.arguments))

    @property
    def place(self) -> str:
        """What stands for a row in addresses: ``{term_id:int}``."""
        kind = self.arguments[self.key]
        return f"{{{self.key}:{PLACE_TYPES.get(kind, 'int')}}}"

    @property
    def struct(self) -> Any:
        """The type of the last argument: filters, or what is written."""
        return list(self.arguments.values())[-1]


def shaped(
    answer: Callable[..., Awaitable[Any]],
    parameters: Mapping[str, Any],
    returns: Any,
    *,
    optional: frozenset[str] = frozenset(),
) -> Any:
    """A handler with these parameters and types, which Litestar reads off, that gives ``answer``'s.

    What is ``optional`` is None where it is not sent.
    """

    async def handler(**given: Any) -> Any:
        return await answer(**given)

    typed: Any = handler
    typed.__annotations__ = {**parameters, "return": returns}
    typed.__signature__ = Signature(
        [
            Parameter(
                name,
                Parameter.KEYWORD_ONLY,
                annotation=annotation,
                default=None if name in optional else Parameter.empty,
            )
            for name, annotation in parameters.items()
        ],
        return_annotation=returns,
    )
    return typed
