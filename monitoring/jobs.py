"""What monitoring does by the clock; visits have a loop of their own (monitoring/polling/poller.py)."""

from core.jobs import Job
from core.outbox import Handler
from core.settings import Settings
from monitoring import topology
from monitoring.alerting import alerts, forecasts
from monitoring.discovery import scans, store
from monitoring.history import power_days, retention, rollups
from monitoring.presence import waking
from monitoring.traps import alert_changes
from monitoring.traps.retention import delete_old


async def _roll_up(_settings: Settings) -> None:
    await rollups.roll_up()
    await power_days.roll_power_days()


async def _forget_traps(_settings: Settings) -> None:
    await delete_old()


async def _delete_old_topology(_settings: Settings) -> None:
    await topology.delete_old()


async def _resolve_alerts(_settings: Settings) -> None:
    await alerts.resolve_stale()


async def _wake_rooms(_settings: Settings) -> None:
    await waking.run_due_plans()


async def _look_ahead(_settings: Settings) -> None:
    await forecasts.look_ahead()


async def _search(_settings: Settings) -> None:
    await scans.start_due()
    await store.match_waiting()


async def _forget_searches(_settings: Settings) -> None:
    await scans.delete_old()


JOBS: tuple[Job, ...] = (
    Job("monitoring.resolve_alerts", every_seconds=60, run=_resolve_alerts),
    Job("monitoring.look_ahead", every_seconds=3600, run=_look_ahead),
    Job("monitoring.wake_rooms", every_seconds=30, run=_wake_rooms),
    Job("monitoring.roll_up", every_seconds=300, run=_roll_up),
    Job("monitoring.partitions", every_seconds=3600, run=retention.maintain_partitions),
    Job("monitoring.topology", every_seconds=86_400, run=_delete_old_topology),
    Job("monitoring.searches", every_seconds=60, run=_search),
    Job("monitoring.old_searches", every_seconds=86_400, run=_forget_searches),
    Job("monitoring.traps", every_seconds=3600, run=_forget_traps),
)
HANDLERS: dict[str, Handler] = {alert_changes.TOPIC: alert_changes.act}


def sending_handlers(settings: Settings) -> dict[str, Handler]:
    """Those that send something into the networks of the installation, and nowhere else."""
    return {waking.TOPIC: waking.sender(settings.networks)}
