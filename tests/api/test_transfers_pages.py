"""The pages of transfers: sent from one school, received at the other, once through every door."""

import asyncio
import re

import httpx
import pytest

from core import database
from inventory import transfers
from inventory.transfers import TransferState
from tests import factories
from tests.factories import MadeAsset, MadePerson
from tests.factories_transfers import Pair, pair

pytestmark = pytest.mark.usefixtures("db")
DRAWN = "20 100 60 40 110 130 160 50"


@pytest.fixture
async def two() -> Pair:
    return await pair()


class Desk:
    """One browser, in which each of both technicians is signed in when it is his turn."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def is_used_by(self, who: MadePerson) -> None:
        await factories.signed_in(self.client, who)

    async def see(self, path: str) -> str:
        answer = await self.client.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:1500])
        return answer.text

    async def send(self, path: str, status: int = 303, **form: object) -> httpx.Response:
        answer = await self.client.post(path, data=form)
        assert answer.status_code == status, (path, answer.status_code, answer.text[:1500])
        return answer


async def schools_of(*things: MadeAsset) -> list[int]:
    return [
        await database.fetch_value("SELECT school FROM asset WHERE id = $1", one.id)
        for one in things
    ]


async def test_a_transfer_from_the_list_of_assets_to_the_other_schools_signature(
    client: httpx.AsyncClient, two: Pair
) -> None:
    desk = Desk(client)
    first, second = await two.things(2)
    await desk.is_used_by(two.gives)
    assert "/transfers/new" in await desk.see("/assets")
    page = await desk.see(f"/transfers/new?tag={first.tag}")
    assert first.tag in page
    form = {"tags": first.tag, "to_school": "NOWHERE", "kind": "gift", "reason": "结对帮扶"}
    refused = await desk.send("/transfers/new", 422, **form)
    assert "no school with this code" in refused.text
    assert "结对帮扶" in refused.text
    made = await desk.send("/transfers/new", **{**form, "to_school": two.receiver.code})
    here = made.headers["location"]
    transfer_id = int(re.findall(r"\d+", here)[-1])
    await desk.send(f"{here}/lines", tags=second.tag)
    refused = await desk.send(f"{here}/lines", 409, tags=second.tag)
    assert "stands in transfer" in refused.text
    await desk.send(f"{here}/send")
    await desk.send(f"{here}/sign", side="sender", signer="王芳", strokes=DRAWN)
    paper = await desk.see(f"{here}/paper")
    assert first.tag in paper
    assert "<svg" in paper
    await desk.is_used_by(two.gets)
    assert f"{here}/receive" in await desk.see("/")
    page = await desk.see(f"{here}/receive")
    assert second.tag in page
    refused = await desk.send(f"{here}/receive", 422, note="下午到")
    assert "Tick what arrived" in refused.text
    assert "下午到" in refused.text
    await desk.send(
        f"{here}/receive",
        arrived=first.tag,
        tags="BESIDE-1",
        **{f"condition.{first.tag}": "broken", f"note.{first.tag}": "屏幕裂"},
    )
    page = await desk.see(here)
    for text in ("In dispute", "屏幕裂", "BESIDE-1", "Did not arrive"):
        assert text in page
    assert await schools_of(first, second) == [two.receiver.id, two.sender.id]
    found = await transfers.get_transfer(two.gets.actor, transfer_id)
    line = next(one for one in found.items if one.is_open)
    address = f"{here}/lines/{line.id}/resolve"
    refused = await desk.send(address, 422, resolution="late", reason=" ", line=line.id)
    assert f'id="reason-{line.id}-error"' in refused.text
    await desk.send(address, resolution="late", reason="第二趟车")
    await desk.send(
        f"{here}/extras/{found.extras[0].id}/resolve", resolution="goes_back", reason="不是我们的"
    )
    await desk.send(f"{here}/sign", side="receiver", signer="李强", strokes=DRAWN)
    done = await transfers.get_transfer(two.gives.actor, transfer_id)
    assert (done.state, len(done.signatures)) == (TransferState.closed, 2)
    for path in ("/transfers?view=all", "/transfers.csv?view=all", f"/assets/{first.tag}"):
        await desk.see(path)


async def test_a_loan_is_lent_longer_and_sent_back_by_its_buttons(
    client: httpx.AsyncClient, two: Pair
) -> None:
    desk = Desk(client)
    (thing,) = await two.things(1)
    await desk.is_used_by(two.gives)
    form = {"tags": thing.tag, "to_school": two.receiver.code, "kind": "loan"}
    refused = await desk.send("/transfers/new", 422, **form)
    assert 'id="due_on-error"' in refused.text
    made = await desk.send("/transfers/new", **form, due_on="2099-01-07")
    here = made.headers["location"]
    await desk.send(f"{here}/send")
    await desk.is_used_by(two.gets)
    await desk.send(f"{here}/receive", everything="on")
    assert "Lent by" in await desk.see(f"/assets/{thing.tag}")
    back = (await desk.send(f"{here}/return")).headers["location"]
    await desk.send(f"{back}/send")
    await desk.is_used_by(two.gives)
    await desk.send(f"{here}/due-day", due_on="2099-02-07")
    await desk.send(f"{back}/receive", everything="on")
    assert await schools_of(thing) == [two.sender.id]
    assert "Is back" in await desk.see(here)


async def test_whoever_keeps_neither_school_is_refused(
    client: httpx.AsyncClient, two: Pair
) -> None:
    desk = Desk(client)
    sent = await two.sent(await two.things(1))
    here = f"/transfers/{sent.id}"
    auditor = await factories.person("auditor", two.receiver)
    stranger = await factories.person("technician", await factories.school())
    await desk.is_used_by(auditor)
    assert sent.number in await desk.see(here)
    await desk.send(f"{here}/receive", 403, everything="on")
    await desk.is_used_by(stranger)
    for path in (here, f"{here}/receive", f"{here}/paper", f"{here}/attachments"):
        assert (await client.get(path)).status_code == 404
    for path in ("receive", "send", "cancel"):
        await desk.send(f"{here}/{path}", 404, everything="on")
    await desk.is_used_by(two.gets)
    await desk.send(f"{here}/cancel", 404)


async def test_a_scan_names_what_comes_here_and_nothing_else_of_the_sender(
    client: httpx.AsyncClient, two: Pair
) -> None:
    coming, staying = await two.things(2)
    await two.sent([coming])
    await Desk(client).is_used_by(two.gets)
    query = {"desk": "receive", "text": [coming.tag.lower(), staying.tag]}
    found = (await client.get("/api/v1/scans", params=query)).json()["items"]
    assert [(one["tag"], one["problem"] is None) for one in found] == [
        (coming.tag, True),
        (None, False),
    ]


async def test_of_32_receipts_through_both_doors_one_counts(
    client: httpx.AsyncClient, two: Pair
) -> None:
    thing, other = await two.things(2)
    sent = await two.sent([thing, other])
    await Desk(client).is_used_by(two.gets)
    token = await factories.bearer(two.gets)

    async def by_form(number: int) -> int:
        form = {"key": f"key-{number}", "everything": "on"}
        answer = await client.post(f"/transfers/{sent.id}/receive", data=form)
        return answer.status_code

    async def by_json() -> int:
        answer = await client.post(
            f"/api/v1/transfers/{sent.id}/receipt",
            json={"lines": [{"tag": thing.tag}, {"tag": other.tag}]},
            headers=token,
        )
        return answer.status_code

    codes = await asyncio.gather(
        *(by_form(number) if number % 2 else by_json() for number in range(32))
    )
    assert sorted(codes)[0] in (200, 303)
    assert codes.count(409) == 31
    stays = await database.fetch_value("SELECT count(*) FROM asset_stay WHERE asset = $1", thing.id)
    assert stays == 2
