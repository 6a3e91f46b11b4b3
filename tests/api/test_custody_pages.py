"""Handing out and taking back by the pages, also by 32 hands at once."""

import asyncio
from datetime import date

import httpx
import pytest
from litestar import Litestar

from core import database
from inventory import assets, custody
from inventory.custody import Holder
from tests import factories
from tests.api.office import Office, office_of
from tests.conftest import browser


@pytest.mark.parametrize("role", ["teacher", "student_helper"])
async def test_a_pupil_who_helps_reads_that_it_is_out_and_not_with_whom(
    client: httpx.AsyncClient, role: str
) -> None:
    office = await office_of(client, role)
    keeper = await factories.person("technician", office.school)
    borrower = await factories.person("teacher", office.school)
    out, back = [(await factories.asset(office.school)).tag for _ in range(2)]
    named = Holder(person_id=borrower.id)
    await custody.hand_out(keeper.actor, [out, back], named, note="Aunt fetches it")
    await custody.take_back(keeper.actor, [back], note="Aunt brought it")
    reads = role == "teacher"
    for path in (
        "/assets",
        "/assets.csv",
        f"/assets/{out}",
        f"/assets/{back}",
        "/custody",
        "/custody?view=ended",
        "/custody.csv",
        "/custody.csv?view=ended",
        "/api/v1/assets",
        f"/api/v1/assets/{out}",
        f"/api/v1/assets/{back}/custody",
        f"/api/v1/assets/{back}/history",
        "/api/v1/custody",
    ):
        page = await office.see(path)
        assert (borrower.name in page) == reads, path
        assert reads or "Aunt" not in page, path
    assert ("It is out" in await office.see("/assets")) != reads
    assert "Nobody has it now" not in await office.see(f"/assets/{out}")
    for asked in (f"/custody?q={borrower.name}", f"/api/v1/assets?holder={borrower.id}"):
        assert (out in await office.see(asked)) == reads, asked


async def test_a_stack_goes_out_and_comes_back(office: Office) -> None:
    tags = [(await factories.asset(office.school)).tag for _ in range(3)]
    form = await office.see("/custody/hand-out?" + "&".join(f"tag={tag}" for tag in tags))
    assert all(tag in form for tag in tags)
    given = await office.send("/custody/hand-out", tags=" ".join(tags), group="5B", key="k1")
    assert given.headers["location"] == "/custody/hand-overs/1"
    again = await office.send("/custody/hand-out", tags=" ".join(tags), group="5B", key="k1")
    assert again.status_code == 303
    refused = await office.send("/custody/hand-out", tags=tags[0], group="6A", key="k2")
    assert refused.status_code == 409
    assert f"{tags[0]} is already with 5B" in refused.text
    back = await office.send("/custody/take-back", tags="\n".join(tags), condition="ok", key="k3")
    assert back.headers["location"] == "/custody/hand-overs/2"
    assert tags[2] in await office.see("/custody?view=ended")


async def test_a_refused_list_comes_back_whole_with_each_reason_beside_its_row(
    office: Office,
) -> None:
    fine, out = await factories.asset(office.school), await factories.asset(office.school)
    await custody.hand_out(office.who.actor, [out.tag], Holder(group="5B"))
    typed = {"tags": f"{fine.tag}, NO-1 {out.tag}", "who": "6A", "holder": "group"}
    typed["due_on"] = "2099-01-01"
    for path in ("/custody/hand-out", "/custody/take-back", "/assets/move"):
        refused = await office.send(path, note="Kept & told", **typed)
        assert refused.status_code == (422 if path == "/assets/move" else 404), path
        assert f">\n{fine.tag}\nNO-1\n{out.tag}</textarea>" in refused.text.replace("\r", "")
        assert "There is no such asset, or it is not of your school: NO-1" in refused.text
        # The reasons come before the form, so that nobody has to scroll for them.
        assert refused.text.index("refused-rows") < refused.text.index('id="desk"')
    refused = await office.send("/custody/hand-out", note="Kept & told", **typed)
    assert "2 rows are refused; nothing is changed" in refused.text
    assert f"{out.tag} is already with 5B" in refused.text
    for kept in ('value="6A"', 'value="2099-01-01"', 'value="Kept &amp; told"'):
        assert kept in refused.text
    fewer = await office.send("/custody/hand-out", remove="1,2", note="Kept & told", **typed)
    assert fewer.status_code == 200
    assert f">\n{fine.tag}</textarea>" in fewer.text
    assert "refused-rows" not in fewer.text
    assert 'value="Kept &amp; told"' in fewer.text
    assert (await assets.get_asset(office.who.actor, fine.tag)).holder is None


