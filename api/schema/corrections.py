"""Where the framework's description of a type is not what is sent: times, empty answers, moments."""

from collections.abc import Iterator
from copy import copy
from typing import Any, cast

from litestar import Litestar
from litestar.openapi.spec import (
    OpenAPIResponse,
    Operation,
    Parameter,
    Reference,
    RequestBody,
    Schema,
)
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType

from api.http.schools import FIELD, SENT_AS
from api.schema.document import operations_of

# A time of day on the school's own clock: `partial-time` of RFC 3339, `time-local` of OpenAPI's
# registry of formats. JSON Schema's own `time` has an offset, and validators refuse one without.
TIME_OF_DAY = "time-local"
TIME_PATTERN = r"^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?$"
SCHOOL = Schema(
    type=OpenAPIType.STRING,
    description="The school's code, as `/schools` lists it",
    examples=["LB"],
)


def correct_types(app: Litestar) -> None:
    """Put right what clients made from the description would stumble over."""
    document = app.openapi_schema
    for schema in document.components.schemas.values():
        for inner in _inside(schema):
            _say_time_of_day(inner)
    for _path, _method, operation in operations_of(app):
        _name_school(app, operation)
        for parameter in operation.parameters or ():
            if isinstance(parameter, Parameter) and parameter.param_in == "query":
                _say_seconds(parameter)


def leave_out_bodies(app: Litestar) -> None:
    """Neither 204 nor any answer to HEAD has one (RFC 9110 §9.3.2, §15.3.5)."""
    for _path, method, operation in operations_of(app):
        responses = dict(operation.responses or {})
        for status, answer in responses.items():
            if (method == "head" or status == "204") and isinstance(answer, OpenAPIResponse):
                responses[status] = bare = copy(answer)
                bare.content = None
        operation.responses = responses


def _say_time_of_day(schema: Schema) -> None:
    if schema.format == OpenAPIFormat.DURATION:
        # The framework's word for a time of day; no field of ours is a span of time.
        schema.format, schema.pattern = cast(OpenAPIFormat, TIME_OF_DAY), TIME_PATTERN


def _name_school(app: Litestar, operation: Operation) -> None:
    """Bodies name a school by its code; see api/http/schools.py."""
    if not isinstance(operation.request_body, RequestBody):
        return
    for content in operation.request_body.content.values():
        if not isinstance(content.schema, Reference):
            continue
        body = app.openapi_schema.components.schemas[content.schema.ref.rpartition("/")[2]]
        if body.properties and FIELD in body.properties:
            is_needed = FIELD in (body.required or ())
            null = Schema(type=OpenAPIType.NULL)
            school = SCHOOL if is_needed else Schema(one_of=[SCHOOL, null])
            body.properties = {
                SENT_AS if name == FIELD else name: school if name == FIELD else inner
                for name, inner in body.properties.items()
            }
            body.required = [SENT_AS if name == FIELD else name for name in body.required or ()]


def _say_seconds(parameter: Parameter) -> None:
    """A moment in an address may be seconds since 1970 too, as Prometheus and Grafana write it."""
    if parameter.schema is not None and any(
        inner.format == OpenAPIFormat.DATE_TIME for inner in _inside(parameter.schema)
    ):
        moment = parameter.schema
        parameter.schema = Schema(any_of=[moment, Schema(type=OpenAPIType.NUMBER)])
        parameter.description = "RFC 3339, or seconds since 1970"


def _inside(schema: Any) -> Iterator[Schema]:
    if not isinstance(schema, Schema):
        return
    yield schema
    inner = [schema.items, *(schema.properties or {}).values()]
    for one in (*inner, *(schema.one_of or ()), *(schema.any_of or ())):
        yield from _inside(one)
