"""Tables of cases for what agents say of supplies, trays, disks and ports."""

import pytest

from monitoring.decoding import DECODERS, scalar_row, table_rows
from monitoring.decoding.hosts import storage, volumes
from monitoring.decoding.interfaces import interfaces
from monitoring.decoding.power import probes, ups_alarms
from monitoring.decoding.readings import Reading, State
from monitoring.decoding.rows import Row
from monitoring.profiles import Read
from monitoring.snmp import VarBind, oid

FIXED_DISK = oid("1.3.6.1.2.1.25.2.1.4")
RAM = oid("1.3.6.1.2.1.25.2.1.2")


@pytest.mark.parametrize(
    ("alarms", "words", "state"),
    [
        (["1.3.6.1.2.1.33.1.6.3.2"], "on_battery", State.warning),
        (["1.3.6.1.2.1.33.1.6.3.2", "1.3.6.1.2.1.33.1.6.3.3"],
         "battery_low on_battery", State.critical),
        (["1.3.6.1.4.1.318.2.3"], "general_fault", State.warning),  # the maker's own
        (["1.3.6.1.2.1.33.1.6.3"], "general_fault", State.warning),
        (["1.3.6.1.2.1.33.1.6.3.99"], "general_fault", State.warning),
    ],
)  # fmt: skip
def test_alarms_of_a_power_supply(alarms: list[str], words: str, state: State) -> None:
    rows: dict[tuple[int, ...], Row] = {(n,): {"alarm": oid(a)} for n, a in enumerate(alarms)}
    (reading,) = ups_alarms(rows, None)
    assert (reading.value, reading.state) == (words, state)


def test_probes_are_those_that_are_connected_in_celsius() -> None:
    rows: dict[tuple[int, ...], Row] = {
        (1,): {"label": b"Rack", "status": 2, "temperature": 77, "unit": 2, "humidity": 45},
        (2,): {"label": b"Unknown", "status": 1, "temperature": -1, "unit": 1, "humidity": -1},
        (3,): {"label": b"Door", "status": 2, "temperature": 23, "unit": 1, "humidity": 0},
    }
    assert [(r.metric, r.instance, r.value) for r in probes(rows, None)] == [
        ("temperature", "Rack", 25.0),
        ("humidity", "Rack", 45),
        ("temperature", "Door", 23),
    ]


@pytest.mark.parametrize(
    ("units", "unit", "celsius"),
    [(2, None, 25.0), (1, None, 77), (None, None, 77), (1, 2, 25.0), (2, 1, 77), (0, None, 77)],
)
def test_the_units_of_a_device_hold_for_the_probes_that_do_not_say_their_own(
    units: int | None, unit: int | None, celsius: float
) -> None:
    rows: dict[tuple[int, ...], Row] = {
        (0,): {"units": units},
        (0, 1): {"label": b"Rack", "status": 2, "temperature": 77, "unit": unit},
    }
    assert [(r.instance, r.value) for r in probes(rows, None)] == [("Rack", celsius)]


@pytest.mark.parametrize(
    ("total", "free", "used"),
    [(1_000, 250, 75.0), (1_000, 0, 100.0), (0, 0, None), (1_000, 2_000, None), (-1, 5, None)],
)
def test_volumes(total: int, free: int, used: float | None) -> None:
    rows: dict[tuple[int, ...], Row] = {(1,): {"label": b"Data", "total": total, "free": free}}
    readings = volumes(rows, Read(decode="volumes", objects={}))
    assert [r.value for r in readings if r.metric == "disk_used"] == (
        [] if used is None else [used]
    )


OTHER, VIRTUAL = oid("1.3.6.1.2.1.25.2.1.1"), oid("1.3.6.1.2.1.25.2.1.3")


