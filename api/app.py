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

from api.administration.account.pages import AccountPages
from api.administration.audit.pages import show_changes
from api.administration.audit.routes import AuditRoutes
from api.administration.people.pages import PeoplePages
from api.administration.people.routes import MeRoutes, PeopleRoutes
from api.administration.schools.pages import SchoolPages
from api.administration.schools.routes import SchoolRoutes
from api.administration.security_log.pages import download_security_log, show_security_log
from api.administration.security_log.routes import SecurityLogRoutes
from api.administration.setup.pages import do_setup, show_setup
from api.administration.sign_in.confirmation import confirm_password
from api.administration.sign_in.pages import (
    choose_first_password,
    do_sign_in,
    do_sign_out,
    show_first_password,
    show_sign_in,
)
from api.administration.sign_in.second_factor import (
    SecondFactorPages,
    do_second_step,
    show_second_step,
)
from api.administration.tokens.routes import TokenRoutes
from api.health import routes
from api.home.language_switch import switch_language
from api.home.pages import show_home
from api.home.search import show_search
from api.http import errors
from api.http.entrance import Application
from api.http.forgery import ForgeryCheck
from api.http.identity import Identity, get_actor
from api.http.security_events import SecurityEvents
from api.http.static_files import serve_static_file
from api.inventory.assets.form_pages import AssetFormPages, AssetStepPages
from api.inventory.assets.pages import AssetPages
from api.inventory.assets.routes import AssetRoutes
from api.inventory.custody.pages import CustodyPages
from api.inventory.custody.routes import CustodyRoutes
from api.inventory.donations.pages import DonationPages
from api.inventory.donations.routes import DonationRoutes, DonorRoutes
from api.inventory.donors.pages import DonorPages
from api.inventory.donors.picking import list_donor_names
from api.inventory.imports.pages import ImportPages
from api.inventory.imports.routes import ImportRoutes
from api.inventory.labels.pages import LabelPages
from api.inventory.labels.routes import LabelRoutes
from api.inventory.labels.scan_pages import ScanPages
from api.inventory.models.pages import AssetModelPages
from api.inventory.models.routes import AssetModelRoutes
from api.inventory.places.pages import PlacePages
from api.inventory.places.routes import PlaceRoutes
from api.inventory.work_orders.entry_routes import WorkOrderEntryRoutes
from api.inventory.work_orders.fault_reports import FaultReportPages
from api.inventory.work_orders.pages import WorkOrderPages
from api.inventory.work_orders.routes import WorkOrderRoutes
from api.kit.forms import SMALL_FORM_BYTES
from api.kit.photos import show_draft
from api.library.damaged_files.pages import show_damaged_files
from api.library.damaged_files.routes import DamagedFileRoutes
from api.library.downloads.routes import DownloadRoutes, show_picture
from api.library.resources.form_pages import LibraryFormPages
from api.library.resources.pages import LibraryPages
from api.library.resources.routes import ResourceRoutes
from api.library.uploads.routes import UploadRoutes, describe_tus
from api.monitoring.alerts.pages import AlertPages
from api.monitoring.alerts.routes import AlertRoutes
from api.monitoring.availability.pages import AvailabilityPages
from api.monitoring.availability.routes import AvailabilityRoutes
from api.monitoring.candidates.pages import CandidatePages
from api.monitoring.candidates.routes import CandidateRoutes
from api.monitoring.credentials.pages import CredentialPages
from api.monitoring.credentials.routes import CredentialRoutes
from api.monitoring.devices.pages import DevicePages
from api.monitoring.devices.routes import DeviceRoutes
from api.monitoring.expected_hours.pages import ExpectedHoursPages
from api.monitoring.expected_hours.routes import ExpectedHoursRoutes
from api.monitoring.health.pages import show_monitoring_health
from api.monitoring.health.routes import get_monitoring_health
from api.monitoring.health.setup_pages import show_monitoring_setup
from api.monitoring.history.pages import DeviceHistoryPages
from api.monitoring.history.routes import DeviceHistoryRoutes
from api.monitoring.maintenance.pages import MaintenancePages
from api.monitoring.maintenance.routes import MaintenanceRoutes
from api.monitoring.networks.pages import NetworkPages
from api.monitoring.networks.routes import NetworkRoutes
from api.monitoring.notices.pages import MailPages
from api.monitoring.notices.routes import EscalationRoutes, SubscriptionRoutes
from api.monitoring.ports.pages import PortPages
from api.monitoring.ports.routes import PortRoutes
from api.monitoring.profiles.pages import DeviceProfilePages
from api.monitoring.profiles.routes import DeviceProfileRoutes
from api.monitoring.rooms.pages import RoomPages, do_wake_device
from api.monitoring.rooms.routes import RoomRoutes, WakePlanRoutes, wake_device
from api.monitoring.traps.pages import TrapPages
from api.monitoring.traps.routes import TrapRoutes
from api.monitoring.usage.pages import UsagePages
from api.monitoring.usage.routes import ReportRoutes
from api.monitoring.watching.pages import KindRulePages, WatchingPages
from api.monitoring.watching.routes import ProfileRuleRoutes, WatchingRoutes
from api.schema import document
from api.schema.corrections import correct_types, leave_out_bodies
from api.schema.examples import add_examples
from api.schema.files import describe_files
from api.schema.pages import show_api
from api.schema.problems import describe_problems
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
    DamagedFileRoutes,
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
    list_donor_names,
    LibraryFormPages,
    LibraryPages,
    show_damaged_files,
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
            routes.healthz,
            routes.readyz,
            routes.metrics,
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
        await routes.warn_of_absent_store()
        try:
            yield
        finally:
            await objects.close()
            await database.close()

    return connected
