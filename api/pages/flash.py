"""A sentence that waits for the next page: what a form did, said once after its redirect."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64

import msgspec
from litestar.response import Redirect

from api.language import is_sentence_of_ours
from api.types import WebConnection
from core.errors import Message

FLASH_COOKIE = "labshare_flash"
LASTS_SECONDS = 60
# A cookie holds 4 KB; a sentence that does not fit is not worth failing a finished step for.
MOST_CHARACTERS = 3000


def see_other(address: str, said: Message | None = None) -> Redirect:
    """After a form: on to ``address`` by GET, where ``said`` stands above the page."""
    answer = Redirect(address, status_code=303)
    if said is not None:
        text = urlsafe_b64encode(msgspec.json.encode(said)).decode()
        if len(text) <= MOST_CHARACTERS:
            answer.set_cookie(
                FLASH_COOKIE, text, max_age=LASTS_SECONDS, httponly=True, samesite="lax"
            )
    return answer


def waiting_sentence(connection: WebConnection) -> Message | None:
    """The sentence that the last step left, if it can be read and is one of ours.

    Anybody may send a cookie, and a template of their own could ask for a gigabyte of padding.
    """
    text = connection.cookies.get(FLASH_COOKIE)
    if not text:
        return None
    try:
        said = msgspec.json.decode(urlsafe_b64decode(text.strip('"')), type=Message)
    except (msgspec.DecodeError, NotBase64, ValueError):
        return None
    return said if is_sentence_of_ours(said) else None
