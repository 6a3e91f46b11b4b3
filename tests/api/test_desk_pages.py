"""The desks in full: things found and added, each with how it looks; receipts, signatures, renewals."""

import asyncio
import re
from datetime import timedelta

import httpx
import pytest
from litestar import Litestar

from core import clock, database
from inventory import assets, custody, groups, guests
from inventory.custody import Holder, ReturnedRow
from inventory.groups import NewGroup
from inventory.guests import NewGuest
from inventory.holds import bookings
from inventory.holds.bookings import NewBooking
from inventory.holds.changing import cancel_booking
from tests import factories, factories_holds
from tests.api.office import Office, office_of
from tests.conftest import browser

# An asset so many times over.
COPIES = """
INSERT INTO asset (tag, school, title_holder, model, lifecycle, condition, created_at)
SELECT tag || '-' || n, school, title_holder, model, lifecycle, condition, created_at
  FROM asset, generate_series(1, $2) n WHERE id = $1
"""
DRAWN = "20 100 60 40 110 130;5 5"


async def test_things_are_found_and_added_without_a_script(office: Office) -> None:
    first, second = [await factories.asset(office.school) for _ in range(2)]
    await database.execute("UPDATE asset SET name = 'Blue microscope'")
    typed = {"tags": first.tag, "who": "6A", "holder": "group"}
    typed |= {"note": "Kept & told", "find": "microscope"}
    # Enter in the field presses the first button of the form.
    for pressed in ({"search": "on"}, {"enter": "on"}):
        found = (await office.send("/custody/hand-out", **typed, **pressed)).text
        offered = found.split('id="found"')[1].split("</ul>")[0]
        assert second.tag in offered and first.tag not in offered
    added = await office.send("/custody/hand-out", **typed, searched="microscope", add=second.tag)
    assert f">\n{first.tag}\n{second.tag}</textarea>" in added.text.replace("\r", "")
    assert "Nothing more is found for this" in added.text
    for kept in (
        'value="6A"',
        'value="group" checked',
        'value="Kept &amp; told"',
        'value="microscope"',
    ):
        assert kept in added.text
    # The words that were looked for stand in the form still: Enter goes on now.
    both = {**typed, "tags": f"{first.tag} {second.tag}", "searched": "microscope"}
    done = await office.send("/custody/hand-out", **both, enter="on")
    assert done.status_code == 303
    assert (await assets.get_asset(office.who.actor, second.tag)).holder == "6A"
    none = await office.send("/custody/take-back", find="Microscope", search="on")
    assert none.text.count('name="add"') == 2


async def test_each_row_of_a_return_keeps_what_was_typed_until_all_of_it_is_done(
    office: Office,
) -> None:
    fine, lacking = [(await factories.asset(office.school)).tag for _ in range(2)]
    await custody.hand_out(office.who.actor, [fine, lacking], Holder(group="5B"))
    typed = {
        "tags": f"{fine} {lacking} NO-1",
        f"given.{fine}": fine,
        f"condition.{fine}": "broken",
        f"note.{fine}": "Fell & broke",
        f"given.{lacking}": lacking,
        f"missing_parts.{lacking}": "Charger",
        "condition": "ok",
        "key": "k1",
    }
    refused = await office.send("/custody/take-back", **typed)
    assert refused.status_code == 404
    assert "NO-1" in refused.text.split('id="refused-rows"')[1].split("</section>")[0]
    for kept in ('value="Fell &amp; broke"', 'value="Charger"', '<option value="broken" selected>'):
        assert kept in refused.text, kept
    fewer = await office.send("/custody/take-back", **typed, remove="2")
    assert 'value="Charger"' in fewer.text
    wrong = await office.send(
        "/custody/take-back", **typed | {"tags": f"{fine} {lacking}", f"condition.{fine}": "bad"}
    )
    assert wrong.status_code == 422
    assert "Choose one of the list" in wrong.text
    done = await office.send(
        "/custody/take-back", **typed | {"tags": f"{fine}\n{lacking}", "key": "k2"}
    )
    receipt = await office.see(done.headers["location"])
    assert "Fell &amp; broke" in receipt and "Charger" in receipt
    assert [(await assets.get_asset(office.who.actor, t)).condition for t in (fine, lacking)] == [
        "broken",
        "incomplete",
    ]
    page = await office.see(f"/assets/{lacking}")
    assert "Charger" in page.split('id="missing"')[1]
    assert lacking in await office.see("/custody?view=missing")
    (lack,) = await custody.list_shortages(office.who.actor, lacking)
    await office.send(f"/custody/shortages/{lack.id}/resolution", resolved_as="replaced")
    again = await office.send(f"/custody/shortages/{lack.id}/resolution", resolved_as="found")
    assert again.status_code == 409
    assert "Replaced" in (await office.see(f"/assets/{lacking}")).split('id="missing"')[1]
    assert lacking not in await office.see("/custody?view=missing")


