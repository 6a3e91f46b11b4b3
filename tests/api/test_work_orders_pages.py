"""Repairs as people meet them: forms, refusals, languages."""

import re

import httpx
import pytest

from core import database
from core.access import Role
from inventory import photos as photo_kit
from inventory import repairs
from tests import factories, factories_repairs
from tests.factories import MadeSchool

KEPT = re.compile(r'name="kept_photos" value="([\w-]{43})" checked')


async def test_a_teacher_reports_a_fault_with_a_picture(
    client: httpx.AsyncClient, school: MadeSchool
) -> None:
    teacher = await factories.person(Role.teacher, school)
    await factories.signed_in(client, teacher)
    asset = await factories.asset(school)
    found = await client.post("/report", data={"tag": f" {asset.tag.lower()} "})
    assert found.headers["location"] == f"/assets/{asset.tag}/report"
    page = await client.get(found.headers["location"])
    assert asset.tag in page.text
    sent = await client.post(
        f"/assets/{asset.tag}/report",
        data={"what": "Screen stays dark", "key": "once"},
        files={"photos": ("x.png", factories_repairs.picture(), "image/png")},
    )
    assert sent.status_code == 303, sent.text
    order = await client.get(sent.headers["location"])
    assert "Screen stays dark" in order.text
    assert "/api/v1/work-orders/photos/" in order.text


async def test_what_was_written_is_kept_when_somebody_else_was_faster(
    client: httpx.AsyncClient, school: MadeSchool
) -> None:
    slow = await factories.person(Role.technician, school)
    fast = await factories.person(Role.technician, school)
    await factories.signed_in(client, slow)
    asset = await factories.asset(school)
    order_id = (
        await repairs.report_fault(fast.actor, asset.tag, "Screen stays dark")
    ).work_order_id
    page = f"/work-orders/{order_id}"
    seen = (await repairs.get_work_order(slow.actor, order_id)).version
    taken = await repairs.take(fast.actor, order_id, version=seen)
    refused = await client.post(
        f"{page}/complete", data={"version": seen, "resolution": "Pushed the plug in"}
    )
    assert refused.status_code == 409
    assert "Pushed the plug in</textarea>" in refused.text
    assert fast.name in refused.text
    # The page that came back holds what is needed to press the button once more.
    assert f'name="version" value="{taken.version}"' in refused.text
    await repairs.complete(fast.actor, order_id, resolution="A new cable", version=taken.version)
    for step, form in (
        ("entries", {"found": "No current", "done": "Measured it all", "key": "one"}),
        ("complete", {"version": taken.version, "resolution": "Measured it all"}),
        ("cancel", {"version": taken.version, "reason": "Measured it all"}),
    ):
        refused = await client.post(f"{page}/{step}", data=form)
        assert refused.status_code == 409, step
        assert "Measured it all</textarea>" in refused.text, step
        assert f'action="{page}/comments"' in refused.text, step
    refused = await client.post(f"{page}/take", data={"version": seen})
    assert refused.status_code == 409
    assert "A new cable" in refused.text


async def test_a_second_press_of_the_button_reports_once(
    client: httpx.AsyncClient, school: MadeSchool
) -> None:
    teacher = await factories.person(Role.teacher, school)
    await factories.signed_in(client, teacher)
    asset = await factories.asset(school)
    form = {"what": "Screen stays dark", "key": "once"}
    places = {
        (await client.post(f"/assets/{asset.tag}/report", data=form)).headers["location"]
        for _ in range(2)
    }
    [place] = places
    assert await repairs.list_entries(teacher.actor, int(place.rpartition("/")[2])) == []


async def test_an_unknown_tag_is_named_beside_its_field(
    client: httpx.AsyncClient, school: MadeSchool
) -> None:
    await factories.signed_in(client, await factories.person(Role.teacher, school))
    answer = await client.post("/report", data={"tag": "NO-SUCH"})
    assert answer.status_code == 404
    assert 'value="NO-SUCH"' in answer.text
    assert "No asset here has the tag NO-SUCH" in answer.text


async def test_a_report_that_is_no_picture_keeps_what_was_typed(
    client: httpx.AsyncClient, school: MadeSchool
) -> None:
    await factories.signed_in(client, await factories.person(Role.teacher, school))
    asset = await factories.asset(school)
    answer = await client.post(
        f"/assets/{asset.tag}/report",
        data={"what": "Screen stays dark"},
        files={"photos": ("x.png", b"<svg>", "image/png")},
    )
    assert answer.status_code == 422
    assert "Screen stays dark" in answer.text
    assert "photos-error" in answer.text


