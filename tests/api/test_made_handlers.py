"""Handlers made from verbs: where each argument comes from, and what is refused at start."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest
from litestar import Response
from litestar.di import Provide
from litestar.testing import create_test_client

from api.http.access import in_person
from api.http.types import WebRequest
from api.kit.addresses import Address
from api.kit.forms import Form
from api.kit.noun_routes import NounRoutes
from api.kit.page_handlers import button, posted, shown, to
from api.kit.verb_calls import VerbCall
from api.wording.language import Language
from core.access import Actor
from core.errors import Invalid, say
from core.paging import Page
from core.permissions import READ_SCHOOLS

DESK, ROW = Address("/desks/{desk_id:int}"), Address("/desks/{desk_id:int}/rows/{row:str}")


class Lamp(msgspec.Struct, frozen=True):
    """A thing with a word."""

    id: int
    word: str


class NewLamp(msgspec.Struct, frozen=True):
    """What is written about a lamp."""

    word: str


class VersionedLamp(NewLamp, frozen=True):
    """The same, and which one was read."""

    version: int | None = None


class Parts(msgspec.Struct, frozen=True):
    """The words of a lamp one by one."""

    word: str
    times: int = 1


async def list_lamps(
    actor: Actor, desk_id: int, *, q: str = "", cursor: str | None = None, limit: int = 50
) -> Page[Lamp]:
    return Page([Lamp(desk_id, f"{q}{cursor}{limit}")])


async def update_lamp(
    actor: Actor, shade: str, lamp_id: int, new: NewLamp, *, version: int | None = None
) -> Lamp:
    return Lamp(lamp_id, f"{shade} {new.word} {version}")


async def repeat(actor: Actor, lamp_id: int, word: str, *, times: int = 1) -> list[Lamp]:
    return [Lamp(lamp_id, word)] * times


async def delete_lamp(actor: Actor, lamp_id: int) -> Lamp:
    return Lamp(lamp_id, "gone")


async def mend(actor: Actor, lamp_id: int, new: NewLamp) -> Lamp:
    if new.word == "wrong":
        raise Invalid.of("word", say("Fill in this field"))
    return Lamp(lamp_id, new.word)


def _loud(lamp: Lamp, _: Language) -> Lamp:
    return Lamp(lamp.id, lamp.word.upper())


ROUTES = NounRoutes(
    "/lamps",
    "lamp",
    tags=("lamps",),
    read=READ_SCHOOLS,
    supplied={"shade": lambda request: request.headers["x-shade"]},
    localize=_loud,
)
HANDLERS = [
    ROUTES.at("GET /of/{desk_id:int}", list_lamps, "Lamps", operation="lamp_list"),
    ROUTES.update(update_lamp, "Write it anew", body=VersionedLamp),
    ROUTES.step("repeat", repeat, "Say it again", body=Parts),
    ROUTES.delete(delete_lamp, "Take it away"),
]


def _client(*handlers: Any) -> Any:
    actor = Actor.system("tester", [1])
    made = create_test_client(
        list(handlers), dependencies={"actor": Provide(lambda: actor, sync_to_thread=False)}
    )
    for route in made.app.routes:
        for handler, _ in getattr(route, "route_handler_map", {}).values():
            handler._resolved_guards = handler.guards = ()
    return made


@pytest.mark.parametrize(
    ("method", "path", "body", "answer"),
    [
        ("GET", "/lamps/of/7?q=a&limit=3", None, [{"id": 7, "word": "ANONE3"}]),
        ("PUT", "/lamps/5", {"word": "hall", "version": 2}, {"id": 5, "word": "RED HALL 2"}),
        ("POST", "/lamps/5/repeat", {"word": "on", "times": 2}, [{"id": 5, "word": "ON"}] * 2),
    ],
)
def test_arguments_come_from_the_address_the_body_the_query_and_the_installation(
    method: str, path: str, body: dict[str, object] | None, answer: object
) -> None:
    with _client(*HANDLERS) as client:
        given = client.request(method, path, json=body, headers={"x-shade": "red"})
    assert given.status_code == 200, given.text
    found = given.json()
    assert found == answer or found["items"] == answer


def test_what_is_taken_away_is_answered_with_nothing() -> None:
    with _client(*HANDLERS) as client:
        given = client.delete("/lamps/5")
    assert (given.status_code, given.content) == (204, b"")


async def _takes_two(actor: Actor, one: NewLamp, other: NewLamp) -> Lamp: ...


async def _takes_no_row(actor: Actor) -> Lamp: ...


@pytest.mark.parametrize(
    ("verb", "path", "body"),
    [
        (_takes_two, "/lamps", None),
        (_takes_no_row, "/lamps/{lamp_id:int}", None),
        (delete_lamp, "/lamps/{lamp_id:int}", Parts),
        (mend, "/lamps/{lamp_id:int}", Parts),
    ],
)
def test_a_verb_that_no_request_can_call_is_refused_at_start(
    verb: Callable[..., Awaitable[Any]], path: str, body: type[msgspec.Struct] | None
) -> None:
    with pytest.raises(TypeError):
        VerbCall(verb, path, "POST", supplied={}, body=body)


async def _page(
    request: WebRequest, actor: Actor, desk_id: int, row: str, form: Form | None = None
) -> Response[str]:
    errors = [error.field for error in form.errors] if form else []
    return Response(f"{desk_id} {row} {errors}", status_code=form.status if form else 200)


async def _mend(actor: Actor, desk_id: int, row: str, form: NewLamp) -> Lamp:
    return await mend(actor, desk_id, form)


async def _switch(actor: Actor, desk_id: int, row: str) -> str:
    return f"{row} of {desk_id}"


def test_pages_forms_and_buttons_take_what_stands_in_their_address() -> None:
    switch = Address("/desks/{desk_id:int}/rows/{row:str}/switch")
    handlers = (
        shown(ROW, _page, in_person),
        posted(ROW, NewLamp, _mend, then=to(DESK), page=_page, allowed=in_person),
        button(switch, _switch, then=to(ROW), allowed=in_person),
    )
    with _client(*handlers) as client:
        assert client.get("/desks/4/rows/b").text == "4 b []"
        refused = client.post("/desks/4/rows/b", data={"word": "wrong"})
        assert (refused.status_code, refused.text) == (422, "4 b ['word']")
        done = client.post("/desks/4/rows/b", data={"word": "on"}, follow_redirects=False)
        assert (done.status_code, done.headers["location"]) == (303, "/desks/4")
        pressed = client.post("/desks/4/rows/b/switch", follow_redirects=False)
        assert pressed.headers["location"] == "/desks/4/rows/b"
