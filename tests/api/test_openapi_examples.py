"""Every operation shows what it takes and gives, and takes what it shows."""

import json
from collections import Counter
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar
from litestar.enums import RequestEncodingType

from api.app import create_app
from api.http.schools import names_school
from api.inventory.custody.routes import HandOut
from api.schema.document import handlers_of
from api.schema.examples import add_examples
from tests import factories
from tests.conftest import Stack


@pytest.fixture(scope="module")
def described(stack: Stack) -> Litestar:
    return create_app(stack.settings)


def _shows(document: dict[str, Any], schema: dict[str, Any]) -> bool:
    if schema.get("examples") or "$ref" not in schema:
        return bool(schema.get("examples")) or _shows_inside(document, schema)
    named = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return bool(named.get("examples"))


def _shows_inside(document: dict[str, Any], schema: dict[str, Any]) -> bool:
    inner = [schema.get("items"), *schema.get("oneOf", ()), *schema.get("properties", {}).values()]
    return any(_shows(document, one) for one in inner if one)


def test_every_json_answer_and_body_has_an_example(described: Litestar) -> None:
    document = json.loads(json.dumps(described.openapi_schema.to_schema(), default=str))
    missing = []
    for path, item in document["paths"].items():
        for method, operation in item.items():
            answers = [a for status, a in operation["responses"].items() if status[0] == "2"]
            for part in (*answers, operation.get("requestBody", {})):
                content = part.get("content", {}).get("application/json")
                # Files and empty answers have nothing named to show.
                is_named = content and "$ref" in json.dumps(content["schema"])
                if is_named and not _shows(document, content["schema"]):
                    missing.append((operation["operationId"], method, path))
    assert missing == []


def test_every_text_field_is_in_the_table(described: Litestar) -> None:
    document = described.openapi_schema
    assert document.components.schemas
    for schema in document.components.schemas.values():
        if schema.properties and schema.title != "ProblemDetails":
            schema.examples = None
    assert add_examples(document) == [], "add a line to api/schema/examples.toml"


def test_the_example_of_a_body_is_a_body(described: Litestar) -> None:
    named = described.openapi_schema.to_schema()["components"]["schemas"]
    checked = 0
    for path, handler in handlers_of(described):
        field = handler.parsed_data_field
        is_json = field and (
            getattr(field.kwarg_definition, "media_type", None) != RequestEncodingType.MULTI_PART
        )
        if not is_json or not path.startswith("/api/v1") or not field:
            continue
        body = field.annotation
        example = named.get(getattr(body, "__name__", ""), {}).get("examples")
        if example:
            given = dict(example[0])
            if names_school(body) and given.pop("school", None):
                given["school_id"] = 1
            msgspec.convert(given, body)
            checked += 1
    assert checked > 25


def test_what_is_handed_out_in_the_example_has_one_holder(described: Litestar) -> None:
    named = described.openapi_schema.to_schema()["components"]["schemas"]
    shown = msgspec.convert(named["HandOut"]["examples"][0], HandOut)
    holder = (shown.person_id, shown.place_id, shown.group)
    assert sum(one is not None for one in holder) == 1


def test_no_two_schemas_have_one_title(described: Litestar) -> None:
    named = described.openapi_schema.to_schema()["components"]["schemas"]
    titles = Counter(schema.get("title", name) for name, schema in named.items())
    assert [title for title, count in titles.items() if count > 1] == []


def test_each_operation_lists_the_refusals_that_it_can_make(described: Litestar) -> None:
    paths = described.openapi_schema.to_schema()["paths"]
    refusals = {
        operation["operationId"]: {int(status) for status in operation["responses"]}
        for item in paths.values()
        for operation in item.values()
    }
    read = {400, 401, 403, 422, 503}
    assert refusals["me_get"] == {200, *read}
    assert refusals["audit_list"] == {200, 404, *read}
    assert refusals["resource_list"] == {200, *read}
    assert refusals["device_get"] == {200, 404, *read}
    assert refusals["token_create"] == {201, 409, 413, *read}
    assert refusals["network_add"] == {201, 404, 409, 413, *read}


async def test_a_school_is_named_by_its_code_alone(client: httpx.AsyncClient) -> None:
    school, other = await factories.school(), await factories.school()
    headers = await factories.bearer(await factories.person("admin", school))

    async def posted(**named: object) -> httpx.Response:
        body = {"kind": "room", "name": "One", **named}
        return await client.post("/api/v1/places", json=body, headers=headers)

    made = await posted(school=school.code)
    assert (made.status_code, made.json()["school_id"]) == (201, school.id)
    by_id = await posted(school_id=school.id)
    assert (by_id.status_code, by_id.json()["errors"][0]["field"]) == (422, "school_id")
    for wrong in ({}, {"school": 7}):
        answer = await posted(**wrong)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "school")
    assert (await posted(school=other.code)).status_code == 404
    own = {"school": school.code, "q": "no such parameter here", "by": "id"}
    refused = await client.get("/api/v1/places", params=own, headers=headers)
    assert refused.status_code == 422
    assert [one["field"] for one in refused.json()["errors"]] == ["q", "by"]
    found = await client.get("/api/v1/places", params={"school": school.code}, headers=headers)
    assert [place["name"] for place in found.json()["items"]] == ["One"]


async def test_the_files_of_lists_take_a_token(client: httpx.AsyncClient) -> None:
    headers = await factories.bearer(await factories.person("admin", await factories.school()))
    for path in ("/assets.csv", "/usage.csv", "/availability.csv"):
        answer = await client.get(path, headers=headers)
        assert (answer.status_code, answer.headers["content-type"][:8]) == (200, "text/csv")
