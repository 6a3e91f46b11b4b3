"""Alerts in the database: episodes, what comes and goes, what is held back, what people do."""

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import msgspec
import pytest

from core import clock, database
from core.access import Actor, Role
from core.errors import Conflict, Invalid, Message, say
from inventory import repairs
from monitoring.alerting import alerts, parents
from monitoring.alerting.alerts import DeviceChanges, Finding
from monitoring.alerting.maintenance import windows
from monitoring.alerting.maintenance.windows import NewWindow
from tests import factories
from tests import factories_monitoring as made

pytestmark = pytest.mark.usefixtures("db")
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
SILENT = Finding("unreachable", "", "critical", say("switch does not answer"))
LOW = Finding("supply_low", "Black", "warning", say("P-1: Black is running out (6 % left)"))
STAYS = "It came and went, and is there to stay: "


class Hands:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def forward(self, minutes: float) -> None:
        self.now += timedelta(minutes=minutes)


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    hands = Hands()
    monkeypatch.setattr(clock, "now", lambda: hands.now)
    return hands


async def told(worker: Actor) -> list[str]:
    """Everything that work orders say, the oldest first."""
    said = []
    for order in reversed(
        (await repairs.list_work_orders(worker, repairs.WorkOrderFilter())).items
    ):
        said += [str(order.wording)]
        said += [str(entry.wording) for entry in await repairs.list_entries(worker, order.id)]
    return said


async def play(hands: Hands, worker: Actor, device_id: int, events: str) -> None:
    """One letter a minute: F(ault) found, f(ine) again, . nothing; jobs run every minute."""
    for letter in events:
        hands.forward(1)
        if letter == "F":
            await alerts.raise_alert(worker, device_id, SILENT)
        elif letter == "f":
            await alerts.clear_alert(worker, device_id, "unreachable", "")
        await alerts.resolve_stale()


QUIET = "." * 17
FAULT = "switch does not answer"


@pytest.mark.parametrize(
    ("events", "rows", "said"),
    [
        ("F" + QUIET, 1, [FAULT]),
        ("Ff" + QUIET, 1, [FAULT, f"Cleared by itself: {FAULT}"]),
        (
            "FfF" + QUIET,
            2,
            [FAULT, f"Cleared by itself: {FAULT}", f"Monitoring reports: {FAULT}"],
        ),
        # The third time within an hour it is known to come and go, and is told of once.
        (
            "FfFfFfFfFfFf" + QUIET,
            3,
            [
                FAULT,
                f"Cleared by itself: {FAULT}",
                f"Monitoring reports: {FAULT}",
                f"Cleared by itself: {FAULT}",
                f"It comes and goes: {FAULT}",
                f"Cleared after it came and went: {FAULT}",
            ],
        ),
        (
            "FfFfFfFfF" + QUIET,
            3,
            [
                FAULT,
                f"Cleared by itself: {FAULT}",
                f"Monitoring reports: {FAULT}",
                f"Cleared by itself: {FAULT}",
                f"It comes and goes: {FAULT}",
                STAYS + FAULT,
            ],
        ),
        # What stayed is a plain fault again: it clears at once.
        (
            "FfFfF" + QUIET + "f",
            3,
            [
                FAULT,
                f"Cleared by itself: {FAULT}",
                f"Monitoring reports: {FAULT}",
                f"Cleared by itself: {FAULT}",
                f"It comes and goes: {FAULT}",
                STAYS + FAULT,
                f"Cleared by itself: {FAULT}",
            ],
        ),
        # Three times, but not within an hour.
        (
            "Ff" + "." * 40 + "Ff" + "." * 40 + "Ff" + QUIET,
            3,
            [FAULT]
            + [f"Cleared by itself: {FAULT}", f"Monitoring reports: {FAULT}"] * 2
            + [f"Cleared by itself: {FAULT}"],
        ),
    ],
)
async def test_what_people_are_told_of_a_fault_that_comes_and_goes(
    hands: Hands, events: str, rows: int, said: list[str]
) -> None:
    school = await factories.school()
    device = await made.device(school)
    worker = made.worker_of(school)
    await play(hands, worker, device.id, events)
    assert await told(worker) == said
    assert await database.fetch_value("SELECT count(*) FROM alert") == rows


@pytest.mark.parametrize("seed", range(12))
async def test_the_last_word_is_always_how_things_are(hands: Hands, seed: int) -> None:
    school = await factories.school()
    device = await made.device(school)
    worker = made.worker_of(school)
    dice = random.Random(seed)
    events = "".join(dice.choices("Ff.", [4, 4, dice.randrange(1, 12)], k=60))
    await play(hands, worker, device.id, events + QUIET)
    is_fault = events.replace(".", "")[-1:] == "F"
    is_open = await database.fetch_value("SELECT count(*) FROM alert WHERE cleared_at IS NULL")
    assert is_open == is_fault, events
    assert not await database.fetch_value(
        "SELECT count(*) FROM alert WHERE flapping_at IS NOT NULL AND cleared_at IS NULL"
    )
    said = await told(worker)
    if said:
        assert ("Cleared" in said[-1]) == (not is_fault), events
    for before, after in pairwise(said):
        assert before != after, "nothing is said twice"


