"""Lists are sorted by their columns: in the address, on the page and in JSON, by the same names."""

import re

import httpx
import pytest

from tests import factories

# Page, JSON, and an order of each.
LISTS = [
    ("/assets", "/api/v1/assets", "-title"),
    ("/custody", "/api/v1/custody", "-due_at"),
    ("/donations", "/api/v1/donations", "donor"),
    ("/work-orders", "/api/v1/work-orders", "-severity"),
    ("/people", "/api/v1/people", "-login"),
    ("/devices", "/api/v1/devices", "-last_seen_at"),
]


@pytest.fixture
async def admin(client: httpx.AsyncClient) -> httpx.AsyncClient:
    person = await factories.person("admin", await factories.school())
    return await factories.signed_in(client, person)


@pytest.mark.parametrize(("page", "json", "sort"), LISTS)
async def test_page_and_json_are_sorted_by_the_same_names(
    admin: httpx.AsyncClient, page: str, json: str, sort: str
) -> None:
    shown = await admin.get(f"{page}?sort={sort}")
    assert shown.status_code == 200
    assert f'<option value="{sort}" selected>' in shown.text
    for query in ("", f"?sort={sort}"):
        assert (await admin.get(f"{json}{query}")).status_code == 200, query
    refused = await admin.get(f"{json}?sort=password_hash")
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert error["field"] == "sort" and sort.removeprefix("-") in error["detail"]
    assert (await admin.get(f"{page}?sort=password_hash")).status_code == 422


async def test_the_head_of_a_column_sorts_and_keeps_the_filters(
    admin: httpx.AsyncClient,
) -> None:
    shown = (await admin.get("/people?standing=open&sort=name&cursor=")).text
    head = re.search(r'<th scope="col" aria-sort="ascending"><a class="sort" href="([^"]+)"', shown)
    assert head is not None
    assert "sort=-name" in head[1] and "standing=open" in head[1] and "cursor" not in head[1]
