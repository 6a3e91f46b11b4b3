"""What strangers may send without an account: cookies, headers and addresses of their own making."""

from base64 import urlsafe_b64encode
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar

from api import urls
from api.access import access_of
from api.forms import SMALL_FORM_BYTES
from api.openapi import handlers_of
from api.pages.flash import FLASH_COOKIE
from core import database
from core.errors import Message, say
from tests import factories

pytestmark = pytest.mark.usefixtures("db")


def _cookie(said: Any) -> str:
    return urlsafe_b64encode(msgspec.json.encode(said)).decode()


@pytest.mark.parametrize(
    "said",
    [
        Message("{name:>50000000}", {"name": "x"}),
        Message("{name.__class__.__mro__}", {"name": "x"}),
        Message("{0}", {}),
        Message("{", {}),
        Message("{tag} is added.", {}),
        {"template": 5},
    ],
    ids=["padding", "attributes", "positions", "torn", "without its values", "no sentence"],
)
async def test_a_sentence_that_is_not_ours_is_not_said(
    client: httpx.AsyncClient, said: Any
) -> None:
    await factories.person("admin", await factories.school())
    client.cookies.set(FLASH_COOKIE, _cookie(said), domain="labshare.test")
    answer = await client.get("/sign-in")
    assert answer.status_code == 200
    assert "is added" not in answer.text
    assert len(answer.content) < 100_000


async def test_a_sentence_of_ours_is_said_once(client: httpx.AsyncClient) -> None:
    await factories.person("admin", await factories.school())
    said = say("{tag} is added.", tag="S1-00042")
    client.cookies.set(FLASH_COOKIE, _cookie(said), domain="labshare.test")
    assert "S1-00042" in (await client.get("/sign-in")).text


@pytest.mark.parametrize(
    "path",
    [
        "//elsewhere.test", "/\\elsewhere.test", "/\t/elsewhere.test", "/\r\n/elsewhere.test",
        "/\x00", "/\t/[", "https://elsewhere.test", "javascript:alert(1)", "elsewhere.test", "",
    ],
)  # fmt: skip
def test_no_address_leads_away(path: str) -> None:
    assert urls.local(path) == "/"


def test_an_address_of_ours_leads_there() -> None:
    assert urls.local("/assets?q=投影仪&limit=20") == "/assets?q=投影仪&limit=20"


async def test_an_origin_that_is_no_address_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post("/sign-in", headers={"origin": "http://[torn"})
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/first", "/setup", "/language"])
async def test_strangers_send_no_megabytes(client: httpx.AsyncClient, path: str) -> None:
    if path != "/setup":
        who = await factories.person("admin", await factories.school())
        await database.execute("UPDATE person SET one_time_until = now() + interval '1 day'")
        await factories.signed_in(client, who)
    answer = await client.post(path, data={"login": "x" * 100_000})
    assert answer.status_code == 413


def test_every_public_form_is_a_small_one(app: Litestar) -> None:
    public_forms = [
        handler
        for _, handler in handlers_of(app)
        if access_of(handler)[0].is_public and "POST" in handler.http_methods
    ]
    assert len(public_forms) >= 4
    assert {handler.resolve_request_max_body_size() for handler in public_forms} == {
        SMALL_FORM_BYTES
    }
