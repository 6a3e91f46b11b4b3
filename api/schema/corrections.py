"""Where the framework's description of a type is not what is sent: times, empty answers, moments."""

from collections.abc import Iterator
from copy import copy
from typing import Any

from litestar import Litestar
from litestar.openapi.spec import OpenAPIResponse, Parameter, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType

from api.schema.document import operations_of

# An ISO 8601 time of day on the school's clock. JSON Schema's own `time` has an offset.
TIME_OF_DAY = r"^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?$"


def correct_types(app: Litestar) -> None:
    """Put right what clients made from the description would stumble over."""
    document = app.openapi_schema
    for schema in document.components.schemas.values():
        for inner in _inside(schema):
            _say_time_of_day(inner)
    for _path, _method, operation in operations_of(app):
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
        schema.format, schema.pattern = None, TIME_OF_DAY


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
