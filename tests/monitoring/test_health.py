"""What monitoring says of itself: a table of cases, the page, the figures for Prometheus."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar
from prometheus_client.parser import text_string_to_metric_families

from core import clock, database
from core.access import Role
from core.disks import Disk
from core.job_counts import JobCounts
from monitoring import health
from monitoring.health import Check, HealthVerdict, MonitoringState
from monitoring.health.checks import MEGABYTE
from monitoring.health.state import AlertCounts, DeviceCounts, TrapFigures
from monitoring.polling import figures
from monitoring.polling.figures import Counted, Figures, Report, WireFigures
from monitoring.polling.scheduler import LatenessShown
from tests import factories, factories_monitoring

NOW = clock.now()


def report(*, seconds_ago: float = 5, **parts: Any) -> Report:
    return Report(
        "here:1", NOW - timedelta(hours=1), NOW - timedelta(seconds=seconds_ago), Figures(**parts)
    )


def state(**differs: Any) -> MonitoringState:
    usual: dict[str, Any] = {
        "at": NOW,
        "workers": [report()],
        "devices": DeviceCounts(watched=100, up=100),
        "alerts": AlertCounts(),
        "traps": TrapFigures(NOW, {"kept": 3}),
        "rolled_until": NOW - timedelta(hours=1),
        "days_prepared": 3,
    }
    return MonitoringState(**(usual | differs))


def disk(megabytes_free: int) -> Disk:
    return Disk(Path("/srv/labshare"), 100_000 * MEGABYTE, megabytes_free * MEGABYTE)


def examine(
    given: MonitoringState, *, mail_is_on: bool = True, megabytes_free: int = 50_000
) -> list[Check]:
    return health.examine(
        given,
        mail_is_on=mail_is_on,
        disks=[disk(megabytes_free), disk(90_000)],
        keep_free_bytes=256 * MEGABYTE,
    )


CASES = [
    ("workers", HealthVerdict.ok, state()),
    ("workers", HealthVerdict.critical, state(workers=[])),
    ("workers", HealthVerdict.critical, state(workers=[report(seconds_ago=90)])),
    ("turns", HealthVerdict.ok, state()),
    ("turns", HealthVerdict.off, state(devices=DeviceCounts())),
    ("turns", HealthVerdict.warning, state(devices=DeviceCounts(watched=100, overdue=10))),
    ("turns", HealthVerdict.critical, state(devices=DeviceCounts(watched=100, overdue=11))),
    ("turns", HealthVerdict.critical, state(devices=DeviceCounts(watched=100, ahead=1))),
    (
        "turns",
        HealthVerdict.critical,
        state(devices=DeviceCounts(watched=100, overdue=1, visited_at=NOW - timedelta(minutes=6))),
    ),
    (
        "turns",
        HealthVerdict.warning,
        state(devices=DeviceCounts(watched=100, overdue=1, visited_at=NOW)),
    ),
    # As after the clock was set back: whether it is there is not known.
    ("workers", HealthVerdict.critical, state(workers=[report(seconds_ago=-8 * 3600)])),
    (
        "lateness",
        HealthVerdict.ok,
        state(workers=[report(counted=Counted(polls=1), lateness=LatenessShown(p99_ms=50.0))]),
    ),
    (
        "lateness",
        HealthVerdict.warning,
        state(workers=[report(counted=Counted(polls=1), lateness=LatenessShown(p99_ms=1500.0))]),
    ),
    ("replies", HealthVerdict.ok, state(workers=[report(wire=WireFigures(dropped=None))])),
    ("replies", HealthVerdict.warning, state(workers=[report(wire=WireFigures(dropped=1))])),
    (
        "decoding",
        HealthVerdict.ok,
        state(workers=[report(wire=WireFigures({"answered": 1000, "unreadable": 10}))]),
    ),
    (
        "decoding",
        HealthVerdict.warning,
        state(workers=[report(wire=WireFigures({"answered": 1000, "unreadable": 11}))]),
    ),
    (
        "decoding",
        HealthVerdict.warning,
        state(workers=[report(wire=WireFigures({"answered": 1000, "wrong_source": 11}))]),
    ),
    ("database", HealthVerdict.ok, state()),
    (
        "database",
        HealthVerdict.warning,
        state(workers=[report(counted=Counted(results_dropped=1))]),
    ),
    ("database", HealthVerdict.critical, state(days_prepared=1)),
    ("credentials", HealthVerdict.warning, state(devices=DeviceCounts(watched=1, refusing=1))),
    ("history", HealthVerdict.warning, state(rolled_until=NOW - timedelta(hours=4))),
    ("messages", HealthVerdict.ok, state()),
    ("messages", HealthVerdict.off, state(traps=None)),
    ("messages", HealthVerdict.off, state(traps=TrapFigures(NOW - timedelta(hours=1), {}))),
    ("messages", HealthVerdict.warning, state(traps=TrapFigures(NOW, {"over_the_limit": 1}))),
    ("mail", HealthVerdict.ok, state()),
    ("mail", HealthVerdict.warning, state(alerts=AlertCounts(mails_late=1))),
    ("mail", HealthVerdict.warning, state(alerts=AlertCounts(mails_refused=1))),
]


@pytest.mark.parametrize(("name", "verdict", "given"), CASES)
def test_each_part_is_judged_by_its_figures(
    name: str, verdict: HealthVerdict, given: MonitoringState
) -> None:
    found = {check.name: check.verdict for check in examine(given)}
    assert found[name] is verdict


def test_mail_that_nobody_switched_on_is_no_fault() -> None:
    found = {check.name: check.verdict for check in examine(state(), mail_is_on=False)}
    assert found["mail"] is HealthVerdict.off


@pytest.mark.parametrize(
    ("megabytes_free", "verdict"),
    [
        (1024, HealthVerdict.ok),
        (1023, HealthVerdict.warning),
        (256, HealthVerdict.warning),
        (255, HealthVerdict.critical),
        (15, HealthVerdict.critical),
    ],
)
def test_the_disk_with_least_room_is_judged(megabytes_free: int, verdict: HealthVerdict) -> None:
    first = examine(state(), megabytes_free=megabytes_free)[0]
    assert (first.name, first.verdict) == ("disk", verdict)
    assert "/srv/labshare" in str(first.message)


async def _seen_worker() -> None:
    counted = Figures(
        counted=Counted(polls=7, ok=6, failed=1),
        lateness=LatenessShown(p99_ms=3.0, total_ms=10.0, counts=[5, 2] + [0] * 11),
        wire=WireFigures({"answered": 6, "timed_out": 1}, 8_388_608, 0),
    )
    await figures.write("here:1", clock.now(), clock.now(), counted)


async def test_the_state_is_read_from_the_database(db: object) -> None:
    school = await factories.school()
    made = await factories_monitoring.device(school)
    await factories_monitoring.device(school)
    del made
    await _seen_worker()
    found = await health.look()
    assert (found.devices.watched, found.devices.unknown, found.devices.overdue) == (2, 2, 0)
    assert [one.worker for one in found.workers] == ["here:1"]


async def test_prometheus_reads_what_the_workers_say(client: httpx.AsyncClient) -> None:
    await _seen_worker()
    answer = await client.get("/metrics")
    assert answer.status_code == 200
    samples = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
        if sample.name.startswith("labshare_")
    }
    assert samples["labshare_poller_polls_total", "here:1"] == 7
    assert samples["labshare_snmp_datagrams_total", "answered", "here:1"] == 6
    assert samples["labshare_snmp_receive_buffer_bytes", "here:1"] == 8_388_608
    bucket = "labshare_poller_start_lateness_seconds_bucket"
    assert samples[bucket, "0.001", "here:1"] == 5
    assert samples[bucket, "0.002", "here:1"] == 7
    assert samples[bucket, "+Inf", "here:1"] == 7
    disks = [key for key in samples if key[0] == "labshare_disk_free_bytes"]
    assert disks
    assert all(0 < samples[key] <= samples["labshare_disk_size_bytes", key[1]] for key in disks)


async def test_a_worker_that_died_leaves_no_figures_behind(client: httpx.AsyncClient) -> None:
    await _seen_worker()
    assert 'worker="here:1"' in (await client.get("/metrics")).text
    await database.execute("UPDATE poller_report SET seen_at = now() - interval '2 minutes'")
    assert 'worker="here:1"' not in (await client.get("/metrics")).text


async def test_from_elsewhere_figures_are_read_with_a_token_for_monitoring(app: Litestar) -> None:
    technician = await factories.person(Role.technician, await factories.school())
    away = httpx.ASGITransport(app, client=("10.1.2.3", 40_000))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=away, base_url="http://labshare.test") as elsewhere:
        answers = []
        for scopes in ([], ["library:read"], ["monitoring:read"]):
            headers = await factories.bearer(technician, *scopes) if scopes else {}
            answers.append((await elsewhere.get("/metrics", headers=headers)).status_code)
    assert answers == [403, 403, 200]


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
async def test_the_page_says_in_words_what_is_wrong(client: httpx.AsyncClient, locale: str) -> None:
    technician = await factories.person(Role.technician, await factories.school())
    await factories.signed_in(client, technician)
    client.cookies.set("labshare_language", locale)
    page = await client.get("/devices/health")
    assert page.status_code == 200
    told = await client.get("/api/v1/monitoring/health")
    parts = {part["name"]: part for part in told.json()["parts"]}
    assert parts["workers"]["verdict"] == "critical"
    assert msgspec.json.decode(told.content)["parts"]
    assert "labshare worker" in page.text


async def test_failed_and_missed_runs_of_jobs_are_counters(client: httpx.AsyncClient) -> None:
    counts = JobCounts()
    counts.failed["test.job"] += 2
    counts.missed["test.job"] += 1
    await counts.save()
    told = (await client.get("/metrics")).text
    assert 'labshare_job_failures_total{job="test.job"} 2.0' in told
    assert 'labshare_job_missed_runs_total{job="test.job"} 1.0' in told
