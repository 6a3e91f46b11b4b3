"""The language switch: this browser's from now on, and the person's own where one is signed in."""

from typing import Literal

import msgspec
from litestar import post
from litestar.response import Redirect

from api import urls
from api.http.access import public
from api.http.identity import find_actor
from api.http.types import WebRequest
from api.kit.forms import SMALL_FORM_BYTES, read_form
from api.wording.language import LANGUAGE_COOKIE
from core import account

A_YEAR_SECONDS = 365 * 24 * 3600


class LanguageChoice(msgspec.Struct, frozen=True):
    """The language wanted, and the page to come back to."""

    locale: Literal["zh_CN", "en"]
    next: str = "/"


@post(
    urls.language,
    guards=[public],
    include_in_schema=False,
    request_max_body_size=SMALL_FORM_BYTES,
)
async def switch_language(request: WebRequest) -> Redirect:
    """Keep the choice and go back to the page it was made on."""
    choice = await read_form(request, LanguageChoice)
    actor = find_actor(request)
    if actor is not None and actor.person_id is not None:
        await account.update_own(actor, name=actor.name, locale=choice.locale)
    answer = Redirect(urls.local(choice.next), status_code=303)
    answer.set_cookie(
        LANGUAGE_COOKIE, choice.locale, max_age=A_YEAR_SECONDS, httponly=True, samesite="lax"
    )
    return answer
