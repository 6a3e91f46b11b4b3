"""What the figures mean, in words that say what to do: pure, and tested as a table of cases."""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

import msgspec

from core.disks import Disk, DiskRoom
from core.errors import Message, say
from monitoring.health.state import MonitoringState
from monitoring.polling.figures import Figures

LATE_MS = 1_000.0
ROLL_UP_LATE = timedelta(hours=3)
TRAPS_SILENT_AFTER = timedelta(minutes=2)
MANY_OVERDUE_SHARE = 0.1
UNREADABLE_SHARE = 0.01
LEAST_DAYS_PREPARED = 2
NOBODY_VISITED_AFTER = timedelta(minutes=5)
# Of what must stay free: while people can still act before files are refused.
SOON_LOW = 4
MEGABYTE = 1024**2


class HealthVerdict(StrEnum):
    """How one part is doing; ``off`` is a part that nobody switched on."""

    ok = "ok"
    off = "off"
    warning = "warning"
    critical = "critical"


class Check(msgspec.Struct, frozen=True):
    """One part of monitoring: how it does, and in a sentence why, or what to do."""

    name: str
    verdict: HealthVerdict
    message: Message


def examine(
    state: MonitoringState, *, mail_is_on: bool, disks: Sequence[Disk], keep_free_bytes: int
) -> list[Check]:
    """Every part, in the order in which trouble should be looked for."""
    checks = [
        _disk(disks, keep_free_bytes),
        _workers(state),
        _schedule(state),
        _lateness(state),
        _replies(state),
        _decoding(state),
        _database(state),
        _credentials(state),
        _history(state),
        _messages(state),
        _mail(state, mail_is_on=mail_is_on),
    ]
    return [check for check in checks if check is not None]


def _disk(disks: Sequence[Disk], keep_free_bytes: int) -> Check | None:
    if not disks:
        return None
    disk = min(disks, key=lambda one: one.free_bytes)
    about = {
        "free": disk.free_bytes // MEGABYTE,
        "folder": str(disk.folder),
        "least": keep_free_bytes // MEGABYTE,
    }
    room = disk.room(keep_free_bytes)
    if room is DiskRoom.full:
        full = say(
            "The disk of {folder} is full: nothing can be saved. Make room; what was saved is safe,"
            " and nothing needs to be started again.",
            **about,
        )
        return Check("disk", HealthVerdict.critical, full)
    if room is DiskRoom.low:
        low = say(
            "Only {free} MB are left on the disk of {folder}: no files are taken in before"
            " {least} MB are free. Make room.",
            **about,
        )
        return Check("disk", HealthVerdict.critical, low)
    if disk.free_bytes < SOON_LOW * keep_free_bytes:
        soon = say(
            "Only {free} MB are left on the disk of {folder}: below {least} MB no more files are"
            " taken in. Make room.",
            **about,
        )
        return Check("disk", HealthVerdict.warning, soon)
    return Check(
        "disk", HealthVerdict.ok, say("{free} MB are free on the disk of {folder}", **about)
    )


def _workers(state: MonitoringState) -> Check:
    count = len(state.present)
    if not count:
        lost = say("No worker polls: no device is watched. Start `labshare worker`.")
        return Check("workers", HealthVerdict.critical, lost)
    cores = sum(f.cpu_seconds for f in state.present) / max(_lived(state), 1)
    load = round(100 * cores, 1)
    doing = say(
        "Workers that poll: {count}; they use {load} % of one processor core",
        count=count,
        load=load,
    )
    return Check("workers", HealthVerdict.ok, doing)


def _schedule(state: MonitoringState) -> Check:
    devices = state.devices
    if not devices.watched:
        return Check("turns", HealthVerdict.off, say("No device is watched yet"))
    if devices.ahead:
        set_back = say(
            "{count} devices wait for a moment that is too far ahead: the clock was set back."
            " Workers bring them forward within a minute; look whether the clock is right.",
            count=devices.ahead,
        )
        return Check("turns", HealthVerdict.critical, set_back)
    if not devices.overdue:
        fine = say("Each of {count} devices was visited when it was due", count=devices.watched)
        return Check("turns", HealthVerdict.ok, fine)
    if _nobody_was_visited(state):
        stopped = say(
            "No device was visited for five minutes although {count} are due."
            " Look at the workers' log, and start them again.",
            count=devices.overdue,
        )
        return Check("turns", HealthVerdict.critical, stopped)
    many = devices.overdue > MANY_OVERDUE_SHARE * devices.watched
    late = say(
        "{late} of {count} devices wait for a visit that is more than two minutes late."
        " Start another worker, or look whether the database is slow.",
        late=devices.overdue,
        count=devices.watched,
    )
    return Check("turns", HealthVerdict.critical if many else HealthVerdict.warning, late)


def _nobody_was_visited(state: MonitoringState) -> bool:
    last = state.devices.visited_at
    return last is not None and state.at - last > NOBODY_VISITED_AFTER