@pytest.mark.parametrize(
    ("rows", "used"),
    [
        # Older net-snmp counts buffers and cache as used.
        ([(b"Physical memory", 1_000, 900, RAM), (b"Memory buffers", 1_000, 100, OTHER),
          (b"Cached memory", 500, 500, OTHER)], 30.0),
        # It says so: memory and swap together are memory and swap.
        ([(b"Physical memory", 1_000, 900, RAM), (b"Virtual memory", 1_500, 950, VIRTUAL),
          (b"Swap space", 500, 50, VIRTUAL), (b"Cached memory", 500, 500, OTHER)], 40.0),
        # These have taken them off already: more can be given back than is in use, ...
        ([(b"Physical memory", 1_000, 300, RAM), (b"Memory buffers", 1_000, 50, OTHER),
          (b"Cached memory", 500, 500, OTHER)], 30.0),
        # ... or all in use, without the swap, is more than the memory in use.
        ([(b"Physical memory", 1_000, 600, RAM), (b"Virtual memory", 1_500, 950, VIRTUAL),
          (b"Swap space", 500, 50, VIRTUAL), (b"Cached memory", 300, 300, OTHER)], 60.0),
        # Newer net-snmp tells what programs can get.
        ([(b"Physical memory", 1_000, 950, RAM), (b"Available memory", 700, 0, OTHER),
          (b"Cached memory", 500, 500, OTHER)], 30.0),
        # Parts of the memory with the type of the memory itself.
        ([(b"RAM", 1_000, 976, RAM), (b"RAM (Buffers)", 1_000, 36, RAM),
          (b"RAM (Cache)", 1_000, 600, RAM), (b"RAM (Unavailable)", 1_000, 0, RAM)], 34.0),
        ([(b"Physical Memory", 65_536, 16_384, RAM)], 25.0),  # Windows
        ([(b"Memory buffers", 1_000, 100, RAM)], None),
        ([(b"Physical memory", 0, 0, RAM)], None),
    ],
)  # fmt: skip
def test_memory_that_is_given_back_at_once_is_not_used(
    rows: list[tuple[bytes, int, int, tuple[int, ...]]], used: float | None
) -> None:
    readings = storage({(n,): disk(*row) for n, row in enumerate(rows)}, None)
    found = [r.value for r in readings if r.metric == "memory_used"]
    assert found == ([] if used is None else [used])


@pytest.mark.parametrize(
    ("rows", "used"),
    [
        ([(b"Virtual memory", 1_000, 700, VIRTUAL)], None),  # memory and swap in one
        ([(b"Virtual memory", 1_000, 700, VIRTUAL), (b"Swap space", 0, 0, VIRTUAL)], None),
        ([(b"Virtual memory", 1_000, 700, VIRTUAL), (b"Swap space", 500, 50, VIRTUAL)], 10.0),
        ([(b"Swap space", 500, 50, VIRTUAL), (b"Virtual memory", 1_000, 700, VIRTUAL)], 10.0),
        ([(b"Virtual Memory", 1_000, 700, VIRTUAL)], None),  # of Windows: what was promised
        ([(b"Swap:/dev/ada0p3", 500, 50, VIRTUAL), (b"Swap:/dev/ada1p3", 500, 0, VIRTUAL)], 5.0),
        ([(b"Paging space", 500, 250, VIRTUAL)], 50.0),
    ],
)
def test_swap_is_what_is_called_so_and_has_a_size(
    rows: list[tuple[bytes, int, int, tuple[int, ...]]], used: float | None
) -> None:
    readings = storage({(n,): disk(*row) for n, row in enumerate(rows)}, None)
    found = [r.value for r in readings if r.metric == "swap_used"]
    assert found == ([] if used is None else [used])


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("/", "/"),
        ("/home", "/home"),
        ("/overlay", "/overlay"),
        ("/romance", "/romance"),
        ("/runner", "/runner"),
        ("/devel", "/devel"),
        ("C:\\ Label:System  Serial Number 5c3a", "C:\\"),
        ("/, type: ufs, dev: /dev/ada0p2", "/"),
        ("/dev/gpt/junos: mounted on: /config", "/config"),
        ("/rom", None),
        ("/dev", None),
        ("/dev/shm", None),
        ("/run/user/0", None),
        ("/sys/fs/cgroup", None),
        ("/snap/core20/2318", None),
        ("/var/lib/snapd/snap/core/1", None),
        ("/var/lib/docker/overlay2/0a1b/merged", None),
        ("/media/cdrom0", None),
        ("/mnt/debian.iso", None),
        ("/var/unbound/dev", None),
        ("/mnt/base, type: squashfs, dev: /dev/loop0", None),
        ("/, type: cd9660, dev: /dev/cd0", None),
        ("/dev/md3: mounted on: /mnt/base", None),
    ],
)
def test_disks_that_are_full_by_design_are_no_disks(label: str, name: str | None) -> None:
    readings = storage({(1,): disk(label.encode(), 1_000, 1_000)}, None)
    found = [r.instance for r in readings if r.metric == "disk_used"]
    assert found == ([] if name is None else [name])


