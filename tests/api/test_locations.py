"""Every answer of 201 says where what was made can be read, and there it is."""

from pathlib import Path

import httpx
from litestar import Litestar

from tests import factories
from tests.api.operations import operations
from tests.api.school_worlds import build
from tests.conftest import Stack, browser


async def test_every_answer_of_201_has_a_location_that_is_read(
    app: Litestar, db: Stack, tmp_path: Path
) -> None:
    world = await build("Kestrel", tmp_path)
    client = browser(app)
    await factories.signed_in(client, world.admin)
    made, wrong = 0, []
    for one in operations(app, "post"):
        if 201 not in one.statuses:
            continue
        described = one.described["responses"]["201"]["headers"]
        answer = await one.send(client, world, **{"Idempotency-Key": one.own})
        if answer.status_code != 201:
            continue
        made += 1
        place = answer.headers.get("location", "")
        read = await client.get(place) if place else None
        if read is None or read.status_code != 200 or "Location" not in described:
            wrong.append((one.own, place, read and read.status_code))
        elif not _is_in(answer, read):
            wrong.append((one.own, place, read.text[:200]))
        again = await one.send(client, world, **{"Idempotency-Key": one.own})
        if again.headers.get("location") != place:
            wrong.append((one.own, "said otherwise the second time"))
    assert wrong == []
    assert made > 20


def _is_in(made: httpx.Response, read: httpx.Response) -> bool:
    """Whether what is read has the id of what was made, in itself or in one of its rows."""
    body = made.json() if made.content else {}
    names = [body[name] for name in ("person_id", "tag", "id") if name in body]
    return not names or str(names[0]) in f"{read.url} {read.text}"


def test_all_that_may_answer_201_say_where(app: Litestar) -> None:
    creating = {one.own for one in operations(app) if 201 in one.statuses}
    assert creating == app.state.locations.keys()
