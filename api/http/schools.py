"""A school in the API's requests: named `school`, by its code, in queries and in bodies alike.

The domain asks for ``school_id``; the one is put in the other's place here, for all operations.
"""

from typing import Any

import msgspec
from litestar.di import NamedDependency
from litestar.params import FromQuery

from core.access import Actor
from core.errors import FieldError, say

SENT_AS, FIELD = "school", "school_id"
NOT_BY_ID = "school_by_code"


def find_school_id(
    actor: NamedDependency[Actor], school: FromQuery[str | None] = None
) -> int | None:
    """The school that a list is limited to (dependency ``of_school``); NotFound if not one's own."""
    return None if school is None else actor.school_id_of(school)


def names_school(kind: Any) -> bool:
    """Whether a body of this type (a Struct) is of a school."""
    return (
        isinstance(kind, type)
        and issubclass(kind, msgspec.Struct)
        and FIELD in kind.__struct_fields__
    )


def school_errors(body: dict[str, Any]) -> list[FieldError]:
    """What is wrong with the school of a body: another name, or no text."""
    if FIELD in body:
        return [FieldError(FIELD, say("Name the school in `school`, by its code"), NOT_BY_ID)]
    if body.get(SENT_AS) is not None and not isinstance(body[SENT_AS], str):
        return [FieldError(SENT_AS, say("Write the code of the school"), "invalid")]
    return []


def with_school_id(body: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """The body with the school's id in place of its code; NotFound if it is not one's own."""
    found = {name: value for name, value in body.items() if name != SENT_AS}
    if SENT_AS in body:
        code = body[SENT_AS]
        found[FIELD] = None if code is None else actor.school_id_of(code)
    return found


def sent_as(field: str, code: str) -> str:
    """A wrong field by the name that the sender used."""
    return SENT_AS if field == FIELD and code != NOT_BY_ID else field
