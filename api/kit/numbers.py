"""What stands in addresses: ids in their paths and their queries, and how many rows are wanted."""

import re
from typing import Annotated, Any
from uuid import UUID

from litestar.params import FromPath, PathParameter, QueryParameter

from core.numbers import MOST_ID, MOST_INTEGER
from core.paging import MAX_LIMIT

PathId = Annotated[int, PathParameter(ge=0, le=MOST_ID)]
# A page of a paper, a line of a file: what is counted, not named.
PathNumber = Annotated[int, PathParameter(ge=0, le=MOST_INTEGER)]
QueryId = Annotated[int | None, QueryParameter(ge=1, le=MOST_ID)]
Limit = Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT)]

_PLACE = re.compile(r"\{(\w+):(\w+)\}")
_TYPES: dict[str, Any] = {"str": FromPath[str], "uuid": FromPath[UUID]}


def path_parameters(path: str) -> dict[str, Any]:
    """The type of each parameter in a path, in their order."""
    return {name: _type(name, kind) for name, kind in _PLACE.findall(path)}


def _type(name: str, kind: str) -> Any:
    if kind == "int":
        return PathId if name.endswith("_id") else PathNumber
    return _TYPES[kind]
