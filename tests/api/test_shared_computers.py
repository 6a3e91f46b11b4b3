"""What a browser that many people use holds of one of them: nothing that the next can use."""

import re
from collections.abc import AsyncIterator

import httpx
import msgspec
import pytest
from litestar import Litestar

from api.app import create_app
from api.http.identity import COOKIE, TLS_COOKIE
from core import sign_in
from tests import factories, factories_repairs
from tests.conftest import Stack, browser


@pytest.fixture(scope="module")
def tls_app(stack: Stack) -> Litestar:
    """An installation that people reach by https alone, behind a proxy."""
    return create_app(msgspec.structs.replace(stack.settings, base_url="https://labshare.test"))


@pytest.fixture
async def tls(db: Stack, tls_app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=tls_app, client=("127.0.0.1", 40000))
    async with httpx.AsyncClient(
        transport=transport,
        base_url="https://labshare.test",
        headers={"origin": "https://labshare.test"},
    ) as one:
        yield one


def _cookie(answer: httpx.Response, name: str) -> str:
    return next(one for one in answer.headers.get_list("set-cookie") if one.startswith(f"{name}="))


async def test_under_tls_the_session_is_bound_to_its_host(tls: httpx.AsyncClient) -> None:
    who = await factories.person("teacher", await factories.school())
    answer = await tls.post("/sign-in", data={"login": who.login, "password": factories.PASSWORD})
    cookie = _cookie(answer, TLS_COOKIE)
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert "HttpOnly" in cookie
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert (await tls.get("/api/v1/me")).is_success


async def test_under_tls_a_cookie_that_another_host_could_plant_is_none(
    tls: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    who = await factories.person("teacher", await factories.school())
    token = await sign_in.start_session(who.id, address="127.0.0.1", browser="test")
    assert (await tls.get("/api/v1/me", headers={"cookie": f"{COOKIE}={token}"})).status_code == 401
    assert (await tls.get("/api/v1/me", headers={"cookie": f"{TLS_COOKIE}={token}"})).is_success
    plain = await client.get("/api/v1/me", headers={"cookie": f"{TLS_COOKIE}={token}"})
    assert plain.status_code == 401


async def test_signing_out_takes_the_cookie_and_what_was_kept(tls: httpx.AsyncClient) -> None:
    who = await factories.person("teacher", await factories.school())
    await tls.post("/sign-in", data={"login": who.login, "password": factories.PASSWORD})
    answer = await tls.post("/sign-out")
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    cookie = _cookie(answer, TLS_COOKIE)
    assert "Max-Age=0" in cookie
    assert "Secure" in cookie
    assert TLS_COOKIE not in tls.cookies
    assert (await tls.get("/api/v1/me")).status_code == 401
    assert "You are signed out." in (await tls.get("/sign-in")).text


async def test_without_tls_nothing_promises_it(client: httpx.AsyncClient) -> None:
    who = await factories.person("teacher", await factories.school())
    answer = await client.post(
        "/sign-in", data={"login": who.login, "password": factories.PASSWORD}
    )
    assert "Secure" not in _cookie(answer, COOKIE)
    assert "strict-transport-security" not in answer.headers


@pytest.mark.parametrize("path", ["/nothing", "/sign-in"])
async def test_every_answer_says_that_the_site_is_tls_only(
    tls: httpx.AsyncClient, path: str
) -> None:
    for answer in (await tls.get(path), await tls.delete(path)):
        assert answer.headers["strict-transport-security"] == "max-age=31536000"


async def test_a_picture_is_asked_for_anew_by_the_next_person(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    school = await factories.school()
    await factories.signed_in(client, await factories.person("technician", school))
    asset = await factories.asset(school)
    sent = await client.post(
        f"/assets/{asset.tag}/report",
        data={"what": "Screen stays dark", "key": "once"},
        files={"photos": ("x.png", factories_repairs.picture(), "image/png")},
    )
    page = (await client.get(sent.headers["location"])).text
    found = re.search(r"/api/v1/work-orders/photos/\d+", page)
    assert found
    address = found[0]
    first = await client.get(address)
    assert first.headers["cache-control"] == "private, no-cache"
    again = await client.get(address, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    async with browser(app) as next_person:
        answer = await next_person.get(address, headers={"if-none-match": first.headers["etag"]})
    assert answer.status_code == 401
