"""The header by which a phone on a bad line may send a request again."""

from typing import Annotated

from litestar.params import HeaderParameter

Key = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        description="A repeated request with the same key is done once and answered the same.",
    ),
]
