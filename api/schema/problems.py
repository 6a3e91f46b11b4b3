"""How operations refuse, written into the API's description: problem details, never another shape."""

from litestar import Litestar
from litestar.openapi.spec import (
    OpenAPIMediaType,
    OpenAPIResponse,
    OpenAPIType,
    Operation,
    Parameter,
    Reference,
    Schema,
)

from api.schema.document import operations_of

SAFE = ("get", "head", "options")
MEANINGS = {
    "400": "The request cannot be read: an address that is not UTF-8, a body that is no JSON",
    "401": "Nobody is signed in, or the token does not hold",
    "403": "The role or the token does not reach this",
    "404": "It does not exist, or not for you: the two are never told apart",
    "409": "The present state of things refuses it; `detail` says what stands in the way",
    "410": "The upload is over: cancelled or expired",
    "412": "If-Match names another version than there is; of uploads: not spoken as tus 1.0",
    "413": "Larger than was announced, or than is taken",
    "415": "Not sent as application/offset+octet-stream",
    "422": "The input is wrong; `errors` names every field and every unknown parameter",
    "429": "Tried too often; Retry-After says when to come back",
    "460": "The bytes do not match their checksum; send them again",
    "503": "What this needs does not answer, or is too busy now; nothing was changed",
    "507": "The server's disk is full; nothing was changed, and what was saved before is safe",
}
# What the tus protocol adds.
OF_UPLOADS = {
    "upload_create": ["412", "413", "507"],
    "upload_offset": ["410", "412"],
    "upload_append": ["410", "412", "413", "415", "460", "507"],
    "upload_abort": ["410", "412"],
}

# Where a password is judged: not at a guesser's speed.
OF_PASSWORDS = {
    "sign_in_confirm": ["429"],
}

# Without a parameter in their path, and yet of rows that may not be there: of one's school first.
NAMES_ROWS = ("school", "room_id")
# Changes without a key that no state of things refuses; a test holds this against their code.
NEVER_IN_CONFLICT = {
    "alert_subscription_remove",
    "alert_subscription_set",
    "asset_model_edit",
    "credential_edit",
    "device_hours_set",
    "device_parent_set",
    "device_remove",
    "disposal_rule_write",
    "device_rule_put_back",
    "device_rule_set",
    "donation_line_edit",
    "donor_edit",
    "escalation_set",
    "expected_hours_give_place",
    "function_room_clear",
    "lesson_period_delete",
    "part_code_add",
    "person_edit",
    "person_second_factor_reset",
    "place_edit",
    "profile_rule_put_back",
    "profile_rule_set",
    "room_seat",
    "school_day_delete",
    "school_edit",
    "sign_in_confirm",
    "sign_in_end",
    "stock_minimum_set",
    "term_delete",
    "token_revoke",
    "wake_plan_remove",
    "webhook_delete",
}
# Bodies that name no row at all.
NAMELESS = {"asset_model_create", "school_create", "sign_in_confirm", "token_create"}
# Shared lessons are found by any school.
FINDS_NOTHING = {"resource_list"}

# Outside the API: what watches a server asks these.
PROBES: dict[str, list[str]] = {"/healthz": [], "/readyz": [], "/metrics": ["401", "403"]}

_TEXT = Schema(type=OpenAPIType.STRING)
_FIELD = Schema(
    type=OpenAPIType.OBJECT,
    properties={"field": _TEXT, "detail": _TEXT, "code": _TEXT},
    required=["field", "detail", "code"],
)
PROBLEM = Schema(
    type=OpenAPIType.OBJECT,
    title="ProblemDetails",
    description="RFC 9457 problem details; `code` is for programs, `detail` for people.",
    properties={
        "title": _TEXT,
        "status": Schema(type=OpenAPIType.INTEGER),
        "detail": _TEXT,
        "code": _TEXT,
        "type": _TEXT,
        "field": _TEXT,
        "errors": Schema(type=OpenAPIType.ARRAY, items=_FIELD),
        "request_id": _TEXT,
    },
    required=["title", "status", "detail", "code"],
    examples=[
        {
            "title": "Conflict",
            "status": 409,
            "detail": "PC-0042 is already with Technician One",
            "code": "custody_one_open_per_asset",
            "request_id": "0f6f4a3c8f0e4d1b9c5f3f6a5f0b7c11",
        }
    ],
)


def describe_problems(app: Litestar) -> None:
    """Give each operation of the API the refusals that it can make, in place of the framework's."""
    schema = app.openapi_schema
    schema.components.schemas["ProblemDetails"] = PROBLEM
    for path, method, operation in operations_of(app):
        responses = dict(operation.responses or {})
        # The framework's own shape for wrong input; ours is a 422, or a problem of ours.
        responses.pop("400", None)
        for status in _refusals(path, method, operation):
            responses.setdefault(status, _answer(status))
        operation.responses = responses


def _refusals(path: str, method: str, operation: Operation) -> list[str]:
    if path in PROBES:
        return PROBES[path]
    # Everything asks the database, who is asking if nothing else; and any address can be wrong.
    found = ["400", "422", "503"]
    if operation.security:
        found += ["401", "403"]
    if _names_rows(operation):
        found.append("404")
    if method not in SAFE and operation.operation_id not in NEVER_IN_CONFLICT:
        found.append("409")
    if operation.request_body is not None:
        found.append("413")
    if any(
        isinstance(one, Parameter) and one.name == "If-Match" for one in operation.parameters or ()
    ):
        found.append("412")
    own = operation.operation_id or ""
    return found + OF_UPLOADS.get(own, []) + OF_PASSWORDS.get(own, [])


def _names_rows(operation: Operation) -> bool:
    """Whether a request names a row that may not be there."""
    if operation.operation_id in NAMELESS | FINDS_NOTHING:
        return False
    parameters = [one for one in operation.parameters or () if isinstance(one, Parameter)]
    return operation.request_body is not None or any(
        one.param_in == "path" or (one.param_in == "query" and one.name in NAMES_ROWS)
        for one in parameters
    )


def _answer(status: str) -> OpenAPIResponse:
    content = {
        "application/problem+json": OpenAPIMediaType(
            schema=Reference(ref="#/components/schemas/ProblemDetails")
        )
    }
    return OpenAPIResponse(description=MEANINGS[status], content=content)
