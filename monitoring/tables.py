"""Rows of monitoring/ and their rules; samples and what Piccolo cannot say are in the raw migration."""

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

from core.tables import Person, School
from inventory.tables import Asset, WorkOrder


class Credential(Table, tablename="credential"):
    """How a school's devices let themselves be read; ``sealed`` opens only with the secret key."""

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
    credential_priv_is_known = Check("priv_protocol IN ('des','aes')")
    credential_priv_needs_auth = Check("priv_protocol IS NULL OR auth_protocol IS NOT NULL")
    credential_name_once_a_school = Unique(["school", "name"])
    credential_id_school = Unique(["id", "school"])


class Device(Table, tablename="device"):
    """The network side of an asset: what people configure, and below it what polls keep."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    asset = ForeignKey(Asset, null=False, index=True, on_delete=OnDelete.restrict)
    address = Varchar(length=45)
    port = Integer(default=161)
    credential = ForeignKey(Credential, null=False, index=True, on_delete=OnDelete.restrict)
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
    last_polled_at = Timestamptz(null=True, default=None)
    next_poll_at = Timestamptz()
    leased_by = Varchar(length=80, null=True, default=None)
    lease_until = Timestamptz(null=True, default=None)

    device_state_is_known = Check("state IN ('up','down','unknown')")
    device_port_is_a_port = Check("port BETWEEN 1 AND 65535")
    device_interval_is_sane = Check("interval_seconds BETWEEN 10 AND 3600")
    device_failures_are_counted = Check("failures >= 0")
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


class Alert(Table, tablename="alert"):
    """One episode of one fault; raised, perhaps acknowledged, cleared: by when, not by a state."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    device = ForeignKey(Device, null=False, index=True, on_delete=OnDelete.restrict)
    rule = Varchar(length=40)
    instance = Varchar(length=200)
    severity = Varchar(length=8)
    message = JSONB()
    raised_at = Timestamptz()
    acknowledged_at = Timestamptz(null=True, default=None)
    acknowledged_by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)
    cleared_at = Timestamptz(null=True, default=None)
    work_order = ForeignKey(
        WorkOrder, null=True, default=None, index=True, on_delete=OnDelete.restrict
    )

    alert_severity_is_known = Check("severity IN ('warning','critical')")
    alert_acknowledged_by_somebody = Check("(acknowledged_at IS NULL) = (acknowledged_by IS NULL)")
    alert_clears_after_it_is_raised = Check("cleared_at IS NULL OR cleared_at >= raised_at")


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
