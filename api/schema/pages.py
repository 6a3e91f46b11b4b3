"""The API's reference as a page of ours, read off the OpenAPI document: no script from afar."""

from typing import Any

import msgspec
from litestar import Response, get
from litestar.openapi.spec import OpenAPI, Operation, Parameter, PathItem

from api import urls
from api.http.access import public
from api.http.types import WebRequest
from api.kit.rendering import render

METHODS = ("get", "post", "put", "patch", "delete", "head")


class ListedOperation(msgspec.Struct, frozen=True):
    """One operation, as much as fits a line and its details."""

    method: str
    path: str
    summary: str
    description: str
    parameters: list[Parameter]
    takes: str
    gives: str


@get(urls.api, guards=[public], include_in_schema=False)
async def show_api(request: WebRequest) -> Response[str]:
    """All operations by tag, with who may use them."""
    schema = request.app.openapi_schema
    return render(
        request,
        "schema/reference.html",
        groups=operations_by_tag(schema),
        base_address=str(request.base_url).rstrip("/"),
    )


def operations_by_tag(schema: OpenAPI) -> dict[str, list[ListedOperation]]:
    """The operations of every path under their first tag, in the order of the paths."""
    groups: dict[str, list[ListedOperation]] = {}
    for path, item in sorted((schema.paths or {}).items()):
        for method, operation in _operations(item):
            tag = (operation.tags or ["other"])[0]
            groups.setdefault(tag, []).append(_listed(method, path, operation))
    return dict(sorted(groups.items()))


def _operations(item: PathItem) -> list[tuple[str, Operation]]:
    found = [(method, getattr(item, method)) for method in METHODS]
    return [(method, operation) for method, operation in found if operation is not None]


def _listed(method: str, path: str, operation: Operation) -> ListedOperation:
    parameters = [one for one in operation.parameters or [] if isinstance(one, Parameter)]
    return ListedOperation(
        method=method.upper(),
        path=path,
        summary=operation.summary or operation.operation_id or "",
        description=operation.description or "",
        parameters=parameters,
        takes=_content(operation.request_body),
        gives=next(
            (
                _content(answer)
                for status, answer in (operation.responses or {}).items()
                if status.startswith("2")
            ),
            "",
        ),
    )


def _content(part: Any) -> str:
    """The name of what a body holds: a schema's, or else the media type."""
    for media_type, content in (getattr(part, "content", None) or {}).items():
        reference = getattr(content.schema, "ref", None)
        return str(reference).rsplit("/", 1)[-1] if reference else str(media_type)
    return ""
