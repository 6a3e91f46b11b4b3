"""The operations of the API's description, ready to be sent."""

from collections.abc import Callable
from typing import Any

import httpx
import msgspec
from litestar import Litestar

from tests.api.described import document_of
from tests.api.request_samples import path_values, sample
from tests.api.school_worlds import World

METHODS = ("get", "head", "options", "post", "put", "patch", "delete")


class Request(msgspec.Struct):
    """What is sent: an address, and httpx's arguments, with the headers apart."""

    address: str
    headers: dict[str, str]
    send: dict[str, Any]


class Operation:
    """One operation, and the request that its description makes of it."""

    def __init__(self, document: dict[str, Any], method: str, path: str) -> None:
        self.document, self.method, self.path = document, method, path
        self.described = document["paths"][path][method]
        self.own: str = self.described["operationId"]
        self.statuses = {int(status) for status in self.described["responses"]}
        self.headers = self._named("header")
        self.in_path = self._named("path")
        self.in_query = self._named("query")

    def _named(self, place: str) -> list[str]:
        return [one["name"] for one in self.described.get("parameters", ()) if one["in"] == place]

    def request(self, world: World) -> Request:
        """A right request about things of the world."""
        made = sample(self.described, self.document, world.values)
        own = made.send.pop("headers", {})
        values = path_values(self.own, self.in_path, world.values)
        return Request(self.filled({n: str(v) for n, v in values.items()}), dict(own), made.send)

    def filled(self, values: dict[str, str]) -> str:
        """The path with these values in it."""
        address = self.path
        for name, value in values.items():
            address = address.replace("{" + name + "}", value)
        return address

    async def send(
        self,
        client: httpx.AsyncClient,
        world: World,
        change: Callable[[Request], None] | None = None,
        **headers: str,
    ) -> httpx.Response:
        """The answer to the request, which ``change`` may have made a wrong one."""
        request = self.request(world)
        request.headers |= headers
        if change is not None:
            change(request)
        return await client.request(
            self.method.upper(), request.address, headers=request.headers, **request.send
        )

    def __str__(self) -> str:
        return f"{self.own} ({self.method.upper()} {self.path})"


def operations(app: Litestar, *methods: str) -> list[Operation]:
    """All under /api, or those of some methods."""
    document = document_of(app)
    return [
        Operation(document, method, path)
        for path, item in document["paths"].items()
        for method in methods or METHODS
        if method in item and path.startswith("/api/")
    ]
