"""The keys by which a phone on a bad line may send a request or a form again."""

from typing import Annotated
from uuid import uuid4

from litestar.params import HeaderParameter

Key = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        description="A repeated request with the same key is done once and answered the same.",
    ),
]

# The hidden field of a form that holds its key.
KEY_FIELD = "key"


def new_key() -> str:
    """The key of a form that is shown: its answer is done once, however often it is sent."""
    return str(uuid4())
