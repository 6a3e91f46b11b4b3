"""Where what a POST has made can be read from now on: the Location of every 201 (RFC 9110 §10.2.2)."""

import re
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from typing import Any
from urllib.parse import quote

from litestar import Litestar, Response
from litestar.handlers import HTTPRouteHandler

from api.http.types import WebRequest

API = "/api/v1"
_NAME = re.compile(r"\{(\w+)(?::\w+)?\}")
# Made below one row and read at another address. Names are those of the answer, else of the address.
ELSEWHERE = {
    "asset_attachment_add": "/attachments/{id}",
    "asset_model_attachment_add": "/attachments/{id}",
    "disposal_attachment_add": "/attachments/{id}",
    "donation_attachment_add": "/attachments/{id}",
    "kit_part_attachment_add": "/attachments/{id}",
    "transfer_attachment_add": "/attachments/{id}",
    "asset_fix": "/work-orders/{id}",
    "donation_line_create": "/donations/{donation_id}",
    "donation_line_receive": "/donations/{donation_id}",
    "group_create_many": "/classes",
    "lot_loan_hand_out": "/lot-loans",
    "membership_give": "/people/{person_id}",
    "person_create": "/people/{person_id}",
    "wake_plan_add": "/wake-plans?place_id={place_id}",
    "work_order_comment_add": "/work-orders/{order_id}/entries",
    "work_order_photo_add": "/work-orders/{order_id}/entries",
}
_request: ContextVar[WebRequest] = ContextVar("request")


def remember_locations(app: Litestar, handlers: Iterable[tuple[str, HTTPRouteHandler]]) -> None:
    """Keep for each operation that makes something where it can be read.

    That is the row's address below its own where there is one, else the list in which it stands,
    or what ``ELSEWHERE`` says; RuntimeError for an operation of which nobody can say it.
    """
    found = list(handlers)
    read = {_plain(path) for path, handler in found if "GET" in handler.http_methods}
    rows = {path.rpartition("/")[0]: path for path in read if path.endswith("}")}
    places: dict[str, str] = {}
    for path, handler in found:
        own, plain = str(handler.operation_id), _plain(path)
        if "POST" not in handler.http_methods or handler.status_code != 201:
            continue
        if not path.startswith(f"{API}/"):
            continue
        place = API + ELSEWHERE[own] if own in ELSEWHERE else rows.get(plain)
        if place is None and plain not in read:
            raise RuntimeError(f"{own} answers 201, and ELSEWHERE does not say where to read it")
        places[own] = place or plain
    app.state.locations = places


def remember_request(request: WebRequest) -> None:
    """Called before the handler, so that :func:`tell_location` knows which one it was."""
    if request.method == "POST":
        _request.set(request)


def tell_location(response: Response[Any]) -> Response[Any]:
    """Give an answer of 201 its Location, unless the handler has."""
    if response.status_code == 201:
        request = _request.get()
        place = request.app.state.locations[str(request.route_handler.operation_id)]
        where = _filled(place, response.content, request.path_params)
        response.headers.setdefault("location", where)
    return response


def _plain(path: str) -> str:
    return _NAME.sub(r"{\1}", path)


def _filled(place: str, answer: object, in_path: Mapping[str, Any]) -> str:
    def value(found: re.Match[str]) -> str:
        name = found[1]
        given = getattr(answer, name, in_path.get(name))
        return quote(str(getattr(answer, "id", "") if given is None else given), safe="")

    return _NAME.sub(value, place)
