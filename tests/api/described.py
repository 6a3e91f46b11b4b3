"""Requests that schemathesis makes up from /schema/openapi.json, and its judgement of the answers."""

import json
from asyncio import AbstractEventLoop
from collections import Counter
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from contextvars import copy_context
from functools import cache
from typing import Any

import httpx
import requests
import schemathesis
from litestar import Litestar
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.feedback import FeedbackSources

# No public name makes a test with the cases of coverage outside of pytest's collection, where they
# would cost every run ten seconds; the pin of the release holds this one.
from schemathesis.pytest._test_builder import build_operation_test
from schemathesis.schemas import APIOperation, BaseSchema
from schemathesis.specs.openapi import checks
from schemathesis.transport.requests import REQUESTS_TRANSPORT, RequestsTransport

from api.library.uploads.tus import CONTENT_TYPE
from tests.api.request_samples import path_values
from tests.api.school_worlds import World
from tests.conftest import browser
from tests.undoing import Undone, undoing

ADDRESS = "http://labshare.test"
CONFIGURATION = {
    "seed": 1,
    "generation": {"deterministic": True, "database": "none", "with-security-parameters": False},
    "checks": {
        # What a field may hold depends on what there is: a tag that is taken, a school not one's
        # own, an end before its start. That is a 422, which no schema can foresee; 412 is a
        # version of tus that the schema names and generated headers lack.
        "positive_data_acceptance": {
            "expected-statuses": ["2xx", "3xx", 401, 403, 404, 409, 412, 416, 422, 429]
        },
        # tus has statuses of its own.
        "negative_data_rejection": {
            "expected-statuses": [400, 401, 403, 404, 405, 409, 410, 412, 413, 415, 422, 429, 460]
        },
        "missing_required_header": {"expected-statuses": [401, 403, 404, 412, 415, 422]},
    },
}


@schemathesis.serializer(CONTENT_TYPE)
def send_bytes(_context: schemathesis.SerializationContext, value: Any) -> bytes:
    """What a tus client sends, or whatever stands in its place."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


class Transport(RequestsTransport):
    """Sends to the application itself, on the tests' loop; what a request does is undone again."""

    def __init__(self, app: Litestar, loop: AbstractEventLoop) -> None:
        super().__init__()
        self._copy_serializers_from(REQUESTS_TRANSPORT)
        self._app, self._loop = app, loop
        self._opened = AsyncExitStack()
        # In it the tasks find the connection that is undone, each in a copy of its own.
        self._context = copy_context()
        self._undone: Undone = loop.run_until_complete(
            loop.create_task(self._opened.enter_async_context(undoing()), context=self._context)
        )

    def close(self) -> None:
        """Give the connection back."""
        self._loop.run_until_complete(
            self._loop.create_task(self._opened.aclose(), context=self._context)
        )

    def send(self, case: Any, **options: Any) -> schemathesis.Response:
        """The answer to ``case``."""
        made = self.serialize_case(case, base_url=ADDRESS, headers=options.get("headers"))
        known = ("method", "url", "headers", "json", "data", "files", "params", "cookies")
        request = requests.Request(**{k: made[k] for k in known if k in made}).prepare()
        answer = self._run(self._answer(request))
        return schemathesis.Response(
            status_code=answer.status_code,
            headers={name: answer.headers.get_list(name) for name in answer.headers},
            content=answer.content,
            request=request,
            elapsed=0.0,
            verify=False,
        )

    def _run(self, sending: Coroutine[Any, Any, httpx.Response]) -> httpx.Response:
        task = self._loop.create_task(sending, context=self._context.copy())
        return self._loop.run_until_complete(task)

    async def _answer(self, request: requests.PreparedRequest) -> httpx.Response:
        async with self._undone():
            answer = await self._ask(request)
        # A refused statement spoils the transaction around it: ours, not the handler's.
        return await self._ask(request) if answer.status_code >= 500 else answer

    async def _ask(self, request: requests.PreparedRequest) -> httpx.Response:
        body = request.body or b""
        headers = [(_bytes(k), _bytes(v)) for k, v in request.headers.items()]
        async with browser(self._app) as client:
            return await client.request(
                str(request.method),
                str(request.url),
                headers=[(k, v) for k, v in headers if k.lower() != b"content-length"],
                content=body.encode() if isinstance(body, str) else body,
            )


