"""Forms come back with everything that was typed, whatever it was that refused them."""

import re

import httpx
import msgspec
import pytest

from api.kit.forms import REFUSED_STATUS, Form, Refusal, refused_form
from core.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, say
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
    refused: Refusal, errors: list[tuple[str, str]]
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
            json={"school_id": school.id, "name": name, "version": "2c", "community": "c0mmunity"},
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