async def test_a_device_that_is_gone_is_settled_too(hands: Hands) -> None:
    school = await factories.school()
    device = await made.device(school)
    worker = made.worker_of(school)
    await play(hands, worker, device.id, "FfFfFf")
    await database.execute("UPDATE device SET failures = 99, state = 'down'")
    await play(hands, worker, device.id, QUIET)
    assert (await told(worker))[-1] == f"Cleared after it came and went: {FAULT}"
    await alerts.raise_alert(worker, device.id, LOW)
    await factories.step(device.asset, "lost")
    await play(hands, worker, device.id, QUIET)
    assert not await database.fetch_value("SELECT count(*) FROM alert WHERE cleared_at IS NULL")
    assert "no longer in use" in (await told(worker))[-1]


async def test_a_batch_keeps_what_many_devices_found(hands: Hands) -> None:
    school = await factories.school()
    worker = made.worker_of(school)
    devices = [await made.device(school) for _ in range(5)]
    await alerts.raise_alert(worker, devices[4].id, LOW)
    begun = await alerts.apply_changes(
        worker,
        [
            *(DeviceChanges(d.id, school.id, raised=[SILENT, LOW]) for d in devices[:4]),
            DeviceChanges(devices[4].id, school.id, cleared=[("supply_low", "Black")]),
        ],
    )
    assert len(begun) == 8
    assert await database.fetch_value("SELECT count(*) FROM work_order") == 9
    places = await alerts.open_keys([d.id for d in devices])
    assert places[devices[0].id] == {("unreachable", ""), ("supply_low", "Black")}
    assert devices[4].id not in places


async def test_nothing_begins_while_a_maintenance_window_is_in_force(hands: Hands) -> None:
    school = await factories.school()
    keeper = (await factories.person(Role.technician, school)).actor
    room = await factories.place(school)
    cabinet = await factories.place(school, "cabinet", parent=room)
    inside = await made.device(school, asset=await factories.asset(school, place=cabinet))
    outside = await made.device(school)
    worker = made.worker_of(school)
    await alerts.raise_alert(worker, inside.id, LOW)
    window = await windows.create_window(
        keeper,
        NewWindow(
            school_id=school.id,
            place_id=room,
            reason="New cables",
            starts_at=NOON,
            ends_at=NOON + timedelta(hours=1),
        ),
    )
    assert window.phase == "now"
    both = [DeviceChanges(d.id, school.id, raised=[SILENT]) for d in (inside, outside)]
    await alerts.apply_changes(worker, both)
    held = await alerts.open_keys([inside.id, outside.id])
    assert held == {inside.id: {("supply_low", "Black")}, outside.id: {("unreachable", "")}}
    # What ends, ends; what persists is found by the first visit after the window.
    await alerts.clear_alert(worker, inside.id, "supply_low", "Black")
    assert inside.id not in await alerts.open_keys([inside.id])
    hands.forward(61)
    await alerts.apply_changes(worker, both)
    assert (await alerts.open_keys([inside.id]))[inside.id] == {("unreachable", "")}


@pytest.mark.parametrize("end_early", [True, False])
async def test_a_window_of_a_school_or_a_device_and_its_early_end(
    hands: Hands, end_early: bool
) -> None:
    school, other = await factories.school(), await factories.school()
    keeper = (await factories.person(Role.admin, school)).actor
    device, elsewhere = await made.device(school), await made.device(other)
    window = await windows.create_window(
        keeper,
        NewWindow(
            school_id=school.id,
            device_id=device.id if end_early else None,
            reason="Power cut",
            ends_at=NOON + timedelta(hours=9),
        ),
    )
    worker = Actor.system("monitoring", [school.id, other.id])
    assert await alerts.raise_alert(worker, device.id, SILENT) is None
    assert await alerts.raise_alert(worker, elsewhere.id, SILENT) is not None
    if end_early:
        assert (await windows.end_window(keeper, window.id)).phase == "over"
        with pytest.raises(Conflict):
            await windows.end_window(keeper, window.id)
        assert await alerts.raise_alert(worker, device.id, SILENT) is not None


