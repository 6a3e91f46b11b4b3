"""The application: which parts answer, in which order a request passes them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Router
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.types import ControllerRouterHandler

from api import errors, openapi
from api.entrance import Application
from api.forgery import ForgeryCheck
from api.forms import SMALL_FORM_BYTES
from api.identity import Identity, get_actor
from api.openapi_corrections import correct_types, leave_out_bodies
from api.openapi_examples import add_examples
from api.openapi_files import describe_files
from api.openapi_problems import describe_problems
from api.pages.account import AccountPages
from api.pages.alerts import AlertPages
from api.pages.api_reference import show_api
from api.pages.asset_forms import AssetFormPages, AssetStepPages
from api.pages.asset_models import AssetModelPages
from api.pages.assets import AssetPages
from api.pages.audit import show_changes
from api.pages.availability import AvailabilityPages
from api.pages.candidates import CandidatePages
from api.pages.confirming import confirm_password
from api.pages.credentials import CredentialPages
from api.pages.custody import CustodyPages
from api.pages.device_history import DeviceHistoryPages
from api.pages.device_profiles import DeviceProfilePages
from api.pages.devices import DevicePages
from api.pages.donations import DonationPages
from api.pages.donors import DonorPages
from api.pages.expected_hours import ExpectedHoursPages
from api.pages.fault_reports import FaultReportPages
from api.pages.home import show_home
from api.pages.imports import ImportPages
from api.pages.labels import LabelPages
from api.pages.language import switch_language
from api.pages.library import LibraryPages
from api.pages.library_forms import LibraryFormPages
from api.pages.maintenance import MaintenancePages
from api.pages.monitoring_health import show_monitoring_health
from api.pages.monitoring_setup import show_monitoring_setup
from api.pages.networks import NetworkPages
from api.pages.notices import MailPages
from api.pages.people import PeoplePages
from api.pages.photos import show_draft
from api.pages.places import PlacePages
from api.pages.ports import PortPages
from api.pages.rooms import RoomPages, do_wake_device
from api.pages.scans import ScanPages
from api.pages.schools import SchoolPages
from api.pages.search import show_search
from api.pages.second_factor import SecondFactorPages, do_second_step, show_second_step
from api.pages.security_log import download_security_log, show_security_log
from api.pages.setup import do_setup, show_setup
from api.pages.sign_in import (
    choose_first_password,
    do_sign_in,
    do_sign_out,
    show_first_password,
    show_sign_in,
)
from api.pages.traps import TrapPages
from api.pages.usage import UsagePages
from api.pages.watching import KindRulePages, WatchingPages
from api.pages.work_orders import WorkOrderPages
from api.routes import health
from api.routes.alerts import AlertRoutes
from api.routes.asset_models import AssetModelRoutes
from api.routes.assets import AssetRoutes
from api.routes.audit import AuditRoutes
from api.routes.availability import AvailabilityRoutes
from api.routes.candidates import CandidateRoutes
from api.routes.credentials import CredentialRoutes
from api.routes.custody import CustodyRoutes
from api.routes.device_profiles import DeviceProfileRoutes
from api.routes.devices import DeviceRoutes
from api.routes.donations import DonationRoutes, DonorRoutes
from api.routes.downloads import DownloadRoutes, show_picture
from api.routes.expected_hours import ExpectedHoursRoutes
from api.routes.history import DeviceHistoryRoutes
from api.routes.imports import ImportRoutes
from api.routes.labels import LabelRoutes
from api.routes.maintenance import MaintenanceRoutes
from api.routes.monitoring_health import get_monitoring_health
from api.routes.networks import NetworkRoutes
from api.routes.notices import EscalationRoutes, SubscriptionRoutes
from api.routes.people import MeRoutes, PeopleRoutes
from api.routes.places import PlaceRoutes
from api.routes.ports import PortRoutes
from api.routes.reports import ReportRoutes
from api.routes.resources import ResourceRoutes
from api.routes.rooms import RoomRoutes, WakePlanRoutes, wake_device
from api.routes.schools import SchoolRoutes
from api.routes.security_log import SecurityLogRoutes
from api.routes.tokens import TokenRoutes
from api.routes.traps import TrapRoutes
from api.routes.uploads import UploadRoutes, describe_tus
from api.routes.watching import ProfileRuleRoutes, WatchingRoutes
from api.routes.work_order_entries import WorkOrderEntryRoutes
from api.routes.work_orders import WorkOrderRoutes
from api.security_events import SecurityEvents
from api.static_files import serve_static_file
from core import database
from core.errors import Problem
from core.settings import Settings
from storage import objects

ROUTES: list[ControllerRouterHandler] = [
    AlertRoutes,
    AssetModelRoutes,
    AssetRoutes,
    AuditRoutes,
    CandidateRoutes,
    CredentialRoutes,
    CustodyRoutes,
    DeviceRoutes,
    DeviceHistoryRoutes,
    DeviceProfileRoutes,
    DonationRoutes,
    DonorRoutes,
    DownloadRoutes,
    ExpectedHoursRoutes,
    MaintenanceRoutes,
    ProfileRuleRoutes,
    WatchingRoutes,
    EscalationRoutes,
    ImportRoutes,
    LabelRoutes,
    MeRoutes,
    NetworkRoutes,
    PeopleRoutes,
    PlaceRoutes,
    PortRoutes,
    ResourceRoutes,
    RoomRoutes,
    SchoolRoutes,
    SecurityLogRoutes,
    SubscriptionRoutes,
    TokenRoutes,
    TrapRoutes,
    describe_tus,
    get_monitoring_health,
    UploadRoutes,
    WakePlanRoutes,
    wake_device,
    show_picture,
    ReportRoutes,
    AvailabilityRoutes,
    WorkOrderRoutes,
    WorkOrderEntryRoutes,
]

PAGES: list[ControllerRouterHandler] = [
    AlertPages,
    ExpectedHoursPages,
    KindRulePages,
    MaintenancePages,
    WatchingPages,
    CandidatePages,
    CredentialPages,
    NetworkPages,
    MailPages,
    DevicePages,
    DeviceProfilePages,
    show_home,
    show_monitoring_health,
    show_monitoring_setup,
    switch_language,
    AccountPages,
    AssetFormPages,
    AssetStepPages,
    AssetModelPages,
    AssetPages,
    CustodyPages,
    DonationPages,
    DonorPages,
    ImportPages,
    LabelPages,
    RoomPages,
    ScanPages,
    PeoplePages,
    PlacePages,
    PortPages,
    FaultReportPages,
    show_draft,
    LibraryFormPages,
    LibraryPages,
    SchoolPages,
    SecondFactorPages,
    TrapPages,
    UsagePages,
    AvailabilityPages,
    DeviceHistoryPages,
    WorkOrderPages,
    choose_first_password,
    confirm_password,
    do_second_step,
    do_setup,
    do_wake_device,
    do_sign_in,
    do_sign_out,
    show_changes,
    show_first_password,
    show_second_step,
    show_setup,
    show_sign_in,
    download_security_log,
    show_search,
    show_security_log,
    show_api,
]


def create_app(settings: Settings) -> Litestar:
    """The web application for ``settings``; connects when it starts, not when it is made."""
    app = Application(
        route_handlers=[
            health.healthz,
            health.readyz,
            health.metrics,
            serve_static_file,
            Router("/api/v1", route_handlers=ROUTES),
            *PAGES,
        ],
        dependencies={"actor": Provide(get_actor, sync_to_thread=False)},
        middleware=[Identity(), SecurityEvents(), ForgeryCheck()],
        exception_handlers={
            Problem: errors.answer_problem,
            HTTPException: errors.answer_http,
            Exception: errors.answer_fault,
        },
        lifespan=[_connections(settings)],
        openapi_config=openapi.configuration(),
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
            ],
        ),
        request_max_body_size=SMALL_FORM_BYTES,
        state=State({"settings": settings}),
        logging_config=None,
    )
    openapi.describe_access(app)
    describe_files(app)
    correct_types(app)
    add_examples(app.openapi_schema)
    describe_problems(app)
    leave_out_bodies(app)
    return app


def _connections(settings: Settings) -> Any:
    @asynccontextmanager
    async def connected(_app: Litestar) -> AsyncIterator[None]:
        if settings.database_url is None or settings.s3 is None:
            raise RuntimeError("the web application needs a database and an object store")
        await database.open(settings.database_url)
        # Pages need no files, so a store that is away keeps nobody from them.
        await objects.open(settings.s3, objects.PROMPT)
        await health.warn_of_absent_store()
        try:
            yield
        finally:
            await objects.close()
            await database.close()

    return connected
