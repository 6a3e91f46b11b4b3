"""Alerts, when they are held back, and who is told of them."""

from piccolo.columns import (
    JSONB,
    BigSerial,
    Boolean,
    DoublePrecision,
    ForeignKey,
    Integer,
    Text,
    Time,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.columns.column_types import Array
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.tables import Person, Place, School
from inventory.tables import WorkOrder
from monitoring.tables.devices import Device

SEVERITIES = "('warning','critical')"


class Alert(Table, tablename="alert"):
    """One episode of one fault; raised, perhaps acknowledged, cleared: by when, not by a state.

    A fault that comes and goes stays open as flapping until it has been quiet for a while;
    ``episodes`` counts how often it came.
    """

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
    # Set where a person ended it: what traps report may have no end of its own.
    cleared_by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)
    flapping_at = Timestamptz(null=True, default=None)
    quiet_at = Timestamptz(null=True, default=None)
    episodes = Integer(default=1)
    escalated_to = Integer(default=0)
    work_order = ForeignKey(
        WorkOrder, null=True, default=None, index=True, on_delete=OnDelete.restrict
    )

    alert_severity_is_known = Check("severity IN ('warning','critical')")
    alert_acknowledged_by_somebody = Check("(acknowledged_at IS NULL) = (acknowledged_by IS NULL)")
    alert_cleared_by_somebody_is_cleared = Check("cleared_by IS NULL OR cleared_at IS NOT NULL")
    alert_episodes_are_counted = Check("episodes >= 1 AND escalated_to >= 0")
    alert_clears_after_it_is_raised = Check("cleared_at IS NULL OR cleared_at >= raised_at")


class MaintenanceWindow(Table, tablename="maintenance_window"):
    """When nobody is to be told: of a device, a room, or the whole school; once or every week."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    place = ForeignKey(Place, null=True, default=None, on_delete=OnDelete.restrict)
    device = ForeignKey(Device, null=True, default=None, on_delete=OnDelete.restrict)
    reason = Varchar(length=200)
    starts_at = Timestamptz()
    # Of a weekly one: when it is repeated no longer.
    ends_at = Timestamptz(null=True, default=None)
    weekdays = Array(base_column=Integer(), null=True, default=None)
    from_time = Time(null=True, default=None)
    to_time = Time(null=True, default=None)
    created_by = ForeignKey(Person, null=False, on_delete=OnDelete.restrict)
    created_at = Timestamptz()
    cancelled_at = Timestamptz(null=True, default=None)

    maintenance_window_says_why = Check("btrim(reason) <> ''")
    maintenance_window_is_of_one_thing = Check("place IS NULL OR device IS NULL")
    maintenance_window_ends_after_it_begins = Check("ends_at IS NULL OR ends_at > starts_at")
    maintenance_window_is_once_or_weekly = Check(
        "(weekdays IS NULL AND from_time IS NULL AND to_time IS NULL AND ends_at IS NOT NULL)"
        " OR (weekdays IS NOT NULL AND cardinality(weekdays) > 0"
        " AND weekdays <@ ARRAY[1,2,3,4,5,6,7]"
        " AND from_time IS NOT NULL AND to_time IS NOT NULL AND to_time <> from_time)"
    )


class RuleSetting(Table, tablename="rule_setting"):
    """What a school set against a profile's rule: for one device, or for all of a profile."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    device = ForeignKey(Device, null=True, default=None, index=True, on_delete=OnDelete.cascade)
    profile = Varchar(length=40, null=True, default=None)
    rule = Varchar(length=40)
    is_off = Boolean(default=False)
    raise_at = DoublePrecision(null=True, default=None)
    clear_at = DoublePrecision(null=True, default=None)
    created_at = Timestamptz()

    rule_setting_is_of_one_thing = Check("(device IS NULL) <> (profile IS NULL)")
    rule_setting_has_both_bounds = Check("(raise_at IS NULL) = (clear_at IS NULL)")
    rule_setting_says_something = Check("is_off OR raise_at IS NOT NULL")
    rule_setting_once_a_rule = Unique(["school", "device", "profile", "rule"], nulls_distinct=False)


