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
from api.kit.flash import see_other
from api.kit.forms import REFUSED_STATUS, SMALL_FORM_BYTES, Form, convert_form, read_form
from api.kit.numbers import PathId
from api.kit.rendering import render
from api.kit.submission import confirmed, submit
from core import schools, second_factor, sign_in
from core.access import Actor
from core.encryption import Cipher
from core.errors import Conflict, NotSignedIn, TooMany, say
from core.permissions import MANAGE_SCHOOL
from core.second_factor import Completed


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


@get(urls.second_step, guards=[public], include_in_schema=False)
async def show_second_step(request: WebRequest) -> Response[Any]:
    """For a browser in which the password was right, and for nobody else."""
    if await sign_in.find_waiting(session_token(request)) is None:
        return Redirect(urls.sign_in(), status_code=303)
    onward = convert_form(request.query_params, Onward)
    return _step_page(request, Form({"next": onward.next, "stays": onward.stays}))


@post(
    urls.second_step,
    guards=[public],
    include_in_schema=False,
    request_max_body_size=SMALL_FORM_BYTES,
)
async def do_second_step(request: WebRequest) -> Response[Any]:
    """The right code begins the session; a wrong one asks again."""

    async def complete(given: SecondStep) -> tuple[SecondStep, Completed]:
        return given, await second_factor.complete_sign_in(
            session_token(request),
            cipher_of(request),
            given.code,
            address=client_address(request),
            known_browser=known_browser(request),
        )

    return await submit(
        request,
        SecondStep,
        complete,
        then=lambda done: _signed_in(request, *done),
        page=lambda form: _step_page(request, form),
        fields={"": "code"},
        also=(NotSignedIn, TooMany),
    )


async def _signed_in(request: WebRequest, given: SecondStep, completed: Completed) -> Response[Any]:
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


def _step_page(request: WebRequest, form: Form) -> Response[Any]:
    if form.status == REFUSED_STATUS[NotSignedIn]:
        return Redirect(urls.sign_in(), status_code=303)
    # A code is good once: it is not given back.
    form = form.with_values(code="", next=urls.local(form.values.get("next")))
    form = form.with_defaults(stays="")
    return render(request, "administration/sign_in/second_step.html", form=form)


class SecondFactorPages(Controller):
    """/account/second-factor, and what admins do about it"""

    include_in_schema = False

    @get(urls.second_factor, guards=[in_person])
    async def show_second_factor(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        return await _factor_page(request, actor, Form())

    @post(urls.begin_second_factor, guards=[in_person])
    async def begin(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        return await confirmed(
            request,
            second_factor.begin(actor, cipher_of(request)),
            then=lambda _: see_other(urls.second_factor()),
        )

    @post(urls.second_factor, guards=[in_person])
    async def confirm(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        """The page that answers is the one place where the recovery codes are ever shown."""
        return await submit(
            request,
            Code,
            lambda given: second_factor.confirm(
                actor, cipher_of(request), given.code, address=client_address(request)
            ),
            then=lambda codes: _codes_page(request, codes),
            page=lambda form: _factor_page(request, actor, form.with_values(code="")),
            fields={"": "code"},
            also=(TooMany,),
        )

    @post(urls.recovery_codes, guards=[in_person])
    async def renew_codes(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[Any]:
        return await confirmed(
            request,
            second_factor.renew_codes(actor),
            then=lambda codes: _codes_page(request, codes),
        )

    @post(urls.remove_second_factor, guards=[in_person])
    async def remove(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        return await confirmed(
            request,
            second_factor.remove(actor),
            then=lambda _: see_other(
                urls.second_factor(), say("You sign in with the password alone now.")
            ),
        )

    @post(urls.reset_second_factor, guards=[allow(MANAGE_SCHOOL, tokens=False)])
    async def reset(
        self, request: WebRequest, actor: NamedDependency[Actor], person_id: PathId
    ) -> Response[Any]:
        return await confirmed(
            request,
            second_factor.reset(actor, person_id),
            then=lambda _: see_other(
                urls.person(person_id), say("The second factor is taken away; the password stays.")
            ),
        )

    @post(urls.second_factor_rule, guards=[allow(MANAGE_SCHOOL, tokens=False)])
    async def set_rule(
        self, request: WebRequest, actor: NamedDependency[Actor], school_id: PathId
    ) -> Response[Any]:
        rule = await read_form(request, Rule)
        try:
            return await confirmed(
                request,
                schools.require_second_factor(actor, school_id, is_required=rule.is_required),
                then=lambda _: see_other(urls.school(school_id), say("Saved.")),
            )
        except Conflict as refused:
            # Who demands a second factor of others sets up one's own first: that is another page.
            return see_other(urls.second_factor(), refused.message)


def _codes_page(request: WebRequest, codes: list[str]) -> Response[str]:
    return render(request, "administration/sign_in/recovery_codes.html", codes=codes)


async def _factor_page(request: WebRequest, actor: Actor, form: Form) -> Response[str]:
    enrolment = await second_factor.find_enrolment(actor, cipher_of(request))
    return render(
        request,
        "administration/sign_in/second_factor.html",
        form=form,
        state=await second_factor.get_state(actor),
        enrolment=enrolment,
        picture=drawing(enrolment.address) if enrolment else "",
    )
