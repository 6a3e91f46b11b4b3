"""A key belongs to one request about one thing."""

import httpx
import pytest

from core import database
from inventory import donations
from inventory.donations import NewLine
from tests import factories, factories_inventory

pytestmark = pytest.mark.usefixtures("db")


async def test_a_key_of_one_line_receives_nothing_of_another(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    admin = await factories.person("admin", school)
    donation = await factories_inventory.donation(admin, school)
    more = NewLine(await factories.asset_model(), 3)
    whole = await donations.create_line(admin.actor, donation.id, more)
    headers = {**await factories.bearer(admin), "idempotency-key": "one and the same"}
    answers = [
        await client.post(
            f"/api/v1/donations/{donation.id}/lines/{line.id}/receipts",
            json={"count": 2},
            headers=headers,
        )
        for line in (*whole.lines, whole.lines[0])
    ]
    assert [answer.status_code for answer in answers] == [201, 409, 201]
    assert answers[1].json()["code"] == "key_reused"
    assert await database.fetch_value("SELECT count(*) FROM asset") == 2


async def test_a_key_of_one_hand_out_hands_out_nothing_else(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    admin = await factories.person("admin", school)
    first, second = await factories.asset(school), await factories.asset(school)
    headers = {**await factories.bearer(admin), "idempotency-key": "one and the same"}
    answers = [
        await client.post(
            "/api/v1/custody", json={"tags": [tag], "group": "Class 5B"}, headers=headers
        )
        for tag in (first.tag, second.tag, first.tag)
    ]
    assert [answer.status_code for answer in answers] == [201, 409, 201]
    assert answers[0].json() == answers[2].json()
    assert await database.fetch_value("SELECT count(*) FROM custody") == 1
