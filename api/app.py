"""The application: which parts answer, in which order a request passes them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pkgutil import iter_modules, walk_packages
from typing import Any, Literal

from litestar import Litestar, Response
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.types import ControllerRouterHandler

import api
from api.health import routes
from api.http import errors
from api.http.entrance import Application
from api.http.forgery import ForgeryCheck
from api.http.framework import ManyRoutes
from api.http.identity import Identity, get_actor
from api.http.locations import remember_locations, remember_request, tell_location
from api.http.preconditions import tell_version
from api.http.queries import refuse_unknown_parameters, remember_parameters
from api.http.schools import find_school_id
from api.http.security_events import SecurityEvents
from api.http.static_files import serve_static_file
from api.http.types import WebRequest
from api.http.writes import Writes
from api.kit.forms import SMALL_FORM_BYTES
from api.kit.photos import show_draft
from api.schema import document
from api.schema.corrections import correct_types, leave_out_bodies
from api.schema.examples import add_examples
from api.schema.files import describe_files
from api.schema.pages import show_api
from api.schema.problems import describe_problems
from api.schema.writes import describe_locations, describe_repeats, describe_versions
from core import database
from core.errors import Problem
from core.settings import Settings
from storage import objects

Kind = Literal["PAGES", "ROUTES"]


def handlers_of_nouns(kind: Kind) -> list[ControllerRouterHandler]:
    """The PAGES of every noun, or its ROUTES (those below /api/v1).

    A noun is a folder below api/. Its handlers.py names them, or else its pages.py and routes.py.
    """
    found: list[ControllerRouterHandler] = []
    for noun in walk_packages(api.__path__, "api."):
        names = (
            [one.name for one in iter_modules(import_module(noun.name).__path__)]
            if noun.ispkg
            else []
        )
        for name in ("handlers",) if "handlers" in names else ("pages", "routes"):
            if name in names:
                found += getattr(import_module(f"{noun.name}.{name}"), kind, [])
    return found


def create_app(settings: Settings) -> Litestar:
    """The web application for ``settings``; connects when it starts, not when it is made."""
    app = Application(
        route_handlers=[
            routes.healthz,
            routes.readyz,
            routes.metrics,
            serve_static_file,
            ManyRoutes(
                "/api/v1",
                route_handlers=handlers_of_nouns("ROUTES"),
                dependencies={"of_school": Provide(find_school_id, sync_to_thread=False)},
                before_request=_before,
                after_request=_after,
            ),
            *handlers_of_nouns("PAGES"),
            show_draft,
            show_api,
        ],
        dependencies={"actor": Provide(get_actor, sync_to_thread=False)},
        middleware=[Identity(), SecurityEvents(), ForgeryCheck(), Writes()],
        exception_handlers={
            Problem: errors.answer_problem,
            HTTPException: errors.answer_http,
            Exception: errors.answer_fault,
        },
        lifespan=[_connections(settings)],
        openapi_config=document.configuration(),
        compression_config=CompressionConfig(
            backend="gzip",
            gzip_compress_level=5,
            minimum_size=800,
            exclude=[
                "/static/",
                "/download",
                "/content",
                "/pictures/",
                "/photos/",
                "/photo-drafts/",
                "/api/v1/attachments/[0-9]+/file",
            ],
        ),
        request_max_body_size=SMALL_FORM_BYTES,
        state=State({"settings": settings}),
        logging_config=None,
    )
    document.describe_access(app)
    describe_files(app)
    correct_types(app)
    add_examples(app.openapi_schema)
    describe_repeats(app)
    describe_versions(app)
    describe_locations(app)
    describe_problems(app)
    leave_out_bodies(app)
    remember_locations(app, document.handlers_of(app))
    remember_parameters(app, (operation for _, _, operation in document.operations_of(app)))
    return app


async def _before(request: WebRequest) -> None:
    remember_request(request)
    refuse_unknown_parameters(request)


async def _after(response: Response[Any]) -> Response[Any]:
    return tell_location(tell_version(response))


def _connections(settings: Settings) -> Any:
    @asynccontextmanager
    async def connected(_app: Litestar) -> AsyncIterator[None]:
        if settings.database_url is None or settings.s3 is None:
            raise RuntimeError("the web application needs a database and an object store")
        await database.open(settings.database_url)
        # Pages need no files, so a store that is away keeps nobody from them.
        await objects.open(settings.s3, objects.PROMPT)
        await routes.warn_of_absent_store()
        try:
            yield
        finally:
            await objects.close()
            await database.close()

    return connected
