"""The first tables of monitoring, as they were released first.

Frozen: monitoring/tables/ goes on, and what changes there is a migration of its own. What Piccolo cannot
say of these tables is in the migrations that follow.
"""

from piccolo.columns import (
    JSONB,
    Array,
    BigSerial,
    Boolean,
    Bytea,
    Date,
    DoublePrecision,
    ForeignKey,
    Integer,
    Text,
    Time,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.table_migrations import table_migration

ID = "2026-11-30T00:00:04:000000"
VERSION = "1.38.0"
DESCRIPTION = "the first tables"


# Of other apps: what foreign keys need to know of them.


class Asset(Table, tablename="asset"):
    id = BigSerial(primary_key=True)


class Person(Table, tablename="person"):
    id = BigSerial(primary_key=True)


class Place(Table, tablename="place"):
    id = BigSerial(primary_key=True)


class School(Table, tablename="school"):
    id = BigSerial(primary_key=True)


class WorkOrder(Table, tablename="work_order"):
    id = BigSerial(primary_key=True)


class Credential(Table, tablename="credential"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, on_delete=OnDelete.restrict, null=False, index=True)
    name = Varchar(length=80)
    version = Varchar(length=2)
    user_name = Varchar(length=32)
    auth_protocol = Varchar(length=8, default=None, null=True)
    priv_protocol = Varchar(length=8, default=None, null=True)
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
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, on_delete=OnDelete.restrict, null=False)
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
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, on_delete=OnDelete.restrict, null=False)
    asset = ForeignKey(Asset, on_delete=OnDelete.restrict, null=False, index=True)
    address = Varchar(length=45)
    port = Integer(default=161)
    method = Varchar(length=4, default="snmp")
    credential = ForeignKey(Credential, on_delete=OnDelete.restrict, index=True)
    parent = ForeignKey("self", on_delete=OnDelete.restrict, index=True)
    hours = ForeignKey(ExpectedHours, on_delete=OnDelete.restrict, index=True)
    mac = Varchar(length=17, default=None, null=True, index=True)
    seat_row = Integer(default=None, null=True)
    seat_column = Integer(default=None, null=True)
    any_source = Boolean()
    profile = Varchar(length=40, default=None, null=True)
    interval_seconds = Integer(default=None, null=True)
    may_sleep = Boolean(default=None, null=True)
    paused_at = Timestamptz(default=None, null=True)
    removed_at = Timestamptz(default=None, null=True)
    created_at = Timestamptz()
    version = Integer(default=1)
    state = Varchar(length=8, default="unknown")
    recognised = Varchar(length=40, default=None, null=True)
    identity = JSONB()
    uptime = JSONB(default=None, null=True)
    trouble = JSONB(default=None, null=True)
    failures = Integer()
    last_seen_at = Timestamptz(default=None, null=True)
    ping_seen_at = Timestamptz(default=None, null=True)
    last_polled_at = Timestamptz(default=None, null=True)
    next_poll_at = Timestamptz()
    leased_by = Varchar(length=80, default=None, null=True)
    lease_until = Timestamptz(default=None, null=True)

    device_state_is_known = Check("state IN ('up','down','unknown')")
    device_port_is_a_port = Check("port BETWEEN 1 AND 65535")
    device_interval_is_sane = Check("interval_seconds BETWEEN 10 AND 3600")
    device_failures_are_counted = Check("failures >= 0")
    device_method_is_known = Check("method IN ('snmp','ping')")
    device_credential_is_for_snmp = Check("(method = 'snmp') = (credential IS NOT NULL)")
    device_mac_is_plain = Check("mac ~ '^[0-9a-f]{2}(:[0-9a-f]{2}){5}$'")
    device_seat_is_whole = Check("(seat_row IS NULL) = (seat_column IS NULL)")
    device_seat_is_in_a_room = Check(
        "seat_row BETWEEN 1 AND 40 AND seat_column BETWEEN 1 AND 40 OR seat_row IS NULL"
    )
    device_is_not_its_own_parent = Check("parent <> id")
    device_lease_has_an_end = Check("(leased_by IS NULL) = (lease_until IS NULL)")
    device_id_school = Unique(["id", "school"])


