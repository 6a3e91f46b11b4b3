"""What every answer tells the browser: nothing runs, frames or sniffs that is not ours."""

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:;"
    " font-src 'self'; connect-src 'self'; media-src 'self'; object-src 'none'; frame-src 'self';"
    " base-uri 'none'; form-action 'self'; frame-ancestors 'none'; manifest-src 'self'"
)
ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"geolocation=(), microphone=(), payment=()"),
)
NOT_KEPT = (b"cache-control", b"no-store")


class SecurityHeaders(ASGIMiddleware):
    """Adds the headers unless a handler has set stricter ones of its own."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message["headers"])
                given = {name.lower() for name, _ in headers}
                headers.extend(pair for pair in ALWAYS if pair[0] not in given)
                if NOT_KEPT[0] not in given:
                    headers.append(NOT_KEPT)
                request_id = scope["state"].get("request_id")
                if request_id:
                    headers.append((b"x-request-id", request_id.encode()))
                message["headers"] = headers
            await send(message)

        await next_app(scope, receive, send_with_headers)
