"""Forms come back with everything that was typed, whatever it was that refused them."""

import re
from pathlib import Path

import httpx
import msgspec
import pytest

from api.kit.forms import REFUSED_STATUS, Form, refused_form
from api.wording import field_words
from core.errors import (
    Conflict,
    FieldError,
    Forbidden,
    Invalid,
    NoRoom,
    NotFound,
    Problem,
    TooMany,
    say,
)
from tests import factories


@pytest.mark.parametrize(
    ("refused", "errors"),
    [
        (
            Invalid([FieldError("name", say("Fill in this field"), "required")]),
            [("name", "required")],
        ),
        (Conflict(say("Taken"), code="taken", field="name"), [("name", "taken")]),
        (NotFound(say("No such school")), [("", "not_found")]),
        (Forbidden(say("Not yours")), [("", "forbidden")]),
        (Invalid.of("holder", say("Choose one"), code="holder"), [("person_id", "holder")]),
    ],
    ids=["fields", "conflict", "not found", "forbidden", "another name on the page"],
)
def test_a_refusal_stands_beside_its_fields(
    refused: Problem, errors: list[tuple[str, str]]
) -> None:
    form = refused_form({"name": "Li"}, refused, {"holder": "person_id"})
    assert [(error.field, error.code) for error in form.errors] == errors
    assert form.values == {"name": "Li"}
    assert form.status == REFUSED_STATUS[type(refused)]


def test_a_narrower_refusal_has_the_status_of_its_kind() -> None:
    class TakenOver(Conflict):
        pass

    assert refused_form({}, TakenOver(say("Taken"))).status == 409


def test_a_refusal_without_a_field_may_be_placed() -> None:
    form = refused_form({}, NotFound(say("No such asset")), {"": "tag"})
    assert [error.field for error in form.errors] == ["tag"]


def test_the_present_version_stands_in_a_form_only_after_a_conflict() -> None:
    typed = {"version": 1}
    assert Form(typed, status=409).with_version(2).values == {"version": 2}
    assert Form(typed, status=422).with_version(2).values == {"version": 1}


def test_a_field_may_be_set_anew() -> None:
    form = Form({"name": "Li", "version": 1}, status=409).with_values(version=2)
    assert msgspec.structs.astuple(form) == ({"name": "Li", "version": 2}, (), 409)
    assert form.with_defaults(name="Wu", note="").values == {"name": "Li", "version": 2, "note": ""}


def test_what_passes_by_itself_keeps_its_status() -> None:
    late = refused_form({}, TooMany(say("Later"), retry_after_seconds=9), {"": "code"})
    assert (late.status, late.errors[0].field) == (429, "code")
    assert refused_form({}, NoRoom(say("No room"))).status == 503


async def test_the_lines_of_hours_come_back_even_where_a_time_is_none(
    client: httpx.AsyncClient,
) -> None:
    school = await factories.school()
    await factories.signed_in(client, await factories.person("technician", school))
    typed = {
        "name": "Lessons",
        "weekdays_0": ["2", "4"],
        "starts_0": "early",
        "ends_0": "17:00",
        "weekdays_1": ["6"],
        "starts_1": "09:00",
    }
    answer = await client.post("/expected-hours", data=typed)
    assert answer.status_code == 422
    for value in ('value="Lessons"', 'value="early"', 'value="17:00"', 'value="09:00"'):
        assert value in answer.text
    ticked = re.findall(r'name="(weekdays_\d)" value="(\d)" checked', answer.text)
    assert ticked == [("weekdays_0", "2"), ("weekdays_0", "4"), ("weekdays_1", "6")]
    assert re.findall(r'id="((?:starts|ends)_\d)-error"', answer.text) == ["starts_0", "ends_1"]


async def test_the_steps_come_back_where_one_cannot_be_read(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    await factories.signed_in(client, await factories.person("admin", school))
    typed = {
        "after_minutes": ["30", "60"],
        "least_severity": ["warning", "gravest"],
        "told": ["technician", "admin"],
    }
    answer = await client.post(f"/alerts/escalation/{school.id}", data=typed)
    assert answer.status_code == 422
    for value in ("30", "60", "warning", "admin"):
        assert f'<option value="{value}" selected>' in answer.text


async def test_days_that_make_no_period_stay_in_their_fields(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    await factories.signed_in(client, await factories.person("admin", school))
    days = {"by": "model", "period": "days", "from": "2026-05-02", "to": "2026-05-01"}
    answer = await client.get("/usage", params=days)
    assert answer.status_code == 422
    for value in ("2026-05-02", "2026-05-01", "model"):
        assert f'value="{value}"' in answer.text


async def test_a_school_that_is_not_ones_own_comes_back_on_the_form(
    client: httpx.AsyncClient,
) -> None:
    person = await factories.person("admin", await factories.school())
    await factories.signed_in(client, person)
    other = await factories.school()
    answer = await client.post(
        "/donors/new",
        data={"school": other.code, "kind": "organisation", "name": "A firm", "contact": "By post"},
    )
    assert answer.status_code == 404
    assert re.search(r'name="contact"[^>]*value="By post"|>\s*By post', answer.text)
    assert 'id="errors"' in answer.text


async def test_every_choice_of_several_comes_back(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    await factories.signed_in(client, await factories.person("admin", school))
    made = [
        await client.post(
            "/api/v1/credentials",
            json={"school": school.code, "name": name, "version": "2c", "community": "c0mmunity"},
        )
        for name in ("first", "second")
    ]
    chosen = [str(one.json()["id"]) for one in made]
    answer = await client.post(
        "/networks", data={"name": "Lab", "cidr": "nonsense", "credential_ids": chosen}
    )
    assert answer.status_code == 422
    for one in chosen:
        assert re.search(rf'value="{one}" (?:checked|selected)', answer.text)


# Of a macro of api/layout/forms.html: the field's name and the label that it stands under.
LABELLED = re.compile(r'forms\.\w+\(\s*"(\w+)",\s*_\("([^"]+)"')


def test_every_field_with_a_label_has_a_name_for_the_summary_of_errors() -> None:
    """Or a blank field reads "Fill in this field" above the form, and nobody knows which."""
    found = {
        (name, label)
        for template in sorted(Path("api").rglob("*.html"))
        for name, label in LABELLED.findall(template.read_text())
    }
    assert len(found) > 80
    assert [one for one in sorted(found) if not field_words.is_named(one[0])] == []
