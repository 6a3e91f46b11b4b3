"""The whole numbers of an address: ids in its path and its query, and how many rows are wanted."""

from typing import Annotated

from litestar.params import PathParameter, QueryParameter

from core.numbers import MOST_ID, MOST_INTEGER
from core.paging import MAX_LIMIT

PathId = Annotated[int, PathParameter(ge=0, le=MOST_ID)]
PathPage = Annotated[int, PathParameter(ge=0, le=MOST_INTEGER)]
QueryId = Annotated[int | None, QueryParameter(ge=1, le=MOST_ID)]
Limit = Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT)]
