"""What the framework remembers of strangers, and how much it takes in: nothing, and little."""

import gc
import importlib
import logging
import pkgutil
from collections.abc import Iterator
from functools import _lru_cache_wrapper
from inspect import signature
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import litestar._multipart
import litestar._parsers
import pytest
from litestar import Litestar
from litestar.datastructures import URL

from api.http import framework
from api.http.multipart_forms import MOST_PARTS, MOST_TEXT_BYTES
from api.http.parsing import MOST_FIELDS
from api.kit.forms import PHOTO_FORM_BYTES, SMALL_FORM_BYTES
from api.schema.document import handlers_of
from tests import factories

# What the installed release decorates. The first six are replaced or undone; the last holds
# headers that our own handlers declare.
CACHES_OF_LITESTAR = {
    ("litestar._parsers", "parse_url_encoded_form_data"),
    ("litestar._parsers", "parse_query_string"),
    ("litestar._parsers", "parse_cookie_string"),
    ("litestar._kwargs.extractors", "create_query_default_dict"),
    ("litestar._asgi.routing_trie.traversal", "parse_path_params"),
    ("litestar.datastructures.url", "URL._new"),
    ("litestar.datastructures.url", "URL.from_components"),
    ("litestar._asgi.asgi_router", "ASGIRouter._handle_routing"),
    ("litestar.handlers.http_handlers._utils", "normalize_headers"),
}
MAY_REMEMBER = {"normalize_headers"}
_THEIRS: dict[str, Any] = {
    **{name: getattr(litestar._parsers, name) for name in litestar._parsers.__all__},
    "parse_multipart_form": litestar._multipart.parse_multipart_form,
}


def _modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(litestar.__path__, "litestar."):
        if not found.name.startswith(("litestar.contrib", "litestar.plugins", "litestar.testing")):
            try:
                yield importlib.import_module(found.name)
            except Exception:
                # An optional part, whose own dependency is not installed here.
                continue


def _caches() -> list[Any]:
    return [one for one in gc.get_objects() if isinstance(one, _lru_cache_wrapper)]


def _of_litestar() -> list[Any]:
    return [one for one in _caches() if one.__module__.startswith("litestar.")]


def test_every_cache_of_the_installed_release_is_known(app: Litestar) -> None:
    assert app
    sources = {
        (module.__name__, name)
        for module in _modules()
        for name in ("lru_cache", "cache")
        if hasattr(module, name)
    }
    assert {name for name, _ in sources} == {module for module, _ in CACHES_OF_LITESTAR}
    assert {(one.__module__, one.__qualname__) for one in _of_litestar()} <= CACHES_OF_LITESTAR


def test_no_module_still_has_a_parser_that_remembers(app: Litestar) -> None:
    assert app.asgi_router.handle_routing.__name__ == "_handle_routing"
    remembering = [
        f"{module.__name__}.{name}"
        for module in _modules()
        for name, value in vars(module).items()
        if isinstance(value, _lru_cache_wrapper)
        and module.__name__ != "litestar._parsers"
        and name not in MAY_REMEMBER
    ]
    assert remembering == []
    assert not any(
        isinstance(vars(URL)[n].__func__, _lru_cache_wrapper) for n in ("_new", "from_components")
    )
    for (module_name, name), function in framework.REPLACED.items():
        assert getattr(importlib.import_module(module_name), name) is function
        theirs = _THEIRS.get(name)
        if theirs is not None:
            assert list(signature(theirs).parameters) == list(signature(function).parameters)
    framework.take_off_caches()


async def _send(client: httpx.AsyncClient, mark: str, number: int) -> None:
    """One request of each kind, refused or not, with ``mark`` in every place."""
    text = f"{mark}-{number}-" + "x" * 2000
    cookie = {"cookie": f"labshare_session={text}; other={text}"}
    await client.get("/sign-in", params={"next": f"/{text}", text: text}, headers=cookie)
    await client.get(f"/assets/{text}", headers=cookie)
    await client.get(f"/api/v1/assets/{text}", params={"q": text}, headers=cookie)
    await client.get(f"/nothing/{text}", headers={"authorization": f"Bearer {text}"})
    refused = await client.post("/sign-in", data={"login": text[:40], "password": text})
    assert refused.status_code in (401, 422, 429)
    await client.post("/sign-in", files={"password": (None, text), "file": ("a", text.encode())})
    await client.post("/api/v1/assets", json={"tag": text}, headers=cookie)


