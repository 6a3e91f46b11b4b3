"""Figures for Prometheus: this process's own, and what the workers say of their polling."""

from collections.abc import Iterator, Sequence

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from core.disks import Disk
from core.job_counts import JobCount
from monitoring.health import MonitoringState
from monitoring.polling.figures import Report
from monitoring.polling.scheduler import LATENESS_BOUNDS_MS
from storage.quotas import SchoolUse

COUNTED = {
    "polls": "Visits that were begun",
    "ok": "Visits that gave readings",
    "failed": "Visits that gave none",
    "timed_out": "Visits that nobody answered",
    "full_visits": "Visits that looked at the device's tables anew",
    "faults": "Visits that failed by a fault of ours",
    "skipped_turns": "Turns left out because they were late by a whole interval",
    "lost_leases": "Results thrown away because another worker had the device by then",
    "claims": "Questions for due devices",
    "claim_seconds": "Seconds spent on them",
    "batches": "Transactions that kept results",
    "batches_refused": "Those that had to be taken apart",
    "results_kept": "Visits kept in the database",
    "results_dropped": "Visits given up because the database was away",
    "rows_written": "Samples written",
    "readings_refused": "Readings left out because no device can mean them",
    "flush_seconds": "Seconds spent on keeping results",
    "database_away": "Times that the database was not there",
}
NOW = {
    "live_in_flight": "Visits under way to devices that answer",
    "suspect_in_flight": "Visits under way to devices that have been silent",
    "waiting": "Visits that wait for a free slot",
    "heap": "Turns claimed and not begun",
    "queue": "Results that wait to be kept",
}
DEVICE_STATES = ("up", "down", "unknown")


def exposition(
    state: MonitoringState | None,
    damaged_files: int | None,
    uses: list[SchoolUse] | None,
    disks: Sequence[Disk] = (),
    jobs: Sequence[JobCount] = (),
) -> bytes:
    """All of it in Prometheus' text format 0.0.4; without a database, this process's own."""
    registry = CollectorRegistry()
    _add_disks(registry, disks)
    if state is None or damaged_files is None:
        return generate_latest() + generate_latest(registry)
    registry.register(_Monitoring(state))
    text = "Files of the library that the store no longer gives back whole"
    Gauge("labshare_library_damaged_files", text, registry=registry).set(damaged_files)
    registry.register(_Storage(uses or []))
    registry.register(_Jobs(jobs))
    return generate_latest() + generate_latest(registry)


class _Storage(Collector):
    def __init__(self, uses: list[SchoolUse]) -> None:
        self._uses = uses

    def collect(self) -> Iterator[Metric]:
        used = GaugeMetricFamily(
            "labshare_school_storage_bytes", "Used by a school that has a quota", labels=["school"]
        )
        allowed = GaugeMetricFamily(
            "labshare_school_quota_bytes", "The quota of a school", labels=["school"]
        )
        for one in self._uses:
            used.add_metric([one.code], one.used_bytes)
            allowed.add_metric([one.code], one.allowed_bytes or 0)
        yield from (used, allowed)


class _Jobs(Collector):
    def __init__(self, jobs: Sequence[JobCount]) -> None:
        self._jobs = jobs

    def collect(self) -> Iterator[Metric]:
        failed = CounterMetricFamily(
            "labshare_job_failures", "Runs of scheduled jobs that failed", labels=["job"]
        )
        missed = CounterMetricFamily(
            "labshare_job_missed_runs",
            "Runs left out, since the one before was not over",
            labels=["job"],
        )
        for one in self._jobs:
            failed.add_metric([one.job], one.failed)
            missed.add_metric([one.job], one.missed)
        yield from (failed, missed)


def _add_disks(registry: CollectorRegistry, disks: Sequence[Disk]) -> None:
    text = "Room left on the disk of a folder"
    free = Gauge("labshare_disk_free_bytes", text, ["folder"], registry=registry)
    size = Gauge("labshare_disk_size_bytes", "Size of that disk", ["folder"], registry=registry)
    for disk in disks:
        free.labels(str(disk.folder)).set(disk.free_bytes)
        size.labels(str(disk.folder)).set(disk.size_bytes)


