"""What all pages share: language, navigation, errors, sentences after a form, search, homes."""

from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from api.app import create_app
from api.http.identity import COOKIE
from api.kit.flash import FLASH_COOKIE, see_other, waiting_sentence
from api.kit.navigation import navigation
from api.wording.language import LANGUAGE_COOKIE
from api.wording.template_functions import with_query
from core import database
from core.access import Role
from core.errors import say
from tests import factories
from tests.conftest import Stack

ROLES = list(Role)


async def test_a_stranger_reads_in_the_language_of_the_browser(client: httpx.AsyncClient) -> None:
    chinese = await client.get("/nothing", headers={"accept-language": "zh-CN,zh;q=0.9"})
    assert '<html lang="zh-CN">' in chinese.text
    assert "没有这个页面" in chinese.text
    english = await client.get("/nothing", headers={"accept-language": "en"})
    assert '<html lang="en">' in english.text


async def test_the_switch_keeps_the_language_for_browser_and_person(
    client: httpx.AsyncClient,
) -> None:
    who = await factories.person(Role.teacher, await factories.school(), locale="en")
    await factories.signed_in(client, who)
    answer = await client.post("/language", data={"locale": "zh_CN", "next": "/search?q=x"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/search?q=x")
    assert client.cookies[LANGUAGE_COOKIE] == "zh_CN"
    stored = await database.fetch_value("SELECT locale FROM person WHERE id = $1", who.id)
    assert stored == "zh_CN"
    assert '<html lang="zh-CN">' in (await client.get("/")).text


@pytest.mark.parametrize("elsewhere", ["//evil.test/", "https://evil.test", "/\\evil.test", ""])
async def test_the_switch_leads_nowhere_but_here(client: httpx.AsyncClient, elsewhere: str) -> None:
    answer = await client.post("/language", data={"locale": "en", "next": elsewhere})
    assert answer.headers["location"] == "/"


async def test_an_unknown_language_is_refused(client: httpx.AsyncClient) -> None:
    assert (await client.post("/language", data={"locale": "tlh"})).status_code == 422


@pytest.mark.parametrize("role", ROLES)
async def test_every_place_of_the_navigation_opens_for_its_role(
    client: httpx.AsyncClient, role: Role
) -> None:
    who = await factories.person(role, await factories.school())
    await factories.signed_in(client, who)
    answers = {
        item.href: (await client.get(item.href)).status_code for item in navigation(who.actor)
    }
    assert answers == dict.fromkeys(answers, 200)


async def test_a_person_of_two_roles_sees_a_section_for_each(client: httpx.AsyncClient) -> None:
    one, other = await factories.school(), await factories.school()
    who = await factories.person(Role.technician, one)
    await database.execute(
        "INSERT INTO membership (person, school, role, valid_from)"
        " VALUES ($1, $2, 'teacher', now() - interval '1 day')",
        who.id,
        other.id,
    )
    await factories.signed_in(client, who)
    page = (await client.get("/")).text
    assert "Do first" in page
    assert "What I hold" in page


async def test_somebody_without_a_role_is_told_so(client: httpx.AsyncClient) -> None:
    await factories.signed_in(client, await factories.person(Role.teacher))
    answer = await client.get("/")
    assert answer.status_code == 200
    assert "You have no role yet" in answer.text


async def test_a_whole_tag_leads_straight_to_its_asset(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    await factories.signed_in(client, await factories.person(Role.technician, school))
    asset = await factories.asset(school)
    answer = await client.get("/search", params={"q": asset.tag.lower()})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/assets/{asset.tag}")


async def test_the_search_finds_nothing_of_another_school(client: httpx.AsyncClient) -> None:
    mine, other = await factories.school(), await factories.school()
    await factories.signed_in(client, await factories.person(Role.admin, mine))
    foreign = await factories.asset(other, tag="XYZ-0001")
    stranger = await factories.person(Role.teacher, other)
    for q in (foreign.tag, "xyz", stranger.name):
        answer = await client.get("/search", params={"q": q})
        assert answer.status_code == 200
        assert "Nothing found" in answer.text


async def test_people_are_found_by_those_who_may_list_them(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    colleague = await factories.person(Role.auditor, school)
    await factories.signed_in(client, await factories.person(Role.teacher, school))
    assert "Nothing found" in (await client.get("/search", params={"q": colleague.name})).text
    await factories.signed_in(client, await factories.person(Role.admin, school))
    assert (
        f"/people/{colleague.id}"
        in (await client.get("/search", params={"q": colleague.name})).text
    )


async def test_a_search_is_text_and_never_markup(client: httpx.AsyncClient) -> None:
    await factories.signed_in(
        client, await factories.person(Role.teacher, await factories.school())
    )
    page = (await client.get("/search", params={"q": '"><script>alert(1)</script>'})).text
    assert "<script>alert" not in page


async def test_the_error_page_needs_no_database(stack: Stack) -> None:
    app = create_app(stack.settings)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://labshare.test") as browser:
        database_pool, database.engine.pool = database.engine.pool, None
        try:
            answer = await browser.get("/nothing", headers={"accept-language": "en"})
        finally:
            database.engine.pool = database_pool
    assert answer.status_code == 404
    assert "What is safe" in answer.text


async def test_the_api_page_lists_every_operation_without_scripts_from_afar(
    client: httpx.AsyncClient,
) -> None:
    page = (await client.get("/api")).text
    paths = (await client.get("/schema/openapi.json")).json()["paths"]
    assert paths
    assert all(path in page for path in paths)
    assert "https://" not in page


async def test_no_page_carries_inline_script_or_style(client: httpx.AsyncClient) -> None:
    who = await factories.person(Role.technician, await factories.school())
    for path in ("/sign-in", "/", "/search", "/api", "/nothing"):
        page = (await client.get(path)).text
        assert " style=" not in page
        assert "<style" not in page
        assert "<script>" not in page
        await factories.signed_in(client, who)


def _connection(stack: Stack, cookie: str) -> Any:
    """As much of a connection as a sentence needs."""
    return SimpleNamespace(
        cookies={FLASH_COOKIE: cookie},
        app=SimpleNamespace(state=SimpleNamespace(settings=stack.settings)),
        scope={"state": {}},
        headers={},
        url=SimpleNamespace(scheme="http"),
    )


def test_a_sentence_survives_its_redirect(stack: Stack) -> None:
    said = say("{tag} is already with {holder}", tag="S1-00042", holder=say("you"), count=2)
    answer = see_other("/", said)
    answer.to_asgi_response(None, _connection(stack, ""))
    cookie = next(one for one in answer.cookies if one.key == FLASH_COOKIE)

    waiting = waiting_sentence(_connection(stack, str(cookie.value)))
    assert waiting == say(said.template, tag="S1-00042", holder="you", count=2)


@pytest.mark.parametrize("rubbish", ["", "x", "e30", "bnVsbA==", "é", COOKIE * 50])
def test_a_broken_sentence_is_no_sentence(stack: Stack, rubbish: str) -> None:
    assert waiting_sentence(_connection(stack, rubbish)) is None


@pytest.mark.parametrize(
    ("address", "changes", "changed"),
    [
        ("/assets?q=a&cursor=x", {"cursor": None}, "/assets?q=a"),
        ("/assets?q=a", {"cursor": "b c"}, "/assets?q=a&cursor=b+c"),
        ("/assets", {"cursor": None}, "/assets"),
        ("/assets?q=%E8%AE%BE", {"q": "设"}, "/assets?q=%E8%AE%BE"),
    ],
)
def test_a_query_changes_and_the_rest_stays(
    address: str, changes: dict[str, object], changed: str
) -> None:
    assert with_query(address, **changes) == changed
