"""Every operation shows what it takes and gives, and takes what it shows."""

import json
from typing import Any

import msgspec
import pytest
from litestar import Litestar
from litestar.enums import RequestEncodingType

from api.app import create_app
from api.schema.document import handlers_of
from api.schema.examples import add_examples
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
            msgspec.convert(example[0], body)
            checked += 1
    assert checked > 25
