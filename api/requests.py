"""Requests as handlers see them: a body that cannot be read is the sender's mistake, never ours."""

from typing import Any

from litestar import Request
from litestar.datastructures import State
from litestar.exceptions import ClientException

from api.body_errors import unstorable
from core.errors import Invalid


class BoundedRequest(Request[Any, Any, State]):
    """Litestar's request, whose JSON may not be nested deeper than Python can follow."""

    async def json(self) -> Any:
        """The decoded body; 400 where it is no JSON, not UTF-8, or nested without an end.

        Invalid names each text with a NUL and each integer that no column holds.
        """
        try:
            body = await super().json()
        except (RecursionError, UnicodeDecodeError):
            raise ClientException("no JSON, or nested too deeply") from None
        errors = list(unstorable(body))
        if errors:
            raise Invalid(errors)
        # For the names of its wrong fields, of which the framework finds the first alone.
        self.scope["state"]["body"] = body
        return body
