"""Requests made from the API's own description: whatever an operation takes, it is given.

A parameter or a field that names a thing (an id, a tag, a school) must be known here; an unknown
one fails the test, so that a new operation is never left out unseen.
"""

from base64 import b64encode
from typing import Any

import msgspec

from tests.factories import PASSWORD
from tests.factories_repairs import picture

Values = dict[str, str | int]

# The name a request uses -> the name of the value in a World, where the two differ.
ALIASES = {
    "alert_ids": "alert_id",
    "asset_tag": "tag",
    "credential_ids": "credential_id",
    "donation": "donation_id",
    "donor": "donor_id",
    "field": "field_id",
    "holder": "person_id",
    "model": "model_id",
    "place": "place_id",
    "room_id": "place_id",
    "tags": "tag",
    "title_holder": "school",
}
# One name, another thing, in these operations.
ALIASES_OF: dict[str, dict[str, str]] = {
    "escalation_set": {"person_id": "keeper_id"},
    "device_parent_set": {"parent_id": "switch_id"},
    "attachment_make_main": {"attachment_id": "model_photo_id"},
    "/attachments/{attachment_id:int}/main": {"attachment_id": "model_photo_id"},
    "label_claim": {"code": "free_code"},
    "/t/{code:str}/claim": {"code": "free_code"},
    "/photo-drafts/{token:str}": {"token": "photo_token"},
}

# What all schools share: naming it names nothing of a school.
SHARED = {"model_id", "profile_name"}

# Fields that name nothing of a school, where the generic value would not do.
PLAIN: dict[str, Any] = {
    "address": "127.0.0.1",
    "cidr": "10.4.0.0/24",
    "code": "FRESH-1",
    "class_code": "A02010105",
    "class_edition": "GB/T 14885-2022",
    "condition": "ok",
    "cost": "1.00",
    "cost_basis": "invoice",
    "currency": "CNY",
    "day": "2028-10-23",
    "days": 30,
    "email": "somebody@school.example",
    "entity": "membership",
    "ends": "09:40:00",
    "first_day": "2028-02-20",
    "grade": "any",
    "hours": 24,
    "interval_seconds": 60,
    "isbn": None,
    "language": "zh",
    "lifecycle": "received",
    "licence": "cc_by",
    "last_day": "2028-07-05",
    "locale": "en",
    "login": "fresh-login",
    "metric": "uptime",
    "mac": "02:00:5e:10:00:01",
    "page": "1",
    "port": 161,
    "position": 2,
    "profile": None,
    "q": "02:4c:00:00:00:01",
    "scopes": ["library:read"],
    "stage": "junior",
    "starts": "08:55:00",
    "subject": "physics",
    "valid_until": None,
    "version": 1,
    "wake_at": "07:00:00",
    "weekdays": [1],
    "zone": "Asia/Shanghai",
}
WEEKDAY = {"weekday": 1, "starts": "08:00:00", "ends": "17:00:00"}
# Whole bodies, where fields depend on each other.
BODIES: dict[str, dict[str, Any]] = {
    "expected_hours_add": {"spans": [WEEKDAY]},
    "expected_hours_edit": {"spans": [WEEKDAY]},
    "maintenance_add": {
        "place_id": None,
        "starts_at": None,
        "ends_at": "2026-12-31T08:00:00Z",
        "weekdays": None,
        "from_time": None,
        "to_time": None,
    },
    "device_rule_set": {"is_off": True, "raise_at": None, "clear_at": None},
    "profile_rule_set": {"is_off": True, "raise_at": None, "clear_at": None},
    "asset_create": {"tag": None},
    "asset_model_create": {"kind": "computer"},
    "asset_model_edit": {"kind": "computer"},
    "asset_step": {"to_state": "retired"},
    "credential_add": {"version": "2c", "community": "public"},
    "credential_edit": {"version": "2c", "community": "public"},
    "custody_hand_out": {"person_id": None, "group": None, "due_on": None, "due_by": None},
    "custom_field_create": {"kind": "text", "asset_kind": "computer", "model_id": None},
    "custom_field_edit": {"kind": "text", "asset_kind": "computer", "model_id": None},
    "donor_create": {"kind": "named"},
    "donor_edit": {"kind": "named"},
    "place_create": {"kind": "room"},
    "resource_create": {"kind": "slides"},
    "resource_edit": {"kind": "slides"},
    "school_second_factor_rule": {"is_required": False},
    "school_day_create": {"as_weekday": None},
    "school_day_edit": {"as_weekday": None},
    "sign_in_confirm": {"password": PASSWORD},
}
# What pictures and streams are asked for by.
RULE: Values = {"profile": "printer", "rule": "supply_low"}
PATHS_OF: dict[str, Values] = {
    **dict.fromkeys(
        (
            "device_rule_set",
            "device_rule_put_back",
            "profile_rules",
            "profile_rule_set",
            "profile_rule_put_back",
            "/devices/{device_id:int}/watching/rules/{rule:str}",
            "/devices/{device_id:int}/watching/rules/{rule:str}/put-back",
            "/schools/{school_id:int}/rules/{profile:str}",
            "/schools/{school_id:int}/rules/{profile:str}/{rule:str}",
            "/schools/{school_id:int}/rules/{profile:str}/{rule:str}/put-back",
        ),
        RULE,
    ),
    "device_profile_get": {"profile_name": "printer"},
    "/devices/profiles/{profile_name:str}": {"profile_name": "printer"},
    "revision_picture": {"kind": "thumbnail", "page": 1},
}

