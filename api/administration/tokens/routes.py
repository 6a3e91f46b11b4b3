"""One's own API tokens over JSON."""

from litestar.types import ControllerRouterHandler

from api.http.access import in_person
from api.kit.noun_routes import NounRoutes
from core import tokens
from core.paging import Page
from core.permissions import EDIT_ACCOUNT, READ_ACCOUNT
from core.tokens import Token

_routes = NounRoutes("/tokens", "token", tags=("tokens",), read=READ_ACCOUNT, write=EDIT_ACCOUNT)
ROUTES: list[ControllerRouterHandler] = [
    _routes.list(tokens.list_tokens, "Your tokens, without their secrets", gives=Page[Token]),
    _routes.create(
        tokens.create_token,
        "Make a token; its secret is in this answer alone",
        "A token makes no others, so that a lost one ends with its day.",
        allowed=in_person,
    ),
    _routes.delete(tokens.revoke_token, "Revoke one of your tokens", called="revoke"),
]
