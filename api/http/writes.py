"""What every change over the API may ask for: If-Match, and an Idempotency-Key for a repetition.

Both need the change and their own row in one transaction, which begins with the handler's first
change: its answer is held back until everything is committed, and a refusal takes everything back.
"""

from base64 import b64decode, b64encode
from hashlib import sha256
from typing import Any

import msgspec
from litestar.enums import ScopeType
from litestar.exceptions import ClientException, HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from litestar.utils.scope.state import ScopeState

from api.http import preconditions
from api.http.access import access_of
from api.http.types import WebConnection
from core.access import Actor
from core.encryption import Cipher
from core.idempotency import once
from core.joined import OnBegin, joined
from core.versions import Versioned, get_version, lock_version, refuse_outdated

API = "/api/v1/"
KEY_HEADER = "idempotency-key"
PURPOSE = b"answers to repeated requests"
# Operations whose POST takes no key, and why.
WITHOUT_KEY = {
    "sign_in_confirm": "a wrong password must be counted, and a refusal takes everything back",
}
# Their handlers keep the key themselves: a body of many megabytes is not to be held in memory.
OWN_KEY = frozenset(
    {
        "upload_create",
        "work_order_photo_add",
        "asset_attachment_add",
        "asset_model_attachment_add",
        "donation_attachment_add",
        "transfer_attachment_add",
        "disposal_attachment_add",
        "kit_part_attachment_add",
    }
)


class Answer(msgspec.Struct, frozen=True):
    """A whole answer; stored with a key ``body`` is encrypted: it may hold a one-time password."""

    status: int
    headers: list[tuple[str, str]]
    body: str


class _Refused(Exception):
    def __init__(self, messages: list[Message]) -> None:
        self.messages = messages


class Writes(ASGIMiddleware):
    """Holds changes to what If-Match names, and answers their repetitions as the first time."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        is_change = scope.get("method") not in preconditions.SAFE and scope["path"].startswith(API)
        actor: Actor | None = scope["state"].get("actor") if is_change else None
        handler = scope.get("route_handler")
        if actor is None or not isinstance(handler, HTTPRouteHandler):
            await next_app(scope, receive, send)
            return
        connection: WebConnection = WebConnection(scope, receive, send)
        key = connection.headers.get(KEY_HEADER) if takes_key(handler) else None
        row = preconditions.row_of(str(scope.get("path_template", "")))
        if preconditions.HEADER not in connection.headers or handler.operation_id in OWN_KEY:
            row = None
        if not key and row is None:
            await next_app(scope, receive, send)
            return
        # Before anything is answered from memory: what one may do now, not then.
        for guard in access_of(handler):
            await guard(connection, handler)
        body = await _read(receive, handler.resolve_request_max_body_size())
        change = _Change(scope, _again(body, receive), next_app, actor)
        try:
            if row is not None:
                await change.match(connection, row)
            answer = await change.once(connection, key, body)
        except _Refused as refused:
            for message in refused.messages:
                await send(message)
            return
        await _send(send, answer, actor, connection, key)


def takes_key(handler: HTTPRouteHandler) -> bool:
    """Whether an operation is a POST whose repetition is answered here."""
    own = str(handler.operation_id or "")
    return "POST" in handler.http_methods and own not in WITHOUT_KEY and own not in OWN_KEY


class _Change:
    """One change: from its first statement on one transaction, with its key and its row."""

    def __init__(self, scope: Scope, receive: Receive, app: ASGIApp, actor: Actor) -> None:
        # Unpacked, as it is stored for whoever asks again.
        headers = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        self._scope = scope
        self._scope["headers"] = headers
        self._receive, self._app, self._actor = receive, app, actor
        self._lock: OnBegin = _lock_nothing

    async def match(self, connection: WebConnection, row: tuple[str, Versioned]) -> None:
        """Outdated unless the row is as If-Match says, now and when it is locked for the change."""
        name, rows = row
        given = self._scope["path_params"][name]
        wanted = preconditions.wanted_versions(connection)
        version = await get_version(self._actor, rows, given)
        refuse_outdated(version, wanted)
        self._scope["state"][preconditions.STATE_KEY] = version

        async def lock() -> None:
            # Any version may be meant; whether it is still the one just read is the verb's to say.
            meant = None if wanted is None else frozenset({version})
            refuse_outdated(await lock_version(self._actor, rows, given), meant)

        self._lock = lock

    async def once(self, connection: WebConnection, key: str | None, body: bytes) -> Answer:
        async def run() -> Answer:
            answer, body = await self._run()
            return msgspec.structs.replace(answer, body=_closed(body, self._actor, connection, key))

        handler = self._scope["route_handler"]
        sent = [self._scope["path"], self._scope["query_string"].decode("latin-1")]
        sent.append(sha256(_without_boundary(connection, body)).hexdigest())
        own = str(getattr(handler, "operation_id", ""))
        if key:
            return await once(self._actor, key, own, Answer, run, given=sent, on_begin=self._lock)
        async with joined(self._lock):
            return await run()

    async def _run(self) -> tuple[Answer, bytes]:
        messages: list[Message] = []

        async def hold(message: Message) -> None:
            messages.append(message)

        await self._app(self._scope, self._receive, hold)
        # Litestar holds it for sent; what fails from here on could not be answered any more.
        ScopeState.from_scope(self._scope).response_started = False
        start = messages[0]
        assert start["type"] == "http.response.start"
        if start["status"] >= 400:
            raise _Refused(messages)
        body = b"".join(m["body"] for m in messages if m["type"] == "http.response.body")
        headers = [
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"]
        ]
        return Answer(start["status"], headers, ""), body


async def _lock_nothing() -> None:
    """Without If-Match any version may be changed."""


async def _read(receive: Receive, most: int | None) -> bytes:
    """The whole body; 413 beyond ``most`` bytes, 400 where the line breaks."""
    read = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientException("the line broke")
        assert message["type"] == "http.request"
        read += message["body"]
        if most is not None and len(read) > most:
            raise HTTPException("too large", status_code=413)
        if not message["more_body"]:
            return bytes(read)


def _again(body: bytes, receive: Receive) -> Receive:
    """The body once more, for the handler."""
    messages: list[Any] = [{"type": "http.request", "body": body, "more_body": False}]

    async def received() -> Any:
        return messages.pop() if messages else await receive()

    return received


async def _send(
    send: Send, answer: Answer, actor: Actor, connection: WebConnection, key: str | None
) -> None:
    body = b64decode(answer.body)
    if key:
        body = _cipher(connection).decrypt(body, owner=_owner(actor, key))
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _cipher(connection: WebConnection) -> Cipher:
    return Cipher.of(connection.app.state.settings, purpose=PURPOSE)


def _closed(body: bytes, actor: Actor, connection: WebConnection, key: str | None) -> str:
    if key:
        body = _cipher(connection).encrypt(body, owner=_owner(actor, key))
    return b64encode(body).decode()


def _owner(actor: Actor, key: str) -> str:
    return f"{actor.person_id}:{key}"


def _without_boundary(connection: WebConnection, body: bytes) -> bytes:
    """What was sent, whichever line a browser put between the parts this time."""
    _, _, boundary = connection.headers.get("content-type", "").partition("boundary=")
    boundary = boundary.strip('" ')
    return body.replace(boundary.encode("latin-1", "replace"), b"") if boundary else body
