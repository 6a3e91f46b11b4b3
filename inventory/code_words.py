"""What people read for the codes that this package's tables hold (see core/entity.py)."""

from core.entity import Word, bad, idle, info, ok, warn
from core.errors import say

# What each stored code reads as, by the kinds that ``Entity.codes`` and the templates name.
CODES: dict[str, dict[str, Word]] = {
    "lifecycle": {
        "announced": info(say("Announced")),
        "received": info(say("Received")),
        "triage": info(say("Being checked")),
        "wiping": info(say("Being wiped")),
        "refurbish": info(say("Being refurbished")),
        "in_service": ok(say("In service")),
        "in_repair": warn(say("In repair")),
        "lost": bad(say("Lost")),
        "retired": idle(say("Retired")),
        "disposed": idle(say("Disposed of")),
        "written_off": idle(say("Written off")),
        "returned_to_donor": idle(say("Returned to the donor")),
        "voided": idle(say("Entered by mistake")),
    },
    "wipe_method": {
        "overwritten": idle(say("Overwritten")),
        "secure_erase": idle(say("Erased by the drive itself")),
        "factory_reset": idle(say("Reset to factory settings")),
        "destroyed": idle(say("Data carrier removed or destroyed")),
        "no_carrier": idle(say("Has no data carrier")),
    },
    "wipe_result": {
        "passed": ok(say("Wiped")),
        "failed": bad(say("Failed")),
    },
    "condition": {
        "ok": ok(say("Good")),
        "degraded": warn(say("Degraded")),
        "broken": bad(say("Broken")),
        "incomplete": warn(say("Incomplete")),
        "unknown": idle(say("Not known")),
    },
    "attachment_kind": {
        "photo": idle(say("Photo")),
        "document": idle(say("Document")),
    },
    "cost_basis": {
        "invoice": info(say("by invoice")),
        "market": info(say("by the market")),
        "depreciated": info(say("after depreciation")),
    },
    "custom_field_kind": {
        "text": idle(say("Free text")),
        "number": idle(say("A number")),
        "date": idle(say("A date")),
        "choice": idle(say("One of a list")),
    },
    "serial_trust": {
        "ok": ok(say("Trusted")),
        "junk": warn(say("Not a real serial number")),
        "none": idle(say("None")),
    },
    "asset_category": {
        "computer": idle(say("Computer")),
        "robot_kit": idle(say("Robot kit")),
        "book": idle(say("Book")),
        "network": idle(say("Network equipment")),
        "printer": idle(say("Printer")),
        "projector": idle(say("Projector")),
        "ups": idle(say("UPS")),
        "part": idle(say("Spare part")),
        "other": idle(say("Other")),
    },
    "donor_kind": {
        "named": idle(say("Person")),
        "organisation": idle(say("Organisation")),
        "anonymous": idle(say("Anonymous donor")),
    },
    "import_state": {
        "staged": info(say("Waiting for your decision")),
        "applied": ok(say("Applied")),
        "discarded": idle(say("Discarded")),
    },
    "import_verdict": {
        "create": ok(say("New")),
        "update": info(say("Update")),
        "same": idle(say("No change")),
        "skip": idle(say("Left out")),
        "error": bad(say("Error")),
    },
    "work_order_state": {
        "open": bad(say("Reported")),
        "assigned": info(say("Assigned")),
        "waiting_parts": warn(say("Waiting for parts")),
        "completed": ok(say("Completed")),
        "cancelled": idle(say("Cancelled")),
    },
    "work_order_source": {
        "person": idle(say("Reported by a person")),
        "alert": idle(say("From monitoring")),
        "kit_count": idle(say("From a kit count")),
        "stocktake": idle(say("From a stock-take")),
        "schedule": idle(say("Planned maintenance")),
    },
    "severity": {
        "low": idle(say("Low")),
        "normal": info(say("Normal")),
        "high": warn(say("High")),
        "critical": bad(say("Critical")),
    },
}
