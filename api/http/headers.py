"""What every answer tells the browser: nothing runs, frames or sniffs that is not ours."""

from litestar.types import HTTPScope, Message, Send

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


# A year, as browsers and HSTS preload lists ask (RFC 6797).
TLS_ONLY = (b"strict-transport-security", b"max-age=31536000")


def with_security_headers(scope: HTTPScope, send: Send, *, tls: bool) -> Send:
    """``send`` that adds the headers, unless a handler has set stricter ones of its own."""
    always = (*ALWAYS, NOT_KEPT, TLS_ONLY) if tls else (*ALWAYS, NOT_KEPT)

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message["headers"])
            given = {name.lower() for name, _ in headers}
            headers.extend(pair for pair in always if pair[0] not in given)
            headers.append((b"x-request-id", scope["state"]["request_id"].encode()))
            message["headers"] = headers
        await send(message)

    return send_with_headers
