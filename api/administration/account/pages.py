"""My account: name, language, password, sessions and tokens."""

from typing import Any, Literal

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from api import urls
from api.administration.sign_in.pages import require_same
from api.administration.sign_in.sessions import browser_name
from api.http.access import in_person
from api.http.identity import client_address
from api.http.types import WebRequest
from api.kit.confirmation import ask_password
from api.kit.flash import see_other
from api.kit.forms import as_typed, read_form
from api.kit.numbers import PathId
from api.kit.rendering import render
from core import account, second_factor, tokens
from core.access import Actor
from core.errors import FieldError, Invalid, NotConfirmed, TooMany, Unavailable, say
from core.tokens import NewToken

SCOPE_CHOICES = [
    ("inventory:read", say("Read equipment, donations and repairs")),
    ("inventory:write", say("Read and change equipment, donations and repairs")),
    ("monitoring:read", say("Read devices, readings and alerts")),
    ("monitoring:write", say("Read and change devices and alerts")),
    ("library:read", say("Read the library")),
    ("library:write", say("Read and change the library")),
    ("people:read", say("Read people and schools")),
    ("people:write", say("Read and change people and schools")),
    ("reports:read", say("Read usage reports")),
]
DAY_CHOICES = [(days, say("{days} days", days=days)) for days in (30, 90, 180, 365)]


class OwnFacts(msgspec.Struct, frozen=True):
    """What the account form asks."""

    name: str
    locale: Literal["zh_CN", "en"]


class PasswordChange(msgspec.Struct, frozen=True):
    """What the password form asks."""

    current_password: str
    new_password: str
    new_password_again: str


class AccountPages(Controller):
    """/account"""

    include_in_schema = False
    guards = (in_person,)

    @get(urls.account())
    async def show_account(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        """Name and language, and where one is signed in."""
        return await _account_page(request, actor, {"name": actor.name, "locale": actor.locale})

    @post(urls.account())
    async def edit_account(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[Any]:
        """Write name and language anew."""
        try:
            facts = await read_form(request, OwnFacts)
            await account.edit_own(actor, name=facts.name, locale=facts.locale)
        except Invalid as refused:
            return await _account_page(
                request, actor, await as_typed(request), list(refused.errors)
            )
        return see_other(urls.account(), say("Saved."))

    @post(f"{urls.account()}/sessions/{{session_id:int}}/end")
    async def end_session(self, actor: NamedDependency[Actor], session_id: PathId) -> Redirect:
        await account.end_session(actor, session_id)
        return see_other(urls.account(), say("Signed out there."))

    @post(urls.end_other_sessions())
    async def end_other_sessions(self, actor: NamedDependency[Actor]) -> Redirect:
        await account.end_other_sessions(actor)
        return see_other(urls.account(), say("You are now signed in here only."))

    @get(urls.password())
    async def show_password(self, request: WebRequest) -> Response[str]:
        return render(request, "administration/account/password.html")

    @post(urls.password())
    async def change_password(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[Any]:
        """Proved by the current password; every other session and every token ends."""
        try:
            given = await read_form(request, PasswordChange)
            require_same(given.new_password, given.new_password_again)
            await account.change_password(
                actor,
                current=given.current_password,
                new=given.new_password,
                address=client_address(request),
            )
        except Invalid as refused:
            return render(
                request,
                "administration/account/password.html",
                status_code=422,
                errors=list(refused.errors),
            )
        except TooMany as refused:
            errors = [FieldError("", refused.message)]
            return render(
                request, "administration/account/password.html", status_code=429, errors=errors
            )
        except Unavailable as refused:
            errors = [FieldError("", refused.message)]
            return render(
                request, "administration/account/password.html", status_code=503, errors=errors
            )
        return see_other(
            urls.account(),
            say(
                "Your password is changed. You are signed out everywhere else, and your tokens"
                " are revoked."
            ),
        )

    @get(urls.tokens())
    async def show_tokens(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        return await _tokens_page(request, actor)

    @post(urls.tokens())
    async def create_token(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        """The page that answers is the one place where the secret is ever shown."""
        try:
            issued = await tokens.create(actor, await read_form(request, NewToken))
        except NotConfirmed:
            return await ask_password(request)
        except Invalid as refused:
            form = await as_typed(request)
            form["scopes"] = (await request.form()).getall("scopes", [])
            return await _tokens_page(
                request, actor, status_code=422, form=form, errors=list(refused.errors)
            )
        return await _tokens_page(request, actor, issued=issued)

    @post(f"{urls.tokens()}/{{token_id:int}}/revoke")
    async def revoke_token(self, actor: NamedDependency[Actor], token_id: PathId) -> Redirect:
        await tokens.revoke(actor, token_id)
        return see_other(urls.tokens(), say("The token is revoked: it opens nothing any more."))


async def _account_page(
    request: WebRequest,
    actor: Actor,
    form: dict[str, Any],
    errors: list[FieldError] | None = None,
) -> Response[str]:
    return render(
        request,
        "administration/account/account.html",
        status_code=422 if errors else 200,
        sessions=await account.find_sessions(actor),
        browser_name=browser_name,
        factor=await second_factor.get_state(actor),
        form=form,
        errors=errors or [],
    )


async def _tokens_page(
    request: WebRequest, actor: Actor, *, status_code: int = 200, **context: Any
) -> Response[str]:
    return render(
        request,
        "administration/account/tokens.html",
        status_code=status_code,
        tokens=await tokens.find_tokens(actor),
        scope_choices=SCOPE_CHOICES,
        day_choices=DAY_CHOICES,
        **{"issued": None, "form": {"days": tokens.USUAL_DAYS, "scopes": []}, **context},
    )
