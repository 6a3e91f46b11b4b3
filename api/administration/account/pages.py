"""My account: name, language, password, sessions and tokens."""

from typing import Any, Literal

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from api import urls
from api.administration.sign_in.passwords import require_same
from api.administration.sign_in.sessions import browser_name
from api.http.access import in_person
from api.http.identity import client_address
from api.http.types import WebRequest
from api.kit.flash import see_other
from api.kit.forms import Form
from api.kit.numbers import PathId
from api.kit.page_handlers import button, to
from api.kit.rendering import render
from api.kit.submission import submit
from core import account, second_factor, tokens
from core.access import Actor
from core.errors import TooMany, Unavailable, say
from core.tokens import IssuedToken, NewToken

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
PASSWORD_CHANGED = say(
    "Your password is changed. You are signed out everywhere else, and your tokens are revoked."
)
DAY_CHOICES = [(days, say("{days} days", days=days)) for days in (30, 90, 180, 365)]


class OwnFacts(msgspec.Struct, frozen=True):
    """What the account form asks."""

    name: str
    locale: Literal["zh_CN", "en"]
    reminder_email: str = ""


class PasswordChange(msgspec.Struct, frozen=True):
    """What the password form asks."""

    current_password: str
    new_password: str
    new_password_again: str


class AccountPages(Controller):
    """/account"""

    include_in_schema = False
    guards = (in_person,)

    @get(urls.account)
    async def show_account(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        """Name and language, and where one is signed in."""
        form = Form(
            {
                "name": actor.name,
                "locale": actor.locale,
                "reminder_email": await account.get_reminder_email(actor),
            }
        )
        return await _account_page(request, actor, form)

    @post(urls.account)
    async def edit_account(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[Any]:
        """Write name and language anew."""
        return await submit(
            request,
            OwnFacts,
            lambda facts: account.update_own(
                actor,
                name=facts.name,
                locale=facts.locale,
                reminder_email=facts.reminder_email,
            ),
            then=lambda _: see_other(urls.account(), say("Saved.")),
            page=lambda form: _account_page(request, actor, form),
        )

    @get(urls.password)
    async def show_password(self, request: WebRequest) -> Response[str]:
        return _password_page(request, Form())

    @post(urls.password)
    async def change_password(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[Any]:
        """Proved by the current password; every other session and every token ends."""

        async def change(given: PasswordChange) -> None:
            require_same(given.new_password, given.new_password_again)
            await account.change_password(
                actor,
                current=given.current_password,
                new=given.new_password,
                address=client_address(request),
            )

        return await submit(
            request,
            PasswordChange,
            change,
            then=lambda _: see_other(urls.account(), PASSWORD_CHANGED),
            page=lambda form: _password_page(request, form),
            also=(TooMany, Unavailable),
        )

    @get(urls.tokens)
    async def show_tokens(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        return await _tokens_page(request, actor)

    @post(urls.tokens)
    async def create_token(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[Any]:
        """The page that answers is the one place where the secret is ever shown."""
        return await submit(
            request,
            NewToken,
            lambda new: tokens.create_token(actor, new),
            then=lambda issued: _tokens_page(request, actor, issued=issued),
            page=lambda form: _tokens_page(request, actor, form),
        )

    @post(urls.revoke_token)
    async def revoke_token(self, actor: NamedDependency[Actor], token_id: PathId) -> Redirect:
        await tokens.revoke_token(actor, token_id)
        return see_other(urls.tokens(), say("The token is revoked: it opens nothing any more."))


def _password_page(request: WebRequest, form: Form) -> Response[str]:
    return render(request, "administration/account/password.html", form=form)


async def _account_page(request: WebRequest, actor: Actor, form: Form) -> Response[str]:
    return render(
        request,
        "administration/account/account.html",
        sessions=await account.list_sessions(actor),
        browser_name=browser_name,
        factor=await second_factor.get_state(actor),
        form=form,
    )


async def _tokens_page(
    request: WebRequest,
    actor: Actor,
    form: Form | None = None,
    *,
    issued: IssuedToken | None = None,
) -> Response[str]:
    return render(
        request,
        "administration/account/tokens.html",
        tokens=await tokens.list_tokens(actor),
        scope_choices=SCOPE_CHOICES,
        day_choices=DAY_CHOICES,
        issued=issued,
        form=form or Form({"days": tokens.USUAL_DAYS, "scopes": []}),
    )


PAGES: list[ControllerRouterHandler] = [
    AccountPages,
    button(
        urls.end_session,
        account.end_session,
        then=to(urls.account, say("Signed out there.")),
        allowed=in_person,
    ),
    button(
        urls.end_other_sessions,
        account.end_other_sessions,
        then=to(urls.account, say("You are now signed in here only.")),
        allowed=in_person,
    ),
]
