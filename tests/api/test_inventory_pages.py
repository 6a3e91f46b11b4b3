"""The inventory's pages: read in both languages, and their forms against 32 hands at once."""

import asyncio
import httpx
import pytest
from litestar import Litestar

from inventory import assets, custody
from inventory.custody import Holder
from tests import factories
from tests.conftest import browser
from tests.factories import MadePerson, MadeSchool


class Office:
    """A browser signed in as one person of one school."""

    def __init__(self, client: httpx.AsyncClient, school: MadeSchool, who: MadePerson) -> None:
        self.client, self.school, self.who = client, school, who

    async def see(self, path: str, status: int = 200) -> str:
        answer = await self.client.get(path)
        assert answer.status_code == status, (path, answer.status_code, answer.text[:2000])
        return answer.text

    async def send(self, path: str, **form: object) -> httpx.Response:
        return await self.client.post(path, data={k: v for k, v in form.items() if v is not None})


async def _office(client: httpx.AsyncClient, role: str, locale: str = "en") -> Office:
    school = await factories.school()
    who = await factories.person(role, school, locale=locale)
    await factories.signed_in(client, who)
    return Office(client, school, who)


@pytest.fixture
async def office(client: httpx.AsyncClient) -> Office:
    return await _office(client, "admin")


@pytest.mark.parametrize("locale", ["en", "zh_CN"])
@pytest.mark.parametrize("role", ["admin", "technician", "teacher", "student_helper", "auditor"])
async def test_everyone_reads_the_list_and_an_asset(
    client: httpx.AsyncClient, role: str, locale: str
) -> None:
    office = await _office(client, role, locale)
    made = await factories.asset(office.school)
    keeper = await factories.person("technician", office.school)
    await custody.hand_out(keeper.actor, [made.tag], Holder(group="Class 5B"))
    listed = await office.see("/assets")
    assert made.tag in listed
    assert "Class 5B" in listed
    page = await office.see(f"/assets/{made.tag}")
    assert f"/assets/{made.tag}/report" in page
    assert ("/custody/take-back?tag=" in page) == (role in ("admin", "technician"))
    await office.see("/custody")
    await office.see("/custody?mine=on")
    await office.see("/custody?view=ended")
    exported = await client.get("/assets.csv")
    assert exported.content.startswith(b"\xef\xbb\xbf")
    assert made.tag.encode() in exported.content


async def test_an_asset_is_added_corrected_moved_and_stepped_by_forms(office: Office) -> None:
    model = await factories.asset_model()
    room = await factories.place(office.school)
    await office.see("/assets/new")
    added = await office.send(
        "/assets/new", school=office.school.code, model_id=model, lifecycle="in_service",
        condition="ok", tag="", name="", serial_number="",
    )  # fmt: skip
    assert added.status_code == 303
    address = added.headers["location"]
    tag = address.rpartition("/")[2]
    await office.see(f"{address}/edit")
    saved = await office.send(
        f"{address}/edit", version=1, model_id=model, condition="degraded", name="Desk 4"
    )
    assert saved.status_code == 303
    stale = await office.send(f"{address}/edit", version=1, model_id=model, condition="ok")
    assert stale.status_code == 409
    assert "Somebody else changed" in stale.text
    assert "Desk 4" in await office.see(address)
    moved = await office.send("/assets/move", tags=f"{tag}", place_id=room)
    assert moved.headers["location"] == address
    stepped = await office.send(f"{address}/step", version=3, to_state="lost", reason="Gone")
    assert stepped.status_code == 303
    page = await office.see(address)
    assert "Gone" in page and "Missing" in page


async def test_a_wrong_form_comes_back_with_what_was_typed(office: Office) -> None:
    refused = await office.send(
        "/assets/new", school=office.school.code, model_id=await factories.asset_model(),
        tag="P 42", lifecycle="in_service", condition="ok", name="Kept <name>",
    )  # fmt: skip
    assert refused.status_code == 422
    assert "A tag is 2 to 32 Latin letters" in refused.text
    assert "Kept &lt;name&gt;" in refused.text


async def test_a_stack_goes_out_and_comes_back(office: Office) -> None:
    tags = [(await factories.asset(office.school)).tag for _ in range(3)]
    form = await office.see("/custody/hand-out?" + "&".join(f"tag={tag}" for tag in tags))
    assert all(tag in form for tag in tags)
    given = await office.send("/custody/hand-out", tags=" ".join(tags), group="5B", key="k1")
    assert given.headers["location"] == "/custody"
    again = await office.send("/custody/hand-out", tags=" ".join(tags), group="5B", key="k1")
    assert again.status_code == 303
    refused = await office.send("/custody/hand-out", tags=tags[0], group="6A", key="k2")
    assert refused.status_code == 409
    assert f"{tags[0]} is already with 5B" in refused.text
    back = await office.send("/custody/take-back", tags="\n".join(tags), condition="ok", key="k3")
    assert back.headers["location"] == "/custody/take-back"
    assert tags[2] in await office.see("/custody?view=ended")


async def test_one_who_chooses_nobody_is_asked_again(office: Office) -> None:
    made = await factories.asset(office.school)
    refused = await office.send("/custody/hand-out", tags=made.tag)
    assert refused.status_code == 422
    assert "Choose who gets it" in refused.text


async def test_32_parallel_forms_hand_an_asset_out_once(office: Office, app: Litestar) -> None:
    made = await factories.asset(office.school)
    browsers = [browser(app) for _ in range(4)]
    for one in browsers:
        await factories.signed_in(one, office.who)
    answers = await asyncio.gather(
        *(
            browsers[n % 4].post("/custody/hand-out", data={"tags": made.tag, "group": f"C{n}"})
            for n in range(32)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [303] + [409] * 31
    holder = (await assets.get_asset(office.who.actor, made.tag)).holder
    assert all(
        f"{made.tag} is already with {holder}" in answer.text
        for answer in answers
        if answer.status_code == 409
    )


async def test_32_parallel_stacks_never_share_an_asset(office: Office, app: Litestar) -> None:
    tags = [(await factories.asset(office.school)).tag for _ in range(6)]
    one = browser(app)
    await factories.signed_in(one, office.who)
    answers = await asyncio.gather(
        *(
            one.post(
                "/custody/hand-out",
                data={"tags": f"{tags[n % 6]} {tags[(n + 1 + n // 6) % 6]}", "group": f"C{n}"},
            )
            for n in range(32)
        )
    )
    assert {answer.status_code for answer in answers} <= {303, 409}
    out = await custody.find_custody(office.who.actor)
    assert len({loan.tag for loan in out.items}) == len(out.items)
    assert len(out.items) >= 2


async def test_strangers_find_no_page_of_the_other_school(client: httpx.AsyncClient) -> None:
    office = await _office(client, "admin")
    made = await factories.asset(await factories.school())
    for path in (f"/assets/{made.tag}", f"/assets/{made.tag}/edit"):
        await office.see(path, 404)
    assert made.tag not in await office.see("/assets")
    answer = await office.send("/custody/hand-out", tags=made.tag, group="5B")
    assert answer.status_code == 404
