"""One's own API tokens over JSON."""

from litestar import Controller, delete, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from api.http.access import allow, in_person
from api.kit.numbers import PathId
from core import tokens
from core.access import Actor
from core.paging import Page
from core.permissions import EDIT_ACCOUNT, READ_ACCOUNT
from core.tokens import IssuedToken, NewToken, Token


class TokenRoutes(Controller):
    """/api/v1/tokens"""

    path = "/tokens"
    tags = ("tokens",)

    @get(
        guards=[allow(READ_ACCOUNT)],
        operation_id="token_list",
        summary="Your tokens, without their secrets",
    )
    async def list_tokens(self, actor: NamedDependency[Actor]) -> Page[Token]:
        return Page(await tokens.list_tokens(actor))

    @post(
        guards=[in_person],
        operation_id="token_create",
        summary="Make a token; its secret is in this answer alone",
    )
    async def create_token(
        self, actor: NamedDependency[Actor], data: JSONBody[NewToken]
    ) -> IssuedToken:
        """A token makes no others, so that a lost one ends with its day."""
        return await tokens.create_token(actor, data)

    @delete(
        "/{token_id:int}",
        guards=[allow(EDIT_ACCOUNT)],
        operation_id="token_revoke",
        summary="Revoke one of your tokens",
    )
    async def revoke_token(self, actor: NamedDependency[Actor], token_id: PathId) -> None:
        await tokens.revoke_token(actor, token_id)