async def test_a_receipt_is_signed_on_the_screen_once(office: Office, app: Litestar) -> None:
    await database.execute(
        "UPDATE school SET phone = '0851-1234', lending_terms = 'Bring it <back>.'"
    )
    tags = [(await factories.asset(office.school)).tag for _ in range(2)]
    given = await office.send(
        "/custody/hand-out", tags=" ".join(tags), group="5B", due_on="2099-01-01"
    )
    path = given.headers["location"]
    receipt = await office.see(path)
    for said in (
        *tags,
        "5B",
        "0851-1234",
        "Bring it &lt;back&gt;.",
        "1 Jan 2099",
        "print this page",
    ):
        assert said in receipt, said
    blank = await office.send(f"{path}/signature", signer="", terms="Bring it <back>.")
    assert blank.status_code == 422
    typed = {"signer": "Teacher Wang", "terms": "Bring it <back>."}
    wild = await office.send(f"{path}/signature", **typed, strokes="1 2;<script>")
    assert (wild.status_code, wild.text.count("This is more than a signature")) == (422, 1)
    browsers = [browser(app) for _ in range(4)]
    for one in browsers:
        await factories.signed_in(one, office.who)
    answers = await asyncio.gather(
        *(
            browsers[n % 4].post(f"{path}/signature", data={**typed, "strokes": DRAWN})
            for n in range(32)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [303] + [409] * 31
    signed = await office.see(path)
    assert "Signed by Teacher Wang" in signed
    assert '<path d="M20 100L60 40L110 130 M5 5L5 5"' in signed
    assert "data-signing" not in signed
    assert path in await office.see(f"/assets/{tags[0]}")
    assert path in await office.see("/custody")


async def test_many_are_renewed_at_the_desk_and_one_by_who_holds_it(
    client: httpx.AsyncClient,
) -> None:
    office = await office_of(client, "teacher")
    keeper = await factories.person("technician", office.school)
    tag = (await factories.asset(office.school)).tag
    day = clock.today("Asia/Shanghai") + timedelta(days=2)
    await custody.hand_out(keeper.actor, [tag], Holder(person_id=office.who.id), due_on=day)
    assert f'name="tags" value="{tag}"' in await office.see("/custody?mine=on")
    for _ in range(2):
        answer = await office.send("/custody/renew-own", tags=tag)
        assert "is renewed until" in await office.see(answer.headers["location"])
    refused = await office.send("/custody/renew-own", tags=tag)
    assert refused.status_code == 409 and tag in refused.text
    assert "It cannot be renewed once more" in refused.text
    assert (await office.send("/custody/renew", tags=tag)).status_code == 403
    await factories.signed_in(client, keeper)
    desk = await office.see(f"/custody/renew?tag={tag}")
    assert tag in desk
    refused = await office.send("/custody/renew", tags=f"{tag} NO-1", due_on="2099-01-01")
    assert refused.status_code == 404 and 'value="2099-01-01"' in refused.text
    done = await office.send("/custody/renew", tags=tag, due_on="2099-01-01", key="k")
    assert done.headers["location"] == "/custody"
    assert "Renewed 3 times" in await office.see("/custody")


async def test_32_parallel_returns_note_what_lacks_once(office: Office, app: Litestar) -> None:
    tag = (await factories.asset(office.school)).tag
    await custody.hand_out(office.who.actor, [tag], Holder(group="5B"))
    one = browser(app)
    await factories.signed_in(one, office.who)
    row = {"tags": tag, f"given.{tag}": tag, f"missing_parts.{tag}": "Pen"}
    answers = await asyncio.gather(
        *(one.post("/custody/take-back", data=row) for _ in range(16)),
        *(
            custody.take_back(office.who.actor, [tag], rows=[ReturnedRow(tag, missing_parts="Pen")])
            for _ in range(16)
        ),
        return_exceptions=True,
    )
    forms = [answer for answer in answers if isinstance(answer, httpx.Response)]
    won = sum(answer.status_code == 303 for answer in forms)
    assert won + sum(isinstance(answer, list) for answer in answers) == 1
    assert {answer.status_code for answer in forms} <= {303, 409}
    assert len(await custody.list_shortages(office.who.actor, tag)) == 1


@pytest.mark.parametrize("locale", ["en", "zh_CN"])
async def test_a_lesson_is_said_as_people_say_it(client: httpx.AsyncClient, locale: str) -> None:
    office = await office_of(client, "technician", locale)
    period = await database.fetch_value(
        "INSERT INTO lesson_period (school, position, name, starts, ends)"
        " VALUES ($1, 3, '第3节', '10:00', '10:45') RETURNING id",
        office.school.id,
    )
    tag = (await factories.asset(office.school)).tag
    await office.send(
        "/custody/hand-out", tags=tag, group="5B", due_on="2099-01-07", due_period_id=period
    )
    said = "Wednesday 7 Jan 2099, end of 第3节" if locale == "en" else "周三 2099年1月7日 第3节下课"
    for path in ("/custody", f"/assets/{tag}"):
        assert said in await office.see(path), path


async def test_32_parallel_renewals_over_json_are_as_many_as_the_school_allows(
    client: httpx.AsyncClient,
) -> None:
    school = await factories.school()
    keeper = await factories.person("technician", school)
    teacher = await factories.person("teacher", school)
    tags = [(await factories.asset(school)).tag for _ in range(3)]
    day = clock.today("Asia/Shanghai") + timedelta(days=5)
    loans = await custody.hand_out(keeper.actor, tags, Holder(person_id=teacher.id), due_on=day)
    bearer = await factories.bearer(teacher)
    answers = await asyncio.gather(
        *(
            client.post(
                "/api/v1/custody/own-renewals",
                json={"tags": [tags[n % 3], tags[(n + 1) % 3]]},
                headers=bearer,
            )
            for n in range(32)
        )
    )
    assert {answer.status_code for answer in answers} == {200, 409}
    done = sum(answer.status_code == 200 for answer in answers)
    counted = [
        len(
            (await client.get(f"/api/v1/custody/{loan.id}/renewals", headers=bearer)).json()[
                "items"
            ]
        )
        for loan in loans
    ]
    assert sum(counted) == 2 * done and max(counted) <= 2


async def test_who_signs_is_filled_in_for_a_person_and_never_for_a_class_or_a_room(
    office: Office,
) -> None:
    room = await factories.place(office.school)
    teacher = await factories.person("teacher", office.school)
    for holder, filled in (
        (Holder(group="5B"), ""),
        (Holder(place_id=room), ""),
        (Holder(person_id=teacher.id), teacher.name),
        (Holder(guest=NewGuest("Wang", "1")), "Wang"),
    ):
        tag = (await factories.asset(office.school)).tag
        (loan,) = await custody.hand_out(office.who.actor, [tag], holder)
        page = await office.see(f"/custody/hand-overs/{loan.hand_out_id}")
        assert re.findall(r'name="signer" type="text" value="([^"]*)"', page) == [filled]


async def test_a_receipt_of_an_erased_guest_is_without_name_and_signature(office: Office) -> None:
    tags = [(await factories.asset(office.school)).tag for _ in range(2)]
    wang = Holder(guest=NewGuest("Wang", "1"))
    (loan, other) = await custody.hand_out(office.who.actor, tags, wang)
    await custody.take_back(office.who.actor, tags[:1])
    (back,) = await custody.take_back(office.who.actor, tags[1:])
    path = f"/custody/hand-overs/{loan.hand_out_id}"
    assert (await office.send(f"{path}/signature", signer="Wang", strokes=DRAWN)).status_code == 303
    assert "Wang" in await office.see(path)
    await guests.erase_guest(office.who.actor, other.holder_id or 0)
    page = await office.see(path)
    assert "Wang" not in page and "It was signed. Name and signature are erased" in page
    # Nobody signs for the return any more.
    path = f"/custody/hand-overs/{back.hand_in_id}"
    assert "data-signing" not in await office.see(path)
    late = await office.send(f"{path}/signature", signer="Wang", strokes=DRAWN)
    assert late.status_code == 409 and "The name of this guest is erased" in late.text
    story = (await office.see(f"/assets/{tags[0]}")).split("<h2>History</h2>")[1]
    assert "Wang" not in story and "A guest" in story


async def test_laying_a_list_out_keeps_what_was_typed_beside_it(office: Office) -> None:
    tags = [(await factories.asset(office.school)).tag for _ in range(2)]
    await custody.hand_out(office.who.actor, tags, Holder(group="5B"))
    laid_out = await office.send(
        "/custody/take-back",
        tags=" ".join(tags),
        condition="broken",
        note="Kept & told",
        lay_out="on",
        key="k",
    )
    assert laid_out.status_code == 200
    assert f'name="condition.{tags[1]}"' in laid_out.text
    # What was scanned since is laid out as well.
    assert 'name="lay_out"' in laid_out.text
    for kept in ('value="broken" selected', 'value="Kept &amp; told"'):
        assert kept in laid_out.text, kept


async def test_a_list_of_one_borrower_stays_so_when_it_is_filtered_further(office: Office) -> None:
    teacher = await factories.person("teacher", office.school)
    tag = (await factories.asset(office.school)).tag
    await custody.hand_out(office.who.actor, [tag], Holder(person_id=teacher.id))
    for name, value, said in (("holder", teacher.id, teacher.name), ("tag", tag, tag)):
        page = await office.see(f"/custody?{name}={value}")
        form = page.split('<form class="filters"')[1].split("</form>")[0]
        assert f'<input type="hidden" name="{name}" value="{value}">' in form
        chips = page.split('class="chips"')[1].split("</ul>")[0]
        assert said in chips


async def test_a_return_over_json_is_bounded_and_takes_a_full_list(
    client: httpx.AsyncClient,
) -> None:
    school = await factories.school()
    keeper = await factories.person("technician", school)
    first = await factories.asset(school)
    await database.execute(COPIES, first.id, assets.MOST_AT_ONCE - 1)
    tags = await database.fetch_column(str, "SELECT tag FROM asset ORDER BY id")
    await custody.hand_out(keeper.actor, tags, Holder(group="5B"))
    bearer = await factories.bearer(keeper)
    here = "/api/v1/custody/returns"
    rows = [{"tag": tag, "condition": "broken", "note": "屏幕有划痕" * 10} for tag in tags]
    many = await client.post(here, headers=bearer, json={"tags": tags, "rows": [*rows, rows[0]]})
    assert many.status_code == 422, many.text
    assert many.json()["errors"][0]["field"] == "rows"
    long = {"tags": tags, "note": "x" * 300_000}
    assert (await client.post(here, headers=bearer, json=long)).status_code == 413
    done = await client.post(here, headers=bearer, json={"tags": tags, "rows": rows})
    assert done.status_code == 200, done.text
    assert len(done.json()["items"]) == len(tags)


async def test_days_of_custody_are_on_the_schools_clock(office: Office) -> None:
    tag = (await factories.asset(office.school)).tag
    await custody.hand_out(office.who.actor, [tag], Holder(group="5B"))
    await database.execute(
        "UPDATE custody SET started_at = '2026-05-01 17:00+00', due_at = '2026-05-01 17:00+00'"
    )
    for zone, day in (("Asia/Shanghai", "2026-05-02"), ("Asia/Kolkata", "2026-05-01")):
        await database.execute("UPDATE school SET zone = $1", zone)
        listed = (await office.see("/custody.csv?columns=started_at")).splitlines()[1]
        assert day in listed, zone


async def test_a_class_of_a_booking_is_called_as_the_school_calls_it(office: Office) -> None:
    await groups.create_group(office.who.actor, NewGroup(school=office.school.code, name="五(2)班"))
    await factories_holds.lessons(office.school)
    tag = (await factories.asset(office.school)).tag
    for written, called in (("五（2）班", "五(2)班"), ("Chess & co", "Chess &amp; co")):
        new = NewBooking(tag=tag, day=factories_holds.monday(), group=written)
        (held,) = (await bookings.book(office.who.actor, new)).items
        page = await office.see(f"/custody/hand-out?tag={tag}&booking_id={held.id}")
        assert f'name="who" type="text" value="{called}"' in page
        # Enter in a field presses the first button of the form.
        assert page.index('form="desk" name="enter"') < page.index('form="desk" name="lay_out"')
        # Something else goes out instead: the booking is taken away, and what was typed stays.
        sent = {"tags": tag, "who": "6A", "note": "Kept", "booking_id": held.id}
        button = re.search(r'name="lay_out" value="(\w+)" formnovalidate', page)
        assert button is not None
        without = await office.send("/custody/hand-out", **sent, lay_out=button[1])
        assert 'name="booking_id"' not in without.text
        assert 'value="6A"' in without.text and 'value="Kept"' in without.text
        await cancel_booking(office.who.actor, held.id)
