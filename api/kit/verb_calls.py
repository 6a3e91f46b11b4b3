"""How the parts of a request for JSON become the arguments of a verb."""

from collections.abc import Awaitable, Callable, Mapping
from inspect import signature
from typing import Any

import msgspec
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody

from api.http.types import WebRequest
from api.kit.list_parameters import asked_for
from api.kit.lists import ListQuery
from api.kit.numbers import path_parameters
from api.kit.verbs import Verb
from core.access import Actor
from core.query import Orders

Supplied = Mapping[str, Callable[[WebRequest], Any]]
NOTHING: Supplied = {}
PAGING = ("cursor", "limit", "sort")
# Of types that are known only when a handler is made.
DEPENDENCY: Any = NamedDependency
BODY: Any = JSONBody
LIST_QUERY: Any = ListQuery


class VerbCall:
    """A verb as a handler calls it; TypeError if a request cannot give all that the verb takes.

    From ``supplied`` come the arguments that it names, the first of the others from the address. The
    one that is left is the body. Fields of ``body`` that have the names of arguments are given as
    these, and the whole as the one left, if its type is one of that. For a GET it is the Struct of
    the filters (``without`` some of its fields), or the verb's options one by one; a list that can
    be sorted has ``orders``.
    """

    def __init__(
        self,
        verb: Callable[..., Awaitable[Any]],
        path: str,
        method: str,
        *,
        supplied: Supplied,
        body: type[msgspec.Struct] | None = None,
        orders: Orders | None = None,
        without: tuple[str, ...] = (),
    ) -> None:
        self._verb, self._body = verb, body
        self._supplied = _of_verb(supplied, verb)
        self.said = Verb(verb, self._supplied)
        self._keys = path_parameters(path)
        asked = list(self.said.arguments)
        # An address may call a row otherwise than its verb does: order_id, work_order_id.
        self._of_path = dict(zip(self._keys, asked, strict=False))
        open_ones = asked[len(self._keys) :]
        named = {*open_ones, *self.said.options}
        self._fields = [name for name in (body.__struct_fields__ if body else ()) if name in named]
        left = [name for name in open_ones if name not in self._fields]
        self._rest = left[0] if left else None
        if len(left) > 1 or len(asked) < len(self._keys) or not self._takes_body():
            raise TypeError(f"a request for {path} cannot give what {verb} takes")
        self._filters = self._filters_of_get() if method == "GET" else None
        self.dependencies = self._reading(orders, without)

    def parameters(self, *, with_request: bool) -> dict[str, Any]:
        """What the handler takes, by name."""
        taken: dict[str, Any] = {"actor": NamedDependency[Actor], **self._keys}
        if self._filters is not None:
            taken["asked"] = DEPENDENCY[LIST_QUERY[self._filters]]
        elif self._body is not None or self._rest is not None:
            taken["data"] = BODY[self._body or self.said.arguments[self._rest or ""]]
        if self._supplied or with_request:
            taken["request"] = WebRequest
        return taken

    async def __call__(self, given: dict[str, Any]) -> Any:
        """Call the verb with what the handler was given."""
        arguments = {argument: given[name] for name, argument in self._of_path.items()}
        arguments |= {name: give(given["request"]) for name, give in self._supplied.items()}
        if "asked" in given:
            arguments |= self._asked(given["asked"])
        if "data" in given:
            arguments |= {name: getattr(given["data"], name) for name in self._fields}
            if self._rest is not None:
                arguments[self._rest] = given["data"]
        return await self._verb(given["actor"], **arguments)

    def _reading(self, orders: Orders | None, without: tuple[str, ...]) -> dict[str, Provide]:
        """What reads the query, if anything of it is asked for."""
        if self._filters is None:
            return {}
        is_paged = "cursor" in self.said.options
        return {"asked": asked_for(self._filters, orders, without=without, is_paged=is_paged)}

    def _takes_body(self) -> bool:
        """Whether each field of the body goes somewhere, and is all that is left."""
        if self._body is None:
            return True
        if self._rest is not None:
            return issubclass(self._body, self.said.arguments[self._rest])
        return len(self._fields) == len(self._body.__struct_fields__)

    def _filters_of_get(self) -> type[msgspec.Struct] | None:
        """The Struct of what a query may say, or None where it may say nothing."""
        if self._rest is not None:
            filters: type[msgspec.Struct] = self.said.arguments[self._rest]
            return filters
        options = [
            (name, kind, default)
            for name, (kind, default) in self.said.options.items()
            if name not in PAGING
        ]
        if not options and "cursor" not in self.said.options:
            return None
        return msgspec.defstruct("Options", options, frozen=True)

    def _asked(self, asked: ListQuery[Any]) -> dict[str, Any]:
        page = {name: getattr(asked, name) for name in PAGING if name in self.said.options}
        if self._rest is not None:
            return {**page, self._rest: asked.filters}
        return {**page, **msgspec.structs.asdict(asked.filters)}


def supply(
    request: WebRequest, verb: Callable[..., Awaitable[Any]], supplied: Supplied
) -> Callable[..., Awaitable[Any]]:
    """The verb as one that takes only what comes from a request."""
    if not supplied:
        return verb
    names = list(Verb(verb, supplied).arguments)
    given = {name: give(request) for name, give in _of_verb(supplied, verb).items()}
    return lambda actor, *values: verb(actor, **dict(zip(names, values, strict=True)), **given)


def _of_verb(supplied: Supplied, verb: Callable[..., Awaitable[Any]]) -> Supplied:
    """What this verb takes of it."""
    taken = signature(verb).parameters
    return {name: give for name, give in supplied.items() if name in taken}
