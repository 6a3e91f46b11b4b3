"""Messages to other programs: what is told, to whom, in which order, and what comes of it."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.administration.webhooks.installation import KINDS
from core import database
from core.encryption import Cipher
from core.webhooks import delivering, managing, sending
from core.webhooks.addresses import Policy
from core.webhooks.delivering import PURPOSE, Courier
from labshare.engines.ports import LOOPBACK_NETWORK
from tests import factories
from tests.conftest import Stack
from tests.factories import MadePerson, MadeSchool
from tests.receiver import Receiver, answer, running, until

OPENED = Policy((LOOPBACK_NETWORK,))


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with running() as made:
        yield made


@pytest.fixture
async def admin(client: httpx.AsyncClient, school: MadeSchool) -> MadePerson:
    who = await factories.person("admin", school)
    await factories.signed_in(client, who)
    return who


@pytest.fixture
def courier(db: Stack) -> Courier:
    cipher = Cipher.of(db.settings, purpose=PURPOSE)
    return Courier(cipher, KINDS, OPENED, "http://labshare.test")


async def _hook(
    client: httpx.AsyncClient, school: MadeSchool, to: Receiver, name: str = "Register", **more: Any
) -> Any:
    kinds = ["asset", "custody", "work_order"]
    body = {"school": school.code, "name": name, "url": to.url, "kinds": kinds, **more}
    made = await client.post("/api/v1/webhooks", json=body)
    assert made.status_code == 201, made.text
    return made.json()


async def _log(client: httpx.AsyncClient, hook: Any) -> Any:
    return (await client.get(f"/api/v1/webhooks/{hook['id']}/deliveries")).json()["items"]


async def _rename(asset: factories.MadeAsset, name: str) -> None:
    await database.execute("UPDATE asset SET name = $2 WHERE id = $1", asset.id, name)


async def _due_now() -> None:
    """As if the waits after failures were over."""
    await database.execute("UPDATE webhook SET due_at = NULL")
    await database.execute("UPDATE webhook_delivery SET due_at = now() - interval '1 second'")


async def test_a_change_is_told_signed_and_without_names(
    client: httpx.AsyncClient,
    admin: MadePerson,
    school: MadeSchool,
    receiver: Receiver,
    courier: Courier,
) -> None:
    hook = await _hook(client, school, receiver)
    asset = await factories.asset(school)
    assert await delivering.deliver_due(courier) == 1
    (message,) = receiver.messages
    assert message.line == "POST /hook?from=labshare HTTP/1.1"
    told: Any = message.told
    assert told["type"] == "asset.created"
    url = f"http://labshare.test/api/v1/assets/{asset.tag}"
    about = {"kind": "asset", "id": asset.id, "url": url, "school": school.code}
    assert told["data"] == about
    assert (await client.get(url)).json()["id"] == asset.id

    (line,) = await _log(client, hook)
    assert (line["state"], line["status"], line["attempts"]) == ("delivered", 200, 1)
    assert await delivering.deliver_due(courier) == 0

    # As the documentation tells receivers to check it.
    text = (Path(__file__).parents[2] / "docs" / "programs.md").read_text()
    found = re.search(r"```python\n(def is_from_labshare.*?|import.*?)```", text, re.DOTALL)
    assert found
    namespace: dict[str, Any] = {}
    exec(found[1], namespace)
    check = namespace["is_from_labshare"]
    assert check(hook["secret"], message.headers, message.body)
    assert not check(hook["secret"], message.headers, message.body + b" ")
    assert not check("whsec_" + "A" * 44, message.headers, message.body)


async def test_what_one_transaction_does_to_a_row_is_told_once_and_what_is_undone_never(
    client: httpx.AsyncClient,
    admin: MadePerson,
    school: MadeSchool,
    receiver: Receiver,
    courier: Courier,
) -> None:
    asset, other = await factories.asset(school), await factories.asset(await factories.school())
    await _hook(client, school, receiver)
    async with database.transaction():
        await _rename(asset, "one")
        await _rename(asset, "two")
    async with database.connection() as connection:
        undone = connection.transaction()
        await undone.start()
        await connection.execute("UPDATE asset SET name = 'three' WHERE id = $1", asset.id)
        await undone.rollback()
    await _rename(other, "not of this school")
    assert await delivering.deliver_due(courier) == 1
    assert [one.told["type"] for one in receiver.messages] == ["asset.changed"]


async def test_of_one_row_messages_arrive_in_order_and_the_others_do_not_wait(
    client: httpx.AsyncClient,
    admin: MadePerson,
    school: MadeSchool,
    receiver: Receiver,
    courier: Courier,
) -> None:
    first, second = await factories.asset(school), await factories.asset(school)
    hook = await _hook(client, school, receiver)
    refused = f'"id":{first.id},'.encode()
    receiver.answer = lambda got: answer(500 if refused in got.body else 200, b"no <b>\x1b[31m")
    await _rename(first, "a")
    await _rename(first, "b")
    await _rename(second, "c")
    assert await delivering.deliver_due(courier) == 1
    newest = await _log(client, hook)
    assert [one["state"] for one in newest] == ["delivered", "waiting", "waiting"]
    assert [one["attempts"] for one in newest] == [1, 0, 1]
    assert newest[2]["answer"] == "no <b> [31m"
    page = await client.get(f"/webhooks/{hook['id']}")
    assert "no &lt;b&gt; [31m" in page.text

    receiver.answer = lambda _: answer(204)
    await _due_now()
    assert await delivering.deliver_due(courier) == 2
    told = [int(one["id"]) for one in reversed(await _log(client, hook))]
    numbers = [one.headers["webhook-id"] for one in receiver.messages]
    assert len(told) == 3
    assert numbers[0] == numbers[2], "a message keeps its number"
    assert len(set(numbers)) == 3


async def test_a_receiver_that_hangs_holds_up_no_other(
    client: httpx.AsyncClient,
    admin: MadePerson,
    school: MadeSchool,
    receiver: Receiver,
    courier: Courier,
) -> None:
    asset = await factories.asset(school)
    async with running() as dead:
        dead.is_awake.clear()
        await _hook(client, school, dead, "A dead one")
        await _hook(client, school, receiver, "B good one")
        await _rename(asset, "x")
        sent = asyncio.create_task(delivering.deliver_due(courier))
        await until(lambda: bool(dead.messages) and bool(receiver.messages))
        # And what comes while the other still hangs.
        await _rename(asset, "y")
        await until(lambda: len(receiver.messages) == 2)
        assert not sent.done()
        dead.is_awake.set()
        assert await sent >= 3


async def test_two_workers_send_a_message_once(
    client: httpx.AsyncClient,
    admin: MadePerson,
    school: MadeSchool,
    receiver: Receiver,
    courier: Courier,
) -> None:
    assets = [await factories.asset(school) for _ in range(5)]
    await _hook(client, school, receiver)
    for asset in assets:
        await _rename(asset, "x")
    sent = await asyncio.gather(*(delivering.deliver_due(courier) for _ in range(4)))
    assert sum(sent) == len(receiver.messages) == 5
    assert [one.told["data"]["id"] for one in receiver.messages] == [a.id for a in assets]  # type: ignore[index]


async def test_a_worker_that_dies_before_it_writes_sends_the_same_again(
    client: httpx.AsyncClient,
    admin: MadePerson,
    school: MadeSchool,
    receiver: Receiver,
    courier: Courier,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await _hook(client, school, receiver)
    await factories.asset(school)

    async def die(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(delivering, "_record", die)
        assert await delivering.deliver_due(courier) == 0
    assert await delivering.deliver_due(courier) == 0, "until the lease is over"
    await _due_now()
    assert await delivering.deliver_due(courier) == 1
    assert len(receiver.messages) == 2
    assert len({one.headers["webhook-id"] for one in receiver.messages}) == 1


async def test_a_redirect_is_not_followed(
    client: httpx.AsyncClient,
    admin: MadePerson,
    school: MadeSchool,
    receiver: Receiver,
    courier: Courier,
) -> None:
    async with running() as other:
        receiver.answer = lambda _: answer(307, b"", f"Location: {other.url}")
        hook = await _hook(client, school, receiver)
        await factories.asset(school)
        assert await delivering.deliver_due(courier) == 0
        assert not other.messages
    (line,) = await _log(client, hook)
    assert (line["state"], line["status"]) == ("waiting", 307)


async def test_an_endless_answer_is_read_to_its_bound(
    client: httpx.AsyncClient,
    admin: MadePerson,
    school: MadeSchool,
    receiver: Receiver,
    courier: Courier,
) -> None:
    receiver.answer = lambda _: answer(200, b"x" * 5_000_000)
    hook = await _hook(client, school, receiver)
    await factories.asset(school)
    assert await delivering.deliver_due(courier) == 1
    (line,) = await _log(client, hook)
    assert len(line["answer"]) == sending.ANSWER_KEPT_LETTERS


async def test_a_receiver_that_fails_for_days_is_switched_off_and_its_admin_is_told(
    client: httpx.AsyncClient,
    admin: MadePerson,
    school: MadeSchool,
    receiver: Receiver,
    courier: Courier,
) -> None:
    receiver.answer = lambda _: answer(503)
    hook = await _hook(client, school, receiver)
    asset = await factories.asset(school)
    await delivering.deliver_due(courier)
    path = f"/api/v1/webhooks/{hook['id']}"
    assert (await client.get(path)).json()["failing_since"] is not None
    assert "webhooks" not in (await client.get("/")).text.lower()
    await database.execute("UPDATE webhook SET failing_since = now() - interval '4 days'")
    await _due_now()
    await delivering.deliver_due(courier)
    found = (await client.get(path)).json()
    assert found["is_given_up"] is True
    assert found["waiting"] == 0
    assert "/webhooks" in (await client.get("/")).text
    await _rename(asset, "nobody is told")
    assert len(await _log(client, hook)) == 1
    refused = await client.post(f"{path}/test")
    assert (refused.status_code, refused.json()["code"]) == (409, "switched_off")

    receiver.answer = lambda _: answer(200)
    await client.post(f"{path}/on")
    await client.post(f"{path}/test")
    newest, oldest = await _log(client, hook)
    await client.post(f"{path}/deliveries/{oldest['id']}/again")
    assert await delivering.deliver_due(courier) == 2
    assert {one["state"] for one in await _log(client, hook)} == {"delivered"}
    assert newest["kind"] == "test"
    assert (await client.get(path)).json()["failing_since"] is None


async def test_one_that_wants_no_more_is_switched_off_at_once(
    client: httpx.AsyncClient,
    admin: MadePerson,
    school: MadeSchool,
    receiver: Receiver,
    courier: Courier,
) -> None:
    receiver.answer = lambda _: answer(410)
    hook = await _hook(client, school, receiver)
    await factories.asset(school)
    await delivering.deliver_due(courier)
    found = (await client.get(f"/api/v1/webhooks/{hook['id']}")).json()
    assert found["is_given_up"] is True


async def test_the_secret_is_shown_once_and_stored_encrypted(
    client: httpx.AsyncClient,
    admin: MadePerson,
    school: MadeSchool,
    receiver: Receiver,
    courier: Courier,
) -> None:
    hook = await _hook(client, school, receiver)
    stored = await database.fetch_value("SELECT sealed FROM webhook")
    assert hook["secret"].encode() not in stored
    assert hook["secret"] not in (await client.get(f"/api/v1/webhooks/{hook['id']}")).text
    written = "SELECT string_agg(concat(before::text, after::text), ' ') FROM audit_event"
    assert "sealed" not in await database.fetch_value(f"{written} WHERE entity = 'webhook'")

    anew = Cipher("another key", "a secret of the tests, not of any school", purpose=PURPOSE)
    assert await managing.encrypt_anew(anew) == 1
    sealed = await database.fetch_value("SELECT sealed FROM webhook")
    only = Cipher("another key", purpose=PURPOSE)
    assert only.decrypt(sealed, owner=delivering.owner(school.id)).decode() == hook["secret"]


async def test_of_32_at_once_only_as_many_are_made_as_a_school_may_have(
    client: httpx.AsyncClient, admin: MadePerson, school: MadeSchool, receiver: Receiver
) -> None:
    body = {"school": school.code, "url": receiver.url, "kinds": ["asset"]}
    answers = await asyncio.gather(
        *(client.post("/api/v1/webhooks", json={**body, "name": f"n{n}"}) for n in range(32))
    )
    made = [one.status_code for one in answers].count(201)
    assert made == managing.MOST_A_SCHOOL
    assert {one.status_code for one in answers} == {201, 409}


async def test_the_log_of_sent_messages_is_kept_for_a_month(
    client: httpx.AsyncClient,
    admin: MadePerson,
    school: MadeSchool,
    receiver: Receiver,
    courier: Courier,
) -> None:
    hook = await _hook(client, school, receiver)
    asset = await factories.asset(school)
    await delivering.deliver_due(courier)
    await _rename(asset, "waits")
    old = managing.KEEP_LOG + timedelta(days=1)
    await database.execute("UPDATE webhook_delivery SET at = at - $1::interval", old)
    await managing.remove_old_deliveries()
    assert [one["state"] for one in await _log(client, hook)] == ["waiting"]


async def test_an_admin_sets_one_up_on_the_page(
    client: httpx.AsyncClient,
    admin: MadePerson,
    school: MadeSchool,
    receiver: Receiver,
    courier: Courier,
) -> None:
    form = {"school_id": str(school.id), "name": "Register", "url": "http://10.0.0.5/x"}
    refused = await client.post("/webhooks/new", data={**form, "kinds": "asset"})
    assert refused.status_code == 422
    assert "10.0.0.5" in refused.text
    assert 'value="Register"' in refused.text
    made = await client.post("/webhooks/new", data={**form, "url": receiver.url, "kinds": "asset"})
    assert made.status_code == 200
    assert "whsec_" in made.text
    hook_id = await database.fetch_value("SELECT id FROM webhook")
    await client.post(f"/webhooks/{hook_id}/test")
    assert await delivering.deliver_due(courier) == 1
    page = await client.get(f"/webhooks/{hook_id}")
    assert "whsec_" not in page.text
    assert "Delivered" in page.text
