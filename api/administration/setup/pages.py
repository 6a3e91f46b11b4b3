"""The first visit to an empty installation: the school and its admin, by a one-time code."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from api import urls
from api.administration.sign_in.passwords import require_same
from api.administration.sign_in.sessions import browser_of, lasting, set_session
from api.http.access import public
from api.http.identity import client_address
from api.http.types import WebRequest
from api.kit.flash import see_other
from api.kit.forms import REFUSED_STATUS, SMALL_FORM_BYTES, Form
from api.kit.rendering import language_of, render
from api.kit.submission import submit
from core import setup, sign_in
from core.errors import Conflict, say
from core.person_facts import PersonFacts
from core.schools import DEFAULT_ZONE, SchoolFacts
from core.setup import FirstAdmin


class SetupForm(msgspec.Struct, frozen=True):
    """What the set-up page asks."""

    setup_code: str
    code: str
    name: str
    login: str
    password: str
    password_again: str
    name_zh: str = ""
    name_en: str = ""
    zone: str = DEFAULT_ZONE


@get(urls.setup, guards=[public], include_in_schema=False)
async def show_setup(request: WebRequest) -> Response[Any]:
    """The form while nobody has an account; to the sign-in page ever after.

    The link carries its code behind the #, so that no log and no proxy ever sees it; a script
    puts it into the field, and without scripts it is typed.
    """
    if not await setup.is_needed():
        return Redirect(urls.sign_in(), status_code=303)
    return _setup_page(request, Form({"zone": DEFAULT_ZONE}))


@post(
    urls.setup,
    guards=[public],
    include_in_schema=False,
    request_max_body_size=SMALL_FORM_BYTES,
)
async def do_setup(request: WebRequest) -> Response[Any]:
    """Make the school and its admin, and sign them in."""

    async def make(form: SetupForm) -> int:
        require_same(form.password, form.password_again, field="password_again")
        return await setup.create_first_admin(_first_admin(form, language_of(request).code))

    return await submit(
        request,
        SetupForm,
        make,
        then=lambda person_id: _signed_in(request, person_id),
        page=lambda form: _setup_page(request, form),
    )


def _setup_page(request: WebRequest, form: Form) -> Response[Any]:
    if form.status == REFUSED_STATUS[Conflict]:
        # Somebody else has set it up meanwhile.
        return see_other(urls.sign_in(), form.errors[0].message)
    return render(request, "administration/setup/setup.html", form=form)


async def _signed_in(request: WebRequest, person_id: int) -> Response[Any]:
    token = await sign_in.start_session(
        person_id,
        address=client_address(request),
        browser=browser_of(request),
        lasts=lasting(stays=False),
    )
    answer = see_other(
        urls.home(), say("Welcome. Your school is set up; add its places and people.")
    )
    set_session(request, answer, token, stays=False)
    return answer


def _first_admin(form: SetupForm, locale: str) -> FirstAdmin:
    return FirstAdmin(
        setup_code=form.setup_code,
        school=SchoolFacts(
            code=form.code, name_zh=form.name_zh, name_en=form.name_en, zone=form.zone
        ),
        admin=PersonFacts(name=form.name, login=form.login, locale=locale),
        password=form.password,
    )


PAGES: list[ControllerRouterHandler] = [do_setup, show_setup]
