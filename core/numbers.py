"""The whole numbers that a request may hold, so that what no column can store is refused by name."""

from typing import Annotated

from msgspec import Meta

# An id is a bigint; programs that read JSON agree on whole numbers up to here (RFC 8259 section 6).
MOST_ID = 2**53 - 1
# Of a column of the type integer.
MOST_INTEGER = 2**31 - 1

# 0 is the id of nothing, and what a form of ours holds before it is known.
Id = Annotated[int, Meta(ge=0, le=MOST_ID)]
Version = Annotated[int, Meta(ge=0, le=MOST_INTEGER)]
