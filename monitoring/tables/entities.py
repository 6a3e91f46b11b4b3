"""What people call the rows and columns of this package's tables (see core/entity.py)."""

from core.entity import Entity, Word, bad, idle, info, ok, warn
from core.errors import Message, say
from inventory.entities import ASSET, OF_ASSET
from monitoring.tables.alerts import (
    Alert,
    AlertSubscription,
    EscalationStep,
    MaintenanceWindow,
    RuleSetting,
)
from monitoring.tables.devices import Credential, Device, ExpectedHours
from monitoring.tables.networks import Candidate, Network, NetworkGrant
from monitoring.tables.rooms import WakePlan

ENTITIES = (
    Entity(
        Device,
        say("Device"),
        row_name=ASSET,
        joins=OF_ASSET,
        codes={"state": "device_state", "method": "device_method"},
    ),
    Entity(Network, say("Network of the school"), row_name="t.name"),
    Entity(NetworkGrant, say("Network given to the school"), row_name="t.cidr"),
    Entity(
        Candidate,
        say("Found device"),
        row_name="t.address",
        codes={"trust": "candidate_trust", "decision": "candidate_decision"},
    ),
    Entity(
        Alert,
        say("Alert"),
        row_name="a.tag",
        joins="JOIN device d ON d.id = t.device JOIN asset a ON a.id = d.asset",
        codes={"severity": "alert_severity"},
    ),
    Entity(
        AlertSubscription,
        say("Mail about alerts"),
        row_name="p.name",
        joins="JOIN person p ON p.id = t.person",
        codes={"least_severity": "alert_severity", "digest": "digest"},
    ),
    Entity(Credential, say("Credential"), row_name="t.name"),
    Entity(
        EscalationStep,
        say("Step of telling"),
        row_name="t.level::text",
        codes={"role": "role", "least_severity": "alert_severity"},
    ),
    Entity(ExpectedHours, say("Expected hours"), row_name="t.name"),
    Entity(MaintenanceWindow, say("Maintenance window"), row_name="t.reason"),
    Entity(
        RuleSetting,
        say("Alert rule"),
        row_name="a.tag",
        joins="LEFT JOIN device d ON d.id = t.device LEFT JOIN asset a ON a.id = d.asset",
    ),
    Entity(
        WakePlan,
        say("Waking plan"),
        row_name="pp.path",
        joins="JOIN place_path pp ON pp.place = t.place",
    ),
)

# What each stored code reads as, by the kinds that ``Entity.codes`` and the templates name.
CODES: dict[str, dict[str, Word]] = {
    "device_state": {
        "up": ok(say("Online")),
        "down": bad(say("Offline")),
        "unknown": idle(say("Not yet known")),
    },
    "device_method": {
        "snmp": idle(say("by SNMP")),
        "ping": idle(say("by ping")),
    },
    "reading_state": {
        "ok": ok(say("In order")),
        "warning": warn(say("Warning")),
        "critical": bad(say("Critical")),
        "unknown": idle(say("Not known")),
    },
    "alert_state": {
        "raised": bad(say("Alert")),
        "acknowledged": warn(say("Acknowledged")),
        "cleared": ok(say("Cleared")),
    },
    "alert_severity": {
        "warning": warn(say("Warning")),
        "critical": bad(say("Critical")),
    },
    "digest": {
        "none": idle(say("never")),
        "daily": idle(say("every day")),
        "weekly": idle(say("every week")),
    },
    "scan_state": {
        "waiting": idle(say("Waits for a worker")),
        "running": info(say("Is searching")),
        "finished": ok(say("Finished")),
        "cancelled": idle(say("Cancelled")),
        "failed": bad(say("Could not be finished")),
    },
    "candidate_trust": {
        "certain": ok(say("Certain")),
        "doubtful": warn(say("Doubtful")),
        "unmatched": idle(say("Unknown to us")),
    },
    "candidate_decision": {
        "waiting": info(say("Waits for you")),
        "added": ok(say("Added")),
        "ignored": idle(say("Ignored")),
    },
    "candidate_key": {
        "serial_number": ok(say("Serial number")),
        "mac": ok(say("Network card")),
        "address": idle(say("Address")),
        "name": idle(say("Name")),
        "model": idle(say("Model")),
    },
    "candidate_doubt": {
        "weak_key": warn(
            say(
                "Names, models and addresses can be alike: only a serial number or a card is proof."
            )
        ),
        "keys_disagree": warn(say("Its serial number and its card lead to different assets.")),
        "several_assets": warn(say("More than one asset fits.")),
        "shared_serial": warn(say("Another address tells the same serial number.")),
        "shared_card": warn(say("Another address has the same network card.")),
        "monitored": warn(say("This asset is monitored already, at another address.")),
        "gone": warn(say("By the books this asset has left the school.")),
        "other_kind": warn(say("The device is of another kind than the asset.")),
    },
}

COLUMNS: dict[str, Message] = {
    "acknowledged_by": say("Taken care of by"),
    "address": say("Address"),
    "addresses_per_second": say("Addresses a second"),
    "after_minutes": say("After … minutes"),
    "any_source": say("May answer from another address"),
    "at_once": say("At once"),
    "auth_protocol": say("Signed with"),
    "cancelled_at": say("Cancelled at"),
    "cidr": say("Range of addresses"),
    "clear_at": say("Over at"),
    "cleared_at": say("Over since"),
    "cleared_by": say("Ended by"),
    "context": say("Context"),
    "credential": say("Credential"),
    "decided_at": say("Decided at"),
    "decided_by": say("Decided by"),
    "decision": say("Decision"),
    "device": say("Device"),
    "digest": say("Gathered"),
    "digest_hour": say("Hour of the mail"),
    "email": say("Mail address"),
    "ends_at": say("Ends"),
    "episodes": say("Times it came"),
    "escalated_to": say("Step of telling"),
    "flapping_at": say("Comes and goes since"),
    "found_at": say("Found at"),
    "from_time": say("From"),
    "hours": say("Expected hours"),
    "instance": say("Part"),
    "interval_seconds": say("Seconds between visits"),
    "is_off": say("Disabled"),
    "is_shared": say("Shared with other schools"),
    "least_severity": say("Which alerts"),
    "level": say("Step"),
    "mac": say("MAC address"),
    "may_sleep": say("May be switched off"),
    "message": say("What it says"),
    "method": say("How it is watched"),
    "network": say("Network"),
    "paused_at": say("Paused at"),
    "port": say("Port"),
    "priv_protocol": say("Encrypted with"),
    "profile": say("Profile"),
    "quiet_at": say("Quiet since"),
    "raise_at": say("Raise at"),
    "raised_at": say("Raised"),
    "reason": say("Reason"),
    "removed_at": say("Removed at"),
    "rule": say("Alert rule"),
    "scan_every_hours": say("Searched every … hours"),
    "seat_column": say("Column of the seat"),
    "seat_row": say("Row of the seat"),
    "spans": say("Times"),
    "starts_at": say("Begins"),
    "to_time": say("To"),
    "user_name": say("User"),
    "wake_at": say("Wake at"),
    "weekdays": say("Weekdays"),
}
