"""A list's address holds its filters and its page, read in one way for every noun."""

from typing import Annotated, Literal

import httpx
import msgspec
import pytest
from litestar import get
from litestar.di import NamedDependency, Provide
from litestar.testing import create_test_client

from api.kit.list_parameters import asked_for
from api.kit.lists import ListQuery, NoFilters, _with_page
from core.access import Actor
from core.numbers import Id
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
    "/people",
    "/devices",
    "/candidates",
]


class Shown(msgspec.Struct, frozen=True):
    """Filters of every kind that a list may have."""

    school_id: Id | None = None
    state: Literal["open", "closed"] | None = None
    words: Annotated[str, msgspec.Meta(max_length=3)] = ""
    floor: Annotated[int, msgspec.Meta(ge=-2, le=9)] | None = None
    holder: Id | None = None
    zone: str = "Asia/Shanghai"


@get("/shown", dependencies={"asked": asked_for(Shown, without=("zone",))})
async def show_asked(asked: NamedDependency[ListQuery[Shown]]) -> ListQuery[Shown]:
    return asked


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


def test_the_parameters_of_a_json_list_are_those_of_its_filters() -> None:
    reader = Actor.system("reader", [7])
    dependencies = {
        "actor": Provide(lambda: reader, sync_to_thread=False),
        "of_school": Provide(lambda: 7, sync_to_thread=False),
    }
    with create_test_client(show_asked, dependencies=dependencies) as client:
        asked = client.get(
            "/shown?state=closed&words=abc&floor=-1&holder=3&limit=5&cursor=x"
        ).json()
        assert asked["filters"] == {
            "school_id": 7,
            "state": "closed",
            "words": "abc",
            "floor": -1,
            "holder": 3,
            "zone": "Asia/Shanghai",
        }
        assert (asked["limit"], asked["cursor"]) == (5, "x")
        assert client.get("/shown").json()["limit"] == DEFAULT_LIMIT
        for wrong in ("state=ajar", "words=abcd", "floor=10", "holder=0", "limit=0", "limit=many"):
            refused = client.get(f"/shown?{wrong}")
            assert refused.status_code == 400, wrong
            assert wrong.split("=")[0] in refused.text, wrong
        described = client.app.openapi_schema.paths["/shown"].get.parameters  # type: ignore[index,union-attr]
    assert {one.name for one in described} == {  # type: ignore[union-attr]
        *("state", "words", "floor", "holder", "limit", "cursor")
    }
