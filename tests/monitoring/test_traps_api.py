"""Messages from devices over JSON and as a page: whose they are, and what is asked for."""

import httpx
import pytest

from core import database
from tests import factories
from tests import factories_monitoring as made
from tests.factories import MadeSchool
from tests.monitoring.trap_senders import COLD_START, LINK_DOWN

pytestmark = pytest.mark.usefixtures("db")

UNKNOWN = "1.3.6.1.4.1.99999.0.7"
SAID = '[{"part": "Gi0/3", "values": [["1.3.6.1.2.1.2.2.1.1.3", "3"]]}]'


async def said(
    school: MadeSchool | None,
    trap_oid: str,
    name: str | None,
    *,
    device_id: int | None = None,
    minutes_ago: int = 0,
    repeats: int = 1,
) -> None:
    await database.execute(
        "INSERT INTO trap (school, device, source, kind, trap_oid, name, severity, varbinds,"
        " minute, first_at, last_at, repeats) SELECT $1, $2, '127.0.0.1', 'trap', $3, $4, $5,"
        " $6::jsonb, date_trunc('minute', t), t, t, $7"
        " FROM (SELECT now() - $8 * interval '1 minute' AS t) x",
        school.id if school else None,
        device_id,
        trap_oid,
        name,
        "ok" if name else None,
        SAID,
        repeats,
        minutes_ago,
    )


async def test_messages_are_told_in_words_the_latest_first(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    device = await made.device(school)
    await said(school, LINK_DOWN, "link_down", device_id=device.id, minutes_ago=2)
    await said(school, UNKNOWN, None, minutes_ago=1)
    headers = await factories.bearer(await factories.person("technician", school))
    headers["accept-language"] = "en"
    answer = (await client.get("/api/v1/traps", headers=headers)).json()
    assert [(one["title"], one["device_id"]) for one in answer["items"]] == [
        (UNKNOWN, None),
        ("Port Gi0/3 lost its link", device.id),
    ]
    assert answer["items"][1]["said"][0]["values"] == [["1.3.6.1.2.1.2.2.1.1.3", "3"]]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"is_known": "true"}, [LINK_DOWN]),
        ({"is_known": "false"}, [UNKNOWN]),
        ({"q": "99999"}, [UNKNOWN]),
        ({"q": "10.0.0.1"}, []),
        ({"since": "2999-01-01T00:00:00Z"}, []),
        ({}, [UNKNOWN, LINK_DOWN]),
    ],
)
async def test_filters_leave_out_the_others(
    client: httpx.AsyncClient, query: dict[str, str], wanted: list[str]
) -> None:
    school = await factories.school()
    device = await made.device(school)
    await said(school, LINK_DOWN, "link_down", device_id=device.id, minutes_ago=2)
    await said(school, UNKNOWN, None)
    headers = await factories.bearer(await factories.person("technician", school))
    items = (await client.get("/api/v1/traps", headers=headers, params=query)).json()["items"]
    assert [one["trap_oid"] for one in items] == wanted
    counts = (await client.get("/api/v1/traps/counts", headers=headers)).json()
    assert len(counts) == 2


async def test_pages_of_the_list_leave_nothing_out(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    for minute in range(5):
        await said(school, COLD_START, "cold_start", minutes_ago=minute)
    headers = await factories.bearer(await factories.person("technician", school))
    seen: list[int] = []
    cursor: str | None = None
    while True:
        params = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await client.get("/api/v1/traps", headers=headers, params=params)).json()
        seen += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [1, 2, 3, 4, 5]


async def test_counts_add_up_by_device_and_kind(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    device = await made.device(school)
    for minute in range(3):
        await said(
            school, COLD_START, "cold_start", device_id=device.id, minutes_ago=minute, repeats=4
        )
    await said(school, UNKNOWN, None)
    await said(school, UNKNOWN, None, minutes_ago=60 * 24 * 8)
    headers = await factories.bearer(await factories.person("technician", school))
    counts = (await client.get("/api/v1/traps/counts", headers=headers)).json()
    assert [(c["trap_oid"], c["device_id"], c["source"], c["repeats"]) for c in counts] == [
        (COLD_START, device.id, "", 12),
        (UNKNOWN, None, "127.0.0.1", 1),
    ]


async def test_nobody_sees_messages_of_another_school_or_of_none(
    client: httpx.AsyncClient,
) -> None:
    school, other = await factories.school(), await factories.school()
    await said(other, COLD_START, "cold_start")
    await said(None, UNKNOWN, None)
    who = await factories.person("admin", school)
    headers = await factories.bearer(who)
    assert (await client.get("/api/v1/traps", headers=headers)).json()["items"] == []
    assert (await client.get("/api/v1/traps/counts", headers=headers)).json() == []
    asked = {"school": other.code}
    assert (await client.get("/api/v1/traps", headers=headers, params=asked)).status_code == 404
    await factories.signed_in(client, who)
    page = await client.get("/device-messages")
    assert page.status_code == 200
    assert UNKNOWN not in page.text


async def test_the_page_counts_and_lists_and_links_to_the_device(
    client: httpx.AsyncClient,
) -> None:
    school = await factories.school()
    device = await made.device(school)
    await said(school, LINK_DOWN, "link_down", device_id=device.id)
    await said(school, UNKNOWN, None, repeats=7)
    await factories.signed_in(client, await factories.person("technician", school))
    page = (await client.get("/device-messages", headers={"accept-language": "en"})).text
    assert f'href="/devices/{device.id}"' in page
    assert "Port Gi0/3 lost its link" in page
    assert "7 times within a minute" in page
    none = await client.get("/device-messages", params={"q": "nothing of the kind"})
    assert UNKNOWN not in none.text


@pytest.mark.parametrize(
    "query",
    [
        {"cursor": "rubbish"},
        {"limit": "0"},
        {"device_id": "9" * 30},
        {"since": "yesterday"},
        {"q": "\0"},
    ],
)
async def test_what_cannot_be_asked_for_is_refused(
    client: httpx.AsyncClient, query: dict[str, str]
) -> None:
    school = await factories.school()
    headers = await factories.bearer(await factories.person("technician", school))
    answer = await client.get("/api/v1/traps", headers=headers, params=query)
    assert answer.status_code in (400, 422)
    await factories.signed_in(client, await factories.person("technician", school))
    page = await client.get("/device-messages", params=query)
    assert page.status_code in (200, 404, 422)


async def test_a_device_of_another_school_is_not_found(client: httpx.AsyncClient) -> None:
    school, other = await factories.school(), await factories.school()
    theirs = await made.device(other)
    await factories.signed_in(client, await factories.person("technician", school))
    page = await client.get("/device-messages", params={"device_id": theirs.id})
    assert page.status_code == 404
