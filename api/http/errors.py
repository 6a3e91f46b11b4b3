"""Refusals as answers: problem details (RFC 9457) for programs, a page for people."""

from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from litestar import Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.response import Redirect

from api import urls
from api.http.body_errors import body_errors
from api.http.field_errors import explain
from api.http.identity import PATHS_OF_PROGRAMS, find_actor
from api.http.schools import sent_as
from api.http.types import WebRequest
from api.kit.flash import see_other
from api.kit.rendering import language_of, render
from api.wording.language import language
from core.database_faults import DATABASE_AWAY
from core.errors import (
    Conflict,
    FieldError,
    Forbidden,
    Invalid,
    Message,
    NoRoom,
    NotFound,
    NotSignedIn,
    OutcomeUnknown,
    Outdated,
    Problem,
    TooMany,
    Unavailable,
    say,
)

log = structlog.get_logger(__name__)

STATUS: dict[type[Problem], int] = {
    NotSignedIn: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Outdated: 412,
    Invalid: 422,
    TooMany: 429,
    NoRoom: 507,
    Unavailable: 503,
}
RETRY_SECONDS = 10
SIGNED_OUT = say(
    "You were signed out meanwhile, so this was not saved. Sign in and send it once more."
)
SESSION_ENDED = "session_ended"
READING = ("GET", "HEAD", "OPTIONS")


class ProblemField(msgspec.Struct, omit_defaults=True):
    """One wrong field of a request; of a list its entry, from 0, and what was sent there."""

    field: str
    detail: str
    code: str
    index: int | None = None
    value: str = ""


class ProblemDetails(msgspec.Struct, omit_defaults=True):
    """RFC 9457 problem details, with ``code`` for programs and ``field`` where one is wrong."""

    title: str
    status: int
    detail: str
    code: str
    type: str = "about:blank"
    field: str | None = None
    errors: list[ProblemField] = []
    request_id: str = ""


def answer_problem(request: WebRequest, problem: Problem) -> Response[Any]:
    """A refusal of ours."""
    request.scope["state"]["problem"] = problem
    if isinstance(problem, OutcomeUnknown) and request.method in READING:
        # Whoever reads has changed nothing, whatever we wrote down about the visit.
        problem = Unavailable(DATABASE_AWAY, code="database_down")
    status = next(code for kind, code in STATUS.items() if isinstance(problem, kind))
    headers = {}
    if isinstance(problem, TooMany):
        headers["retry-after"] = str(problem.retry_after_seconds)
    elif isinstance(problem, Unavailable):
        headers["retry-after"] = str(RETRY_SECONDS)
    elif status == HTTPStatus.UNAUTHORIZED and not _wants_page(request):
        headers["www-authenticate"] = "Bearer"
    if status == HTTPStatus.UNAUTHORIZED and _wants_page(request):
        return _to_sign_in(request, problem)
    return _answer(request, status, problem, headers)


def _to_sign_in(request: WebRequest, problem: Problem) -> Response[Any]:
    """Sign in, and back to where one was; of a form that came too late, to the form's page."""
    if problem.code == SESSION_ENDED:
        return see_other(urls.sign_in(), problem.message)
    if request.method == "GET":
        return Redirect(urls.sign_in(next=urls.onward(_here(request))), status_code=303)
    return see_other(urls.sign_in(next=urls.onward(_form_page(request))), SIGNED_OUT)


def _form_page(request: WebRequest) -> str | None:
    """The page of ours that a form was sent from, as the browser tells it."""
    host, _, path = request.headers.get("referer", "").partition("://")[2].partition("/")
    return urls.local(f"/{path}") if host == request.headers.get("host") else None


def answer_http(request: WebRequest, error: HTTPException) -> Response[Any]:
    """A refusal of the framework: unknown path, wrong method, undecodable or too large body."""
    if isinstance(error, ValidationException):
        return answer_problem(request, Invalid(_field_errors(request, error)))
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED and _is_read_as_page(request):
        # The address of a form, asked for again after a refusal: its page is one step above.
        above = request.scope["path"].rstrip("/").rpartition("/")[0]
        return Redirect(urls.local(above), status_code=303)
    sentence = _HTTP_SENTENCES.get(error.status_code, say("The request was not understood"))
    kind = _HTTP_KINDS.get(error.status_code, Problem)
    code = HTTPStatus(error.status_code).name.lower()
    headers = {k: v for k, v in (error.headers or {}).items() if k.lower() == "allow"}
    return _answer(request, error.status_code, kind(sentence, code=code), headers)