def _lateness(state: MonitoringState) -> Check | None:
    latest = [f.lateness for f in state.present if f.counted.polls]
    if not latest:
        return None
    worst = max(one.p99_ms for one in latest)
    shown = round(worst)
    if worst > LATE_MS:
        late = say(
            "One visit in a hundred begins {late} ms late or later: the machine is too busy,"
            " or LABSHARE_POLL_CONCURRENCY is too low",
            late=shown,
        )
        return Check("lateness", HealthVerdict.warning, late)
    fine = say("99 of 100 visits begin within {late} ms of their moment", late=shown)
    return Check("lateness", HealthVerdict.ok, fine)


def _replies(state: MonitoringState) -> Check | None:
    if not state.present:
        return None
    dropped = sum(f.wire.dropped or 0 for f in state.present)
    least = min(f.wire.receive_buffer_bytes for f in state.present)
    megabytes = round(least / 2**20, 1)
    if dropped:
        full = say(
            "The system threw away {count} answers because its buffer of {size} MiB was full."
            " Raise net.core.rmem_max to 8388608 and start the worker again.",
            count=dropped,
            size=megabytes,
        )
        return Check("replies", HealthVerdict.warning, full)
    fine = say("No answer was thrown away; the buffer holds {size} MiB", size=megabytes)
    return Check("replies", HealthVerdict.ok, fine)


def _decoding(state: MonitoringState) -> Check | None:
    if not state.present:
        return None
    answered = _counted(state.present, "answered")
    unreadable = _counted(state.present, "unreadable")
    strange = _counted(state.present, "wrong_source")
    if unreadable > UNREADABLE_SHARE * max(answered, 100):
        broken = say("{count} answers could not be read: a device is faulty", count=unreadable)
        return Check("decoding", HealthVerdict.warning, broken)
    if strange > UNREADABLE_SHARE * max(answered, 100):
        other = say(
            "{count} answers came from another address than was asked. If a device has several,"
            " say on its page that it may answer from any.",
            count=strange,
        )
        return Check("decoding", HealthVerdict.warning, other)
    return Check("decoding", HealthVerdict.ok, say("{count} answers were read", count=answered))


def _database(state: MonitoringState) -> Check | None:
    if not state.present:
        return None
    dropped = sum(f.counted.results_dropped for f in state.present)
    stored = sum(f.counted.results_kept for f in state.present)
    if state.days_prepared < LEAST_DAYS_PREPARED:
        soon = say("There is no place for tomorrow's readings yet: the hourly job does not run")
        return Check("database", HealthVerdict.critical, soon)
    if dropped:
        lost = say("{count} visits were not kept: the database was away too long", count=dropped)
        return Check("database", HealthVerdict.warning, lost)
    return Check(
        "database", HealthVerdict.ok, say("{count} visits were kept, none was lost", count=stored)
    )


def _credentials(state: MonitoringState) -> Check:
    refusing = state.devices.refusing
    if refusing:
        wrong = say("{count} devices refuse our credentials", count=refusing)
        return Check("credentials", HealthVerdict.warning, wrong)
    return Check("credentials", HealthVerdict.ok, say("No device refuses our credentials"))


def _history(state: MonitoringState) -> Check | None:
    if state.rolled_until is None:
        return None
    if state.at - state.rolled_until > ROLL_UP_LATE:
        late = say("Hours have not been summed up since {at}", at=state.rolled_until)
        return Check("history", HealthVerdict.warning, late)
    return Check("history", HealthVerdict.ok, say("Summed up until {at}", at=state.rolled_until))


def _messages(state: MonitoringState) -> Check:
    if state.traps is None or state.at - state.traps.seen_at > TRAPS_SILENT_AFTER:
        off = say("Nobody listens for messages of devices: LABSHARE_TRAP_ADDRESS is not set")
        return Check("messages", HealthVerdict.off, off)
    counts = state.traps.figures
    lost = counts.get("over_the_limit", 0) + counts.get("no_room", 0)
    if lost:
        flood = say("{count} messages of devices were too many and only counted", count=lost)
        return Check("messages", HealthVerdict.warning, flood)
    stored = counts.get("kept", 0)
    return Check(
        "messages", HealthVerdict.ok, say("{count} messages of devices were kept", count=stored)
    )


def _mail(state: MonitoringState, *, mail_is_on: bool) -> Check:
    alerts = state.alerts
    if not mail_is_on:
        return Check(
            "mail", HealthVerdict.off, say("No mail is sent: LABSHARE_SMTP_URL is not set")
        )
    if alerts.mails_late:
        late = say(
            "{count} mails wait: the mail server does not take them", count=alerts.mails_late
        )
        return Check("mail", HealthVerdict.warning, late)
    if alerts.mails_refused:
        refused = say("The mail server refuses {count} mails", count=alerts.mails_refused)
        return Check("mail", HealthVerdict.warning, refused)
    return Check("mail", HealthVerdict.ok, say("No mail waits"))


def _counted(present: list[Figures], name: str) -> int:
    return sum(f.wire.counters.get(name, 0) for f in present)


def _lived(state: MonitoringState) -> float:
    """Seconds since the eldest of the workers that are there was started."""
    started = [w.started_at for w in state.reports]
    return (state.at - min(started)).total_seconds() if started else 0.0
