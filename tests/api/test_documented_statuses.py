"""Each operation answers with what its description names, and can refuse in every way named there."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar
from structlog.testing import capture_logs

from api.http.preconditions import SAFE
from api.http.writes import WITHOUT_KEY
from api.schema.document import handlers_of
from api.schema.problems import NEVER_IN_CONFLICT
from core import database
from tests import factories
from tests.api.conflict_paths import can_conflict
from tests.api.operations import Operation, Request, operations
from tests.api.routes_of_the_app import NOTHING
from tests.api.school_worlds import World, build
from tests.conftest import Stack, browser, empty
from tests.undoing import Undone, undoing

pytestmark = pytest.mark.long

Change = Callable[[Request], None]
USED_KEY = "used for another request"
STALE = 999_999


@pytest.fixture(scope="module")
async def world(connections: Stack, tmp_path_factory: pytest.TempPathFactory) -> World:
    await empty(connections)
    world = await build("Kestrel", tmp_path_factory.mktemp("world"))
    await database.execute(
        "INSERT INTO idempotency_key (person, key, verb, answer) VALUES ($1, $2, 'another', '{}')",
        world.admin.id,
        USED_KEY,
    )
    return world


class Asking(msgspec.Struct):
    """Sends the requests of one caller, with everything undone that each of them did."""

    client: httpx.AsyncClient
    world: World
    undone: Undone

    async def answer(self, one: Operation, change: Change | None = None) -> httpx.Response:
        """The answer to the operation's right request, which ``change`` may make a wrong one."""
        with capture_logs():
            async with self.undone():
                answer = await one.send(self.client, self.world, change)
            # A refused statement spoils the transaction around it: ours, not the handler's.
            if answer.status_code >= 500:
                answer = await one.send(self.client, self.world, change)
            return answer


@asynccontextmanager
async def asking(
    app: Litestar, world: World, headers: dict[str, str] | None = None
) -> AsyncIterator[Asking]:
    async with browser(app) as client, undoing() as undone:
        client.headers.update(headers or {})
        yield Asking(client, world, undone)


def unknown_parameter(request: Request) -> None:
    request.send["params"] = {**request.send.get("params", {}), "no_such_parameter": "1"}


def not_utf_8(request: Request) -> None:
    request.send.pop("params", None)
    request.address += "?x=%FF"


def another_media_type(request: Request) -> None:
    request.headers["content-type"] = "text/plain"


def no_json(request: Request) -> None:
    request.send.pop("json", None)
    request.send["content"] = b'{"'
    request.headers.setdefault("content-type", "application/json")


def stale_version(request: Request) -> None:
    if "json" in request.send:
        request.send["json"]["version"] = STALE


def with_header(name: str, value: str) -> Change:
    def change(request: Request) -> None:
        request.headers[name] = value

    return change


def of_nothing(one: Operation) -> Change:
    """The same about rows that do not exist."""
    kinds = {p["name"]: p["schema"] for p in one.described["parameters"] if p["in"] == "path"}
    values = {
        name: NOTHING["int" if kind["type"] == "integer" else kind.get("format", "str")]
        for name, kind in kinds.items()
    }

    def change(request: Request) -> None:
        request.address = one.filled(values)

    return change


def variations(one: Operation) -> list[Change | None]:
    """Requests that differ in one thing each, as far as the operation has it."""
    found: list[Change | None] = [None, unknown_parameter, not_utf_8]
    if "requestBody" in one.described:
        found += [another_media_type, no_json, stale_version]
    if one.in_path:
        found.append(of_nothing(one))
    found += [with_header("If-Match", f'"{STALE}"'), with_header("Idempotency-Key", USED_KEY)]
    return found


async def test_no_answer_has_a_status_that_is_not_described(app: Litestar, world: World) -> None:
    callers: list[dict[str, str]] = [
        await factories.bearer(world.admin),
        await factories.bearer(world.teacher),
        await factories.bearer(world.admin, "library:read"),
        {},
    ]
    wrong, sent = [], 0
    for headers in callers:
        async with asking(app, world, headers) as asked:
            for one in operations(app):
                for change in variations(one) if headers is callers[0] else [None]:
                    answer = await asked.answer(one, change)
                    sent += 1
                    if answer.status_code not in one.statuses:
                        wrong.append(f"{one}: {answer.status_code} {answer.text[:200]}")
    assert not wrong, "\n".join(wrong)
    assert sent > 1000


def provocation(one: Operation, status: int) -> Change | None:
    """What makes the operation answer so to someone who may do everything; None for what needs
    a certain state of things."""
    is_tus = "Tus-Resumable" in one.headers
    always: dict[int, Any] = {
        400: not_utf_8,
        412: with_header("tus-resumable", "0.2.2")
        if is_tus
        else with_header("If-Match", f'"{STALE}"'),
        415: another_media_type,
        422: unknown_parameter,
    }
    if status == 404 and one.in_path:
        return of_nothing(one)
    if status == 409 and "Idempotency-Key" in one.headers:
        return with_header("Idempotency-Key", USED_KEY)
    return always.get(status)


@pytest.mark.parametrize("status", [400, 404, 409, 412, 415, 422])
async def test_what_is_described_can_be_provoked(app: Litestar, world: World, status: int) -> None:
    wrong, provoked = [], 0
    async with asking(app, world) as asked:
        # Some of them are for people at a browser, not for tokens.
        await factories.signed_in(asked.client, world.admin)
        for one in operations(app):
            change = provocation(one, status) if status in one.statuses else None
            if change is None:
                continue
            answer = await asked.answer(one, change)
            provoked += 1
            if answer.status_code != status:
                wrong.append(f"{one}: {answer.status_code} {answer.text[:200]}")
    assert not wrong, "\n".join(wrong)
    assert provoked


def test_a_conflict_is_described_where_the_code_can_come_to_one(app: Litestar) -> None:
    """By its key every POST can; whatever else changes something, by what its verb says."""
    wrong = []
    verbs = {str(handler.operation_id): handler.fn for _, handler in handlers_of(app)}
    for one in operations(app):
        takes_key = "Idempotency-Key" in one.headers
        is_change = one.method.upper() not in SAFE
        can = is_change and (takes_key or can_conflict(verbs[one.own]))
        if can != (409 in one.statuses):
            wrong.append(f"{one}: the code says {can}")
    assert wrong == []


def test_what_is_never_in_conflict_is_a_change_without_a_key(app: Litestar) -> None:
    without_key = {
        one.own
        for one in operations(app, "post", "put", "patch", "delete")
        if "Idempotency-Key" not in one.headers
    }
    assert without_key >= NEVER_IN_CONFLICT
    assert without_key & WITHOUT_KEY.keys() == WITHOUT_KEY.keys()


@pytest.mark.parametrize(
    ("verb", "can"),
    [("credential_remove", True), ("term_edit", True), ("term_delete", False), ("me_get", False)],
)
def test_conflicts_are_found_in_code_and_in_the_words_of_constraints(
    app: Litestar, verb: str, can: bool
) -> None:
    (handler,) = [handler for _, handler in handlers_of(app) if handler.operation_id == verb]
    assert can_conflict(handler.fn) is can