async def test_a_technician_works_through_an_order(
    client: httpx.AsyncClient, school: MadeSchool
) -> None:
    technician = await factories.person(Role.technician, school)
    await factories.signed_in(client, technician)
    asset = await factories.asset(school)
    order = await factories_repairs.order(asset)
    url = f"/work-orders/{order.id}"
    assert order.asset_tag in (await client.get("/work-orders")).text
    assert (await client.post(f"{url}/take", data={"version": 1})).status_code == 303
    empty = await client.post(f"{url}/entries", data={"minutes": "5"})
    assert empty.status_code == 422
    written = await client.post(
        f"{url}/entries", data={"done": "New cable", "minutes": "5", "cost": "12.5"}
    )
    assert written.status_code == 303
    unsaid = await client.post(f"{url}/complete", data={"version": 2})
    assert unsaid.status_code == 422
    done = await client.post(
        f"{url}/complete", data={"version": 2, "resolution": "New cable", "condition": "ok"}
    )
    assert done.status_code == 303
    page = await client.get(url)
    assert "New cable" in page.text
    assert f'action="{url}/complete"' not in page.text
    assert (await client.get(f"{url}/card")).status_code == 200


async def test_a_step_from_an_old_page_says_who_came_first(
    client: httpx.AsyncClient, school: MadeSchool
) -> None:
    first, second = [await factories.person(Role.technician, school) for _ in range(2)]
    order = await factories_repairs.order(await factories.asset(school))
    await repairs.take(first.actor, order.id)
    await factories.signed_in(client, second)
    answer = await client.post(f"/work-orders/{order.id}/take", data={"version": 1})
    assert answer.status_code == 409
    assert first.name in answer.text


async def test_a_student_helper_sees_the_entry_form_only_on_own_orders(
    client: httpx.AsyncClient, school: MadeSchool
) -> None:
    technician = await factories.person(Role.technician, school)
    helper = await factories.person(Role.student_helper, school)
    order = await factories_repairs.order(await factories.asset(school))
    await factories.signed_in(client, helper)
    url = f"/work-orders/{order.id}"
    assert (await client.get(url)).status_code == 404
    await repairs.assign(technician.actor, order.id, assignee_id=helper.id)
    page = await client.get(url)
    assert f'action="{url}/entries"' in page.text
    assert f'action="{url}/complete"' not in page.text
    assert (await client.post(f"{url}/entries", data={"done": "Cleaned"})).status_code == 303
    answer = await client.post(f"{url}/complete", data={"version": 2, "resolution": "x"})
    assert answer.status_code == 403


@pytest.mark.parametrize("locale", ["en", "zh_CN"])
async def test_pages_are_whole_in_both_languages_and_without_inline_style(
    client: httpx.AsyncClient, school: MadeSchool, locale: str
) -> None:
    technician = await factories.person(Role.technician, school, locale=locale)
    await factories.signed_in(client, technician)
    asset = await factories.asset(school)
    order = await factories_repairs.order(asset)
    for path in (
        "/work-orders",
        "/work-orders?state=all&q=dark&severity=normal&mine=on",
        f"/work-orders/{order.id}",
        f"/work-orders/{order.id}/card",
        "/report",
        f"/assets/{asset.tag}/report",
    ):
        page = await client.get(path)
        assert page.status_code == 200, path
        assert "style=" not in page.text
        assert ("维修" in page.text or "报修" in page.text) == (locale == "zh_CN")


async def test_a_stranger_finds_no_page_of_another_school(
    client: httpx.AsyncClient, school: MadeSchool
) -> None:
    asset = await factories.asset(school)
    order = await factories_repairs.order(asset)
    await factories.signed_in(
        client, await factories.person(Role.technician, await factories.school())
    )
    for path in (
        f"/work-orders/{order.id}",
        f"/work-orders/{order.id}/card",
        f"/assets/{asset.tag}/report",
    ):
        assert (await client.get(path)).status_code == 404


async def test_the_reporter_says_whether_it_can_be_used_and_the_technician_decides(
    client: httpx.AsyncClient, db: object
) -> None:
    school = await factories.school()
    asset = await factories.asset(school)
    await factories.signed_in(client, await factories.person(Role.technician, school))
    form = await client.get(f"/assets/{asset.tag}/report")
    assert "It can still be used" in form.text
    sent = await client.post(f"/assets/{asset.tag}/report", data={"what": "Dark", "usable": "no"})
    order = sent.headers["location"]
    assert await factories_repairs.lifecycle_of(asset) == "in_repair"
    page = await client.get(order)
    # Nobody has looked at it, so nobody is said to have.
    assert "It is handed in and waits for a technician" in page.text
    assert (await client.post(f"{order}/usability", data={"usable": "yes"})).status_code == 303
    assert await factories_repairs.lifecycle_of(asset) == "in_service"
    assert "It cannot be used" in (await client.get(order)).text


