"""Who is asking: a bearer token or a session cookie, resolved once before the handler."""

from contextlib import suppress

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from api.http.types import WebConnection, WebRequest
from core import sign_in, tokens
from core.access import Actor
from core.errors import NotSignedIn, Unavailable, say

COOKIE = "labshare_session"
# Under TLS: no other host of the domain can plant one, and no plain connection (RFC 6265bis).
TLS_COOKIE = f"__Host-{COOKIE}"
# The figures ask for themselves who wants them, if at all: they are wanted without a database too.
PATHS_OF_NOBODY = ("/static/", "/healthz", "/readyz", "/metrics")
PATHS_OF_PROGRAMS = ("/api/v1/", "/schema", "/healthz", "/readyz", "/metrics")


class Identity(ASGIMiddleware):
    """Puts ``actor`` (an Actor or None) into the connection's state."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        connection: WebConnection = WebConnection(scope, receive, send)
        state = scope["state"]
        state["actor"] = None
        state["by_cookie"] = False
        if not scope["path"].startswith(PATHS_OF_NOBODY):
            await identify(connection)
        await next_app(scope, receive, send)


async def identify_unrouted(_error: Exception, scope: Scope) -> None:
    """For the page that says there is no such page: whose navigation and language it has.

    Nobody's while the database is away. Programs are answered the same whoever they are.
    """
    is_page = not scope["path"].startswith((*PATHS_OF_NOBODY, *PATHS_OF_PROGRAMS))
    if "route_handler" not in scope and is_page:
        with suppress(Unavailable):
            await identify(WebConnection(scope))


async def identify(connection: WebConnection) -> None:
    """Resolve the token or the cookie of a connection, once."""
    state = connection.scope["state"]
    who = {"request_id": state["request_id"], "address": client_address(connection)}
    kind, _, token = connection.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        # A token that does not hold is never helped out by a cookie that came along.
        state["actor"] = await tokens.find_actor(token.strip(), **who)
        return
    cookie = session_token(connection)
    if cookie:
        state["actor"] = await sign_in.find_actor(cookie, **who)
        state["by_cookie"] = True


def is_tls(connection: WebConnection) -> bool:
    """Whether the browser speaks TLS: to us, to a named proxy, or by LABSHARE_BASE_URL always."""
    if connection.scope.get("scheme") == "https":
        return True
    return bool(connection.app.state.settings.base_url.startswith("https://"))


def session_cookie(connection: WebConnection) -> str:
    """The name of the session's cookie on this connection; a cookie of the other name is none."""
    return TLS_COOKIE if is_tls(connection) else COOKIE


def session_token(connection: WebConnection) -> str:
    """What the browser holds of a session, or nothing."""
    return connection.cookies.get(session_cookie(connection), "")


def find_actor(connection: WebConnection) -> Actor | None:
    """The signed-in actor of a connection, or None."""
    found: Actor | None = connection.scope["state"].get("actor")
    return found


def get_actor(request: WebRequest) -> Actor:
    """The signed-in actor, for handlers (dependency ``actor``); NotSignedIn if there is none."""
    actor = find_actor(request)
    if actor is None:
        raise NotSignedIn(say("Sign in first"))
    return actor


def client_address(connection: WebConnection) -> str:
    """The peer's address; behind our proxy uvicorn has already put the client's there."""
    return connection.client.host if connection.client else ""
