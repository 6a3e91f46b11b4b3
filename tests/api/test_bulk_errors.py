"""Every JSON operation on many things names all entries that it refuses, by their place."""

from pathlib import Path

from litestar import Litestar

from tests import factories
from tests.api.operations import Operation, Request, operations
from tests.api.school_worlds import build
from tests.conftest import Stack, browser

# Whatever was scanned in a room, or read from a stick, may be sent; the answer says what of it is
# not known.
TEXTS = {"place_count", "machine_reading_receive", "machine_reading_check"}
# The field that holds the many, and what stands for none of them.
LISTS = {"tags": "NO-SUCH-THING", "alert_ids": 999_999_999}


def _list_of(one: Operation) -> str | None:
    body = one.described.get("requestBody", {}).get("content", {}).get("application/json")
    if body is None:
        return None
    name = body["schema"].get("$ref", "").rpartition("/")[2]
    fields = one.document["components"]["schemas"].get(name, {}).get("properties", {})
    return next((field for field in LISTS if field in fields), None)


async def test_every_entry_that_is_refused_is_named(
    app: Litestar, db: Stack, tmp_path: Path
) -> None:
    world = await build("Kestrel", tmp_path)
    client = browser(app)
    await factories.signed_in(client, world.admin)
    many = {
        one.own: (one, field)
        for one in operations(app, "post")
        if one.own not in TEXTS and (field := _list_of(one))
    }
    assert len(many) >= 8, many.keys()
    wrong = []
    for own, (one, field) in many.items():

        def spoil(request: Request, field: str = field) -> None:
            right = request.send["json"][field][0]
            request.send["json"][field] = [LISTS[field], right, LISTS[field]]

        answer = await one.send(client, world, spoil)
        errors = answer.json().get("errors", [])
        refused = [error for error in errors if error.get("index") in (0, 2)]
        told = {error["index"] for error in refused}
        complete = all({"field", "code", "detail"} <= error.keys() for error in refused)
        if answer.status_code not in (404, 409, 422) or told != {0, 2} or not complete:
            wrong.append((own, answer.status_code, answer.text[:300]))
    assert wrong == []
