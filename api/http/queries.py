"""Queries of the API: a parameter that nobody reads is a mistake of the sender, and is told."""

from collections.abc import Iterable

from litestar import Litestar
from litestar.openapi.spec import Operation, Parameter

from api.http.types import WebRequest
from core.errors import FieldError, Invalid, say


def remember_parameters(app: Litestar, operations: Iterable[Operation]) -> None:
    """Keep which parameters each operation of the API's description has in its query."""
    app.state.query_parameters = {
        operation.operation_id: frozenset(
            parameter.name
            for parameter in operation.parameters or ()
            if isinstance(parameter, Parameter) and parameter.param_in == "query"
        )
        for operation in operations
    }


def refuse_unknown_parameters(request: WebRequest) -> None:
    """Raise Invalid with each parameter of the address that the operation does not know.

    A filter that is misspelt would otherwise answer with everything. Pages ignore what they do
    not know: links to them come from everywhere.
    """
    if not request.scope["query_string"]:
        return
    known = request.app.state.query_parameters.get(request.route_handler.operation_id, frozenset())
    unknown = [name for name in dict.fromkeys(request.query_params.keys()) if name not in known]
    if unknown:
        raise Invalid(
            FieldError(name, say("There is no such parameter"), "unknown_parameter")
            for name in unknown
        )