@pytest.mark.parametrize(
    ("due_on", "said"),
    [
        ("2099-10-01", "There are no lessons on 1 Oct 2099; the next are on 8 Oct 2099."),
        ("2099-10-08", ""),
    ],
)
async def test_who_hands_out_hears_that_nobody_is_at_school_on_the_day_it_is_due(
    office: Office, due_on: str, said: str
) -> None:
    for day in range(1, 8):
        await database.execute(
            "INSERT INTO school_day (school, day, name) VALUES ($1, $2, 'National Day')",
            office.school.id,
            date(2099, 10, day),
        )
    asset = await factories.asset(office.school)
    given = await office.send(
        "/custody/hand-out", tags=asset.tag, group="5B", due_on=due_on, key="k"
    )
    page = await office.see(given.headers["location"])
    assert "Handed out to 5B: 1." in page
    assert ("There are no lessons" in page) == bool(said)
    assert said in page


async def test_what_is_due_at_the_end_of_the_term_is_due_on_its_last_day(office: Office) -> None:
    asset = await factories.asset(office.school)
    given = {"tags": asset.tag, "group": "5B", "due_by": "term"}
    refused = await office.send("/custody/hand-out", **given, key="k1")
    assert "No term of the school goes on now: choose a day" in refused.text
    await database.execute(
        "INSERT INTO term (school, name, first_day, last_day)"
        " VALUES ($1, 'Now', current_date - 9, current_date + 30)",
        office.school.id,
    )
    both = await office.send("/custody/hand-out", **given, due_on="2099-10-08", key="k2")
    assert both.status_code == 422
    assert "Choose a day or the end of the term, not both" in both.text
    assert '<option value="term" selected>' in both.text
    assert (await office.send("/custody/hand-out", **given, key="k3")).status_code == 303
    due = await database.fetch_value(
        "SELECT (c.due_at AT TIME ZONE 'Asia/Shanghai')::date - current_date FROM custody c"
    )
    assert due == 30


async def test_refused_rows_and_wrong_fields_are_told_in_one_notice(office: Office) -> None:
    fine = await factories.asset(office.school)
    sent = {"tags": f"{fine.tag} NO-1", "key": "k"}
    for path in ("/assets/step", "/assets/move", "/custody/hand-out"):
        refused = await office.send(path, **sent)
        assert refused.text.count('role="alert"') == 1, path
        notice = refused.text.split('id="refused-rows"')[1].split("</section>")[0]
        assert "NO-1" in notice
    asked = await office.send("/assets/step", tags=fine.tag)
    assert asked.text.count('role="alert"') == 1
    assert 'id="errors"' in asked.text and 'href="#to_state"' in asked.text


async def test_one_who_chooses_nobody_is_asked_again(office: Office) -> None:
    made = await factories.asset(office.school)
    refused = await office.send("/custody/hand-out", tags=made.tag)
    assert refused.status_code == 422
    assert "Say who gets it" in refused.text


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
    # Two of them name one thing twice, which is refused too.
    assert {answer.status_code for answer in answers} <= {303, 409, 422}
    out = await custody.list_custody(office.who.actor)
    assert len({loan.tag for loan in out.items}) == len(out.items)
    assert len(out.items) >= 2


async def test_a_script_is_told_where_to_go_on_and_the_next_page_what_was_done(
    client: httpx.AsyncClient,
) -> None:
    office = await office_of(client, "technician")
    tags = [(await factories.asset(office.school)).tag for _ in range(2)]
    sent = {"tags": "\n".join(tags), "group": "5B", "key": "a-key-of-the-form"}
    for _ in range(2):
        done = await client.post("/custody/hand-out", data=sent, headers={"x-labshare-desk": "yes"})
        assert (done.status_code, done.headers["location"]) == (200, "/custody/hand-overs/1")
    assert "Handed out to 5B: 2." in await office.see("/custody/hand-overs/1")
    refused = await client.post(
        "/custody/hand-out", data={**sent, "key": "other"}, headers={"x-labshare-desk": "yes"}
    )
    assert refused.status_code == 409 and "location" not in refused.headers
