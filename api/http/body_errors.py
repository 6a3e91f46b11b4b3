"""What is wrong in a JSON body: every field by the name that the sender used, not the first alone."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec

from api.http.field_errors import explain
from core.errors import FieldError, say

# The largest integer that the database, and most programs that read JSON, can hold.
MOST_INTEGER = 2**63 - 1


def body_errors(body: Any, kind: Any) -> list[FieldError]:
    """The errors of ``body`` as a ``kind`` (a Struct); none if it is not such an object at all."""
    if not isinstance(body, dict) or not _is_struct(kind):
        return []
    try:
        # What is right costs one look; only what is not is looked at field by field.
        msgspec.convert(body, kind)
        return []
    except msgspec.ValidationError:
        fields = _fields(kind)
    errors = [error for field in fields for error in _of_field(body, field)]
    if kind.__struct_config__.forbid_unknown_fields:
        known = {field.encode_name for field in fields}
        errors += [
            explain(f"Object contains unknown field `{name}`") for name in body if name not in known
        ]
    return errors


@cache
def _fields(kind: Any) -> tuple[msgspec.structs.FieldInfo, ...]:
    return msgspec.structs.fields(kind)


def unstorable(value: Any, path: str = "") -> Iterator[FieldError]:
    """What no column can hold, wherever it stands: a NUL in a text, an integer without an end."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from unstorable(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from unstorable(inner, f"{path}[{number}]")
    elif isinstance(value, str) and "\0" in value:
        yield explain("", field=path)
    elif isinstance(value, int) and abs(value) > MOST_INTEGER:
        yield FieldError(path, say("The number is too large"), "invalid")


def _of_field(body: dict[str, Any], field: msgspec.structs.FieldInfo) -> list[FieldError]:
    name = field.encode_name
    if name not in body:
        return [explain(f"Object missing required field `{name}`")] if field.required else []
    try:
        msgspec.convert(body[name], field.type, strict=False)
        _refuse_numbers_as_truths(body[name], field.type)
    except msgspec.ValidationError as error:
        text, _, inner = str(error).partition(" - at `$")
        return [explain(f"{text} - at `$.{name}{inner.removesuffix('`')}`")]
    return []


def _refuse_numbers_as_truths(value: Any, kind: Any) -> None:
    """JSON has truths of its own; 0 and "no" in the place of one are a mistake of the sender."""
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        if str(error).startswith("Expected `bool"):
            raise


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)