def _holders(mark: str) -> list[str]:
    """What in this process holds a text with ``mark`` in it, this test's own frames apart."""
    gc.collect()
    pieces = (mark, mark.encode())
    found = []
    for holder in gc.get_objects():
        if isinstance(holder, FrameType):
            continue
        for held in gc.get_referents(holder):
            if isinstance(held, str) and pieces[0] in held and held != mark:
                found.append(f"{type(holder)}: {held[:40]}")
            elif isinstance(held, bytes | bytearray) and pieces[1] in held and held != pieces[1]:
                found.append(f"{type(holder)}: {held[:40]!r}")
    return found


async def test_nothing_that_strangers_sent_is_kept(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    # The test's own browser writes down each address, and pytest keeps what is written.
    caplog.set_level(logging.WARNING, logger="httpx")
    await factories.person("admin", await factories.school())
    mark = f"mark{uuid4().hex}"
    for number in range(5):
        await _send(client, mark, number)
        client.cookies.clear()
    # The test's own browser asks the standard library, whose cache the application stays clear of.
    urlsplit.cache_clear()
    assert _holders(mark) == []
    filled = {one.__qualname__ for one in _of_litestar() if one.cache_info().currsize}
    assert filled <= MAY_REMEMBER


def test_no_address_goes_through_the_cache_of_the_standard_library() -> None:
    sources = Path(framework.__file__).parent.parent.rglob("*.py")
    assert {one.name for one in sources if "urlsplit" in one.read_text(encoding="utf-8")} == {
        "framework.py",
        "parsing.py",
    }


async def test_a_form_has_a_bound_of_fields(client: httpx.AsyncClient) -> None:
    await factories.person("admin", await factories.school())
    for count, status in ((MOST_FIELDS, 422), (MOST_FIELDS + 1, 413)):
        answer = await client.post(
            "/sign-in",
            content="&".join(["a=1"] * count),
            headers={"content-type": "application/x-www-form-urlencoded"},
        )
        assert answer.status_code == status


async def test_a_form_with_files_has_a_bound_of_parts_and_texts(client: httpx.AsyncClient) -> None:
    person = await factories.person("admin", await factories.school())
    await factories.signed_in(client, person)
    texts = [("a", (None, "x"))] * (MOST_PARTS + 1)
    long = [("a", (None, "x" * (MOST_TEXT_BYTES + 1)))]
    for parts in (texts, long):
        answer = await client.post("/imports", files=parts)
        assert answer.status_code == 413


def test_large_bodies_are_for_the_routes_that_need_them(app: Litestar) -> None:
    large = {
        f"{sorted(handler.http_methods)[0]} {path}"
        for path, handler in handlers_of(app)
        if (handler.resolve_request_max_body_size() or PHOTO_FORM_BYTES) > SMALL_FORM_BYTES
    }
    assert large == {
        "PATCH /api/v1/uploads/{upload_id:uuid}",
        *(
            f"POST {start}/{thing}/{part}"
            for thing in (
                "assets/{tag:str}",
                "kit-parts/{kit_part_id:int}",
                "asset-models/{model_id:int}",
                "disposals/{disposal_id:int}",
                "donations/{donation_id:int}",
                "transfers/{transfer_id:int}",
            )
            for start, part in (("/api/v1", "attachments"), ("", "photos"), ("", "documents"))
        ),
        "POST /api/v1/imports",
        # Every row of a stack may say what is missing.
        "POST /custody/take-back",
        "POST /api/v1/custody/returns",
        # Pictures of what was seen.
        "POST /stocktake-scans/{sight_id:int}",
        # Every thing that came from another school.
        "POST /transfers/{transfer_id:int}/receive",
        "POST /api/v1/transfers/{transfer_id:int}/receipt",
        # Every line of what a room should hold, and every thing that goes there.
        *(
            f"{verb} {path}"
            for verb, path in (
                ("POST", "/api/v1/room-standards"),
                ("PUT", "/api/v1/room-standards/{standard_id:int}"),
                ("POST", "/api/v1/function-rooms/{place_id:int}/plan"),
                ("POST", "/room-standards/new"),
                ("POST", "/room-standards/{standard_id:int}"),
                ("POST", "/function-rooms/{place_id:int}/plan"),
            )
        ),
        # What a stick brings from a room of computers.
        "POST /api/v1/machine-readings",
        "POST /api/v1/machine-readings/checks",
        "POST /collector/texts",
        # Every part of a kit.
        "POST /kits/{tag:str}/count",
        "POST /asset-models/{model_id:int}/parts",
        # Every part that is gained.
        "POST /assets/{tag:str}/dismantle",
        "POST /api/v1/work-orders/{order_id:int}/entries/{entry_id:int}/photos",
        "POST /assets/{tag:str}/report",
        "POST /assets/{tag:str}/fix",
        "POST /work-orders/{order_id:int}/fix",
        "POST /imports",
        "POST /imports/{job_id:uuid}/answers",
        "POST /imports/{job_id:uuid}/columns",
        "POST /library/new",
        "POST /library/{resource_id:uuid}/edit",
        "POST /library/{resource_id:uuid}/revisions",
        "POST /work-orders/{order_id:int}/entries",
    }


DEEP = b"[" * 30_000
FORM = {"content-type": "application/x-www-form-urlencoded"}
JSON = {"content-type": "application/json"}
PARTS = {"content-type": "multipart/form-data; boundary=x"}


@pytest.mark.parametrize(
    ("path", "body", "headers", "statuses"),
    [
        ("/api/v1/donations", DEEP, JSON, {400}),
        ("/api/v1/donations", b'{"a":' * 10_000, JSON, {400}),
        ("/api/v1/donations", b'{"donor": "\xff"}', JSON, {400}),
        ("/api/v1/donations", b'{"donor": "\\ud800"}', JSON, {400}),
        ("/api/v1/donations", b"\xff\xfe", JSON, {400}),
        ("/sign-in", b"login=%ff&password=x", FORM, {400}),
        ("/sign-in", b"login=\xff", FORM, {400}),
        ("/sign-in", b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n\xff\r\n--x--\r\n", PARTS, {400}),
        ("/sign-in", b"--x\r\nContent-Disposition: form-data; name=\"\xff\"\r\n\r\nx\r\n--x--\r\n", PARTS, {400}),
        ("/sign-in", b"--x\r\nContent-Disposition: form-data; name=a\r\nContent-Type: text/plain; charset=zlib\r\n\r\nx\r\n--x--\r\n", PARTS, {422}),
        ("/sign-in", b"--x\r\nnonsense", PARTS, {400}),
        ("/sign-in", b"--x", {"content-type": "multipart/form-data"}, {400, 422}),
        ("/sign-in", b"--x", {"content-type": "multipart/form-data; boundary=\xff"}, {400, 422}),
        ("/sign-in", b"x", {"content-type": "\xff\xfe"}, {422}),
        ("/sign-in?next=%ff", b"login=a", FORM, {400}),
        ("/assets/%ff", b"", FORM, {400}),
        ("/nothing/%ff", b"", FORM, {400}),
    ],
)  # fmt: skip
async def test_bytes_that_are_no_text_are_the_senders_mistake(
    client: httpx.AsyncClient, path: str, body: bytes, headers: dict[str, Any], statuses: set[int]
) -> None:
    person = await factories.person("admin", await factories.school())
    await factories.signed_in(client, person)
    given = [
        (name, v if isinstance(v, bytes) else v.encode("latin-1")) for name, v in headers.items()
    ]
    answer = await client.post(path, content=body, headers=given)
    assert answer.status_code in statuses
    if path.startswith("/api/"):
        assert answer.headers["content-type"].startswith("application/problem+json")


async def test_headers_and_cookies_that_are_no_text_are_ignored(client: httpx.AsyncClient) -> None:
    await factories.person("admin", await factories.school())
    for name in (
        "cookie",
        "authorization",
        "accept-language",
        "user-agent",
        "if-none-match",
        "range",
    ):
        for value in (
            b"\xff\xfe",
            b"labshare_session=\xff; labshare_language=\xff",
            b"Bearer \xff",
            b"Bearer a%00b",
        ):
            answer = await client.get("/sign-in", headers=[(name.encode(), value)])
            assert answer.status_code == 200
            answer = await client.get("/api/v1/assets", headers=[(name.encode(), value)])
            assert answer.status_code == 401


@pytest.mark.parametrize("path", ["/nothing", "/api/v1/nothing", "/api/v1/donors%ff"])
async def test_an_address_without_a_route_has_the_security_headers(
    client: httpx.AsyncClient, path: str
) -> None:
    answer = await client.get(path)
    assert answer.status_code in (400, 404)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-request-id"]


async def test_a_wrong_method_has_the_security_headers(client: httpx.AsyncClient) -> None:
    answer = await client.delete("/sign-in")
    assert answer.status_code == 405
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "POST" in answer.headers["allow"]
