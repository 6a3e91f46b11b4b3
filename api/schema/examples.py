"""An example for everything that the API takes and gives, put together from one table of fields."""

import tomllib
from pathlib import Path
from typing import Any

from litestar.openapi.spec import OpenAPI, Reference, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType

from api.schema.corrections import TIME_OF_DAY

TABLE: dict[str, Any] = tomllib.loads(
    Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
)
BY_FORMAT = {
    OpenAPIFormat.DATE_TIME: "2026-09-01T00:30:00Z",
    OpenAPIFormat.DATE: "2026-09-01",
    OpenAPIFormat.UUID: "01990d2e-7b1c-7c52-9d3a-0f6a4c1be201",
}
PYTHON_TYPES: dict[OpenAPIType, type | tuple[type, ...]] = {
    OpenAPIType.STRING: str,
    OpenAPIType.INTEGER: int,
    OpenAPIType.NUMBER: (int, float),
    OpenAPIType.ARRAY: list,
    OpenAPIType.OBJECT: dict,
}


def add_examples(document: OpenAPI) -> list[str]:
    """Give each named object of ``document`` an example that its own schema accepts.

    Returns the text fields that the table does not know yet; each stands there by its own name.
    """
    named = document.components.schemas if document.components else {}
    maker = _Maker(named)
    for name, schema in named.items():
        if schema.properties and not schema.examples:
            schema.examples = [maker.whole(name)]
    return maker.unknown


class _Maker:
    def __init__(self, named: dict[str, Schema]) -> None:
        self._named = named
        self._made: dict[str, Any] = {}
        self.unknown: list[str] = []

    def whole(self, name: str) -> Any:
        """The example of a named schema; an object inside itself is left out of itself."""
        if name in TABLE:
            return TABLE[name]
        if name not in self._made:
            self._made[name] = {}
            self._made[name] = self._of(self._named[name], name, "")
        return self._made[name]

    def _of(self, schema: Schema | Reference, owner: str, field: str) -> Any:
        if isinstance(schema, Reference):
            return self.whole(schema.ref.rpartition("/")[2])
        if schema.examples:
            return schema.examples[0]
        if schema.properties:
            return {name: self._of(inner, owner, name) for name, inner in schema.properties.items()}
        for key in (f"{owner}.{field}", field):
            if key in TABLE and _fits(TABLE[key], schema):
                return TABLE[key]
        return self._by_kind(schema, owner, field)

    def _by_kind(self, schema: Schema, owner: str, field: str) -> Any:
        choices = [*(schema.one_of or ()), *(schema.any_of or ())]
        if choices:
            return self._of(next(c for c in choices if not _is_null(c)), owner, field)
        if schema.enum:
            return next(value for value in schema.enum if value is not None)
        if schema.format == TIME_OF_DAY:
            return "07:40:00"
        if schema.format in BY_FORMAT:
            return BY_FORMAT[OpenAPIFormat(schema.format)]
        return self._by_type(schema, owner, field)

    def _by_type(self, schema: Schema, owner: str, field: str) -> Any:
        match _type(schema):
            case OpenAPIType.ARRAY:
                inner = schema.items
                return (
                    [self._of(inner, owner, field)] if isinstance(inner, Schema | Reference) else []
                )
            case OpenAPIType.OBJECT:
                return {}
            case OpenAPIType.BOOLEAN:
                return True
            case OpenAPIType.INTEGER | OpenAPIType.NUMBER:
                return max(1, schema.minimum or 0)
            case OpenAPIType.STRING if schema.format != OpenAPIFormat.BINARY:
                self.unknown.append(f"{owner}.{field}")
                return field
        return None


def _type(schema: Schema | Reference) -> OpenAPIType | None:
    if isinstance(schema, Reference) or schema.type is None:
        return None
    kinds = [schema.type] if isinstance(schema.type, OpenAPIType) else list(schema.type)
    return next((OpenAPIType(kind) for kind in kinds if kind != OpenAPIType.NULL), None)


def _fits(value: Any, schema: Schema) -> bool:
    if schema.enum or schema.format:
        return False
    kinds = [_type(one) for one in (schema, *(schema.one_of or ()), *(schema.any_of or ()))]
    return any(kind and isinstance(value, PYTHON_TYPES.get(kind, ())) for kind in kinds)


def _is_null(schema: Schema | Reference) -> bool:
    return isinstance(schema, Schema) and schema.type == OpenAPIType.NULL