def answer_fault(request: WebRequest, error: Exception) -> Response[Any]:
    """A fault of ours: logged with the request's id, told without its insides."""
    log.exception("request.fault", path=request.scope["path"], request_id=_request_id(request))
    return _answer(
        request,
        500,
        Problem(
            say("Something went wrong on our side. What you had saved before is safe."),
            code="fault",
        ),
        {},
    )


_HTTP_SENTENCES = {
    400: say("The request was not understood"),
    404: say("There is no such page"),
    405: say("This address does not take such a request"),
    413: say(
        "This is too large to be taken in. Go back, where what you wrote still stands, and send fewer"
        " or smaller files."
    ),
    415: say("This kind of content is not taken here"),
}
_HTTP_KINDS: dict[int, type[Problem]] = {404: NotFound}


def _answer(
    request: WebRequest, status: int, problem: Problem, headers: dict[str, str]
) -> Response[Any]:
    if not _wants_page(request):
        return _problem_json(request, status, problem, headers)
    try:
        page = render(
            request,
            "layout/error.html",
            status_code=status,
            status=status,
            problem=problem,
            request_id=_request_id(request),
        )
    except Exception:
        log.exception("request.error_page_fault", request_id=_request_id(request))
        return Response(
            f"{status} {problem.message}",
            status_code=status,
            media_type="text/plain; charset=utf-8",
        )
    page.headers.update(headers)
    return page


def _problem_json(
    request: WebRequest, status: int, problem: Problem, headers: dict[str, str]
) -> Response[ProblemDetails]:
    words = _words(request)
    details = ProblemDetails(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=words(problem.message),
        code=problem.code,
        field=problem.field and sent_as(problem.field, problem.code),
        errors=[
            ProblemField(sent_as(e.field, e.code), words(e.message), e.code, e.index, e.value)
            for e in problem.errors
        ],
        request_id=_request_id(request),
    )
    return Response(
        details, status_code=status, media_type="application/problem+json", headers=headers
    )


def _words(request: WebRequest) -> Any:
    def words(message: Message) -> str:
        # A program reads English unless it asks for Chinese; a person's page reads theirs.
        asked = request.headers.get("accept-language")
        spoken = language_of(request) if asked or find_actor(request) else language("en")
        return spoken.words(message)

    return words


def _field_errors(request: WebRequest, error: ValidationException) -> list[FieldError]:
    extra = error.extra if isinstance(error.extra, list) else []
    body = request.route_handler.parsed_fn_signature.parameters.get("data")
    in_body = body_errors(request.scope["state"].get("body"), body.annotation) if body else []
    if in_body:
        # Parameters are told of beside them; the framework's own word on the body names no field.
        extra = [one for one in extra if isinstance(one, dict) and one.get("source") != "body"]
    found = [
        explain(str(entry.get("message", "")), field=_sent_as(request, entry.get("key")))
        for entry in extra
        if isinstance(entry, dict)
    ]
    return [*in_body, *found] or [explain(error.detail)]


def _sent_as(request: WebRequest, parameter: str | None) -> str | None:
    """The name that the sender used: `from` and `state` have another one in our functions."""
    if parameter == "data":
        # Our own name for the whole body.
        return None
    parameters = request.route_handler.parsed_fn_signature.parameters
    named = parameters[parameter].kwarg_definition if parameter in parameters else None
    return getattr(named, "name", None) or parameter or None


def _wants_page(request: WebRequest) -> bool:
    return not request.scope["path"].startswith(PATHS_OF_PROGRAMS)


def _is_read_as_page(request: WebRequest) -> bool:
    return request.method == "GET" and _wants_page(request)


def _here(request: WebRequest) -> str:
    query = request.scope["query_string"].decode("latin-1")
    return request.scope["path"] + (f"?{query}" if query else "")


def _request_id(request: WebRequest) -> str:
    return str(request.scope.get("state", {}).get("request_id", ""))