class Alert(Table, tablename="alert"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, on_delete=OnDelete.restrict, null=False)
    device = ForeignKey(Device, on_delete=OnDelete.restrict, null=False, index=True)
    rule = Varchar(length=40)
    instance = Varchar(length=200)
    severity = Varchar(length=8)
    message = JSONB()
    raised_at = Timestamptz()
    acknowledged_at = Timestamptz(default=None, null=True)
    acknowledged_by = ForeignKey(Person, on_delete=OnDelete.restrict)
    cleared_at = Timestamptz(default=None, null=True)
    cleared_by = ForeignKey(Person, on_delete=OnDelete.restrict)
    flapping_at = Timestamptz(default=None, null=True)
    quiet_at = Timestamptz(default=None, null=True)
    episodes = Integer(default=1)
    escalated_to = Integer()
    work_order = ForeignKey(WorkOrder, on_delete=OnDelete.restrict, index=True)

    alert_severity_is_known = Check("severity IN ('warning','critical')")
    alert_acknowledged_by_somebody = Check("(acknowledged_at IS NULL) = (acknowledged_by IS NULL)")
    alert_cleared_by_somebody_is_cleared = Check("cleared_by IS NULL OR cleared_at IS NOT NULL")
    alert_episodes_are_counted = Check("episodes >= 1 AND escalated_to >= 0")
    alert_clears_after_it_is_raised = Check("cleared_at IS NULL OR cleared_at >= raised_at")


class MaintenanceWindow(Table, tablename="maintenance_window"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, on_delete=OnDelete.restrict, null=False, index=True)
    place = ForeignKey(Place, on_delete=OnDelete.restrict)
    device = ForeignKey(Device, on_delete=OnDelete.restrict)
    reason = Varchar(length=200)
    starts_at = Timestamptz()
    ends_at = Timestamptz(default=None, null=True)
    weekdays = Array(default=None, base_column=Integer(), null=True)
    from_time = Time(default=None, null=True)
    to_time = Time(default=None, null=True)
    created_by = ForeignKey(Person, on_delete=OnDelete.restrict, null=False)
    created_at = Timestamptz()
    cancelled_at = Timestamptz(default=None, null=True)

    maintenance_window_says_why = Check("btrim(reason) <> ''")
    maintenance_window_is_of_one_thing = Check("place IS NULL OR device IS NULL")
    maintenance_window_ends_after_it_begins = Check("ends_at IS NULL OR ends_at > starts_at")
    maintenance_window_is_once_or_weekly = Check(
        "(weekdays IS NULL AND from_time IS NULL AND to_time IS NULL AND ends_at IS NOT NULL) OR (weekdays IS NOT NULL AND cardinality(weekdays) > 0 AND weekdays <@ ARRAY[1,2,3,4,5,6,7] AND from_time IS NOT NULL AND to_time IS NOT NULL AND to_time <> from_time)"
    )


class RuleSetting(Table, tablename="rule_setting"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, on_delete=OnDelete.restrict, null=False)
    device = ForeignKey(Device, index=True)
    profile = Varchar(length=40, default=None, null=True)
    rule = Varchar(length=40)
    is_off = Boolean()
    raise_at = DoublePrecision(default=None, null=True)
    clear_at = DoublePrecision(default=None, null=True)
    created_at = Timestamptz()

    rule_setting_is_of_one_thing = Check("(device IS NULL) <> (profile IS NULL)")
    rule_setting_has_both_bounds = Check("(raise_at IS NULL) = (clear_at IS NULL)")
    rule_setting_says_something = Check("is_off OR raise_at IS NOT NULL")
    rule_setting_once_a_rule = Unique(["school", "device", "profile", "rule"], nulls_distinct=False)


class EscalationStep(Table, tablename="escalation_step"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, on_delete=OnDelete.restrict, null=False)
    level = Integer()
    after_minutes = Integer()
    least_severity = Varchar(length=8, default="critical")
    role = Varchar(length=16, default=None, null=True)
    person = ForeignKey(Person)

    escalation_step_level_is_sane = Check("level BETWEEN 1 AND 5")
    escalation_step_waits = Check("after_minutes BETWEEN 1 AND 10080")
    escalation_step_severity_is_known = Check("least_severity IN ('warning','critical')")
    escalation_step_tells_one = Check("(role IS NULL) <> (person IS NULL)")
    escalation_step_role_is_known = Check("role IN ('admin','technician')")
    escalation_step_once_a_level = Unique(["school", "level"])


class AlertSubscription(Table, tablename="alert_subscription"):
    id = BigSerial(primary_key=True)
    person = ForeignKey(Person, null=False)
    school = ForeignKey(School, on_delete=OnDelete.restrict, null=False, index=True)
    email = Varchar(length=254)
    least_severity = Varchar(length=8, default="warning")
    at_once = Boolean(default=True)
    digest = Varchar(length=8, default="none")
    digest_hour = Integer(default=7)
    last_digest_at = Timestamptz(default=None, null=True)
    created_at = Timestamptz()

    alert_subscription_severity_is_known = Check("least_severity IN ('warning','critical')")
    alert_subscription_digest_is_known = Check("digest IN ('none','daily','weekly')")
    alert_subscription_hour_is_one = Check("digest_hour BETWEEN 0 AND 23")
    alert_subscription_address_has_a_place = Check("email ~ '^[^@[:space:]]+@[^@[:space:]]+$'")
    alert_subscription_once_a_person = Unique(["person", "school"])


