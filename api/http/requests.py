"""Requests as handlers see them: a body that cannot be read is the sender's mistake, never ours."""

from typing import Any

from litestar import Request
from litestar.datastructures import State
from litestar.exceptions import ClientException

from api.http.body_errors import body_errors, unstorable
from api.http.identity import get_actor
from api.http.preconditions import STATE_KEY
from api.http.schools import names_school, school_errors, with_school_id
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
        field = self.route_handler.parsed_data_field
        if field and names_school(field.annotation) and isinstance(body, dict):
            if wrong := school_errors(body):
                raise Invalid(wrong)
            body = with_school_id(body, get_actor(self))
        if field and isinstance(body, dict):
            body = self._with_version(body, field.annotation)
        self.scope["state"]["body"] = body
        wrong = body_errors(body, field.annotation) if field else []
        if wrong:
            # The framework names the first alone, and takes 0 for false.
            raise Invalid(wrong)
        return body

    def _with_version(self, body: dict[str, Any], kind: Any) -> dict[str, Any]:
        """The body with the version that If-Match has named, where it leaves it out."""
        matched = self.scope["state"].get(STATE_KEY)
        if matched is None or not hasattr(kind, "version"):
            return body
        return {"version": matched, **body}