# What forms ask besides the things they name, so that all get past their first check.
FORM: Values = {
    "address": "127.0.0.1",
    "cidr": "10.4.0.0/24",
    "code": "FRESH-1",
    "community": "public",
    "columns": 2,
    "count": 1,
    "day": "2028-10-23",
    "declared": 1,
    "done": "Done",
    "email": "somebody@school.example",
    "ends": "09:40:00",
    "position": 2,
    "starts": "08:55:00",
    "first_day": "2028-02-20",
    "found": "Found",
    "kind": "room",
    "last_day": "2028-07-05",
    "locale": "en",
    "login": "fresh-login",
    "name": "Fresh name",
    "name_en": "Fresh name",
    "q": "e",
    "reason": "Not needed any more",
    "received_on": "2026-03-02",
    "resolution": "Works again",
    "role": "auditor",
    "scopes": "library:read",
    "severity": "normal",
    "subject": "physics",
    "stage": "junior",
    "summary": "It does not work",
    "text": "A word",
    "title": "Fresh title",
    "to_state": "retired",
    "usable": "yes",
    "version": 1,
    "wake_at": "08:00",
    "weekdays": 1,
    "what": "It does not work",
    "year": 2028,
}
# Pages that want one of several, or another word for the same name.
FORM_OF: dict[str, Values] = {
    "/maintenance": {"kind": "once", "ends_at": "2026-12-31T08:00"},
    "/expected-hours": {"weekdays_0": 1, "starts_0": "08:00", "ends_0": "17:00"},
    "/devices/{device_id:int}/watching/rules": {"raise_at": 5, "clear_at": 8},
    "/schools/{school_id:int}/rules": {"raise_at": 5, "clear_at": 8},
    "/asset-models": {"kind": "computer"},
    "/donors": {"kind": "named"},
    "/custom-fields": {"kind": "text", "asset_kind": "computer"},
    "/schools/{school_id:int}/second-factor": {"is_required": ""},
    "/account/confirm": {"confirm_password": PASSWORD, "confirm_target": "/people"},
    "/assets/new": {"tag": "FRESH-TAG", "kind": "computer"},
    "/labels/sheet": {"kind": "computer", "custody": "free"},
    "/custody/hand-out": {"place_id": "", "place": ""},
    "/library": {"kind": "slides"},
    "/assets/wipe": {"method": "overwritten", "result": "passed"},
    "/donations/{donation_id:int}/attach": {"action": "attach"},
}
CSV = "Kind,Brand,Model\ncomputer,Maker,Model\n"
# Pages that want a file beside their form.
FILES_OF = {
    "/imports": {"file": ("x.csv", CSV.encode())},
    "/assets/{tag:str}/documents": {"file": ("x.png", picture())},
    "/asset-models/{model_id:int}/documents": {"file": ("x.png", picture())},
    "/donations/{donation_id:int}/documents": {"file": ("x.png", picture())},
    "/assets/{tag:str}/photos": {"photos": ("x.png", picture())},
    "/asset-models/{model_id:int}/photos": {"photos": ("x.png", picture())},
    "/donations/{donation_id:int}/photos": {"photos": ("x.png", picture())},
}
TUS = {"tus-resumable": "1.0.0"}


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
    send = filler.body(operation)
    if needed := {
        parameter["name"]: PLAIN[parameter["name"]]
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
