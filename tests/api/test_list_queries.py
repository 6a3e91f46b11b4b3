"""A list's address holds its filters and its page, read in one way for every noun."""

import httpx
import msgspec
import pytest

from api.kit.lists import ListQuery, NoFilters, _with_page
from core.paging import DEFAULT_LIMIT
from inventory.assets import AssetFilters
from tests import factories

LISTS = [
    "/assets",
    "/asset-models",
    "/custody",
    "/donations",
    "/donors",
    "/imports",
    "/work-orders",
    "/library/damaged",
]


@pytest.fixture
async def admin(client: httpx.AsyncClient) -> httpx.AsyncClient:
    person = await factories.person("admin", await factories.school())
    return await factories.signed_in(client, person)


def test_the_filters_of_a_list_stay_the_domains_own() -> None:
    asked = _with_page(AssetFilters)(q="P-1")
    assert isinstance(asked, AssetFilters) and asked.active == 0
    assert (asked.cursor, asked.limit) == (None, DEFAULT_LIMIT)  # type: ignore[attr-defined]
    assert _with_page(AssetFilters) is _with_page(AssetFilters)
    query = ListQuery(NoFilters(), None, 20)
    assert msgspec.structs.asdict(query)["limit"] == 20


@pytest.mark.parametrize("path", LISTS)
async def test_a_list_refuses_a_wrong_page_by_name(admin: httpx.AsyncClient, path: str) -> None:
    for query in ("limit=many", "limit=0", "limit=201", "cursor=nonsense"):
        answer = await admin.get(f"{path}?{query}", headers={"accept": "application/json"})
        assert answer.status_code == 422, (path, query)
    assert (await admin.get(f"{path}?limit=1")).status_code == 200
