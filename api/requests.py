"""Requests as handlers see them: a body that cannot be read is the sender's mistake, never ours."""

from typing import Any

from litestar import Request
from litestar.datastructures import State
from litestar.exceptions import ClientException


class BoundedRequest(Request[Any, Any, State]):
    """Litestar's request, whose JSON may not be nested deeper than Python can follow."""

    async def json(self) -> Any:
        """The decoded body; 400 where it is no JSON, not UTF-8, or nested without an end."""
        try:
            return await super().json()
        except (RecursionError, UnicodeDecodeError):
            raise ClientException("no JSON, or nested too deeply") from None
