"""Two schools share one service: whoever is of one sees and changes nothing of the other.

No list is kept by hand: operations come from /schema/openapi.json, pages from the application's
routes, and what they take from request_samples.py, which refuses what it does not know.
"""

import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar

from core import database
from core.access import Role
from tests import factories
from tests.api.request_samples import form_values, path_values, query_values, sample
from tests.api.routes_of_the_app import Endpoint, endpoints
from tests.api.sample_values import FILES_OF, SHARED, Values
from tests.api.school_worlds import World, build
from tests.undoing import undoing

pytestmark = pytest.mark.long

OURS, THEIRS = "Ours0Wren", "Theirs0Kite"
HIDDEN = (403, 404)
# Forms that name nothing but the person who fills them in, and ask for a secret of theirs.
# A private calendar opens to whoever has its secret, so none that is real is tried.
OWN_BUSINESS = ("/account/password", "/setup", "/sign-in", "/sign-in/first", "/ical/none")
# A label shows everybody the thing that it is on: tests/api/test_visitor_pages.py says what of it.
FOR_VISITORS = ("/t/{code:str}", "/t/{code:str}/report", "/t/{code:str}/picture")
REFUSED = (400, 403, 404, 409, 412, 413, 415, 422)
# Whatever is scanned in a room may be sent; of theirs it says that it is not known.
# A list of parts for all schools names none; a part may be wanted at any school.
TEXTS = {"place_count", "parts_list_write", "part_code_add", "stock_minimum_set"}
# What is done at a school of ours with something that all schools share.
WITH_SHARED = {"book_copies_add"}

# Tables without a school, in which rows of the other school must stay as they are; rows that come
# anew are ours. Those with a school are compared whole.
SNAPSHOT = """
    SELECT relname::text AS name,
           (SELECT attname::text FROM pg_attribute WHERE attrelid = c.oid AND NOT attisdropped
              AND attname IN ('school', 'school_id')) AS column
      FROM pg_class c WHERE relkind IN ('r', 'p') AND NOT relispartition
       AND relnamespace = 'public'::regnamespace ORDER BY relname
"""


class _Table(msgspec.Struct):
    name: str
    column: str | None


class _Row(msgspec.Struct):
    name: str
    line: str


class Ground(msgspec.Struct, frozen=True):
    """Both worlds, and the rows of theirs as they were before ours began.

    A table without a school has a star behind its name.
    """

    ours: World
    theirs: World
    look: str
    before: dict[str, set[str]]


@pytest.fixture
async def ground(client: httpx.AsyncClient, tmp_path: Path) -> Ground:
    theirs = await build(THEIRS, tmp_path)
    look = await _look_at(theirs)
    before = await _rows(look)
    return Ground(await build(OURS, tmp_path), theirs, look, before)


async def _look_at(world: World) -> str:
    """One query for every row of the school, and for every row of the tables without one."""
    parts = []
    for table in await database.fetch(_Table, SNAPSHOT):
        name = table.name if table.column else f"{table.name} *"
        where = f"WHERE t.{table.column} = {world.school.id}" if table.column else ""
        parts.append(f"SELECT '{name}' AS name, t::text AS line FROM {table.name} t {where}")
    return " UNION ALL ".join(parts)


