"""Every address says who may use it, says it in the API's description, and keeps to it."""

import asyncio
from typing import Any

import httpx
import pytest
from litestar import Litestar

from api.http.access import Access, access_of
from api.schema.document import handlers_of
from core.access import Role
from core.tokens import SCOPES
from tests import factories
from tests.api.routes_of_the_app import Endpoint, endpoints
from tests.conftest import browser

ROLES = tuple(Role)
# Forms of ours carry an Origin; a program's request carries its token.
BY_PROGRAM = {"origin": ""}
# What would outlive the token that asks for it: another token, a password to sign in with.
IN_PERSON = {
    "disposal_approve",
    "token_create",
    "person_create",
    "person_invite",
    "sign_in_confirm",
    "person_second_factor_reset",
    "school_second_factor_rule",
}


def test_every_handler_states_its_access_once(app: Litestar) -> None:
    for path, handler in handlers_of(app):
        assert len(access_of(handler)) == 1, path


def _operations(app: Litestar) -> dict[str, dict[str, Any]]:
    return {
        operation["operationId"]: operation
        for item in app.openapi_schema.to_schema()["paths"].values()
        for method, operation in item.items()
        if method in ("get", "post", "put", "patch", "delete", "head", "options")
    }


def test_every_operation_tells_its_scope(app: Litestar) -> None:
    documented = _operations(app)
    for endpoint in endpoints(app):
        if not endpoint.in_schema:
            continue
        assert endpoint.operation_id, f"{endpoint} has no operation id"
        operation = documented[endpoint.operation_id]
        assert operation.get("summary"), f"{endpoint} has no summary"
        assert operation.get("tags"), f"{endpoint} has no tag"
        assert endpoint.access.in_words() in operation["description"]
        if not endpoint.access.is_public:
            scope = endpoint.access.scope
            by_token = [{"bearer": [scope]}] if scope else []
            assert operation["security"] == [*by_token, {"session": []}]
            assert scope is None or scope in SCOPES, f"{endpoint}: {scope} is no scope of ours"


def test_the_api_is_for_programs_and_the_pages_are_for_people(app: Litestar) -> None:
    for endpoint in endpoints(app):
        if endpoint.path.startswith("/api/v1") and not endpoint.access.is_public:
            has_scope = endpoint.access.scope is not None
            assert has_scope == (endpoint.operation_id not in IN_PERSON), endpoint


async def _ask(client: httpx.AsyncClient, endpoint: Endpoint, **more: object) -> httpx.Response:
    return await client.request(endpoint.method, endpoint.filled(), **more)  # type: ignore[arg-type]


async def test_a_stranger_gets_nowhere(client: httpx.AsyncClient, app: Litestar) -> None:
    await factories.school()
    for endpoint in endpoints(app):
        answer = await _ask(client, endpoint)
        if endpoint.access.is_public:
            assert answer.status_code < 500 or endpoint.path == "/readyz", endpoint
        elif endpoint.is_page:
            assert answer.status_code == 303, endpoint
            assert answer.headers["location"].startswith("/sign-in"), endpoint
        else:
            assert answer.status_code == 401, endpoint
            assert answer.headers["www-authenticate"] == "Bearer", endpoint


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_passes_where_it_may_and_nowhere_else(
    client: httpx.AsyncClient, app: Litestar, role: Role
) -> None:
    who = await factories.person(role, await factories.school())
    documented = _operations(app)
    for endpoint in endpoints(app):
        # Signing out is among them, so each request comes with a session of its own.
        await factories.signed_in(client, who)
        answer = await _ask(client, endpoint)
        assert answer.status_code < 500 or endpoint.path == "/readyz", (endpoint, answer.text)
        if endpoint.operation_id in documented:
            responses = documented[endpoint.operation_id]["responses"]
            assert str(answer.status_code) in responses, (endpoint, answer.status_code)
        if endpoint.access.is_public:
            continue
        turned_away = answer.status_code == 403 and (
            endpoint.method == "HEAD" or "Your role does not allow this" in answer.text
        )
        assert turned_away == (not _may(role, endpoint.access)), (endpoint, answer.status_code)
        assert answer.status_code != 401, endpoint


def _may(role: Role, access: Access) -> bool:
    return not access.roles or role in access.roles


async def test_a_token_reaches_no_further_than_its_scope(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    school = await factories.school()
    people = [await factories.person(role, school) for role in ROLES]
    narrow = {scope: [await factories.bearer(who, scope) for who in people] for scope in SCOPES}
    for endpoint in endpoints(app):
        scope = endpoint.access.scope
        if endpoint.access.is_public:
            continue
        area = scope.partition(":")[0] if scope else None
        for held, headers in narrow.items():
            if area is not None and held.startswith(f"{area}:"):
                continue
            answer = await _ask(client, endpoint, headers={**BY_PROGRAM, **headers[0]})
            assert answer.status_code == 403, (endpoint, held)
        if scope and scope.endswith(":write"):
            read_only = narrow[f"{area}:read"][0]
            answer = await _ask(client, endpoint, headers={**BY_PROGRAM, **read_only})
            assert answer.status_code == 403, (endpoint, "read is not write")


async def test_no_page_and_no_form_is_served_to_a_forger(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    who = await factories.person("admin", await factories.school())
    await factories.signed_in(client, who)
    for endpoint in endpoints(app):
        if endpoint.method in ("GET", "HEAD"):
            continue
        for forged in (
            {"origin": "https://evil.test"},
            {"origin": "null"},
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-site"},
        ):
            answer = await _ask(client, endpoint, headers=forged)
            assert answer.status_code == 403, (endpoint, forged)


async def test_a_revoked_session_stops_with_its_next_request(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    who = await factories.person("teacher", await factories.school())
    async with browser(app) as phone:
        await factories.signed_in(client, who)
        await factories.signed_in(phone, who)
        found = (await client.get("/api/v1/sign-ins")).json()["items"]
        [other] = [session["id"] for session in found if not session["is_this_one"]]
        assert (await phone.get("/api/v1/me")).status_code == 200
        assert (await client.delete(f"/api/v1/sign-ins/{other}")).status_code == 204
        answers = await asyncio.gather(*(phone.get("/api/v1/me") for _ in range(5)))
        assert {answer.status_code for answer in answers} == {401}
        assert (await client.get("/api/v1/me")).status_code == 200


async def test_a_token_that_does_not_hold_is_not_helped_by_a_cookie(
    client: httpx.AsyncClient,
) -> None:
    await factories.signed_in(client, await factories.person("admin", await factories.school()))
    answer = await client.get("/api/v1/me", headers={"authorization": "Bearer lsh_wrong"})
    assert answer.status_code == 401


async def test_no_answer_holds_a_hash_or_a_secret(client: httpx.AsyncClient, app: Litestar) -> None:
    who = await factories.person("admin", await factories.school())
    await client.post("/sign-in", data={"login": who.login, "password": factories.PASSWORD})
    made = await client.post("/api/v1/tokens", json={"name": "t", "scopes": ["library:read"]})
    secret = made.json()["secret"]
    for endpoint in endpoints(app):
        if endpoint.method != "GET":
            continue
        answer = await client.get(endpoint.filled({"person_id": str(who.id)}))
        for hidden in ("argon2", "password_hash", "token_hash", secret, factories.PASSWORD):
            assert hidden not in answer.text, (endpoint, hidden)
