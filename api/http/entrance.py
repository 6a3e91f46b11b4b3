"""The application as the server calls it: what every request passes, routed or not."""

from typing import Any, cast
from uuid import uuid4

from litestar import Litestar
from litestar.enums import ScopeType
from litestar.exceptions import ClientException
from litestar.types import (
    HTTPScope,
    LifeSpanReceive,
    LifeSpanScope,
    LifeSpanSend,
    Receive,
    Scope,
    Send,
)

from api.http import errors
from api.http.framework import (
    ManyRoutes,
    check_routes,
    route_without_cache,
    take_off_caches,
    tell_every_method,
)
from api.http.headers import with_security_headers
from api.http.identity import identify_unrouted
from api.http.parsing import is_utf8
from api.http.requests import BoundedRequest


class Application(ManyRoutes, Litestar):
    """Litestar, with an id, security headers and a readable address for every request.

    Middleware runs for routed requests alone, so that a 404 or 405 would go out without them. Who
    asks is found out for those too (``identify_unrouted``), so that their page has its navigation.
    """

    def __init__(self, **configuration: Any) -> None:
        take_off_caches()
        super().__init__(
            request_class=BoundedRequest, after_exception=[identify_unrouted], **configuration
        )
        check_routes(self)
        route_without_cache(self)
        tell_every_method(self)

    async def __call__(
        self,
        scope: Scope | LifeSpanScope,
        receive: Receive | LifeSpanReceive,
        send: Send | LifeSpanSend,
    ) -> None:
        """One request, or the life of the process; 400 for an address that is not UTF-8."""
        if scope["type"] == ScopeType.HTTP:
            request = cast(HTTPScope, scope)
            request.setdefault("state", {})["request_id"] = uuid4().hex
            send = with_security_headers(request, cast(Send, send), tls=self.is_tls_only)
            if not is_utf8(request["raw_path"]) or not is_utf8(request["query_string"]):
                await self._refuse(request, cast(Receive, receive), send)
                return
        await super().__call__(scope, receive, send)

    @property
    def is_tls_only(self) -> bool:
        """Whether browsers reach this installation by https alone (LABSHARE_BASE_URL)."""
        return bool(self.state.settings.base_url.startswith("https://"))

    async def _refuse(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        scope["litestar_app"] = self
        request = BoundedRequest(scope, receive, send)
        answer = errors.answer_http(request, ClientException("the address is not UTF-8"))
        await answer.to_asgi_response(app=None, request=request)(scope, receive, send)