class AlertNotice(Table, tablename="alert_notice"):
    id = BigSerial(primary_key=True)
    alert = ForeignKey(Alert, null=False)
    person = ForeignKey(Person, null=False, index=True)
    kind = Varchar(length=12)
    level = Integer()
    created_at = Timestamptz()
    sent_at = Timestamptz(default=None, null=True)
    trouble = Text(default=None, null=True)

    alert_notice_kind_is_known = Check("kind IN ('raised','escalated','cleared')")
    alert_notice_once = Unique(["alert", "person", "kind", "level"])


class Trap(Table, tablename="trap"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, on_delete=OnDelete.restrict)
    device = ForeignKey(Device)
    source = Varchar(length=45)
    kind = Varchar(length=6)
    trap_oid = Varchar(length=400)
    name = Varchar(length=40, default=None, null=True)
    severity = Varchar(length=8, default=None, null=True)
    varbinds = JSONB()
    minute = Timestamptz()
    first_at = Timestamptz()
    last_at = Timestamptz()
    repeats = Integer(default=1)
    alert = ForeignKey(Alert, on_delete=OnDelete.set_null, index=True)

    trap_kind_is_known = Check("kind IN ('trap','inform')")
    trap_severity_is_known = Check("severity IN ('ok','warning','critical')")
    trap_repeats_are_counted = Check("repeats >= 1")
    trap_once_a_minute = Unique(
        ["school", "device", "source", "trap_oid", "minute"], nulls_distinct=False
    )


class LatestVisit(Table, tablename="latest_visit"):
    id = BigSerial(primary_key=True)
    device = ForeignKey(Device, null=False, unique=True)
    at = Timestamptz()
    readings = JSONB()
    counts = JSONB()
    pending = JSONB()
    plan = JSONB(default=None, null=True)
    planned_at = Timestamptz(default=None, null=True)


class StateSpan(Table, tablename="state_span"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, on_delete=OnDelete.restrict, null=False)
    device = ForeignKey(Device, on_delete=OnDelete.restrict, null=False)
    state = Varchar(length=8)
    started_at = Timestamptz()
    ended_at = Timestamptz(default=None, null=True)

    state_span_state_is_known = Check("state IN ('up','down','unknown')")
    state_span_ends_after_it_begins = Check("ended_at IS NULL OR ended_at >= started_at")


class PowerSession(Table, tablename="power_session"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, on_delete=OnDelete.restrict, null=False)
    device = ForeignKey(Device, on_delete=OnDelete.restrict, null=False)
    asset = ForeignKey(Asset, on_delete=OnDelete.restrict, null=False)
    started_at = Timestamptz()
    ended_at = Timestamptz()

    power_session_ends_after_it_begins = Check("ended_at > started_at")


class Network(Table, tablename="network"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, on_delete=OnDelete.restrict, null=False)
    name = Varchar(length=80)
    cidr = Varchar(length=43)
    scan_every_hours = Integer(default=None, null=True)
    addresses_per_second = Integer(default=20)
    next_scan_at = Timestamptz(default=None, null=True, index=True)
    created_at = Timestamptz()
    version = Integer(default=1)

    network_name_is_given = Check("btrim(name) <> ''")
    network_scan_is_not_too_often = Check("scan_every_hours BETWEEN 1 AND 720")
    network_rate_is_bounded = Check("addresses_per_second BETWEEN 1 AND 200")
    network_once_a_school = Unique(["school", "cidr"])
    network_id_school = Unique(["id", "school"])


class NetworkGrant(Table, tablename="network_grant"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False)
    cidr = Varchar(length=43)
    is_shared = Boolean()
    created_at = Timestamptz()

    network_grant_once_a_school = Unique(["school", "cidr"])


class NetworkCredential(Table, tablename="network_credential"):
    id = BigSerial(primary_key=True)
    network = ForeignKey(Network, null=False)
    credential = ForeignKey(Credential, null=False, index=True)
    place = Integer(default=1)

    network_credential_once = Unique(["network", "credential"])


