"""A method that a path does not take is refused with those that it takes (RFC 9110 §15.5.6)."""

import httpx
from litestar import Litestar

from api.schema.document import handlers_of
from tests import factories
from tests.api.routes_of_the_app import NOTHING, PARAMETER

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def _taken(app: Litestar) -> dict[str, set[str]]:
    taken: dict[str, set[str]] = {}
    for path, handler in handlers_of(app):
        taken.setdefault(path, {"OPTIONS"}).update(map(str, handler.http_methods))
    return taken


async def test_405_names_every_method_of_the_path(app: Litestar, client: httpx.AsyncClient) -> None:
    await factories.signed_in(client, await factories.person("admin", await factories.school()))
    wrong, asked = [], 0
    for path, methods in _taken(app).items():
        address = PARAMETER.sub(lambda found: NOTHING[found["type"]], path)
        for method in set(METHODS) - methods:
            answer = await client.request(method, address)
            if answer.status_code == 303 and method == "GET" and not path.startswith("/api/v1"):
                continue
            asked += 1
            allowed = {one.strip() for one in answer.headers.get("allow", "").split(",")}
            if answer.status_code != 405 or allowed != methods:
                wrong.append((method, path, answer.status_code, sorted(allowed), sorted(methods)))
    assert wrong == []
    assert asked > 300
