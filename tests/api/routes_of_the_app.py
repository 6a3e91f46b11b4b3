"""Every address of the application as data, so that no test keeps a list by hand."""

import re
from collections.abc import Iterator

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from api.http.access import Access, access_of
from api.schema.document import handlers_of

PARAMETER = re.compile(r"\{(?P<name>\w+):(?P<type>\w+)\}")
# For a parameter of which nothing exists.
NOTHING = {
    "int": "999999999",
    "str": "nothing-here",
    "uuid": "00000000-0000-7000-8000-000000000000",
    "path": "nothing-here",
}


class Endpoint(msgspec.Struct, frozen=True):
    """One method of one path, with what it says of its access."""

    method: str
    path: str
    access: Access
    operation_id: str | None
    in_schema: bool

    @property
    def is_page(self) -> bool:
        return not self.path.startswith(("/api/v1", "/healthz", "/readyz", "/metrics"))

    @property
    def parameters(self) -> list[tuple[str, str]]:
        return [(found["name"], found["type"]) for found in PARAMETER.finditer(self.path)]

    def filled(self, values: dict[str, str] | None = None) -> str:
        """The path with the parameters given, and with nothing's for the others."""
        known = values or {}
        return PARAMETER.sub(
            lambda found: known.get(found["name"], NOTHING[found["type"]]), self.path
        )

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def endpoints(app: Litestar) -> list[Endpoint]:
    """All of them but the static files."""
    return list(_endpoints(app))


def _endpoints(app: Litestar) -> Iterator[Endpoint]:
    for path, handler in handlers_of(app):
        if path.startswith("/static"):
            continue
        for method in sorted(handler.http_methods - {"OPTIONS"}):
            if method == "HEAD" and "GET" in handler.http_methods:
                continue
            yield Endpoint(
                method=method,
                path=_typed(path, handler),
                access=access_of(handler)[0],
                operation_id=_operation_id(handler),
                in_schema=handler.resolve_include_in_schema(),
            )


def _typed(path: str, handler: HTTPRouteHandler) -> str:
    assert "{" not in PARAMETER.sub("", path), f"{handler}: a path parameter without a type"
    return path


def _operation_id(handler: HTTPRouteHandler) -> str | None:
    return handler.operation_id if isinstance(handler.operation_id, str) else None
