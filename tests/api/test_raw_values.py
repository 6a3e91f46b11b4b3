"""No page shows the number of a row or the name of a column: rows and columns have words."""

import re
from html.parser import HTMLParser
from ipaddress import ip_network

import httpx
import pytest
from litestar import Litestar

from api.wording.entities import ENTITIES
from core import database
from monitoring.alerting import thresholds
from monitoring.alerting.alerts import actions
from monitoring.devices.networks import grants
from monitoring.notices import escalation, subscriptions
from storage import quotas
from tests import factories
from tests.api.request_samples import path_values
from tests.api.routes_of_the_app import endpoints
from tests.api.sample_values import PATHS_OF
from tests.api.school_worlds import World, build
from tests.conftest import Stack, browser, empty

# Numbers of rows begin here, so that none can be mistaken for a count.
FIRST_ID = 7_000_001
NUMBER_ROWS = """
    SELECT count(setval(s.seqrelid::regclass, $1, false)) FROM pg_sequence s
      JOIN pg_class c ON c.oid = s.seqrelid AND c.relnamespace = 'public'::regnamespace
     WHERE c.relname NOT IN ('work_order_id_seq')
"""
# What a word of ours never looks like: a UUID, a row's number, a column with its underscores.
UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
ROW_NUMBER = re.compile(r"\b70000\d\d\b|\b7,000,0\d\d\b")
UNDERSCORED = {name for entity in ENTITIES.values() for name in entity.columns if "_" in name}
# Of a refused request or a file that was taken, the log shows the address as it was.
ADDRESS = re.compile(r"(GET|POST) /\S+")
COLUMN_NAME = re.compile(
    r"\b(" + "|".join(sorted(UNDERSCORED | {n for n in ENTITIES if "_" in n})) + r")\b"
)
# The reference for programmers, and the profiles' sources.
FOR_PROGRAMMERS = ("/api",)


class Text(HTMLParser):
    """The text that people see, labels for screen readers among it; codes for programs are not."""

    UNSEEN = frozenset({"script", "style", "code", "pre", "template"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self._within: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.UNSEEN:
            self._within.append(tag)
        self.seen += [value or "" for name, value in attrs if name in ("title", "aria-label")]

    def handle_endtag(self, tag: str) -> None:
        if self._within and self._within[-1] == tag:
            self._within.pop()

    def handle_data(self, data: str) -> None:
        if not self._within and data.strip():
            self.seen.append(" ".join(data.split()))


def raw_values(page: str) -> list[str]:
    """The texts of a page that hold the number of a row or the name of a column or table."""
    return [
        text
        for text in Text(page).seen
        if not ADDRESS.fullmatch(text)
        and (UUID.search(text) or ROW_NUMBER.search(text) or COLUMN_NAME.search(text))
    ]


@pytest.fixture(scope="module")
async def world(connections: Stack, tmp_path_factory: pytest.TempPathFactory) -> World:
    await empty(connections)
    await database.fetch_value(NUMBER_ROWS, FIRST_ID)
    made = await build("Kestrel", tmp_path_factory.mktemp("world"))
    await _watched(made)
    return made


async def _watched(world: World) -> None:
    """What the world lacks of the audited kinds of rows."""
    actor, school_id = world.admin.actor, world.school.id
    bounds = (ip_network("10.0.0.0/8"),)
    await grants.grant(bounds, world.school.code, "10.9.0.0/16", is_shared=False)
    await quotas.set_quota(world.school.code, 5 * 1024**3)
    await actions.acknowledge(actor, int(world.values["alert_id"]))
    await thresholds.set_for_profile(
        actor, school_id, "printer", "supply_low", thresholds.RuleChange(raise_at=4, clear_at=9)
    )
    await subscriptions.subscribe(
        actor, school_id, subscriptions.NewSubscription("admin@school.example", digest="daily")
    )
    steps = [escalation.NewStep(15), escalation.NewStep(30, person_id=world.admin.id)]
    await escalation.set_steps(actor, school_id, steps)


@pytest.fixture
async def admin(app: Litestar, world: World) -> httpx.AsyncClient:
    client = browser(app)
    await factories.signed_in(client, world.admin)
    return client


def test_the_test_knows_what_is_raw() -> None:
    page = "<p title='holder_place'>7000012</p><ins>0198a1b2-0000-7000-8000-00000000abcd</ins>"
    assert len(raw_values(page)) == 3
    assert raw_values("<script>holder_place</script><p>12 <code>if_in_rate</code></p>") == []


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
async def test_no_page_shows_a_row_by_its_number(
    locale: str, app: Litestar, world: World, admin: httpx.AsyncClient
) -> None:
    await admin.post("/language", data={"locale": locale})
    wrong, seen = {}, 0
    for endpoint in endpoints(app):
        if endpoint.method != "GET" or not endpoint.is_page:
            continue
        if endpoint.path in FOR_PROGRAMMERS:
            continue
        names = [name for name, _kind in endpoint.parameters]
        values = path_values(endpoint.operation_id or endpoint.path, names, world.values)
        own = PATHS_OF.get(endpoint.path, {})
        address = endpoint.filled({k: str(v) for k, v in {**values, **own}.items()})
        answer = await admin.get(address, follow_redirects=True)
        if answer.headers.get("content-type", "").startswith("text/html"):
            seen += answer.status_code == 200
            if found := raw_values(answer.text):
                wrong[address] = found
    assert wrong == {}
    assert seen > 60


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
async def test_the_history_of_every_kind_of_row_reads_as_words(
    locale: str, world: World, admin: httpx.AsyncClient
) -> None:
    await admin.post("/language", data={"locale": locale})
    wrong, silent = {}, set()
    for entity in ENTITIES.values():
        page = await admin.get("/audit", params={"entity": entity.name, "limit": 200})
        assert page.status_code == 200
        if entity.is_audited and "<tbody>" not in page.text:
            silent.add(entity.name)
        if found := raw_values(page.text):
            wrong[entity.name] = found
    # A model is no school's, so its changes stand in no school's list.
    assert silent == {"asset_model"}
    assert wrong == {}