async def _rows(look: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in await database.fetch(_Row, look):
        found[row.name].add(row.line)
    return found


async def _changes(ground: Ground) -> list[str]:
    """The tables in which something of theirs is not as it was."""
    after = await _rows(ground.look)
    return [
        name
        for name in ground.before.keys() | after.keys()
        if (
            not ground.before[name] <= after[name]
            if name.endswith("*")
            else ground.before[name] != after[name]
        )
    ]


class Attempt(msgspec.Struct, frozen=True):
    """One request of ours at a thing of theirs."""

    what: str
    method: str
    path: str
    send: dict[str, Any]
    allowed: tuple[int, ...] | None

    @property
    def said(self) -> str:
        return f"{self.path} {self.send}"


def _attempts(app: Litestar, schema: dict[str, Any], ours: Values, theirs: Values) -> list[Attempt]:
    operations = {
        operation["operationId"]: operation
        for item in schema["paths"].values()
        for operation in item.values()
        if isinstance(operation, dict) and "operationId" in operation
    }
    made: list[Attempt] = []
    for endpoint in endpoints(app):
        if endpoint.path in FOR_VISITORS:
            continue
        if endpoint.in_schema:
            made += _api_attempts(endpoint, operations[endpoint.operation_id], schema, ours, theirs)
        else:
            made += _page_attempts(endpoint, ours, theirs)
    return made


def _api_attempts(
    endpoint: Endpoint,
    operation: dict[str, Any],
    schema: dict[str, Any],
    ours: Values,
    theirs: Values,
) -> list[Attempt]:
    """Theirs in the path; theirs in the query; theirs in the body, by their school and by ours."""
    all_names = [name for name, _ in endpoint.parameters]
    # What is shared may be read by all, and changed only by those who see all of its things.
    is_shared = endpoint.method == "GET" or endpoint.operation_id in WITH_SHARED
    names = set(all_names) - (SHARED if is_shared else set())
    at_theirs = _fill(endpoint, path_values(endpoint.operation_id, all_names, theirs))
    at_ours = _fill(endpoint, path_values(endpoint.operation_id, all_names, ours))
    all_theirs = sample(operation, schema, theirs)
    mixed = sample(operation, schema, {**theirs, **_schools(ours)})
    plain = sample(operation, schema, ours)

    def attempt(what: str, path: str, send: dict[str, Any], allowed: Any) -> Attempt:
        return Attempt(f"{endpoint} {what}", endpoint.method, path, send, allowed)

    made = []
    if names:
        made.append(attempt("their path", at_theirs, plain.send, HIDDEN))
        made.append(attempt("their path and body", at_theirs, all_theirs.send, HIDDEN))
    if all_theirs.query:
        made.append(
            attempt(
                "their query",
                at_ours,
                {**plain.send, "params": {**plain.send.get("params", {}), **all_theirs.query}},
                None,
            )
        )
    if endpoint.method in ("POST", "PUT", "PATCH") and all_theirs.names_something:
        allowed = None if endpoint.operation_id in TEXTS else REFUSED
        made.append(attempt("their body", at_ours, all_theirs.send, allowed))
        if mixed.send != plain.send:
            made.append(attempt("their body for our school", at_ours, mixed.send, allowed))
    if not made:
        made.append(attempt("nothing named", at_ours, plain.send, None))
    return made


def _schools(values: Values) -> Values:
    return {name: values[name] for name in ("school_id", "school")}


def _page_attempts(endpoint: Endpoint, ours: Values, theirs: Values) -> list[Attempt]:
    """A page takes from a form what it knows, so it is given all of theirs at once."""
    names = [name for name, _ in endpoint.parameters]
    form = form_values(endpoint.path, theirs)
    made = []
    told_apart = set(names) - (SHARED if endpoint.method == "GET" else set())
    for what, known in (("their page", theirs), ("our page", ours)):
        path = _fill(endpoint, path_values(endpoint.path, names, known))
        is_hidden = told_apart and known is theirs and not endpoint.access.is_public
        hidden = HIDDEN if is_hidden else None
        page = f"{endpoint} {what}"
        if endpoint.method == "GET":
            made.append(Attempt(page, "GET", path, {}, hidden))
            query = {"params": query_values(theirs)}
            made.append(Attempt(f"{page}, query", "GET", path, query, hidden))
        else:
            send: dict[str, Any] = {"data": form}
            if endpoint.path in FILES_OF:
                send["files"] = FILES_OF[endpoint.path]
            made.append(Attempt(page, endpoint.method, path, send, hidden))
        if not names:
            break
    return made


def _fill(endpoint: Endpoint, values: Values) -> str:
    return endpoint.filled({name: str(value) for name, value in values.items()})


async def _send(client: httpx.AsyncClient, attempt: Attempt) -> httpx.Response:
    try:
        return await client.request(attempt.method, attempt.path, **attempt.send)
    except Exception as error:
        error.add_note(attempt.what)
        raise


def _complaint(answer: httpx.Response) -> str:
    """What an answer says is wrong, of a page or for a program."""
    if "html" not in answer.headers.get("content-type", ""):
        return answer.text[:200]
    return " ".join(re.findall(r'<a href="#[^"]*">[^<]+|notice-body">[^<]+', answer.text))[:300]


@pytest.mark.parametrize("role", [Role.teacher, Role.admin])
async def test_nobody_sees_or_changes_anything_of_another_school(
    client: httpx.AsyncClient, app: Litestar, ground: Ground, role: Role
) -> None:
    schema = (await client.get("/schema/openapi.json")).json()
    who = ground.ours.admin if role is Role.admin else ground.ours.teacher
    wrong: list[str] = []
    for attempt in _attempts(app, schema, ground.ours.values, ground.theirs.values):
        # A session each, because signing out is one of the requests.
        await factories.signed_in(client, who)
        answer = await _send(client, attempt)
        seen = answer.text + str(answer.headers.multi_items())
        wrong += [
            f"{attempt.what}: {answer.status_code} shows {secret}"
            for secret in ground.theirs.secrets
            if secret in seen and secret not in attempt.said
        ]
        if answer.status_code >= 500:
            wrong.append(f"{attempt.what}: {answer.status_code}")
        if attempt.allowed is not None and answer.status_code not in attempt.allowed:
            wrong.append(f"{attempt.what}: {answer.status_code} {answer.text[:120]!r}")
        if attempt.method not in ("GET", "HEAD") and (changed := await _changes(ground)):
            pytest.fail(f"{attempt.what} changed {changed}")
    assert not wrong, "\n".join(wrong)
    assert not await _changes(ground)


async def test_the_same_requests_reach_what_is_ones_own(
    client: httpx.AsyncClient, app: Litestar, ground: Ground
) -> None:
    """Or the test above would prove nothing: with the ids of one's own they are not hidden."""
    schema = (await client.get("/schema/openapi.json")).json()
    ours = ground.ours
    wrong = []
    seen_mark = 0
    async with undoing() as undone:
        for attempt in _attempts(app, schema, ours.values, ours.values):
            async with undone():
                await factories.signed_in(client, ours.admin)
                answer = await _send(client, attempt)
            seen_mark += ours.mark in answer.text
            if attempt.path in OWN_BUSINESS:
                continue
            if answer.status_code in (401, 404, 422) or answer.status_code >= 500:
                wrong.append(f"{attempt.what}: {answer.status_code} {_complaint(answer)}")
    assert not wrong, "\n".join(wrong)
    assert seen_mark > 20