async def test_the_number_on_the_sticker_is_enough_to_report(client: httpx.AsyncClient) -> None:
    school = await factories.school("HG")
    who = await factories.person("teacher", school, locale="en")
    await factories.signed_in(client, who)
    for tag in ("HG-00248", "HG-00300", "PC-0300"):
        await factories.asset(school, tag=tag)
    found = await client.post("/report", data={"tag": "２４８"})
    assert found.headers["location"] == "/assets/HG-00248/report"
    asked = await client.post("/report", data={"tag": "300"})
    assert asked.status_code == 422
    assert "300 may be HG-00300, PC-0300: write the whole tag" in asked.text
    assert 'value="300"' in asked.text
    # In the search of everything a number may be anything: nothing is opened unasked.
    searched = await client.get("/search?q=248")
    assert searched.status_code == 200
    assert "HG-00248" in searched.text


async def _photos() -> list[str]:
    return await database.fetch_value(
        "SELECT array_agg(media_type ORDER BY id) FROM work_order_photo"
    )


async def test_the_photos_of_a_refused_report_need_not_be_chosen_again(
    client: httpx.AsyncClient, school: MadeSchool
) -> None:
    await factories.signed_in(client, await factories.person(Role.teacher, school, locale="en"))
    asset = await factories.asset(school)
    chosen = [
        ("photos", ("a.png", factories_repairs.picture(), "image/png")),
        ("photos", ("b.txt", b"no picture", "image/png")),
        ("photos", ("c.jpg", factories_repairs.picture("JPEG"), "image/jpeg")),
    ]
    path = f"/assets/{asset.tag}/report"
    refused = await client.post(path, data={"what": " ", "usable": "no"}, files=chosen)
    assert refused.status_code == 422
    assert "what-error" in refused.text and "photos-error" in refused.text
    kept = KEPT.findall(refused.text)
    assert len(kept) == 2
    picture = await client.get(f"/photo-drafts/{kept[0]}")
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/webp")
    again = await client.post(path, data={"what": "", "kept_photos": kept})
    assert KEPT.findall(again.text) == kept
    form = {"what": "It is dark", "key": "k", "kept_photos": kept}
    sent = await client.post(path, data=form)
    assert sent.status_code == 303
    assert await _photos() == ["image/png", "image/jpeg"]
    # A second press of the button is harmless, and the pictures wait no longer.
    assert (await client.post(path, data=form)).headers["location"] == sent.headers["location"]
    assert (await client.get(f"/photo-drafts/{kept[0]}")).status_code == 404
    gone = await client.post(path, data={"what": "Still dark", "kept_photos": kept})
    assert gone.status_code == 422
    assert "A photo is no longer kept; please choose it again" in gone.text
    assert "Still dark" in gone.text and not KEPT.findall(gone.text)


async def test_photos_of_a_refused_entry_are_kept_and_left_out_without_their_tick(
    client: httpx.AsyncClient, school: MadeSchool
) -> None:
    technician = await factories.person(Role.technician, school)
    await factories.signed_in(client, technician)
    order = await factories_repairs.order(await factories.asset(school))
    chosen = [("photos", (f"{n}.png", factories_repairs.picture(), "image/png")) for n in range(7)]
    path = f"/work-orders/{order.id}/entries"
    refused = await client.post(path, data={"done": "Cleaned", "minutes": "-1"}, files=chosen)
    kept = KEPT.findall(refused.text)
    assert (refused.status_code, len(kept)) == (422, 6)
    one_more = await client.post(
        path, data={"done": "Cleaned", "kept_photos": kept}, files=chosen[:1]
    )
    assert (one_more.status_code, KEPT.findall(one_more.text)) == (422, kept)
    fewer = {"done": "Cleaned", "kept_photos": kept[1:3]}
    assert (await client.post(path, data=fewer, files=chosen[:1])).status_code == 303
    assert await _photos() == ["image/png"] * 3


async def test_a_photo_that_waits_is_its_persons_alone(
    client: httpx.AsyncClient, school: MadeSchool
) -> None:
    owner = await factories.person(Role.teacher, school)
    asset = await factories.asset(school)
    photos = await photo_kit.store_photos([factories_repairs.picture()])
    (token,) = await photo_kit.store_drafts(owner.actor, photos)
    await factories.signed_in(client, await factories.person(Role.admin, school))
    assert (await client.get(f"/photo-drafts/{token}")).status_code == 404
    path = f"/assets/{asset.tag}/report"
    taken = await client.post(path, data={"what": "Dark", "kept_photos": [token]})
    assert taken.status_code == 422
    assert [draft.token for draft in await photo_kit.find_drafts(owner.actor, [token])] == [token]
