"""Files in the API's description: downloads (RFC 9110), pictures, and uploads over tus 1.0."""

from copy import copy

from litestar import Litestar
from litestar.openapi.spec import (
    OpenAPIFormat,
    OpenAPIMediaType,
    OpenAPIResponse,
    OpenAPIType,
    Operation,
    Parameter,
    RequestBody,
    Schema,
)

from api.library.uploads.tus import CONTENT_TYPE, VERSION
from api.schema.document import operations_of

ANY_TYPE, ANY_PICTURE = "*/*", "image/*"
# The type of what is sent, and the answers besides 200; none of them has a body but 206.
OF_DOWNLOADS = {
    "resource_download": (ANY_TYPE, ["206", "302", "304", "416"]),
    "resource_download_size": (ANY_TYPE, ["206", "304", "416"]),
    "resource_content": (ANY_TYPE, ["206", "304", "416"]),
    "revision_picture": (ANY_PICTURE, ["304"]),
    "work_order_photo_get": (ANY_PICTURE, ["304"]),
    "attachment_file": (ANY_TYPE, ["304"]),
}
MEANINGS = {
    "206": "The part that Range asked for",
    "302": "The object store itself has it, at this link, for 15 minutes",
    "304": "What If-None-Match names is still the same",
    "416": "The range lies beyond the file",
}

_TEXT, _NUMBER = Schema(type=OpenAPIType.STRING), Schema(type=OpenAPIType.INTEGER, minimum=0)
_SPOKEN = Parameter(
    name="Tus-Resumable",
    param_in="header",
    required=True,
    schema=Schema(type=OpenAPIType.STRING, enum=[VERSION]),
    description="Anything else is answered with 412.",
)


def _header(name: str, schema: Schema, description: str, *, required: bool = True) -> Parameter:
    return Parameter(
        name=name, param_in="header", required=required, schema=schema, description=description
    )


OF_UPLOADS = {
    "upload_create": [
        _SPOKEN,
        _header("Upload-Length", _NUMBER, "Bytes of the whole file"),
        _header("Upload-Metadata", _TEXT, "Names, each with its value in Base64, after commas"),
    ],
    "upload_offset": [_SPOKEN],
    "upload_append": [
        _SPOKEN,
        _header("Upload-Offset", _NUMBER, "Bytes that the server has already"),
        _header("Upload-Checksum", _TEXT, "Algorithm and digest in Base64", required=False),
    ],
    "upload_abort": [_SPOKEN],
}


def describe_files(app: Litestar) -> None:
    """Write into the operations on files what the framework cannot see in their functions."""
    for _path, _method, operation in operations_of(app):
        own = operation.operation_id or ""
        if own in OF_DOWNLOADS:
            _describe_download(operation, *OF_DOWNLOADS[own])
        if own in OF_UPLOADS:
            operation.parameters = [*(operation.parameters or ()), *OF_UPLOADS[own]]
        if own == "upload_append":
            # Without a byte it is taken too, and changes nothing.
            operation.request_body = RequestBody(content={CONTENT_TYPE: _bytes()}, required=False)


def _describe_download(operation: Operation, media_type: str, statuses: list[str]) -> None:
    responses = dict(operation.responses or {})
    given = responses["200"]
    assert isinstance(given, OpenAPIResponse)
    whole = copy(given)
    whole.content = {media_type: _bytes()}
    responses["200"] = whole
    for status in statuses:
        content = whole.content if status == "206" else None
        responses[status] = OpenAPIResponse(description=MEANINGS[status], content=content)
    operation.responses = responses


def _bytes() -> OpenAPIMediaType:
    return OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY))
