"""A label scanned without an account: the thing, its school, a report; and the technician's page."""

import httpx
import pytest
from litestar import Litestar

from core import database
from inventory import custody, labels
from inventory.custody import Holder
from tests import factories
from tests.api.office import Office, office_of
from tests.conftest import browser


async def _code(office: Office, tag: str) -> str:
    await labels.prepare_sheet(office.who.actor, [tag])
    (label,) = await labels.find_labels(office.who.actor, [tag])
    return label.code


@pytest.mark.parametrize("locale", ["en", "zh_CN"])
async def test_a_visitor_sees_the_thing_and_reports_a_fault(
    client: httpx.AsyncClient, app: Litestar, locale: str
) -> None:
    office = await office_of(client, "technician", locale)
    room = await factories.place(office.school)
    made = await factories.asset(office.school, place=room)
    await database.execute(
        "UPDATE asset SET serial_number = 'PF3X9-SECRET', serial_trust = 'ok',"
        " name = 'Borrowed by Wang Fang' WHERE id = $1",
        made.id,
    )
    await custody.hand_out(office.who.actor, [made.tag], Holder(group="Robot club secret"))
    await database.execute("UPDATE school SET phone = '0851-8888' WHERE id = $1", office.school.id)
    code = await _code(office, made.tag)
    visitor = browser(app)
    page = await visitor.get(f"/t/{code.lower()}")
    assert page.status_code == 200
    assert office.school.name_en in page.text or office.school.name_zh in page.text
    assert "0851-8888" in page.text
    for hidden in (made.tag, "PF3X9", "Wang Fang", "club secret", office.who.name):
        assert hidden not in page.text
    empty = await visitor.post(f"/t/{code}/report", data={"what": " ", "contact": "office 12"})
    assert empty.status_code == 422 and 'value="office 12"' in empty.text
    typed = {"what": "<b>Dark</b>", "contact": "office 12"}
    sent = await visitor.post(f"/t/{code}/report", data=typed)
    assert (sent.status_code, sent.headers["location"]) == (303, f"/t/{code}")
    orders = await office.see("/work-orders")
    assert "/work-orders/visitor-reports" in orders
    listed = await office.see("/work-orders/visitor-reports")
    assert "&lt;b&gt;Dark&lt;/b&gt;" in listed and "<b>Dark" not in listed
    report_id = await database.fetch_value("SELECT id FROM visitor_report")
    done = await office.send(f"/work-orders/visitor-reports/{report_id}/accept")
    assert done.headers["location"].startswith("/work-orders/")
    order = await office.see(done.headers["location"])
    assert order.count("office 12") == 1
    again = await office.send(f"/work-orders/visitor-reports/{report_id}/dismiss")
    assert again.status_code == 409
    assert "/work-orders/" in await office.see("/work-orders/visitor-reports?decided=on")


async def test_a_code_of_nothing_tells_a_visitor_nothing(office: Office, app: Litestar) -> None:
    batch = await labels.create_batch(office.who.actor, office.school.code, 1)
    (free,) = await labels.get_batch_labels(office.who.actor, batch)
    visitor = browser(app)
    for code in (free.code, "2" * 12, "%00", "x" * 500):
        answer = await visitor.get(f"/t/{code}")
        assert answer.status_code in (303, 422), code
        reported = await visitor.post(f"/t/{code}/report", data={"what": "Dark"})
        picture = await visitor.get(f"/t/{code}/picture")
        assert {reported.status_code, picture.status_code} <= {404, 422}, code


async def test_somebody_of_another_school_sees_what_a_visitor_sees(
    office: Office, app: Litestar
) -> None:
    made = await factories.asset(office.school)
    code = await _code(office, made.tag)
    stranger = browser(app)
    await factories.signed_in(stranger, await factories.person("teacher", await factories.school()))
    page = await stranger.get(f"/t/{code}")
    assert page.status_code == 200 and made.tag not in page.text


async def test_a_school_switches_reports_off(app: Litestar, client: httpx.AsyncClient) -> None:
    office = await office_of(client, "admin")
    made = await factories.asset(office.school)
    code = await _code(office, made.tag)
    facts = {
        "code": office.school.code,
        "name_en": office.school.name_en,
        "zone": "Asia/Shanghai",
        "renewals_most": 2,
        "renewal_days": 14,
    }
    saved = await office.send(f"/schools/{office.school.id}", **facts)
    assert saved.status_code == 303
    visitor = browser(app)
    assert "<textarea" not in (await visitor.get(f"/t/{code}")).text
    refused = await visitor.post(f"/t/{code}/report", data={"what": "Dark"})
    assert refused.status_code == 409
