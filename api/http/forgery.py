"""Requests forged by other sites are refused by their headers, before a byte of body is read.

Source: OWASP Cross-Site Request Forgery Prevention, "Verifying Origin With Standard Headers",
and the Fetch Metadata specification. Only requests signed by a cookie can be forged.
"""

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from api.http.parsing import split_url
from api.http.types import WebConnection
from core.errors import Forbidden, say

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class ForgeryCheck(ASGIMiddleware):
    """Lets an unsafe request without a bearer token pass only when it comes from our own pages."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        if scope.get("method") not in SAFE_METHODS and not is_from_our_pages(
            WebConnection(scope, receive, send)
        ):
            raise Forbidden(
                say("This request did not come from a Labshare page. Open the page and try again."),
                code="cross_site",
            )
        await next_app(scope, receive, send)


def is_from_our_pages(connection: WebConnection) -> bool:
    """Whether a request can be believed to be meant by the person whose cookie it carries.

    Browsers send Sec-Fetch-Site to https and localhost, and Origin on every unsafe request; a
    request with neither is no browser's, and is believed only when it carries a bearer token.
    """
    if connection.headers.get("authorization", "").lower().startswith("bearer "):
        return True
    site = connection.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = connection.headers.get("origin")
    if origin is None:
        return False
    try:
        return split_url(origin).netloc == connection.headers.get("host", "")
    except ValueError:
        return False