def test_a_file_system_that_the_agent_calls_read_only_is_no_disk() -> None:
    rows: dict[tuple[int, ...], Row] = {
        (31,): disk(b"/", 1_000, 1_000),
        (32,): disk(b"/data", 1_000, 500),
        (1,): {"fs_storage": 31, "fs_access": 2},
        (2,): {"fs_storage": 32, "fs_access": 1},
    }
    readings = storage(rows, None)
    assert [r.instance for r in readings if r.metric == "disk_used"] == ["/data"]


def disk(label: bytes, size: int, used: int, kind: tuple[int, ...] = FIXED_DISK) -> Row:
    return {"type": kind, "label": label, "units": 4096, "size": size, "used": used}


def test_storage_keeps_disks_that_people_know() -> None:
    rows = {
        (1,): disk(b"Physical memory", 1000, 250, RAM),
        (2,): disk(b"C:\\ Label:System  Serial Number 5c3a", 1000, 960),
        (3,): disk(b"/run", 1000, 10),
        (4,): disk(b"D:\\", 0, 0),
        (5,): disk(b"/home", -1_294_967_296, 1_000_000_000),  # Integer32 ran over
    }
    readings = storage(rows, None)
    assert [(r.metric, r.instance, r.value) for r in readings if r.metric != "disk_size"] == [
        ("memory_used", "", 25.0),
        ("disk_used", "C:\\", 96.0),
        ("disk_used", "/home", 33.3),
    ]


def test_ports_prefer_counters_of_64_bits_and_their_short_names() -> None:
    port: Row = {
        "type": 6,
        "status": 1,
        "admin": 1,
        "name": b"Gi0/1",
        "descr": b"GigabitEthernet0/1",
        "high_speed": 1000,
        "speed": 1_000_000_000,
        "in_octets_64": 2**40,
        "in_octets": 7,
        "out_octets": 9,
    }
    loopback: Row = {"type": 24, "status": 1}
    off: Row = {"type": 6, "status": 2, "admin": 2, "name": b"Gi0/2"}
    readings = interfaces({(1,): port, (2,): loopback, (3,): off}, None)
    assert readings == [
        Reading("if_status", "Gi0/1", "up"),
        Reading("if_speed", "Gi0/1", 1_000_000_000, "bits_per_second"),
        Reading("if_in_octets", "Gi0/1", 2**40, "bytes"),
        Reading("if_out_octets_32", "Gi0/1", 9, "bytes"),
        Reading("if_status", "Gi0/2", "disabled"),
        Reading("ports_up", value=1, unit="count"),
    ]


@pytest.mark.parametrize(
    ("decoder", "objects", "extra", "expected"),
    [
        ("gauge", {"value": 264}, {"metric": "battery_voltage", "scale": 0.1}, 26.4),
        ("code", {"value": 3}, {"metric": "battery_status", "codes": {"3": ("low", "critical")}},
         "low"),
        ("code", {"value": 9}, {"metric": "battery_status", "codes": {"3": ("low", "critical")}},
         "unknown"),
        ("decimal_text", {"value": b"0.42"}, {"metric": "load_average"}, 0.42),
        ("words", {"value": b"Ready"}, {"metric": "display_text"}, "Ready"),
        ("gauge", {"value": 570_900}, {"metric": "battery_runtime", "divisor": 6000}, 95.15),
        ("decimal_text", {"value": b"38 C/100 F"}, {"metric": "temperature"}, 38.0),
        ("decimal_text", {"value": b"-4.5"}, {"metric": "temperature"}, -4.5),
        ("code", {"value": b"Ready"},
         {"metric": "raid_status", "codes": {"Ready": ("ready", "ok")}}, "ready"),
        ("code", {"value": b"Exploded"},
         {"metric": "raid_status", "codes": {"Ready": ("ready", "ok")}}, "Exploded"),
        ("share", {"total": 1000, "free": 200, "buffers": 100, "cached": 200},
         {"metric": "memory_used"}, 50.0),
        ("share", {"total": 1000, "free": 200, "cached": 700, "available": 600},
         {"metric": "memory_used"}, 40.0),
        # Agents that tell tenths where the standard has whole volts: no mains has 700.
        ("gauge", {"value": 2_313}, {"metric": "input_voltage", "tenths_above": 700}, 231.3),
        ("gauge", {"value": 231}, {"metric": "input_voltage", "tenths_above": 700}, 231),
        ("gauge", {"value": 253}, {"metric": "temperature", "tenths_above": 100}, 25.3),
    ],
)  # fmt: skip
def test_single_values(
    decoder: str, objects: Row, extra: dict[str, object], expected: object
) -> None:
    read = Read(decode=decoder, objects={}, **extra)  # type: ignore[arg-type]
    (reading,) = DECODERS[decoder].decode({(): objects}, read)
    assert reading.value == expected