class Trial:
    """Every operation under /api/v1 for one caller, so many requests each at most."""

    def __init__(
        self,
        document: dict[str, Any],
        transport: Transport,
        world: World,
        headers: dict[str, str],
        *,
        most_requests: int,
        most_examples: int,
        covers: bool = True,
    ) -> None:
        """``covers``: also tries what stands at the edge of each field, and beyond."""
        self.failures: list[str] = []
        self.sent: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self._world, self._headers, self._most = world, headers, most_requests
        self._has_seen_door: set[str] = set()
        generation = {**CONFIGURATION["generation"], "max-examples": most_examples}  # type: ignore[dict-item]
        configuration = schemathesis.Config.from_dict(
            {
                **CONFIGURATION,
                "generation": generation,
                "phases": {"coverage": {"enabled": covers}},
            }
        )
        loaded = schemathesis.openapi.from_dict(document, config=configuration)
        kind = type("Described", (type(loaded),), {"transport": transport})
        loaded.__class__ = kind
        self._schema: BaseSchema = loaded.include(path_regex="^/api/v1")

    def run(self) -> None:
        """Try all; what fails is in ``failures``."""
        for found in self._schema.get_all_operations():
            operation = found.ok()
            build_operation_test(
                config=self._schema.config,
                operation=operation,
                test_func=self._tried(operation),
                given_kwargs={},
                feedback=FeedbackSources(),
            )()

    def _tried(self, operation: APIOperation) -> Any:
        def tried(case: schemathesis.Case) -> None:
            if self.sent[operation.label] < self._most:
                self.sent[operation.label] += 1
                self._try(case)

        return tried

    def _try(self, case: schemathesis.Case) -> None:
        label = case.operation.label
        self._aim(case)
        answer = case.call(headers=self._headers)
        self.statuses[answer.status_code] += 1
        # Whether the door is shut to others is asked once for each operation.
        passed_over = [checks.ignored_auth] if label in self._has_seen_door else []
        if _only_adds_headers(case):
            passed_over.append(checks.negative_data_rejection)
        if answer.status_code < 300:
            self._has_seen_door.add(label)
        try:
            case.validate_response(
                answer,
                headers=self._headers,
                transport_kwargs={"headers": dict(self._headers)},
                excluded_checks=passed_over,
            )
        except FailureGroup as group:
            self.failures += [_told(failure, answer) for failure in group.exceptions]

    def _aim(self, case: schemathesis.Case) -> None:
        """Put in the place of made-up ids those of the world, or most requests end as 404."""
        if case.path_parameters and not case.meta.is_negative_at(ParameterLocation.PATH):
            own = case.operation.definition.raw["operationId"]
            case.path_parameters = path_values(own, list(case.path_parameters), self._world.values)


def _only_adds_headers(case: schemathesis.Case) -> bool:
    """HTTP lets everyone on the way add headers that nobody reads: no request is wrong by one."""
    made = case.meta.phase.data
    is_header = getattr(made, "parameter_location", None) == ParameterLocation.HEADER
    said = getattr(made, "description", None) or ""
    return is_header and said.lower() == "object with unexpected properties"


def _told(failure: Exception, answer: schemathesis.Response) -> str:
    said = " ".join(str(failure).split()) if isinstance(failure, Failure) else repr(failure)
    asked = answer.request
    return (
        f"{asked.method} {asked.url} {str(asked.body)[:300]} -> {answer.status_code}: {said[:900]}"
    )


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("latin-1", "replace")


def document_of(app: Litestar) -> dict[str, Any]:
    """The description as clients read it; a copy, which the caller may change."""
    document: dict[str, Any] = json.loads(_text_of(app))
    return document


@cache
def _text_of(app: Litestar) -> str:
    return json.dumps(app.openapi_schema.to_schema(), default=str)
