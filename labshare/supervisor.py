"""`labshare serve`: engines, migrations, web and worker on one machine, from start to stop."""

import contextlib
import http.client
import json
import socket
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import structlog

from core.settings import Settings
from labshare import secret_key
from labshare.engines import children, postgres
from labshare.engines.account import engine_account
from labshare.engines.failure import EngineFailed
from labshare.engines.folders import hand_over, private_folder
from labshare.keeper import Keeper
from labshare.listening import address_of, listen
from labshare.prepare_report import Prepared
from labshare.processes import CAP_NET_BIND_SERVICE, CAP_NET_RAW, labshare_program
from labshare.signals import Signals, StopRequested
from labshare.store_keeper import StoreKeeper

log = structlog.get_logger(__name__)

READY_SECONDS = 120.0
LEAVE_SECONDS = 20.0
LOOK_SECONDS = 5.0
SHORT_RUN_SECONDS = 60.0
MOST_SHORT_RUNS = 3
PREPARE_SECONDS = 3600.0  # a migration of a big database takes its time


class Plan(msgspec.Struct, frozen=True):
    """What to serve, where, and what to tell once it is up."""

    settings: Settings
    host: str
    port: int
    web_processes: int
    prepare_arguments: tuple[str, ...] = ()
    extra: tuple[Callable[[Path], Keeper], ...] = ()
    tell: Callable[[str, Prepared], None] = lambda address, prepared: None


def serve(plan: Plan) -> None:
    """Runs until it is asked to stop; returns then, with nothing of ours left running.

    Raises EngineFailed when it can't start, or when a part of it can't be kept alive.
    """
    data = plan.settings.data
    with Signals() as signals, contextlib.suppress(StopRequested):
        account = engine_account()
        private_folder(data, account)
        hand_over(data, account, skip=("postgres", "objects", "sockets"))
        with children.owned(data, "labshare"), listen(plan.host, plan.port) as server:
            try:
                _restart_on_failure(plan, server, signals)
            except EngineFailed:
                if not signals.stop_requested:
                    raise


def _restart_on_failure(plan: Plan, server: socket.socket, signals: Signals) -> None:
    """Starts everything again when an engine died, unless that happens right after each start."""
    short_runs = 0
    began_at = time.monotonic()
    while _run(plan, server, signals):
        is_short = time.monotonic() - began_at < SHORT_RUN_SECONDS
        short_runs = short_runs + 1 if is_short else 0
        if short_runs == MOST_SHORT_RUNS:
            raise EngineFailed(
                f"an engine ended soon after each start: see the logs in {plan.settings.data}"
            )
        log.error("engine.died", says="starting everything again")
        began_at = time.monotonic()


def _run(plan: Plan, server: socket.socket, signals: Signals) -> bool:
    """One run of the whole stack; True when an engine died and all should start again."""
    with contextlib.ExitStack() as stack:
        extra = [make(plan.settings.data) for make in plan.extra]
        with signals.interruptible():
            settings, engines = _start_engines(plan.settings, stack)
            prepared = _prepare(settings, plan.prepare_arguments)
        keepers = [*extra, *_keepers(plan.web_processes, settings, server)]
        stack.callback(_stop_all, keepers, signals)
        with signals.interruptible():
            _wait_until_ready(keepers, server, signals)
        plan.tell(address_of(server), prepared)
        return _watch(keepers, engines, signals)


class Engines(msgspec.Struct):
    """Those that nobody else runs for us."""

    database: postgres.Postgres | None = None
    store: StoreKeeper | None = None


def _start_engines(settings: Settings, stack: contextlib.ExitStack) -> tuple[Settings, Engines]:
    """The engines nobody else runs for us, to be stopped by the stack in reverse order."""
    engines = Engines()
    url, s3 = settings.database_url, settings.s3
    if url is None:
        engines.database = stack.enter_context(postgres.running(settings.data))
        url = engines.database.dsn
    if s3 is None:
        engines.store = StoreKeeper(settings.data)
        stack.callback(engines.store.stop)
        s3 = engines.store.access.settings()
    keyed = secret_key.with_keys(settings)
    return msgspec.structs.replace(keyed, database_url=url, s3=s3), engines


def _prepare(settings: Settings, arguments: tuple[str, ...]) -> Prepared:
    program = labshare_program("preparation", arguments, settings, module="labshare.prepare")
    told = children.run(program, seconds=PREPARE_SECONDS)
    return msgspec.json.decode(told.splitlines()[-1], type=Prepared)


def _keepers(web_processes: int, settings: Settings, server: socket.socket) -> list[Keeper]:
    descriptor = server.fileno()
    web = [
        Keeper(
            f"web-{number}",
            labshare_program(
                "the web process",
                ["web", f"--fd={descriptor}"],
                settings,
                descriptors=(descriptor,),
            ),
        )
        for number in range(1, web_processes + 1)
    ]
    worker = Keeper(
        "worker",
        labshare_program(
            "the worker",
            ["worker"],
            settings,
            capabilities=(CAP_NET_BIND_SERVICE, CAP_NET_RAW),
        ),
    )
    return [*web, worker]


def _wait_until_ready(keepers: list[Keeper], server: socket.socket, signals: Signals) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while True:
        for keeper in keepers:
            keeper.tend()
        if all(keeper.is_running for keeper in keepers) and _answers(server):
            return
        if time.monotonic() > deadline:
            raise EngineFailed(f"no page was served within {READY_SECONDS:.0f} seconds")
        signals.wait(0.1)


def _answers(server: socket.socket) -> bool:
    """Whether pages can be served and the worker works, asked the way a browser would ask."""
    where = address_of(server).removeprefix("http://")
    connection = http.client.HTTPConnection(where, timeout=2.0)
    try:
        connection.request("GET", "/readyz")
        response = connection.getresponse()
        # With a full disk the status says that nothing can be saved; people can read, though.
        found = json.loads(response.read())
        return bool(found["database"] and found["worker"])
    except (OSError, ValueError, LookupError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _watch(keepers: list[Keeper], engines: Engines, signals: Signals) -> bool:
    while not signals.stop_requested:
        if engines.database is not None and not engines.database.is_running():
            return True
        soonest = min(keeper.tend() for keeper in keepers)
        if engines.store is not None:
            soonest = min(soonest, engines.store.tend())
            if engines.store.has_moved:
                return True
        signals.wait(min(soonest, LOOK_SECONDS))
    return False


def _stop_all(keepers: list[Keeper], signals: Signals) -> None:
    """All at once, each in its own time; a second Ctrl-C cuts the waiting short."""
    for keeper in keepers:
        keeper.ask_to_stop()
    deadline = time.monotonic() + LEAVE_SECONDS
    while any(keeper.is_running for keeper in keepers):
        if signals.hurry or time.monotonic() > deadline:
            break
        time.sleep(0.05)
    for keeper in keepers:
        keeper.stop(0.0)
