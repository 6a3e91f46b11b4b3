"""The second factor: setting it up, its recovery codes, and the second step of signing in."""

from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from api import urls
from api.administration.sign_in.sessions import (
    browser_of,
    known_browser,
    lasting,
    set_known_browser,
    set_session,
)
from api.http.access import allow, in_person, public
from api.http.identity import client_address, session_token
from api.http.types import WebRequest
from api.inventory.labels.qr import drawing
from api.kit.confirmation import ask_password
from api.kit.flash import see_other
from api.kit.forms import SMALL_FORM_BYTES, as_typed, convert_form, read_form
from api.kit.numbers import PathId
from api.kit.rendering import render
from core import schools, second_factor, sign_in
from core.access import Actor
from core.encryption import Cipher
from core.errors import Conflict, FieldError, Invalid, NotConfirmed, NotSignedIn, TooMany, say
from core.permissions import MANAGE_SCHOOL


class Code(msgspec.Struct, frozen=True):
    """What the page that sets it up asks."""

    code: str


class SecondStep(msgspec.Struct, frozen=True):
    """What the second step of signing in asks, and what the first one was told."""

    code: str
    next: str = "/"
    stays: bool = False


class Onward(msgspec.Struct, frozen=True):
    """Where the second step leads, as its address holds it."""

    next: str = "/"
    stays: bool = False


class Rule(msgspec.Struct, frozen=True):
    """Whether a school asks its admins for a second factor."""

    is_required: bool = False


def cipher_of(request: WebRequest) -> Cipher:
    """The cipher of the second factors of this installation."""
    return Cipher.of(request.app.state.settings, purpose=second_factor.PURPOSE)


@get(urls.second_step(), guards=[public], include_in_schema=False)
async def show_second_step(request: WebRequest) -> Response[Any]:
    """For a browser in which the password was right, and for nobody else."""
    if await sign_in.find_waiting(session_token(request)) is None:
        return Redirect(urls.sign_in(), status_code=303)
    onward = convert_form(request.query_params, Onward)
    form = {"next": urls.local(onward.next), "stays": onward.stays}
    return render(request, "administration/sign_in/second_step.html", form=form)


@post(
    urls.second_step(),
    guards=[public],
    include_in_schema=False,
    request_max_body_size=SMALL_FORM_BYTES,
)
async def do_second_step(request: WebRequest) -> Response[Any]:
    """The right code begins the session; a wrong one asks again."""
    token = session_token(request)
    try:
        given = await read_form(request, SecondStep)
        completed = await second_factor.complete_sign_in(
            token,
            cipher_of(request),
            given.code,
            address=client_address(request),
            known_browser=known_browser(request),
        )
    except NotSignedIn:
        return Redirect(urls.sign_in(), status_code=303)
    except Invalid as refused:
        return await _asked_again(request, 422, refused.errors)
    except TooMany as refused:
        return await _asked_again(request, 429, (FieldError("code", refused.message),))
    fresh = await sign_in.start_session(
        completed.person_id,
        address=client_address(request),
        browser=browser_of(request),
        lasts=lasting(stays=given.stays),
        has_given_code=True,
    )
    answer = see_other(urls.local(given.next))
    set_session(request, answer, fresh, stays=given.stays)
    set_known_browser(request, answer, completed.known_browser)
    return answer


async def _asked_again(
    request: WebRequest, status_code: int, errors: tuple[FieldError, ...]
) -> Response[str]:
    form = {**await as_typed(request), "code": ""}
    form = {**form, "next": urls.local(form.get("next")), "stays": form.get("stays", "")}
    return render(
        request,
        "administration/sign_in/second_step.html",
        status_code=status_code,
        form=form,
        errors=list(errors),
    )


class SecondFactorPages(Controller):
    """/account/second-factor, and what admins do about it"""

    include_in_schema = False

    @get(urls.second_factor(), guards=[in_person])
    async def show_second_factor(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        return await _factor_page(request, actor)

    @post(urls.begin_second_factor(), guards=[in_person])
    async def begin(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        try:
            await second_factor.begin(actor, cipher_of(request))
        except NotConfirmed:
            return await ask_password(request)
        return see_other(urls.second_factor())

    @post(urls.second_factor(), guards=[in_person])
    async def confirm(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        """The page that answers is the one place where the recovery codes are ever shown."""
        try:
            given = await read_form(request, Code)
            codes = await second_factor.confirm(
                actor, cipher_of(request), given.code, address=client_address(request)
            )
        except Invalid as refused:
            return await _factor_page(request, actor, refused.errors)
        except TooMany as refused:
            return await _factor_page(request, actor, (FieldError("code", refused.message),))
        return render(request, "administration/sign_in/recovery_codes.html", codes=codes)

    @post(urls.recovery_codes(), guards=[in_person])
    async def renew_codes(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[Any]:
        try:
            codes = await second_factor.renew_codes(actor)
        except NotConfirmed:
            return await ask_password(request)
        return render(request, "administration/sign_in/recovery_codes.html", codes=codes)

    @post(urls.remove_second_factor(), guards=[in_person])
    async def remove(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        try:
            await second_factor.remove(actor)
        except NotConfirmed:
            return await ask_password(request)
        return see_other(urls.second_factor(), say("You sign in with the password alone now."))

    @post(
        "/people/{person_id:int}/second-factor/reset", guards=[allow(MANAGE_SCHOOL, tokens=False)]
    )
    async def reset(
        self, request: WebRequest, actor: NamedDependency[Actor], person_id: PathId
    ) -> Response[Any]:
        try:
            await second_factor.reset(actor, person_id)
        except NotConfirmed:
            return await ask_password(request)
        return see_other(
            urls.person(person_id), say("The second factor is taken away; the password stays.")
        )

    @post("/schools/{school_id:int}/second-factor", guards=[allow(MANAGE_SCHOOL, tokens=False)])
    async def set_rule(
        self, request: WebRequest, actor: NamedDependency[Actor], school_id: PathId
    ) -> Response[Any]:
        rule = await read_form(request, Rule)
        try:
            await schools.require_second_factor(actor, school_id, is_required=rule.is_required)
        except NotConfirmed:
            return await ask_password(request)
        except Conflict as refused:
            return see_other(urls.second_factor(), refused.message)
        return see_other(urls.school(school_id), say("Saved."))


async def _factor_page(
    request: WebRequest, actor: Actor, errors: tuple[FieldError, ...] = ()
) -> Response[str]:
    enrolment = await second_factor.find_enrolment(actor, cipher_of(request))
    return render(
        request,
        "administration/sign_in/second_factor.html",
        status_code=422 if errors else 200,
        state=await second_factor.get_state(actor),
        enrolment=enrolment,
        picture=drawing(enrolment.address) if enrolment else "",
        errors=list(errors),
    )
