"""Where Litestar remembers what strangers send, or lets it grow without a bound: put right.

Litestar 2 decorates its parsers with ``lru_cache(1024)``: whole cookies, queries and posted forms,
passwords that were refused among them, stay in memory until a thousand others have come. Here its
modules get parsers of ours, and its other caches are taken off. tests/api/test_framework.py holds
this table against the release that is installed.
"""

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any

from litestar import Litestar, Router
from litestar._asgi.routing_trie.validate import validate_node
from litestar._asgi.utils import get_route_handlers
from litestar.datastructures import URL
from litestar.handlers import HTTPRouteHandler
from litestar.routes import BaseRoute, HTTPRoute, WebSocketRoute
from litestar.types import RouteHandlerType
from litestar.types.internal_types import RouteHandlerMapItem

from api.http import parsing
from api.http.multipart_forms import parse_multipart

# (module, name in it): what stands there from now on.
REPLACED: dict[tuple[str, str], Callable[..., Any]] = {
    ("litestar._kwargs.extractors", "parse_query_string"): parsing.parse_query,
    # Each guard would be given a copy of its handler, a tenth of what a short answer takes.
    ("litestar.handlers.base", "copy"): lambda handler: handler,
    ("litestar._kwargs.extractors", "parse_url_encoded_form_data"): parsing.parse_form,
    ("litestar._kwargs.extractors", "parse_multipart_form"): parse_multipart,
    ("litestar.connection.base", "parse_query_string"): parsing.parse_query,
    ("litestar.connection.base", "parse_cookie_string"): parsing.parse_cookies,
    ("litestar.connection.request", "parse_url_encoded_form_data"): parsing.parse_form,
    ("litestar.connection.request", "parse_multipart_form"): parse_multipart,
    ("litestar.data_extractors", "parse_cookie_string"): parsing.parse_cookies,
    ("litestar.datastructures.url", "parse_query_string"): parsing.parse_query,
    ("litestar.datastructures.url", "urlsplit"): parsing.split_url,
    # A router is made for one application, and each of its handlers is copied as it is registered.
    ("litestar.router", "deepcopy"): lambda router: router,
    # Asked once for all routes, not anew for all with each of hundreds of handlers.
    ("litestar._asgi.asgi_router", "validate_node"): lambda node: None,
}
# (module, name in it): caches whose function itself is right.
UNCACHED = (
    ("litestar._asgi.routing_trie.traversal", "parse_path_params"),
    ("litestar._kwargs.extractors", "create_query_default_dict"),
)
UNCACHED_OF_URL = ("_new", "from_components")


def take_off_caches() -> None:
    """Put our parsers in place, for the whole process; a second time changes nothing.

    AttributeError where a release of Litestar no longer has such a name.
    """
    for (module_name, name), function in REPLACED.items():
        module = import_module(module_name)
        getattr(module, name)
        setattr(module, name, function)
    for module_name, name in UNCACHED:
        module = import_module(module_name)
        cached = getattr(module, name)
        setattr(module, name, getattr(cached, "__wrapped__", cached))
    for name in UNCACHED_OF_URL:
        cached = vars(URL)[name].__func__
        setattr(URL, name, classmethod(getattr(cached, "__wrapped__", cached)))


class ManyRoutes(Router):
    """A router that knows its handlers by path while they are registered, one after the other.

    Litestar collects all of them anew for each path, which takes seconds where there are a thousand.
    """

    @property
    def route_handler_method_map(self) -> dict[str, RouteHandlerMapItem]:
        """The handler of each path and method."""
        known: dict[str, RouteHandlerMapItem]
        known, routes = vars(self).setdefault("_known", ({}, []))
        for place, route in enumerate(self.routes):
            if place < len(routes) and routes[place] is route:
                continue
            # A path that gets another method gets another route.
            routes[place : place + 1] = [route]
            of_path = known.setdefault(route.path, {})
            for handler in get_route_handlers(route):
                of_path.update(dict.fromkeys(_methods_of(route, handler), handler))
        return known


def _methods_of(route: BaseRoute, handler: RouteHandlerType) -> Iterable[Any]:
    if isinstance(handler, HTTPRouteHandler):
        return handler.http_methods
    return ["websocket" if isinstance(route, WebSocketRoute) else "asgi"]


def check_routes(app: Litestar) -> None:
    """Raise ImproperlyConfiguredException where two routes hide each other."""
    validate_node(app.asgi_router.root_route_map_node)


def tell_every_method(app: Litestar) -> None:
    """Name all methods of a path in the answer to OPTIONS (RFC 9110 §10.2.1).

    Litestar makes that answer from the methods that the path had when it was first seen.
    """
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                if handler.fn.__qualname__.startswith("HTTPRoute.create_options_handler"):
                    handler._fn = route.create_options_handler(route.path).fn  # noqa: SLF001


def route_without_cache(app: Litestar) -> None:
    """Look each path up anew: addresses hold codes that open things, and strangers make them up."""
    router = app.asgi_router
    router.handle_routing = router._handle_routing  # type: ignore[assignment]  # noqa: SLF001
