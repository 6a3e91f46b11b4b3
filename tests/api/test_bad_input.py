"""Whatever stands in the place of a value, the answer is a refusal: never a fault of ours.

Nothing is listed by hand: operations and their fields come from /schema/openapi.json, forms from
the Structs that their handlers read. One value at a time is wrong, all others are right, so that
each gets as far as it can.
"""

import inspect
import re
import sys
from base64 import b64encode
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from structlog.testing import capture_logs

from api.http.identity import COOKIE
from api.schema.document import handlers_of
from core import sign_in
from core.paging import MAX_LIMIT, encode_cursor
from tests import factories
from tests.api.request_samples import form_values, path_values, sample
from tests.api.routes_of_the_app import Endpoint, endpoints
from tests.api.sample_values import FILES_OF, TUS
from tests.api.school_worlds import World, build
from tests.undoing import undoing

pytestmark = pytest.mark.long

NUL, LONG, HUGE, PICTOGRAM = "a\x00b", "x" * 10_000, 10**20, "😀"
# The last moment without a zone is what asyncpg sends as infinity.
FIRST_DAY, LAST_DAY, LAST_MOMENT = "0001-01-01", "9999-12-31", "9999-12-31T23:59:59.999999"
# Which cannot say what field a number that it cannot store came from.
REFUSED_BY_THE_DATABASE = "A number is too large"
OURS = ("api", "inventory", "monitoring", "storage", "core")
QUOTED = re.compile(r'"(\w+)"')
CURSORS = ("rubbish", NUL, encode_cursor(NUL, HUGE), encode_cursor(FIRST_DAY, -HUGE))
BAD_IN_PATHS = {
    "int": (str(HUGE), str(2**31)),
    "str": ("a%00b", LONG, "%F0%9F%98%80"),
    "uuid": ("x",),
    "path": (LONG,),
}


class Attempt(msgspec.Struct, frozen=True):
    """One request with one wrong value in it."""

    what: str
    method: str
    path: str
    send: dict[str, Any]

    @property
    def is_number(self) -> bool:
        """Whether it is a number that is too large, apart from those within a cursor."""
        return any(self.what.rstrip("'\"").endswith(str(wrong)) for wrong in (HUGE, 2**31))


def _api_attempts(app: Litestar, schema: dict[str, Any], world: World) -> Iterator[Attempt]:
    operations = {
        operation["operationId"]: operation
        for item in schema["paths"].values()
        for operation in item.values()
        if isinstance(operation, dict) and "operationId" in operation
    }
    for endpoint in endpoints(app):
        if endpoint.in_schema:
            operation = operations[endpoint.operation_id]
            send = sample(operation, schema, world.values).send
            yield from _in_path(endpoint, world, send)
            path = _path(endpoint, world)
            for where, wrong in (*_in_query(operation, send), *_in_body(send)):
                yield Attempt(f"{endpoint} {where}", endpoint.method, path, wrong)


def _path(endpoint: Endpoint, world: World) -> str:
    names = [name for name, _ in endpoint.parameters]
    known = path_values(endpoint.operation_id or endpoint.path, names, world.values)
    return endpoint.filled({name: str(value) for name, value in known.items()})


def _in_path(endpoint: Endpoint, world: World, send: dict[str, Any]) -> Iterator[Attempt]:
    kinds = dict(endpoint.parameters)
    known = path_values(endpoint.operation_id or endpoint.path, list(kinds), world.values)
    texts = {name: str(value) for name, value in known.items()}
    for name, kind in kinds.items():
        for wrong in BAD_IN_PATHS[kind]:
            path = endpoint.filled({**texts, name: wrong})
            yield Attempt(f"{endpoint} {{{name}}} = {wrong[:40]}", endpoint.method, path, send)


