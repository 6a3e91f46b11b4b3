"""Who may use a handler: every one carries exactly one of these guards, and OpenAPI shows it."""

from litestar.handlers import BaseRouteHandler

from api.http.identity import find_actor
from api.http.types import WebConnection
from core.errors import Forbidden, NotSignedIn, say
from core.permissions import Permission


class Access:
    """A guard as data: open to all, to everyone signed in, or to those with a permission.

    The permission is checked here at any school, so that strangers are turned away early; the
    domain's verb checks the very school of the row. ``scope`` None turns tokens away.
    """

    def __init__(
        self,
        permission: Permission | None = None,
        *,
        scope: str | None = None,
        is_public: bool = False,
    ) -> None:
        self.permission = permission
        self.roles = permission.roles if permission else ()
        self.scope = scope
        self.is_public = is_public

    async def __call__(self, connection: WebConnection, _handler: BaseRouteHandler) -> None:
        if self.is_public:
            return
        actor = find_actor(connection)
        if actor is None:
            raise NotSignedIn(say("Sign in first"))
        if self.scope is None:
            actor.require_in_person()
        if self.scope is not None and not actor.may(self.scope):
            raise Forbidden(
                say("This token lacks the scope {scope}", scope=self.scope), code="scope_missing"
            )
        if self.permission is not None and self.roles and not actor.can(self.permission):
            raise Forbidden(say("Your role does not allow this"))

    def __repr__(self) -> str:
        return f"Access({self.in_words()})"

    def in_words(self) -> str:
        """One line for the API's documentation."""
        if self.is_public:
            return "Open to everyone."
        who = ", ".join(self.roles) if self.roles else "everyone signed in"
        return f"For {who}; token scope {self.scope}." if self.scope else f"For {who}; no tokens."


public = Access(is_public=True)
in_person = Access()


def allow(permission: Permission, *, tokens: bool = True) -> Access:
    """People with the permission at some school, and tokens of its scope; pages take no tokens."""
    return Access(permission, scope=permission.scope if tokens else None)


def access_of(handler: BaseRouteHandler) -> list[Access]:
    """The access guards of a handler and its layers: one, or the application does not start."""
    return [
        guard
        for layer in handler.ownership_layers
        for guard in (layer.guards or ())
        if isinstance(guard, Access)
    ]
