"""What changes may ask for, written into the API's description: a key, and the row's version."""

from copy import copy

from litestar import Litestar
from litestar.openapi.spec import (
    OpenAPIHeader,
    OpenAPIResponse,
    OpenAPIType,
    Operation,
    Parameter,
    Reference,
    Schema,
)
from litestar.openapi.spec.enums import OpenAPIFormat

from api.http.preconditions import VERSIONED, row_of
from api.http.writes import OWN_KEY, WITHOUT_KEY
from api.schema.document import operations_of
from core.idempotency import KEY_MAX_LENGTH

KEY = Parameter(
    name="Idempotency-Key",
    param_in="header",
    required=False,
    schema=Schema(type=OpenAPIType.STRING, max_length=KEY_MAX_LENGTH),
    description="A repeated request with the same key is done once and answered the same; an empty"
    " one is none.",
)
IF_MATCH = Parameter(
    name="If-Match",
    param_in="header",
    required=False,
    schema=Schema(type=OpenAPIType.STRING, examples=['"3"']),
    description="Only while the row is as it was read: its ETag, or * for any. Stands in for"
    " `version` in the body.",
)
ETAG = OpenAPIHeader(
    schema=Schema(type=OpenAPIType.STRING, examples=['"3"']),
    description="The row's version, for If-Match",
)
LOCATION = OpenAPIHeader(
    schema=Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.URI_REFERENCE),
    description="Where to read what was made; the list that it stands in, if there were several",
)


def describe_repeats(app: Litestar) -> None:
    """Each POST of the API takes a key, but for those that say why not."""
    for path, method, operation in operations_of(app):
        own = operation.operation_id or ""
        if method == "post" and path.startswith("/api/") and own not in {*WITHOUT_KEY, *OWN_KEY}:
            operation.parameters = [*(operation.parameters or ()), KEY]


def describe_versions(app: Litestar) -> None:
    """Reading a versioned row gives its ETag, and what changes it takes If-Match."""
    for path, method, operation in operations_of(app):
        if row_of(path) is None:
            continue
        is_change = method in ("post", "put", "patch", "delete")
        if is_change and operation.operation_id not in OWN_KEY:
            operation.parameters = [*(operation.parameters or ()), IF_MATCH]
        if _gives_row(app, path, operation):
            _give_header(operation, "ETag", ETAG, ("200", "201"))


def describe_locations(app: Litestar) -> None:
    """Whatever answers 201 says where."""
    for _path, _method, operation in operations_of(app):
        _give_header(operation, "Location", LOCATION, ("201",))


def _gives_row(app: Litestar, path: str, operation: Operation) -> bool:
    """Whether the answer is the row itself, as reading it gives it."""
    base = next(base for base in VERSIONED if path.startswith(base))
    reading = (app.openapi_schema.paths or {})[base].get
    return reading is not None and _given(operation) == _given(reading) is not None


def _given(operation: Operation) -> str | None:
    answer = (operation.responses or {}).get("200") or (operation.responses or {}).get("201")
    if not isinstance(answer, OpenAPIResponse):
        return None
    content = (answer.content or {}).get("application/json")
    return content.schema.ref if content and isinstance(content.schema, Reference) else None


def _give_header(
    operation: Operation, name: str, header: OpenAPIHeader, statuses: tuple[str, ...]
) -> None:
    responses = dict(operation.responses or {})
    for status, answer in responses.items():
        if status in statuses and isinstance(answer, OpenAPIResponse):
            responses[status] = told = copy(answer)
            told.headers = {**(answer.headers or {}), name: header}
    operation.responses = responses
