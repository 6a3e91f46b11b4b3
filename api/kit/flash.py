"""A sentence that waits for the next page: what a form did, said once after its redirect.

It travels in a cookie signed with a key of this installation, so that no sentence of a stranger is
ever decoded; its values are short plain texts and numbers, already written in the reader's way.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from hashlib import sha256
from typing import Any

import msgspec
from litestar import Response
from litestar.response import Redirect

from api.http.identity import is_tls
from api.http.types import WebConnection
from api.wording.language import Language
from api.wording.reader import language_of
from core.errors import Message

FLASH_COOKIE = "labshare_flash"
LASTS_SECONDS = 60
PURPOSE = b"labshare flash cookie, version 1"
# A cookie holds 4 KB; a sentence that does not fit is not worth failing a finished step for.
MOST_CHARACTERS = 3000
MOST_VALUE_CHARACTERS = 300

Plain = str | int | float | bool | None


class Said(msgspec.Struct, frozen=True):
    """A sentence whose values are plain: none of them is a sentence with places of its own."""

    template: str
    params: dict[str, Plain] = {}


class SeeOther(Redirect):
    """A redirect by GET that signs its sentence once the request, and so the key, is known.

    Where it ``is_told``, the address stands in an answer of 200: a script that followed a redirect
    would not learn that the form was taken, and would use up what the next page says.
    """

    __slots__ = ("is_told", "said")

    def __init__(self, address: str, said: Message | None) -> None:
        super().__init__(address, status_code=303)
        self.said = said
        self.is_told = False

    def to_asgi_response(self, app: Any, request: Any, **how: Any) -> Any:
        """The answer, with the sentence in a cookie."""
        if self.said is not None:
            text = _signed(_plain(self.said, language_of(request)), _key(request))
            if len(text) <= MOST_CHARACTERS:
                self.set_cookie(
                    FLASH_COOKIE,
                    text,
                    max_age=LASTS_SECONDS,
                    httponly=True,
                    samesite="lax",
                    secure=is_tls(request),
                )
        if self.is_told:
            told = Response(
                b"", headers={"location": self.url}, cookies=self.cookies, status_code=200
            )
            return told.to_asgi_response(app, request, **how)
        return super().to_asgi_response(app, request, **how)


def see_other(address: str, said: Message | None = None) -> SeeOther:
    """After a form: on to ``address`` by GET, where ``said`` stands above the page."""
    return SeeOther(address, said)


def signing_key(secret_key: str) -> bytes:
    """The key of flash cookies, which tells nothing of the key it comes from."""
    return hmac.digest(secret_key.encode(), PURPOSE, sha256)


def waiting_sentence(connection: WebConnection) -> Message | None:
    """The sentence that the last step left; None unless we have signed it ourselves."""
    text = connection.cookies.get(FLASH_COOKIE, "").strip('"')
    if not text or len(text) > MOST_CHARACTERS:
        return None
    packed, _, signature = text.partition(".")
    if not hmac.compare_digest(_signature(packed, _key(connection)), signature.encode()):
        return None
    try:
        said = msgspec.json.decode(urlsafe_b64decode(packed), type=Said)
    except (msgspec.DecodeError, NotBase64, ValueError):
        return None
    return Message(said.template, dict(said.params))


def _plain(said: Message, spoken: Language) -> Said:
    return Said(
        said.template, {name: _value(spoken.value(value)) for name, value in said.params.items()}
    )


def _value(value: object) -> Plain:
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value)[:MOST_VALUE_CHARACTERS]


def _signed(said: Said, key: bytes) -> str:
    packed = urlsafe_b64encode(msgspec.json.encode(said)).decode()
    return f"{packed}.{_signature(packed, key).decode()}"


def _signature(packed: str, key: bytes) -> bytes:
    # A cookie may hold any character; what we make holds ASCII alone.
    return urlsafe_b64encode(hmac.digest(key, packed.encode(errors="replace"), sha256))


def _key(connection: WebConnection) -> bytes:
    return signing_key(connection.app.state.settings.secret_key)
