"""The API's own description: who may use each operation stands in it, read off the guards."""

from collections.abc import Iterator

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, Operation, SecurityScheme
from litestar.routes import HTTPRoute

from api.http.access import access_of
from api.http.identity import COOKIE, TLS_COOKIE

METHODS = ("get", "head", "options", "post", "put", "patch", "delete")


def configuration() -> OpenAPIConfig:
    """OpenAPI at /schema/openapi.json; our own page at /api shows it without a script from afar."""
    return OpenAPIConfig(
        title="Labshare",
        version="1",
        description=(
            "Donated equipment, lab monitoring and a shared teaching library for paired schools."
            " Lists are keyset pages: follow next_cursor. Errors are RFC 9457 problem details."
        ),
        path="/schema",
        render_plugins=[],
        components=Components(
            security_schemes={
                "bearer": SecurityScheme(
                    type="http",
                    scheme="bearer",
                    description="A token made on your account page, limited to its scopes.",
                ),
                "session": SecurityScheme(
                    type="apiKey",
                    security_scheme_in="cookie",
                    name=COOKIE,
                    description=f"A person signed in at a browser; under https it is {TLS_COOKIE}.",
                ),
            }
        ),
        use_handler_docstrings=True,
    )


def describe_access(app: Litestar) -> None:
    """Write each handler's access into its operation; raise for a handler without exactly one."""
    by_operation = {}
    for path, handler in handlers_of(app):
        guards = access_of(handler)
        if len(guards) != 1:
            raise RuntimeError(f"{path}: {handler} states its access {len(guards)} times")
        by_operation[handler.operation_id] = guards[0]
    for _path, _method, operation in operations_of(app):
        access = by_operation.get(operation.operation_id)
        if access is None:
            continue
        operation.description = " ".join(
            part for part in (operation.description, access.in_words()) if part
        )
        if not access.is_public:
            in_person: dict[str, list[str]] = {"session": []}
            by_token = [{"bearer": [access.scope]}] if access.scope else []
            operation.security = [*by_token, in_person]


def operations_of(app: Litestar) -> Iterator[tuple[str, str, Operation]]:
    """Each path, method (in small letters) and operation of the description."""
    for path, item in (app.openapi_schema.paths or {}).items():
        for method in METHODS:
            operation = getattr(item, method)
            if operation is not None:
                yield path, method, operation


def handlers_of(app: Litestar) -> Iterator[tuple[str, HTTPRouteHandler]]:
    """Each path and handler of ours; not the framework's own (OPTIONS, the schema)."""
    for route in app.routes:
        if not isinstance(route, HTTPRoute) or route.path.startswith("/schema"):
            continue
        for handler in route.route_handlers:
            if handler.http_methods != {"OPTIONS"}:
                yield route.path, handler