class NetworkScan(Table, tablename="network_scan"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, on_delete=OnDelete.restrict, null=False)
    network = ForeignKey(Network, null=False, index=True)
    requested_by = ForeignKey(Person, on_delete=OnDelete.restrict)
    created_at = Timestamptz()
    finished_at = Timestamptz(default=None, null=True)
    cancelled_at = Timestamptz(default=None, null=True)
    addresses = Integer()
    asked = Integer()
    answered = Integer()
    leased_by = Varchar(length=80, default=None, null=True)
    lease_until = Timestamptz(default=None, null=True)

    network_scan_asks_what_there_is = Check("asked BETWEEN 0 AND addresses")
    network_scan_lease_has_an_end = Check("(leased_by IS NULL) = (lease_until IS NULL)")


class Candidate(Table, tablename="candidate"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, on_delete=OnDelete.restrict, null=False)
    network = ForeignKey(Network, null=False, index=True)
    address = Varchar(length=45)
    port = Integer(default=161)
    credential = ForeignKey(Credential, on_delete=OnDelete.set_null, index=True)
    profile = Varchar(length=40, default=None, null=True)
    identity = JSONB()
    mac = Varchar(length=17, default=None, null=True)
    trust = Varchar(length=10, default="unmatched")
    asset = ForeignKey(Asset, on_delete=OnDelete.restrict, index=True)
    keys = JSONB()
    found_at = Timestamptz()
    seen_at = Timestamptz()
    decision = Varchar(length=8, default=None, null=True)
    decided_at = Timestamptz(default=None, null=True)
    decided_by = ForeignKey(Person, on_delete=OnDelete.restrict)
    device = ForeignKey(Device, on_delete=OnDelete.restrict, index=True)

    candidate_port_is_a_port = Check("port BETWEEN 1 AND 65535")
    candidate_mac_is_plain = Check("mac ~ '^[0-9a-f]{2}(:[0-9a-f]{2}){5}$'")
    candidate_trust_is_known = Check("trust IN ('certain','doubtful','unmatched')")
    candidate_trust_needs_an_asset = Check("(trust = 'unmatched') = (asset IS NULL)")
    candidate_decision_is_known = Check("decision IN ('added','ignored')")
    candidate_decision_has_a_time = Check("(decision IS NULL) = (decided_at IS NULL)")
    candidate_added_is_a_device = Check("(decision = 'added') = (device IS NOT NULL)")
    candidate_once_an_address = Unique(["school", "address", "port"])


class PortSighting(Table, tablename="port_sighting"):
    id = BigSerial(primary_key=True)
    device = ForeignKey(Device, null=False)
    port = Varchar(length=120)
    mac = Varchar(length=17, index=True)
    vlan = Integer(default=None, null=True)
    seen_at = Timestamptz()

    port_sighting_mac_is_plain = Check("mac ~ '^[0-9a-f]{2}(:[0-9a-f]{2}){5}$'")
    port_sighting_once = Unique(["device", "mac"])


class PortNeighbour(Table, tablename="port_neighbour"):
    id = BigSerial(primary_key=True)
    device = ForeignKey(Device, null=False)
    port = Varchar(length=120)
    chassis = Varchar(length=120)
    name = Varchar(length=200)
    remote_port = Varchar(length=200)
    seen_at = Timestamptz()

    port_neighbour_once = Unique(["device", "port", "chassis"])


class WakePlan(Table, tablename="wake_plan"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, on_delete=OnDelete.restrict, null=False)
    place = ForeignKey(Place, on_delete=OnDelete.restrict, null=False)
    weekdays = Array(base_column=Integer())
    wake_at = Time()
    last_run_on = Date(default=None, null=True)
    created_by = ForeignKey(Person, on_delete=OnDelete.restrict, null=False)
    created_at = Timestamptz()

    wake_plan_has_weekdays = Check("cardinality(weekdays) > 0 AND weekdays <@ ARRAY[1,2,3,4,5,6,7]")
    wake_plan_once_a_time = Unique(["place", "wake_at"])


class PollerReport(Table, tablename="poller_report"):
    worker = Varchar(length=80, primary_key=True)
    started_at = Timestamptz()
    seen_at = Timestamptz()
    figures = JSONB()


TABLES = (
    Credential,
    ExpectedHours,
    Device,
    Alert,
    MaintenanceWindow,
    RuleSetting,
    EscalationStep,
    AlertSubscription,
    AlertNotice,
    Trap,
    LatestVisit,
    StateSpan,
    PowerSession,
    Network,
    NetworkGrant,
    NetworkCredential,
    NetworkScan,
    Candidate,
    PortSighting,
    PortNeighbour,
    WakePlan,
    PollerReport,
)


async def forwards():
    return table_migration("monitoring", ID, DESCRIPTION, TABLES)
