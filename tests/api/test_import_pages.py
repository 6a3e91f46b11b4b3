"""A list of assets, imported by the pages."""

import json
import re

import httpx
import pytest

from core import database, places
from inventory import imports
from inventory.imports import Noun
from tests import factories
from tests.api.office import office_of
from tests.core.made_sheets import Made, xlsx
from tests.factories_imports import applied, read, staged

COLUMNS = {
    "column-0": "tag",
    "column-1": "brand",
    "column-2": "model",
    "column-3": "condition",
    "keys": "tag",
}


CODE = re.compile(r"[2-9A-Z]{4}(?:-[2-9A-Z]{4}){3}")


@pytest.mark.parametrize("locale", ["en", "zh_CN"])
async def test_a_list_is_imported_by_the_pages(client: httpx.AsyncClient, locale: str) -> None:
    office = await office_of(client, "admin", locale)
    await factories.asset_model("computer", "M720")
    await factories.asset(office.school, tag="P-1")
    await office.see("/imports")
    template = await client.get("/imports/template.csv")
    assert template.content.startswith(b"\xef\xbb\xbf")

    async def choose(text: str) -> httpx.Response:
        answer = await client.post(
            "/imports",
            data={"school": office.school.code},
            files={"file": ("list.csv", text.encode("gb18030"), "text/csv")},
        )
        await imports.work_waiting()
        return answer

    async def press(address: str, **form: str) -> None:
        pressed = await client.post(address, data=form)
        assert pressed.status_code == 303, pressed.text
        await imports.work_waiting()

    unread = await choose("\n\n")
    assert "<progress" not in await office.see(unread.headers["location"])
    wrong = (await choose("编号,品牌,型号,状况,颜色\nP 2,Maker,M720,完好,红\n")).headers["location"]
    assert 'name="column-4"' in await office.see(wrong)
    await press(f"{wrong}/columns", **COLUMNS)
    assert "P 2" in await office.see(wrong)
    await press(f"{wrong}/rows/2")
    assert "take_in" in await office.see(wrong)
    job = (await choose("编号,品牌,型号,状况\nP-2,Maker,M720,完好\nP-1,,,损坏\n")).headers[
        "location"
    ]
    await press(f"{job}/columns", **COLUMNS)
    assert "/apply" in await office.see(job)
    await office.see(f"{job}?verdict=update")
    asked = await client.post(f"{job}/apply")
    assert asked.headers["location"] == job
    assert "<progress" in await office.see(job)
    await imports.work_waiting()
    assert "/apply" not in await office.see(job)
    again = await client.post(f"{job}/apply")
    assert again.status_code == 409
    discarded = await client.post(f"{wrong}/discard")
    assert discarded.headers["location"] == "/imports"
    await office.see("/assets/P-2")
    await press(f"{job}/undo")
    assert "/undo" not in await office.see(job)
    assert (await client.get("/assets/P-2")).status_code == 404
    nothing = await client.post("/imports", data={"school": office.school.code})
    assert nothing.status_code == 422


async def test_words_of_a_column_that_became_a_choice_are_asked_for(
    client: httpx.AsyncClient,
) -> None:
    office = await office_of(client, "admin", "zh_CN")
    await factories.asset_model("computer", "M720")
    job = await read(
        office.who.actor,
        office.school.code,
        "list.csv",
        "型号,品牌,外观\nM720,Maker,九成新\nM720,Maker,\n".encode(),
    )
    form = {"column-0": "model", "column-1": "brand", "column-2": "condition", "keys": "tag"}
    asked = await client.post(f"/imports/{job.id}/columns", data=form)
    assert asked.status_code == 422
    assert "九成新" in asked.text
    answered = await client.post(
        f"/imports/{job.id}/columns", data={**form, "value-2-0": "degraded"}
    )
    assert answered.status_code == 303
    await imports.work_waiting()
    rows = (await imports.list_rows(office.who.actor, job.id)).items
    assert [one.after for one in rows[0].diff if one.field == "condition"] == ["degraded"]


async def test_what_is_new_is_asked_and_answered(client: httpx.AsyncClient) -> None:
    office = await office_of(client, "admin", "zh_CN")
    await factories.asset_model("computer", "启天M415")
    text = "类别,品牌,型号,位置,数量\n电脑,Maker,启天M-415A,实验楼/机房一,3\n"
    job = await staged(office.who.actor, office.school.code, "list.csv", text.encode())
    page = await office.see(f"/imports/{job.id}")
    assert "机房一" in page
    assert 'name="quantity"' in page
    answered = await client.post(
        f"/imports/{job.id}/answers", data={"quantity": "one_each", "makes_places": "on"}
    )
    assert answered.status_code == 303
    await imports.work_waiting()
    done = await applied(office.who.actor, job.id)
    assert done.state == "applied", done.problem
    page = await office.see("/assets")
    assert page.count("机房一") >= 3


async def test_how_the_file_was_read_is_said(client: httpx.AsyncClient) -> None:
    office = await office_of(client, "admin", "zh_CN")
    head = ["资产编号", "型号", "数量"]
    book = xlsx(
        Made(
            "一楼",
            [["登记表"], head, ["P-1", "M720", "=1+1"], ["P-2", "M720", 1], ["合计", None, 3]],
        ),
        Made("二楼", [head, ["P-3", "M720", 1]]),
    )
    job = await read(office.who.actor, office.school.code, "list.xlsx", book)
    page = await office.see(f"/imports/{job.id}/columns")
    for said in ("二楼", "请在文件中隐藏这一张", "C3", "5：合计 3"):
        assert said in page
    text = "資產編號,型號\nP-1,M720\n".encode("big5")
    guessed = await read(office.who.actor, office.school.code, "list.csv", text)
    assert "已按 big5 读取" in await office.see(f"/imports/{guessed.id}/columns")