class EscalationStep(Table, tablename="escalation_step"):
    """Who is told when nobody has acknowledged an alert for so long."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    level = Integer()
    after_minutes = Integer()
    least_severity = Varchar(length=8, default="critical")
    role = Varchar(length=16, null=True, default=None)
    person = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.cascade)

    escalation_step_level_is_sane = Check("level BETWEEN 1 AND 5")
    escalation_step_waits = Check("after_minutes BETWEEN 1 AND 10080")
    escalation_step_severity_is_known = Check(f"least_severity IN {SEVERITIES}")
    escalation_step_tells_one = Check("(role IS NULL) <> (person IS NULL)")
    escalation_step_role_is_known = Check("role IN ('admin','technician')")
    escalation_step_once_a_level = Unique(["school", "level"])


class AlertSubscription(Table, tablename="alert_subscription"):
    """How a person wants to hear of a school's alerts by mail: at once, gathered, or both."""

    id = BigSerial(primary_key=True)
    person = ForeignKey(Person, null=False, on_delete=OnDelete.cascade)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    email = Varchar(length=254)
    least_severity = Varchar(length=8, default="warning")
    at_once = Boolean(default=True)
    digest = Varchar(length=8, default="none")
    digest_hour = Integer(default=7)
    last_digest_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz()

    alert_subscription_severity_is_known = Check(f"least_severity IN {SEVERITIES}")
    alert_subscription_digest_is_known = Check("digest IN ('none','daily','weekly')")
    alert_subscription_hour_is_one = Check("digest_hour BETWEEN 0 AND 23")
    alert_subscription_address_has_a_place = Check("email ~ '^[^@[:space:]]+@[^@[:space:]]+$'")
    alert_subscription_once_a_person = Unique(["person", "school"])


class AlertNotice(Table, tablename="alert_notice"):
    """One mail about one alert to one person; the row makes sure that it is sent once."""

    id = BigSerial(primary_key=True)
    alert = ForeignKey(Alert, null=False, on_delete=OnDelete.cascade)
    person = ForeignKey(Person, null=False, index=True, on_delete=OnDelete.cascade)
    kind = Varchar(length=12)
    level = Integer(default=0)
    created_at = Timestamptz()
    sent_at = Timestamptz(null=True, default=None)
    trouble = Text(null=True, default=None)
    due_at = Timestamptz(null=True, default=None)
    attempts = Integer(default=0)

    alert_notice_kind_is_known = Check("kind IN ('raised','escalated','cleared')")
    alert_notice_once = Unique(["alert", "person", "kind", "level"])


class Trap(Table, tablename="trap"):
    """What a device said unasked; the same thing within a minute is one row that counts.

    One from an address that nobody knows has neither school nor device.
    """

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=True, default=None, on_delete=OnDelete.restrict)
    device = ForeignKey(Device, null=True, default=None, on_delete=OnDelete.cascade)
    source = Varchar(length=45)
    kind = Varchar(length=6)
    trap_oid = Varchar(length=400)
    # The profile's name for it, None for what no profile maps.
    name = Varchar(length=40, null=True, default=None)
    severity = Varchar(length=8, null=True, default=None)
    varbinds = JSONB()
    minute = Timestamptz()
    first_at = Timestamptz()
    last_at = Timestamptz()
    repeats = Integer(default=1)
    alert = ForeignKey(Alert, null=True, default=None, index=True, on_delete=OnDelete.set_null)

    trap_kind_is_known = Check("kind IN ('trap','inform')")
    trap_severity_is_known = Check("severity IN ('ok','warning','critical')")
    trap_repeats_are_counted = Check("repeats >= 1")
    trap_once_a_minute = Unique(
        ["school", "device", "source", "trap_oid", "minute"], nulls_distinct=False
    )
