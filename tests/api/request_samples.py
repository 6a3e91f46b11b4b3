"""Requests made from the API's own description: whatever an operation takes, it is given.

A parameter or a field that names a thing (an id, a tag, a school) must be known here; an unknown
one fails the test, so that a new operation is never left out unseen.
"""

from base64 import b64encode
from typing import Any

import msgspec

from tests.api.sample_values import (
    ALIASES,
    ALIASES_OF,
    BODIES,
    CSV,
    FORM,
    FORM_OF,
    PATHS_OF,
    PLAIN,
    SHARED,
    TUS,
    Values,
)
from tests.factories_repairs import picture


class Sample(msgspec.Struct, frozen=True):
    """What to send, and whether its body names a thing of the world that the values came from."""

    query: dict[str, Any]
    send: dict[str, Any]
    names_something: bool


class Unknown(AssertionError):
    """A request names a thing of which this module knows no value."""


def sample(operation: dict[str, Any], schema: dict[str, Any], values: Values) -> Sample:
    """The query, body and headers of one operation, filled from ``values``."""
    filler = _Filler(operation["operationId"], schema.get("components", {}), values)
    query = {
        parameter["name"]: filler.reference(parameter["name"])
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "query" and filler.is_reference(parameter["name"])
    }
    filler.named = 0
    own = BODIES.get(operation["operationId"], {})
    send = filler.body(operation)
    if needed := {
        parameter["name"]: own.get(parameter["name"], PLAIN[parameter["name"]])
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "query" and parameter.get("required")
    }:
        send["params"] = needed
    return Sample(query, send, filler.named > 0)


def form_values(path: str, values: Values) -> dict[str, str]:
    """A form that answers whatever a page asks: all of the world's things, and plain words."""
    own = next((given for start, given in FORM_OF.items() if path.startswith(start)), {})
    return {name: str(value) for name, value in {**query_values(values), **FORM, **own}.items()}


def query_values(values: Values) -> dict[str, str]:
    """All of the world's things under each name that a filter may have."""
    aliases = {alias: values[name] for alias, name in ALIASES.items()}
    return {name: str(value) for name, value in {**values, **aliases}.items()}


def path_values(operation_id: str | None, names: list[str], values: Values) -> Values:
    """A value for each path parameter; Unknown where there is none."""
    known: Values = {}
    for name in names:
        own = PATHS_OF.get(operation_id or "", {})
        if name in own:
            known[name] = own[name]
        else:
            known[name] = _Filler(operation_id or "", {}, values).reference(name)
    return known


class _Filler:
    def __init__(self, operation_id: str, components: dict[str, Any], values: Values) -> None:
        self.operation_id = operation_id
        self.components = components
        self.values = values
        self.named = 0

    def is_reference(self, name: str) -> bool:
        return (
            self._key(name) in self.values
            or name.endswith(("_id", "_ids", "_tag", "_tags", "_code"))
            or name in ALIASES
        ) and name not in PLAIN

    def reference(self, name: str) -> Any:
        key = self._key(name)
        if key not in self.values:
            raise Unknown(
                f"{self.operation_id} takes {name!r}: give it a value in tests/api/school_worlds.py"
                " or an alias in tests/api/request_samples.py"
            )
        self.named += key not in SHARED
        return self.values[key]

    def _key(self, name: str) -> str:
        own = ALIASES_OF.get(self.operation_id, {})
        return own.get(name) or ALIASES.get(name, name)

    def body(self, operation: dict[str, Any]) -> dict[str, Any]:
        if self.operation_id == "upload_create":
            return {"headers": {**TUS, "upload-length": "5", "upload-metadata": self._metadata()}}
        if self.operation_id == "upload_append":
            stream = {"content-type": "application/offset+octet-stream", "upload-offset": "0"}
            return {"headers": {**TUS, **stream}, "content": b"bytes"}
        if self.operation_id in ("upload_offset", "upload_abort"):
            return {"headers": TUS}
        content = operation.get("requestBody", {}).get("content", {})
        if "multipart/form-data" in content:
            return self._multipart(content["multipart/form-data"]["schema"])
        if "application/json" not in content:
            return {}
        made = self._value("", content["application/json"]["schema"])
        return {"json": {**made, **BODIES.get(self.operation_id, {})}}

    def _multipart(self, schema: dict[str, Any]) -> dict[str, Any]:
        fields = self._resolved(schema).get("properties", {})
        files = {"photos": ("x.png", picture()), "file": ("x.csv", CSV.encode())}
        if self.operation_id.endswith("_attachment_add"):
            files["file"] = ("x.png", picture())
        return {
            "files": {name: files[name] for name in fields if name in files},
            "data": {
                name: self._value(name, inner)
                for name, inner in fields.items()
                if name not in files
            },
        }

    def _metadata(self) -> str:
        given = {
            "filename": "x.pdf",
            "school": str(self.reference("school")),
            "resource_id": str(self.reference("resource_id")),
        }
        return ",".join(f"{k} {b64encode(v.encode()).decode()}" for k, v in given.items())

    def _value(self, name: str, schema: dict[str, Any]) -> Any:
        schema = self._resolved(schema)
        if name and name in PLAIN:
            return PLAIN[name]
        if name and schema.get("type") != "object" and self.is_reference(name):
            found = self.reference(name)
            return [found] if schema.get("type") == "array" else found
        return self._plain(name, schema)

    def _plain(self, name: str, schema: dict[str, Any]) -> Any:
        if schema.get("enum"):
            return schema["enum"][0]
        kind = schema.get("type")
        if kind == "object":
            fields = schema.get("properties", {})
            return {field: self._value(field, inner) for field, inner in fields.items()}
        if kind == "array":
            return [self._value(name, schema["items"])] if "items" in schema else []
        if kind in ("integer", "number"):
            return schema.get("minimum", 1)
        if kind == "boolean":
            return False
        return {
            "date": "2026-03-02",
            "date-time": "2026-03-02T08:00:00Z",
            "uuid": "00000000-0000-7000-8000-000000000000",
        }.get(schema.get("format", ""), "Fresh words")

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The schema behind a reference, and of several the first that is not null."""
        while True:
            if "$ref" in schema:
                schema = self.components["schemas"][schema["$ref"].rpartition("/")[2]]
            elif choices := schema.get("oneOf") or schema.get("anyOf"):
                schema = next(
                    choice for choice in choices if self._resolved(choice).get("type") != "null"
                )
            elif isinstance(schema.get("type"), list):
                kinds = [kind for kind in schema["type"] if kind != "null"]
                return {**schema, "type": kinds[0]}
            else:
                return schema
