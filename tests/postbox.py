"""A real mail server for tests: it takes mail for everybody, and shows what it took."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from core.settings import MailSettings


class Postbox:
    """Takes mail for everybody but for those whose name is an SMTP answer."""

    def __init__(self) -> None:
        self.mail: list[EmailMessage] = []

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        name = address.partition("@")[0]
        if name.isdecimal():
            return f"{name} not here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.mail.append(message)
        return "250 OK"


@asynccontextmanager
async def running() -> AsyncIterator[tuple[Postbox, MailSettings]]:
    """The server on a port of its own, and the settings that reach it."""
    box = Postbox()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(box, hostname="postbox"), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield box, MailSettings("127.0.0.1", port, "Labshare <labshare@school.example>", "none")
    finally:
        server.close()
