"""Refused requests and exports, told to the security log once the answer is on its way."""

from collections.abc import Iterable

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from api.http.identity import client_address, find_actor
from api.http.types import WebConnection
from core import security_log
from core.errors import Problem
from core.security_log import Kind

# What a person may set right by typing the password again is no refusal.
HARMLESS = frozenset({"confirm_password"})
EXPORTED, REFUSALS_FROM, REFUSED = 200, 400, 403
CSV_TYPE = "text/csv"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPE = b"content-type"
TABLES = (CSV_TYPE.encode(), XLSX_TYPE.encode())


class SecurityEvents(ASGIMiddleware):
    """Watches each answer: 403, a school that is not one's own, and a table that leaves the house."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        status, exports = 0, False

        async def send_and_see(message: Message) -> None:
            nonlocal status, exports
            if message["type"] == "http.response.start":
                status = message["status"]
                exports = status == EXPORTED and _is_table(message["headers"])
            await send(message)

        try:
            await next_app(scope, receive, send_and_see)
        except Problem as problem:
            # Refused before a route was found, so the answer is written further out.
            scope["state"]["problem"] = problem
            status = REFUSED if problem.code == "cross_site" else 0
            raise
        finally:
            if exports or status >= REFUSALS_FROM or "problem" in scope["state"]:
                await _tell(WebConnection(scope, receive, send), status, exports=exports)


def _is_table(given: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether an answer is a table made from what is stored, and no file that somebody uploaded."""
    headers = list(given)
    if not any(value.startswith(TABLES) for name, value in headers if name.lower() == TYPE):
        return False
    # What is stored has an ETag; what is made for the one who asks has none.
    return all(name.lower() != b"etag" for name, _ in headers)


async def _tell(connection: WebConnection, status: int, *, exports: bool) -> None:
    scope, actor = connection.scope, find_actor(connection)
    problem: Problem | None = scope["state"].get("problem")
    code = problem.code if problem is not None else ""
    place = f"{scope.get('method', '')} {scope['path']}"
    address = client_address(connection)
    if code == "cross_site":
        await security_log.record_refusal(
            Kind.cross_site_refused, actor, address=address, detail=place
        )
    elif actor is None:
        return
    elif (status == REFUSED and code not in HARMLESS) or code == "other_school":
        await security_log.record_refusal(Kind.access_refused, actor, address=address, detail=place)
    elif exports:
        await security_log.record_refusal(Kind.export, actor, address=address, detail=place)
