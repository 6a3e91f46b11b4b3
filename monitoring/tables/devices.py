"""Devices, the credentials that open them, and what is known of them from visit to visit."""

from typing import Any

from piccolo.columns import (
    JSONB,
    BigSerial,
    Boolean,
    Bytea,
    ForeignKey,
    Integer,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.tables import School
from inventory.tables import Asset

MAC = "~ '^[0-9a-f]{2}(:[0-9a-f]{2}){5}$'"


class Credential(Table, tablename="credential"):
    """How a school's devices let themselves be read; ``sealed`` is encrypted with the secret key."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    name = Varchar(length=80)
    version = Varchar(length=2)
    user_name = Varchar(length=32)
    auth_protocol = Varchar(length=8, null=True, default=None)
    priv_protocol = Varchar(length=8, null=True, default=None)
    context = Varchar(length=32)
    sealed = Bytea(secret=True)
    created_at = Timestamptz()

    credential_version_is_known = Check("version IN ('1','2c','3')")
    credential_name_is_given = Check("btrim(name) <> ''")
    credential_user_is_of_v3 = Check("(version = '3') = (user_name <> '')")
    credential_auth_is_known = Check(
        "auth_protocol IN ('md5','sha','sha224','sha256','sha384','sha512')"
    )
    credential_priv_is_known = Check(
        "priv_protocol IN ('des','aes','aes192','aes256','aes192c','aes256c')"
    )
    credential_priv_needs_auth = Check("priv_protocol IS NULL OR auth_protocol IS NOT NULL")
    credential_name_once_a_school = Unique(["school", "name"])
    credential_id_school = Unique(["id", "school"])


class ExpectedHours(Table, tablename="expected_hours"):
    """When devices ought to be on, by the school's clock: a list of {weekday, starts, ends}."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    name = Varchar(length=80)
    spans = JSONB()
    created_at = Timestamptz()

    expected_hours_name_is_given = Check("btrim(name) <> ''")
    expected_hours_have_spans = Check(
        "jsonb_typeof(spans) = 'array' AND jsonb_array_length(spans) > 0"
    )
    expected_hours_name_once_a_school = Unique(["school", "name"])
    expected_hours_id_school = Unique(["id", "school"])


class Device(Table, tablename="device"):
    """The network side of an asset: what people configure, and below it what polls store.

    A device without an agent is watched by ``ping``: it is there or it is not.
    """

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    asset = ForeignKey(Asset, null=False, index=True, on_delete=OnDelete.restrict)
    address = Varchar(length=45)
    port = Integer(default=161)
    method = Varchar(length=4, default="snmp")
    credential = ForeignKey(
        Credential, null=True, default=None, index=True, on_delete=OnDelete.restrict
    )
    # What it hangs on: while the parent is down, nothing is known of its children.
    parent: ForeignKey[Any] = ForeignKey(
        "self", null=True, default=None, index=True, on_delete=OnDelete.restrict
    )
    hours = ForeignKey(
        ExpectedHours, null=True, default=None, index=True, on_delete=OnDelete.restrict
    )
    mac = Varchar(length=17, null=True, default=None, index=True)
    seat_row = Integer(null=True, default=None)
    seat_column = Integer(null=True, default=None)
    # Some agents with several addresses answer from another one than was asked.
    any_source = Boolean(default=False)
    # None: as recognised, and as the profile has it.
    profile = Varchar(length=40, null=True, default=None)
    interval_seconds = Integer(null=True, default=None)
    may_sleep = Boolean(null=True, default=None)
    paused_at = Timestamptz(null=True, default=None)
    removed_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz()
    version = Integer(default=1)

    state = Varchar(length=8, default="unknown")
    recognised = Varchar(length=40, null=True, default=None)
    identity = JSONB(default="{}")
    uptime = JSONB(null=True, default=None)
    trouble = JSONB(null=True, default=None)
    failures = Integer(default=0)
    last_seen_at = Timestamptz(null=True, default=None)
    ping_seen_at = Timestamptz(null=True, default=None)
    last_polled_at = Timestamptz(null=True, default=None)
    next_poll_at = Timestamptz()
    leased_by = Varchar(length=80, null=True, default=None)
    lease_until = Timestamptz(null=True, default=None)

    device_state_is_known = Check("state IN ('up','down','unknown')")
    device_port_is_a_port = Check("port BETWEEN 1 AND 65535")
    device_interval_is_sane = Check("interval_seconds BETWEEN 10 AND 3600")
    device_failures_are_counted = Check("failures >= 0")
    device_method_is_known = Check("method IN ('snmp','ping')")
    device_credential_is_for_snmp = Check("(method = 'snmp') = (credential IS NOT NULL)")
    device_mac_is_plain = Check(f"mac {MAC}")
    device_seat_is_whole = Check("(seat_row IS NULL) = (seat_column IS NULL)")
    device_seat_is_in_a_room = Check(
        "seat_row BETWEEN 1 AND 40 AND seat_column BETWEEN 1 AND 40 OR seat_row IS NULL"
    )
    device_is_not_its_own_parent = Check("parent <> id")
    device_lease_has_an_end = Check("(leased_by IS NULL) = (lease_until IS NULL)")
    device_id_school = Unique(["id", "school"])


class LatestVisit(Table, tablename="latest_visit"):
    """All readings of a device's last good visit, and what the next one compares with."""

    id = BigSerial(primary_key=True)
    device = ForeignKey(Device, null=False, unique=True, on_delete=OnDelete.cascade)
    at = Timestamptz()
    readings = JSONB()
    counts = JSONB()
    pending = JSONB()
    # Which objects the device has, so that steady visits ask for these alone.
    plan = JSONB(null=True, default=None)
    planned_at = Timestamptz(null=True, default=None)


class StateSpan(Table, tablename="state_span"):
    """In which state a device was from when to when; a trigger on ``device`` writes them."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    device = ForeignKey(Device, null=False, on_delete=OnDelete.restrict)
    state = Varchar(length=8)
    started_at = Timestamptz()
    ended_at = Timestamptz(null=True, default=None)

    state_span_state_is_known = Check("state IN ('up','down','unknown')")
    state_span_ends_after_it_begins = Check("ended_at IS NULL OR ended_at >= started_at")


class PowerSession(Table, tablename="power_session"):
    """When a device was on, one row a boot: [started_at, ended_at), by its own uptime.

    At time T with uptime U it was on during [T − U, T], whatever visits were missed. ``asset`` and
    ``school`` are those of the device, so that hours of use need no join. The sessions of one
    device never overlap.
    """

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    device = ForeignKey(Device, null=False, on_delete=OnDelete.restrict)
    asset = ForeignKey(Asset, null=False, on_delete=OnDelete.restrict)
    started_at = Timestamptz()
    ended_at = Timestamptz()

    power_session_ends_after_it_begins = Check("ended_at > started_at")
