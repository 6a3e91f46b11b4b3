"""What every request passes: identity, forgery check, headers, errors."""

import httpx
import pytest

from tests import factories


async def test_healthz_is_open_to_everyone(client: httpx.AsyncClient) -> None:
    answer = await client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok")
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_readyz_names_the_engines(client: httpx.AsyncClient) -> None:
    answer = await client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "degraded",
        "database": True,
        "object_store": True,
        "worker": False,
        "disk": "ok",
    }


async def test_an_unknown_address_is_a_problem_for_programs(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/nothing-here")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["code"] == "not_found"


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        ({"origin": "http://labshare.test"}, False),
        ({"origin": "http://elsewhere.test"}, True),
        ({"origin": "null"}, True),
        ({"origin": ""}, True),
        ({"sec-fetch-site": "same-origin", "origin": ""}, False),
        ({"sec-fetch-site": "cross-site", "origin": "http://labshare.test"}, True),
        ({"sec-fetch-site": "same-site"}, True),
        ({"sec-fetch-site": "none"}, False),
    ],
)
async def test_a_forged_request_is_refused_by_its_headers(
    client: httpx.AsyncClient, headers: dict[str, str], refused: bool
) -> None:
    who = await factories.person("teacher", await factories.school())
    await factories.signed_in(client, who)
    answer = await client.post("/sign-out", headers=headers)
    assert (answer.status_code == 403) == refused