async def test_a_silent_switch_says_how_many_hang_on_it(hands: Hands) -> None:
    school = await factories.school()
    keeper = (await factories.person(Role.technician, school)).actor
    switch, below, far = [await made.device(school) for _ in range(3)]
    await parents.set_parent(keeper, below.id, switch.id)
    await parents.set_parent(keeper, far.id, below.id)
    worker = made.worker_of(school)
    await alerts.raise_alert(worker, switch.id, SILENT)
    assert await told(worker) == [f"{FAULT}; devices behind it: 2"]
    for child, parent in ((switch, far), (switch, switch), (below, far)):
        with pytest.raises(Invalid) as refused:
            await parents.set_parent(keeper, child.id, parent.id)
        assert refused.value.code == "circle"
    stranger = await made.device(await factories.school())
    with pytest.raises(Invalid):
        await parents.set_parent(keeper, far.id, stranger.id)
    assert await parents.set_parent(keeper, far.id, None) is None


async def test_a_fault_that_is_back_soon_says_so_in_its_new_order(hands: Hands) -> None:
    school = await factories.school()
    keeper = (await factories.person(Role.technician, school)).actor
    device = await made.device(school)
    worker = made.worker_of(school)
    await alerts.raise_alert(worker, device.id, LOW)
    (order,) = (await repairs.list_work_orders(keeper, repairs.WorkOrderFilter())).items
    await alerts.clear_alert(worker, device.id, "supply_low", "Black")
    await repairs.complete(keeper, order.id, resolution="New cartridge")
    hands.forward(5 * 60)
    await alerts.raise_alert(worker, device.id, LOW)
    newest = (await repairs.list_work_orders(keeper, repairs.WorkOrderFilter())).items[0]
    assert str(newest.wording) == (
        f"{LOW.message}. It is back 5 h after work order {order.id} was closed"
    )


async def test_low_toner_is_work_to_do_and_no_downtime(hands: Hands) -> None:
    school = await factories.school()
    keeper = (await factories.person(Role.technician, school)).actor
    device = await made.device(school)
    worker = made.worker_of(school)

    async def state() -> str:
        return str(await database.fetch_value("SELECT lifecycle FROM asset"))

    await alerts.raise_alert(worker, device.id, LOW)
    hands.forward(60)
    (order,) = (await repairs.list_work_orders(keeper, repairs.WorkOrderFilter())).items
    assert (order.keeps_in_service, order.downtime_seconds, await state()) == (
        True,
        0,
        "in_service",
    )
    # A person finds that nothing prints: that is another matter, and takes it out of service.
    report = await repairs.report_fault(keeper, device.asset.tag, "Nothing prints", is_usable=False)
    assert await state() == "in_repair"
    await repairs.complete(keeper, report.work_order_id, resolution="Mended")
    assert await state() == "in_service", "the little fault does not hold it back"
    # The same fault, grown grave, takes it out of service as well.
    await repairs.open_work_order(
        worker,
        asset_id=device.asset.id,
        source="alert",
        fault="monitoring:supply_low",
        summary=LOW.message,
    )
    assert await state() == "in_repair"
    hands.forward(30)
    grown = await repairs.complete(keeper, order.id, resolution="New cartridge")
    assert grown.downtime_seconds == 30 * 60, (
        "counted from when it grew, not from when it was opened"
    )
    assert await state() == "in_service"


async def test_an_alert_without_an_end_is_ended_by_hand_with_a_reason(hands: Hands) -> None:
    school = await factories.school()
    person = await factories.person(Role.technician, school)
    teacher = (await factories.person(Role.teacher, school)).actor
    device = await made.device(school)
    worker = made.worker_of(school)
    alert_id = await alerts.raise_alert(worker, device.id, LOW)
    assert alert_id is not None
    with pytest.raises(Invalid):
        await alerts.clear_by_hand(person.actor, alert_id, "  ")
    with pytest.raises(Exception, match="role"):
        await alerts.clear_by_hand(teacher, alert_id, "Looked at it")
    ended = await alerts.clear_by_hand(person.actor, alert_id, "Looked at it")
    assert (ended.state, ended.cleared_by) == ("cleared", person.name)
    with pytest.raises(Conflict):
        await alerts.clear_by_hand(person.actor, alert_id, "Again")
    assert (await told(worker))[-1] == f"Ended by hand: {LOW.message}. Looked at it"


def test_a_message_inside_a_message_comes_back_from_json_as_one() -> None:
    inner = Message("{device} does not answer", {"device": "sw"})
    whole = parents.with_those_behind(inner, 3)
    again = msgspec.json.decode(msgspec.json.encode(whole), type=Message)
    assert again == whole
    assert str(again) == "sw does not answer; devices behind it: 3"


async def test_a_device_that_makes_up_parts_fills_no_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitoring.alerting.alerts.store.MOST_OPEN", 3)
    school = await factories.school()
    worker, device = made.worker_of(school), await made.device(school)
    begun = [
        await alerts.raise_alert(
            worker, device.id, Finding("cover_open", f"Cover {n}", "warning", say("open"))
        )
        for n in range(5)
    ]
    assert [one is not None for one in begun] == [True] * 3 + [False] * 2
    # What it has only one of is told all the same.
    assert await alerts.raise_alert(worker, device.id, SILENT) is not None
