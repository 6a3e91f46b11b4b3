"""What strangers may send without an account: cookies, headers and addresses of their own making."""

import tracemalloc
from base64 import urlsafe_b64encode
from types import SimpleNamespace
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar

from api import urls
from api.http.access import access_of
from api.kit.flash import FLASH_COOKIE, Said, _signed, signing_key, waiting_sentence
from api.kit.forms import SMALL_FORM_BYTES
from api.schema.document import handlers_of
from api.wording.language import LOCALES, MOST_CHARACTERS, language
from core import database
from core.errors import Message, say
from tests import factories
from tests.conftest import Stack

pytestmark = pytest.mark.usefixtures("db")


PADDING = {"template": "{x:>100000000}", "params": {"x": 1}}


def _unsigned(said: Any) -> str:
    return urlsafe_b64encode(msgspec.json.encode(said)).decode()


@pytest.mark.parametrize(
    "said",
    [
        Message("{name:>50000000}", {"name": "x"}),
        {"template": "{tag} is added.", "params": {"tag": PADDING}},
        Message("{tag} is added.", {"tag": "S1-00042"}),
        {"template": 5},
    ],
    ids=["padding", "padding inside", "ours", "no sentence"],
)
async def test_a_sentence_that_we_did_not_sign_is_not_said(
    client: httpx.AsyncClient, stack: Stack, said: Any
) -> None:
    await factories.person("admin", await factories.school())
    packed = _unsigned(said)
    signed = _signed(Said("You are signed out."), signing_key(stack.settings.secret_key))
    for cookie in (packed, f"{packed}.", f"{packed}.{signed.partition('.')[2]}", f"{packed}.é"):
        headers = {"cookie": f"{FLASH_COOKIE}={cookie}".encode()}
        answer = await client.get("/sign-in", headers=headers)
        assert answer.status_code == 200
        assert "is added" not in answer.text
        assert len(answer.content) < 100_000


async def test_a_forged_cookie_costs_no_memory(app: Litestar) -> None:
    nested = {"template": "{tag} is added.", "params": {"tag": PADDING}}
    text = _unsigned(nested)
    assert len(text) < 200
    connection: Any = SimpleNamespace(cookies={FLASH_COOKIE: text}, app=app)
    tracemalloc.start()
    try:
        assert waiting_sentence(connection) is None
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 100_000


@pytest.mark.parametrize(
    ("message", "written"),
    [
        (Message("{x:>100000000}", {"x": 1}), "{x:>100000000}"),
        (Message("{x.__class__}", {"x": 1}), "{x.__class__}"),
        (Message("{0} {", {}), "{0} {"),
        (Message("{a} and {b}", {"a": 1}), "1 and {b}"),
        (Message("{{{a}}}", {"a": "{b}", "b": 2}), "{{b}}"),
        (Message("{a}", {"a": PADDING}), "{x:>100000000}"),
    ],
    ids=["padding", "attributes", "positions", "a value missing", "a place as value", "nested"],
)
def test_a_value_is_never_a_template(message: Message, written: str) -> None:
    for code in LOCALES:
        assert language(code).words(message) == written


def test_a_sentence_has_a_bound() -> None:
    inner: Message = say("x")
    for _ in range(30):
        inner = say("{a}{a}{a}{a}", a=inner)
    assert len(language("en").words(inner)) <= MOST_CHARACTERS
    assert len(language("en").words(say("{a}" * 1000, a="x" * 100_000))) <= MOST_CHARACTERS


async def test_a_sentence_of_ours_is_said_once(client: httpx.AsyncClient) -> None:
    await factories.signed_in(client, await factories.person("admin", await factories.school()))
    answer = await client.post("/sign-out")
    assert answer.status_code == 303
    assert "You are signed out." in (await client.get("/sign-in")).text
    assert "You are signed out." not in (await client.get("/sign-in")).text


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