async def test_a_word_that_nobody_knows_is_not_decided_by_itself(client: httpx.AsyncClient) -> None:
    office = await office_of(client, "admin", "zh_CN")
    await factories.asset_model("computer", "M720")
    text = "型号,状况\nMaker M720,九成新\n".encode()
    job = await read(office.who.actor, office.school.code, "list.csv", text)
    page = await office.see(f"/imports/{job.id}/columns")
    assert '<option value="">请选择</option>' in page
    form = {"column-0": "model", "column-1": "condition", "keys": "tag"}
    refused = await client.post(f"/imports/{job.id}/columns", data={**form, "keys": ""})
    assert "请至少勾选一项" in refused.text
    for answer, verdict in (("", "error"), ("-", "create"), ("ok", "create")):
        sent = await client.post(f"/imports/{job.id}/columns", data={**form, "value-1-0": answer})
        assert sent.status_code == 303, sent.text
        await imports.work_waiting()
        (row,) = (await imports.list_rows(office.who.actor, job.id)).items
        assert row.verdict == verdict, answer
        assert [one.after for one in row.diff if one.field == "condition"] == (
            ["ok"] if answer == "ok" else []
        )
    page = await office.see(f"/imports/{job.id}/columns")
    assert '<option value="ok" selected>' in page


async def test_kinds_and_places_out_of_use_are_asked_and_answered(
    client: httpx.AsyncClient,
) -> None:
    office = await office_of(client, "admin", "zh_CN")
    room = await factories.place(office.school)
    name = (await places.get_place(office.who.actor, room)).name
    await places.retire_place(office.who.actor, room)
    text = f"品名,型号,位置\n教室投影仪,EB-X05,{name}\n展柜,K-7,\n"
    job = await staged(office.who.actor, office.school.code, "list.csv", text.encode())
    page = await office.see(f"/imports/{job.id}")
    assert 'value="[&#34;EB-X05&#34;,&#34;projector&#34;]" selected' in page
    assert f'name="restores" value="{room}"' in page
    other = await factories.place(office.school)
    meant = (await places.get_place(office.who.actor, other)).path
    data = {"kinds": ['["EB-X05","projector"]', '["K-7","other"]']}
    # The one or the other: another place is meant, or this one is taken back.
    for more in (
        {"joins_place": json.dumps([name, meant])},
        {"joins_place": "", "restores": str(room)},
    ):
        answered = await client.post(f"/imports/{job.id}/answers", data={**data, **more})
        assert answered.status_code == 303, answered.text
        await imports.work_waiting()
        first, _ = (await imports.list_rows(office.who.actor, job.id)).items
        assert [one.after for one in first.diff if one.field == "place_id"] == [
            meant if more["joins_place"] else name
        ]
    done = await imports.get_import(office.who.actor, job.id)
    assert (done.counts.create, done.counts.error) == (2, 0)
    assert "<ins>投影" in await office.see(f"/imports/{job.id}")


async def test_slips_for_a_list_of_people_are_printed_once_and_open_the_choice_of_a_password(
    client: httpx.AsyncClient,
) -> None:
    office = await office_of(client, "admin", "zh_CN")
    text = "姓名,登录名,角色\n王老师,wang,教师\n李老师,li-2,教师\n"
    job = await staged(
        office.who.actor, office.school.code, "people.csv", text.encode(), noun=Noun.people
    )
    assert "王老师" in await office.see(f"/imports/{job.id}")
    assert (await office.send(f"/imports/{job.id}/apply")).status_code == 303
    await imports.work_waiting()
    assert f'action="/imports/{job.id}/slips"' in await office.see(f"/imports/{job.id}")
    # Later, with a browser that somebody left open, the password is asked for first.
    await database.execute("UPDATE sign_in SET confirmed_at = now() - interval '11 minutes'")
    asked = await office.send(f"/imports/{job.id}/slips", size="six")
    assert "confirm_password" in asked.text
    await database.execute("UPDATE sign_in SET confirmed_at = now()")
    printed = await office.send(f"/imports/{job.id}/slips", size="six")
    assert printed.headers["cache-control"] == "no-store"
    codes = CODE.findall(printed.text)
    assert len(codes) == 2
    assert printed.text.count("label-qr") == 2
    assert all(word in printed.text for word in ("王老师", "li-2", "/sign-in", "slip-sheet"))
    again = await office.send(f"/imports/{job.id}/slips", size="one")
    assert (again.status_code, again.headers["location"]) == (303, f"/imports/{job.id}")
    page = await office.see(f"/imports/{job.id}")
    assert "/slips" not in page
    assert not any(code in page for code in codes)
    client.cookies.clear()
    signed_in = await client.post("/sign-in", data={"login": "wang", "password": codes[0]})
    assert signed_in.headers["location"] == "/sign-in/first"


async def test_templates_of_every_noun_are_offered_in_the_readers_language(
    client: httpx.AsyncClient,
) -> None:
    office = await office_of(client, "admin", "zh_CN")
    page = await office.see("/imports")
    for noun, head in (("models", "品牌"), ("places", "楼宇"), ("people", "登录名")):
        assert f'href="/imports/template.csv?noun={noun}"' in page
        template = await client.get(f"/imports/template.csv?noun={noun}")
        assert head in template.content.decode("utf-8-sig").splitlines()[0]