@pytest.mark.parametrize(
    ("value", "given"), [(-99_998, False), (-1, False), (0, True), (100, True), (101, False)]
)
def test_what_is_out_of_bounds_is_no_value(value: int, given: bool) -> None:
    read = Read(decode="gauge", objects={}, metric="battery_charge", least=0, most=100)
    assert bool(DECODERS["gauge"].decode({(): {"value": value}}, read)) is given


def test_instances_are_named_by_the_profile_and_others_left_out() -> None:
    read = Read(
        decode="counter", objects={}, metric="pages_by_kind", instances={"101": "Total", "5.1": "A"}
    )
    rows: dict[tuple[int, ...], Row] = {
        (101,): {"value": 7},
        (999,): {"value": 8},
        (5, 1): {"value": 9},
    }
    readings = DECODERS["counter"].decode(rows, read)
    assert [(r.instance, r.value) for r in readings if isinstance(r, Reading)] == [
        ("Total", 7),
        ("A", 9),
    ]


@pytest.mark.parametrize(
    ("lines", "instances"),
    [(1, [""]), (2, ["1", "2"]), (3, ["1", "2", "3"]), (0, ["1", "2", "3"]),
     (None, ["1", "2", "3"])],
)  # fmt: skip
def test_phases_are_those_that_the_device_counts(lines: int | None, instances: list[str]) -> None:
    read = Read(decode="gauge", objects={}, metric="input_voltage")
    rows: dict[tuple[int, ...], Row] = {} if lines is None else {(0,): {"lines": lines}}
    rows |= {(n,): {"value": 230} for n in (1, 2, 3)}
    readings = DECODERS["gauge"].decode(rows, read)
    assert [r.instance for r in readings if isinstance(r, Reading)] == instances


@pytest.mark.parametrize("decoder", sorted(DECODERS))
@pytest.mark.parametrize("junk", [b"text", (1, 3, 6), None, -(2**31), 2**63])
def test_no_decoder_fails_on_values_of_the_wrong_kind(decoder: str, junk: object) -> None:
    known = DECODERS[decoder]
    row: Row = dict.fromkeys([*known.needs, *known.may_have], junk)  # type: ignore[arg-type]
    metric = "cpu_load" if known.takes_metric else None
    read = Read(decode=decoder, objects={}, metric=metric, codes={"1": ("idle", State.ok)})
    for rows in ({(1, 1): row}, {(1,): {}}, {}):
        known.decode(rows, read)


def test_rows_are_laid_out_by_what_follows_the_column() -> None:
    column = oid("1.3.6.1.2.1.43.11.1.1.9")
    other = oid("1.3.6.1.2.1.43.11.1.1.8")
    rows = table_rows({
        "level": (column, [VarBind((*column, 1, 2), 7), VarBind((*column, 1, 1), 8)]),
        "capacity": (other, [VarBind((*other, 1, 1), 9), VarBind((*other, 1, 2), None)]),
    })  # fmt: skip
    assert rows == {(1, 1): {"level": 8, "capacity": 9}, (1, 2): {"level": 7}}
    assert scalar_row({"value": "1.3.0"}, {(1, 3, 0): VarBind((1, 3, 0), None)}) == {}
