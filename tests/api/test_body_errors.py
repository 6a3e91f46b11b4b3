"""A wrong JSON body: every wrong field is named as the sender wrote it."""

from typing import Any

import httpx
import msgspec
import pytest

from api.http.body_errors import MOST_INTEGER, body_errors, unstorable
from tests import factories


class Line(msgspec.Struct, forbid_unknown_fields=True):
    tag: str
    count: int = 1


class Body(msgspec.Struct, forbid_unknown_fields=True, rename={"first_day": "from"}):
    name: str
    first_day: int
    lines: list[Line] = []
    is_new: bool | None = None


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["name", "from"]),
        ({"name": 5, "from": "x"}, ["name", "from"]),
        ({"name": "x", "from": 1, "lines": [{}]}, ["lines[0].tag"]),
        ({"name": "x", "from": 1, "lines": [{"tag": "x"}, {"tag": 5}]}, ["lines[1].tag"]),
        ({"name": "x", "from": 1, "lines": [{"tag": "x", "colour": 1}]}, ["lines[0].colour"]),
        ({"name": "x", "first_day": 1}, ["from", "first_day"]),
        ({"name": "x", "from": 1, "lines": "x"}, ["lines"]),
        ({"name": "x", "from": 1, "is_new": 0}, ["is_new"]),
        ({"name": "x", "from": 1, "is_new": "true"}, ["is_new"]),
        ({"name": "x", "from": 1.0, "is_new": None}, []),
        ([], []),
        ("x", []),
    ],
)
def test_each_wrong_field_is_named(body: Any, fields: list[str]) -> None:
    assert [error.field for error in body_errors(body, Body)] == fields


@pytest.mark.parametrize(
    ("value", "fields"),
    [
        ({"a": "x\0", "b": ["y", "\0"], "c": {"d": "\0"}}, ["a", "b[1]", "c.d"]),
        ({"a": MOST_INTEGER + 1, "b": -(10**30), "c": MOST_INTEGER}, ["a", "b"]),
        ({"a": 1.5, "b": None, "c": True, "d": "x"}, []),
        ("\0", [""]),
    ],
)
def test_what_no_column_holds_is_named(value: Any, fields: list[str]) -> None:
    assert [error.field for error in unstorable(value)] == fields


@pytest.mark.parametrize(
    ("path", "body", "fields"),
    [
        ("/api/v1/donors", {}, {"kind", "school"}),
        ("/api/v1/donors", {"name": "x\0"}, {"name"}),
        ("/api/v1/work-orders", {"tag": 5, "colour": "red"}, {"tag", "what", "colour"}),
        ("/api/v1/work-orders", {"tag": 10**30, "what": "x"}, {"tag"}),
        ("/api/v1/work-orders", [], {""}),
    ],
)
async def test_the_answer_names_them(
    client: httpx.AsyncClient, path: str, body: Any, fields: set[str]
) -> None:
    await factories.signed_in(client, await factories.person("admin", await factories.school()))
    answer = await client.post(path, json=body)
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == fields
    assert all(error["detail"] for error in answer.json()["errors"])