def _in_query(
    operation: dict[str, Any], send: dict[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    for parameter in operation.get("parameters", []):
        if parameter["in"] != "query":
            continue
        name = parameter["name"]
        said = str(parameter["schema"])
        for wrong in CURSORS if name == "cursor" else _bad_texts(said):
            yield (
                f"?{name}={wrong[:40]!r}",
                {**send, "params": {**send.get("params", {}), name: wrong}},
            )


def _bad_texts(kind: str) -> tuple[str, ...]:
    """Texts that are wrong for a type, by its name in an annotation or a schema."""
    if "date" in kind:
        return (FIRST_DAY, LAST_DAY, f"{FIRST_DAY}T00:00:00Z", LAST_MOMENT, "x")
    if "int" in kind:
        return (str(HUGE), str(2**31), "-1", PICTOGRAM)
    if "Decimal" in kind:
        return ("NaN", "1e999999", "-1")
    if "bool" in kind or "enum" in kind or "Literal" in kind:
        return (PICTOGRAM,)
    return (NUL, LONG, PICTOGRAM)


def _in_body(send: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    body = send.get("json")
    if body is None:
        return
    bodies: tuple[Any, ...] = ([], {}, "x", None)
    for wrong in bodies:
        yield f"body = {wrong!r}", {**send, "json": wrong}
    for name, right in body.items():
        rest = {other: value for other, value in body.items() if other != name}
        yield f"without {name}", {**send, "json": rest}
        for wrong in _bad_values(right):
            yield f"{name} = {str(wrong)[:40]!r}", {**send, "json": {**body, name: wrong}}


def _bad_values(right: Any) -> tuple[Any, ...]:
    """Values that are wrong in the place of a right one."""
    if isinstance(right, bool):
        return ("x",)
    if isinstance(right, int | float):
        return (HUGE, 2**31, -1, "x", "NaN", "1e999999")
    if isinstance(right, list):
        return ([NUL], [LONG], [], [None], "x", ["x"] * 1000)
    if isinstance(right, dict):
        return ([], {"x": NUL})
    if right is None:
        return (NUL, LONG, HUGE, FIRST_DAY, LAST_MOMENT)
    if right[:4].isdecimal():
        return (FIRST_DAY, LAST_DAY, LAST_MOMENT, "NaN", "1e999999", NUL)
    return (NUL, LONG, "", PICTOGRAM, 5)


def _page_attempts(app: Litestar, world: World) -> Iterator[Attempt]:
    handlers = {(path, str(method)): h for path, h in handlers_of(app) for method in h.http_methods}
    for endpoint in endpoints(app):
        if endpoint.in_schema:
            continue
        path, form = _path(endpoint, world), form_values(endpoint.path, world.values)
        where = "params" if endpoint.method == "GET" else "data"
        send: dict[str, Any] = {} if endpoint.method == "GET" else {"data": form}
        if endpoint.method == "POST" and endpoint.path in FILES_OF:
            send["files"] = FILES_OF[endpoint.path]
        yield from _in_path(endpoint, world, send)
        if endpoint.method == "POST":
            yield Attempt(f"{endpoint} with nothing", "POST", path, {})
            yield Attempt(f"{endpoint} empty", "POST", path, {**send, "data": {}})
            # The form has every value that any page asks for; this page misses only its own.
            for name in sorted(_names_read(handlers[endpoint.path, endpoint.method]) & form.keys()):
                rest = {other: value for other, value in form.items() if other != name}
                yield Attempt(f"{endpoint} without {name}", "POST", path, {**send, "data": rest})
        for name, kind in _fields(handlers[endpoint.path, endpoint.method]).items():
            bad = CURSORS if name == "cursor" else _bad_texts(kind)
            # A file is looked at by a process of its own, so that each try with one takes long.
            for wrong in bad[:1] if "files" in send else bad:
                given = {**send, where: {**send.get(where, {}), name: wrong}}
                yield Attempt(f"{endpoint} {name}={wrong[:40]!r}", endpoint.method, path, given)


def _fields(handler: HTTPRouteHandler) -> dict[str, str]:
    """The fields of every Struct that a handler's code names, with their types as text."""
    function = getattr(handler.fn, "__func__", handler.fn)
    named = [function.__globals__.get(name) for name in function.__code__.co_names]
    shapes = [s for s in named if isinstance(s, type) and issubclass(s, msgspec.Struct)]
    return {
        field.encode_name: str(field.type)
        for shape in shapes
        for field in msgspec.structs.fields(shape)
    }


def _names_read(handler: HTTPRouteHandler) -> set[str]:
    """What a handler may read of a form: the fields of all Structs that its module knows, or those
    of our own that it calls, and whatever names they quote."""
    function = getattr(handler.fn, "__func__", handler.fn)
    known = list(function.__globals__.values())
    called = {getattr(one, "__module__", None) for one in known} | {function.__module__}
    return set().union(
        *(_names_of(name) for name in called if name and name.split(".")[0] in OURS),
    )


@cache
def _names_of(module: str) -> frozenset[str]:
    held = sys.modules[module]
    shapes = [
        one
        for one in vars(held).values()
        if isinstance(one, type) and issubclass(one, msgspec.Struct)
    ]
    fields = {field.encode_name for shape in shapes for field in msgspec.structs.fields(shape)}
    return frozenset(fields | set(QUOTED.findall(inspect.getsource(held))))


async def _faults(
    client: httpx.AsyncClient, attempts: Iterator[Attempt], token: str | None
) -> list[str]:
    """What was answered with a fault; each request is undone, so that the next finds all in place."""
    faults = []
    with capture_logs():
        async with undoing() as undone:
            for attempt in attempts:
                async with undone():
                    answer = await _send(client, attempt, token)
                if answer.status_code >= 500:
                    # A refused statement spoils the transaction around it: ours, not the handler's.
                    answer = await _send(client, attempt, token)
                if answer.status_code >= 500:
                    faults.append(f"{attempt.what}: {answer.status_code}")
                elif attempt.is_number and REFUSED_BY_THE_DATABASE in answer.text:
                    faults.append(f"{attempt.what}: no field is named")
    return faults


async def _send(client: httpx.AsyncClient, attempt: Attempt, token: str | None) -> httpx.Response:
    client.cookies.clear()
    if token is not None:
        client.cookies.set(COOKIE, token, domain="labshare.test")
    return await client.request(attempt.method, attempt.path, **attempt.send)


@pytest.fixture
async def world(client: httpx.AsyncClient, tmp_path: Path) -> World:
    return await build("Kestrel", tmp_path)


async def test_no_operation_fails_over_a_bad_value(
    client: httpx.AsyncClient, app: Litestar, world: World
) -> None:
    schema = (await client.get("/schema/openapi.json")).json()
    client.headers.update(await factories.bearer(world.admin))
    attempts = list(_api_attempts(app, schema, world))
    assert len(attempts) > 500
    faults = await _faults(client, iter(attempts), None)
    assert not faults, "\n".join(faults)


async def test_no_page_fails_over_a_bad_value(
    client: httpx.AsyncClient, app: Litestar, world: World
) -> None:
    token = await sign_in.start_session(world.admin.id, address="127.0.0.1", browser="test")
    attempts = list(_page_attempts(app, world))
    assert len(attempts) > 300
    faults = await _faults(client, iter(attempts), token)
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    ("header", "wrong"),
    [
        ("upload-length", str(HUGE)),
        ("upload-length", "-1"),
        ("upload-metadata", "filename x"),
        ("upload-metadata", f"filename {b64encode(NUL.encode()).decode()}"),
        ("upload-metadata", f"filename {b64encode(f'a.{LONG[:400]}'.encode()).decode()}"),
        ("upload-metadata", f"filename eA==,note {b64encode(NUL.encode()).decode()}"),
        ("upload-metadata", f"filename eA==,filetype {b64encode(LONG.encode()).decode()}"),
        ("upload-metadata", f"filename eA==,school {b64encode(b'9' * 17).decode()}"),
        ("upload-metadata", "filename eA==,sha256 eA=="),
        ("idempotency-key", LONG),
    ],
)
async def test_no_upload_fails_over_a_bad_header(
    client: httpx.AsyncClient, header: str, wrong: str
) -> None:
    teacher = await factories.person("teacher", await factories.school())
    right = {**TUS, "upload-length": "5", "upload-metadata": "filename eC5wZGY="}
    client.headers.update(await factories.bearer(teacher))
    answer = await client.post("/api/v1/uploads", headers={**right, header: wrong})
    assert answer.status_code < 500


def _integers(schema: Any, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every place in a schema that takes whole numbers, with the bounds that stand around it."""
    if not isinstance(schema, dict):
        return
    choices = [one for one in schema.get("oneOf", []) if one.get("type") == "integer"]
    if schema.get("type") == "integer" or choices:
        yield where, schema
    if "items" in schema:
        yield from _integers(schema["items"], f"{where}[]")
    for one in schema.get("oneOf", []):
        if one not in choices:
            yield from _integers(one, where)


async def test_every_whole_number_of_an_address_has_its_bounds_in_the_description(
    client: httpx.AsyncClient,
) -> None:
    schema = (await client.get("/schema/openapi.json")).json()
    unbounded = set()
    limits = set()
    for path, item in schema["paths"].items():
        for operation in item.values():
            for parameter in operation.get("parameters", []) if isinstance(operation, dict) else ():
                if parameter["in"] not in ("path", "query"):
                    continue
                for where, found in _integers(parameter["schema"], parameter["name"]):
                    if not {"minimum", "maximum"} <= found.keys():
                        unbounded.add(f"{path} {where}")
                    if where == "limit":
                        limits.add((found.get("minimum"), found.get("maximum")))
    assert not unbounded
    assert limits == {(1, MAX_LIMIT)}


BEYOND_ALL, BEYOND_A_COUNT = 2**63, 2**31


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("GET", f"/api/v1/assets?place={BEYOND_ALL}", None, "place"),
        ("GET", f"/api/v1/alerts?device_id={BEYOND_ALL}", None, "device_id"),
        ("GET", "/api/v1/devices?limit=201", None, "limit"),
        ("GET", f"/api/v1/donations/{BEYOND_ALL}", None, "donation_id"),
        ("PUT", "/api/v1/donations/{donation}", {"version": BEYOND_A_COUNT}, "version"),
        ("POST", "/api/v1/places", {"parent_id": -BEYOND_ALL}, "parent_id"),
    ],
)
async def test_a_number_that_no_column_holds_is_refused_by_its_name(
    client: httpx.AsyncClient,
    world: World,
    method: str,
    path: str,
    body: dict[str, Any] | None,
    field: str,
) -> None:
    client.headers.update(await factories.bearer(world.admin))
    known = path.replace("{donation}", "1")
    answer = await client.request(method, known, **({"json": body} if body else {}))
    assert answer.status_code == 422, answer.text
    refused = {error["field"]: error["detail"] for error in answer.json()["errors"]}
    assert "number" in refused[field]
