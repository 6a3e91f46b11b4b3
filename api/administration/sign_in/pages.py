"""Signing in, choosing one's first password, and signing out."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from api import urls
from api.administration.sign_in.passwords import require_same
from api.administration.sign_in.sessions import (
    browser_of,
    drop_session,
    known_browser,
    lasting,
    set_known_browser,
    set_session,
)
from api.http.access import in_person, public
from api.http.identity import client_address, find_actor, session_token
from api.http.types import WebRequest
from api.kit.flash import see_other
from api.kit.forms import SMALL_FORM_BYTES, Form
from api.kit.rendering import render
from api.kit.submission import submit
from core import account, setup, sign_in
from core.access import Actor
from core.errors import NotSignedIn, TooMany, Unavailable, say
from core.sign_in import Newcomer, SignedIn


class Credentials(msgspec.Struct, frozen=True):
    """What the sign-in page asks."""

    login: str
    password: str
    stays: bool = False
    next: str = "/"


class FirstPassword(msgspec.Struct, frozen=True):
    """What the newcomer's page asks."""

    new_password: str
    new_password_again: str


@get(urls.sign_in, guards=[public], include_in_schema=False)
async def show_sign_in(request: WebRequest) -> Response[Any]:
    """The form; straight on for somebody signed in, and to the set-up where nobody is yet."""
    next_path = urls.local(request.query_params.get("next"))
    if find_actor(request) is not None:
        return Redirect(next_path, status_code=303)
    if await setup.is_needed():
        return Redirect(urls.setup(), status_code=303)
    return _sign_in_page(request, Form({"next": next_path}))


@post(
    urls.sign_in,
    guards=[public],
    include_in_schema=False,
    request_max_body_size=SMALL_FORM_BYTES,
)
async def do_sign_in(request: WebRequest) -> Response[Any]:
    """A fresh session for the right name and password; one sentence for everything else."""

    async def open_session(given: Credentials) -> tuple[Credentials, SignedIn]:
        return given, await sign_in.sign_in(
            given.login,
            given.password,
            address=client_address(request),
            browser=browser_of(request),
            known_browser=known_browser(request),
            lasts=lasting(stays=given.stays),
        )

    return await submit(
        request,
        Credentials,
        open_session,
        then=lambda done: _signed_in(request, *done),
        page=lambda form: _sign_in_page(request, form),
        also=(NotSignedIn, TooMany, Unavailable),
    )


async def _signed_in(request: WebRequest, given: Credentials, opened: SignedIn) -> Response[Any]:
    await _leave_old_session(request)
    onward = see_other(await _next_step(opened.token, given))
    set_session(request, onward, opened.token, stays=given.stays)
    if opened.known_browser is not None:
        set_known_browser(request, onward, opened.known_browser)
    return onward


async def _next_step(token: str, given: Credentials) -> str:
    """A newcomer chooses a password; who has a second factor gives its code; others are there."""
    if await sign_in.find_newcomer(token) is not None:
        return urls.first_password()
    if await sign_in.find_waiting(token) is not None:
        next_path = urls.onward(urls.local(given.next))
        return urls.second_step(next=next_path, stays="on" if given.stays else None)
    return urls.local(given.next)


def _sign_in_page(request: WebRequest, form: Form) -> Response[str]:
    safe = form.with_values(next=urls.local(form.values.get("next")))
    return render(request, "administration/sign_in/sign_in.html", form=safe)


async def _leave_old_session(request: WebRequest) -> None:
    """Whoever used this browser before is signed out of it."""
    before = find_actor(request)
    if before is not None and before.sign_in_id is not None:
        await sign_in.sign_out(before)


@get(urls.first_password, guards=[public], include_in_schema=False)
async def show_first_password(request: WebRequest) -> Response[Any]:
    """For somebody who came in with a one-time password, and for nobody else."""
    newcomer = await sign_in.find_newcomer(session_token(request))
    if newcomer is None:
        return Redirect(urls.sign_in(), status_code=303)
    return _first_password_page(request, newcomer, Form())


@post(
    urls.first_password,
    guards=[public],
    include_in_schema=False,
    request_max_body_size=SMALL_FORM_BYTES,
)
async def choose_first_password(request: WebRequest) -> Response[Any]:
    """The one-time password ends with the session that it opened; a fresh one begins."""
    token = session_token(request)
    newcomer = await sign_in.find_newcomer(token)
    if newcomer is None:
        return Redirect(urls.sign_in(), status_code=303)

    async def choose(given: FirstPassword) -> int:
        require_same(given.new_password, given.new_password_again)
        return await account.choose_first_password(
            token, new=given.new_password, address=client_address(request)
        )

    return await submit(
        request,
        FirstPassword,
        choose,
        then=lambda person_id: _welcomed(request, person_id),
        page=lambda form: _first_password_page(request, newcomer, form),
    )


def _first_password_page(request: WebRequest, newcomer: Newcomer, form: Form) -> Response[str]:
    return render(
        request, "administration/sign_in/first_password.html", newcomer=newcomer, form=form
    )


async def _welcomed(request: WebRequest, person_id: int) -> Response[Any]:
    fresh = await sign_in.start_session(
        person_id,
        address=client_address(request),
        browser=browser_of(request),
        lasts=lasting(stays=False),
    )
    waits = await sign_in.find_waiting(fresh) is not None
    answer = see_other(
        urls.second_step() if waits else urls.home(), say("Welcome. Your password is set.")
    )
    set_session(request, answer, fresh, stays=False)
    return answer


@post(urls.sign_out, guards=[in_person], include_in_schema=False)
async def do_sign_out(request: WebRequest, actor: NamedDependency[Actor]) -> Redirect:
    """The session ends on the server too; a kept cookie opens nothing."""
    await sign_in.sign_out(actor)
    answer = see_other(urls.sign_in(), say("You are signed out."))
    drop_session(request, answer)
    return answer