class _Monitoring(Collector):
    def __init__(self, state: MonitoringState) -> None:
        self._state = state

    def collect(self) -> Iterator[Metric]:
        yield from self._devices()
        yield from self._traps()
        workers = self._state.reports
        for name, text in COUNTED.items():
            family = CounterMetricFamily(f"labshare_poller_{name}", text, labels=["worker"])
            for one in workers:
                family.add_metric([one.worker], getattr(one.figures.counted, name))
            yield family
        for name, text in NOW.items():
            gauge = GaugeMetricFamily(f"labshare_poller_{name}", text, labels=["worker"])
            for one in workers:
                gauge.add_metric([one.worker], getattr(one.figures.now, name))
            yield gauge
        yield self._lateness()
        yield from self._wire()
        yield from self._processes()

    def _devices(self) -> Iterator[Metric]:
        counts = self._state.devices
        states = GaugeMetricFamily("labshare_devices", "Devices watched", labels=["state"])
        for name in DEVICE_STATES:
            states.add_metric([name], getattr(counts, name))
        yield states
        overdue = "Devices whose visit is more than two minutes late"
        yield GaugeMetricFamily("labshare_devices_overdue", overdue, value=counts.overdue)
        suspect = "Devices in the lane of those that have been silent"
        yield GaugeMetricFamily("labshare_devices_suspect", suspect, value=counts.suspect)
        alerts = self._state.alerts
        yield GaugeMetricFamily("labshare_alerts_open", "Open alerts", value=alerts.open)
        waiting = "Mails about alerts that wait to be sent"
        yield GaugeMetricFamily("labshare_mails_waiting", waiting, value=alerts.mails_waiting)

    def _traps(self) -> Iterator[Metric]:
        family = CounterMetricFamily(
            "labshare_traps", "Messages of devices, by what became of them", labels=["outcome"]
        )
        for name, count in (self._state.traps.figures if self._state.traps else {}).items():
            family.add_metric([name], count)
        yield family

    def _lateness(self) -> Metric:
        family = HistogramMetricFamily(
            "labshare_poller_start_lateness_seconds",
            "How late visits to devices that answer began",
            labels=["worker"],
        )
        for one in self._state.reports:
            family.add_metric(
                [one.worker],
                buckets=list(_buckets(one)),
                sum_value=one.figures.lateness.total_ms / 1000,
            )
        return family

    def _wire(self) -> Iterator[Metric]:
        family = CounterMetricFamily(
            "labshare_snmp_datagrams",
            "Datagrams of the pollers, by what became of them",
            labels=["worker", "outcome"],
        )
        dropped = CounterMetricFamily(
            "labshare_snmp_socket_drops",
            "Answers that the system threw away because the receive buffer was full",
            labels=["worker"],
        )
        granted = GaugeMetricFamily(
            "labshare_snmp_receive_buffer_bytes", "What the system granted", labels=["worker"]
        )
        for one in self._state.reports:
            wire = one.figures.wire
            for name, count in wire.counters.items():
                family.add_metric([one.worker, name], count)
            if wire.dropped is not None:
                dropped.add_metric([one.worker], wire.dropped)
            granted.add_metric([one.worker], wire.receive_buffer_bytes)
        yield from (family, dropped, granted)

    def _processes(self) -> Iterator[Metric]:
        seconds = CounterMetricFamily(
            "labshare_worker_cpu_seconds", "Processor time of the workers", labels=["worker"]
        )
        memory = GaugeMetricFamily(
            "labshare_worker_resident_bytes", "Memory of the workers", labels=["worker"]
        )
        seen = GaugeMetricFamily(
            "labshare_worker_seen_seconds", "Seconds since a worker reported", labels=["worker"]
        )
        for one in self._state.reports:
            seconds.add_metric([one.worker], one.figures.cpu_seconds)
            memory.add_metric([one.worker], one.figures.resident_bytes)
            silent = (self._state.at - one.seen_at).total_seconds()
            seen.add_metric([one.worker], max(silent, 0.0))
        yield from (seconds, memory, seen)


def _buckets(report: Report) -> Iterator[tuple[str, float]]:
    """Counts up to each bound, as Prometheus wants them: each holds those before it."""
    total = 0
    bounds = [str(bound / 1000) for bound in LATENESS_BOUNDS_MS] + ["+Inf"]
    for bound, count in zip(bounds, report.figures.lateness.counts, strict=False):
        total += count
        yield bound, total
