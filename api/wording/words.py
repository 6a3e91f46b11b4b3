"""Stored codes in words: one label and one tone for each, so that a state reads alike on every page."""

import msgspec

from api.wording.entities import ENTITIES
from api.wording.language import Language
from core.errors import Message, say
from storage import vocabulary


class Word(msgspec.Struct, frozen=True):
    """What people read for a code, and the lamp beside it: ok, warn, bad, idle or info."""

    label: Message
    tone: str = "idle"


def _ok(text: Message) -> Word:
    return Word(text, "ok")


def _warn(text: Message) -> Word:
    return Word(text, "warn")


def _bad(text: Message) -> Word:
    return Word(text, "bad")


def _idle(text: Message) -> Word:
    return Word(text, "idle")


def _info(text: Message) -> Word:
    return Word(text, "info")


VOCABULARY: dict[str, dict[str, Word]] = {
    # People and places
    "role": {
        "admin": _info(say("Administrator")),
        "technician": _info(say("Technician")),
        "teacher": _info(say("Teacher")),
        "student_helper": _info(say("Student helper")),
        "auditor": _info(say("Auditor")),
    },
    "place_kind": {
        "building": _idle(say("Building")),
        "room": _idle(say("Room")),
        "cabinet": _idle(say("Cabinet")),
    },
    "language": {
        "zh": _idle(say("Chinese")),
        "zh_CN": _idle(say("Chinese")),
        "en": _idle(say("English")),
    },
    # Inventory
    "cost_basis": {
        "invoice": _info(say("by invoice")),
        "market": _info(say("by the market")),
        "depreciated": _info(say("after depreciation")),
    },
    "lifecycle": {
        "announced": _info(say("Announced")),
        "received": _info(say("Received")),
        "triage": _info(say("Being checked")),
        "wiping": _info(say("Being wiped")),
        "refurbish": _info(say("Being refurbished")),
        "in_service": _ok(say("In service")),
        "in_repair": _warn(say("In repair")),
        "lost": _bad(say("Lost")),
        "retired": _idle(say("Retired")),
        "disposed": _idle(say("Disposed of")),
        "written_off": _idle(say("Written off")),
        "returned_to_donor": _idle(say("Returned to the donor")),
    },
    "condition": {
        "ok": _ok(say("Good")),
        "degraded": _warn(say("Degraded")),
        "broken": _bad(say("Broken")),
        "incomplete": _warn(say("Incomplete")),
        "unknown": _idle(say("Not known")),
    },
    "asset_category": {
        "computer": _idle(say("Computer")),
        "robot_kit": _idle(say("Robot kit")),
        "book": _idle(say("Book")),
        "network": _idle(say("Network equipment")),
        "printer": _idle(say("Printer")),
        "projector": _idle(say("Projector")),
        "ups": _idle(say("UPS")),
        "part": _idle(say("Spare part")),
        "other": _idle(say("Other")),
    },
    "serial_trust": {
        "ok": _ok(say("Trusted")),
        "junk": _warn(say("Not a real serial number")),
        "none": _idle(say("None")),
    },
    "donor_kind": {
        "named": _idle(say("Person")),
        "organisation": _idle(say("Organisation")),
        "anonymous": _idle(say("Anonymous donor")),
    },
    "import_state": {
        "staged": _info(say("Waiting for your decision")),
        "applied": _ok(say("Applied")),
        "discarded": _idle(say("Discarded")),
    },
    "import_verdict": {
        "create": _ok(say("New")),
        "update": _info(say("Update")),
        "same": _idle(say("No change")),
        "skip": _idle(say("Left out")),
        "error": _bad(say("Error")),
    },
    # Repairs
    "work_order_state": {
        "open": _bad(say("Reported")),
        "assigned": _info(say("Assigned")),
        "waiting_parts": _warn(say("Waiting for parts")),
        "completed": _ok(say("Completed")),
        "cancelled": _idle(say("Cancelled")),
    },
    "work_order_source": {
        "person": _idle(say("Reported by a person")),
        "alert": _idle(say("From monitoring")),
        "kit_count": _idle(say("From a kit count")),
        "stocktake": _idle(say("From a stock-take")),
        "schedule": _idle(say("Planned maintenance")),
    },
    "severity": {
        "low": _idle(say("Low")),
        "normal": _info(say("Normal")),
        "high": _warn(say("High")),
        "critical": _bad(say("Critical")),
    },
    # Monitoring
    "scan_state": {
        "waiting": _idle(say("Waits for a worker")),
        "running": _info(say("Is searching")),
        "finished": _ok(say("Finished")),
        "cancelled": _idle(say("Cancelled")),
    },
    "candidate_trust": {
        "certain": _ok(say("Certain")),
        "doubtful": _warn(say("Doubtful")),
        "unmatched": _idle(say("Unknown to us")),
    },
    "candidate_decision": {
        "waiting": _info(say("Waits for you")),
        "added": _ok(say("Added")),
        "ignored": _idle(say("Ignored")),
    },
    "candidate_key": {
        "serial_number": _ok(say("Serial number")),
        "mac": _ok(say("Network card")),
        "address": _idle(say("Address")),
        "name": _idle(say("Name")),
        "model": _idle(say("Model")),
    },
    "candidate_doubt": {
        "weak_key": _warn(
            say(
                "Names, models and addresses can be alike: only a serial number or a card is proof."
            )
        ),
        "keys_disagree": _warn(say("Its serial number and its card lead to different assets.")),
        "several_assets": _warn(say("More than one asset fits.")),
        "shared_serial": _warn(say("Another address tells the same serial number.")),
        "shared_card": _warn(say("Another address has the same network card.")),
        "monitored": _warn(say("This asset is monitored already, at another address.")),
        "gone": _warn(say("By the books this asset has left the school.")),
        "other_kind": _warn(say("The device is of another kind than the asset.")),
    },
    "device_state": {
        "up": _ok(say("Online")),
        "down": _bad(say("Offline")),
        "unknown": _idle(say("Not yet known")),
    },
    "reading_state": {
        "ok": _ok(say("In order")),
        "warning": _warn(say("Warning")),
        "critical": _bad(say("Critical")),
        "unknown": _idle(say("Not known")),
    },
    "alert_state": {
        "raised": _bad(say("Alert")),
        "acknowledged": _warn(say("Acknowledged")),
        "cleared": _ok(say("Cleared")),
    },
    # Library
    "resource_state": {
        "draft": _idle(say("Draft")),
        "in_review": _info(say("In review")),
        "published": _ok(say("Published")),
        "withdrawn": _warn(say("Withdrawn")),
    },
    "visibility": {
        "school": _idle(say("Our school")),
        "shared": _info(say("All schools")),
    },
    "upload_state": {
        "initiated": _info(say("Not started")),
        "receiving": _info(say("Uploading")),
        "completing": _info(say("Being stored")),
        "verifying": _info(say("Being checked")),
        "ready": _ok(say("Ready")),
        "aborted": _idle(say("Cancelled")),
        "expired": _idle(say("Expired")),
        "rejected": _bad(say("Refused")),
        "duplicate": _warn(say("Already in the library")),
    },
    # History
    "entity": {name: _idle(entity.word) for name, entity in ENTITIES.items()},
    "alert_severity": {
        "warning": _warn(say("Warning")),
        "critical": _bad(say("Critical")),
    },
    "digest": {
        "none": _idle(say("never")),
        "daily": _idle(say("every day")),
        "weekly": _idle(say("every week")),
    },
    "device_method": {
        "snmp": _idle(say("by SNMP")),
        "ping": _idle(say("by ping")),
    },
    "security_kind": {
        "signed_in": _ok(say("Signed in")),
        "sign_in_failed": _warn(say("Sign-in failed")),
        "sign_in_throttled": _bad(say("Sign-in stopped after too many tries")),
        "password_check_failed": _warn(say("Wrong password while signed in")),
        "password_check_throttled": _bad(say("Password asked again: stopped after too many tries")),
        "session_ended": _bad(say("Signed out after too many wrong passwords")),
        "code_failed": _warn(say("Wrong code of the second factor")),
        "code_throttled": _bad(say("Second factor: stopped after too many tries")),
        "recovery_code_used": _warn(say("Recovery code used")),
        "access_refused": _warn(say("Access refused")),
        "cross_site_refused": _warn(say("Request from another site refused")),
        "role_given": _info(say("Role given")),
        "role_ended": _info(say("Role ended")),
        "account_opened": _info(say("Account opened")),
        "account_closed": _info(say("Account closed")),
        "account_reopened": _info(say("Account opened again")),
        "password_changed": _info(say("Password changed")),
        "password_reset": _warn(say("One-time password given")),
        "token_made": _info(say("Token made")),
        "token_revoked": _info(say("Token revoked")),
        "second_factor_set_up": _ok(say("Second factor set up")),
        "second_factor_removed": _warn(say("Second factor removed")),
        "second_factor_reset": _warn(say("Second factor taken away by an admin")),
        "second_factor_rule": _info(say("Rule about the second factor changed")),
        "export": _info(say("Table downloaded")),
        "key_rotated": _info(say("Secret key changed")),
    },
    "change_action": {
        "insert": _ok(say("Created")),
        "update": _info(say("Changed")),
        "delete": _bad(say("Removed")),
    },
}

# Kinds whose codes and labels are the library's own data.
FACETS = {
    "stage": "stage",
    "subject": "subject",
    "grade": "grade",
    "resource_kind": "kind",
    "resource_language": "language",
    "licence": "licence",
}


def word_of(language: Language, kind: str, code: object) -> str:
    """The text of a code; one without a word reads as itself, so that nothing is ever hidden."""
    if kind in FACETS:
        term = vocabulary.terms(FACETS[kind]).get(str(code))
        return term.label(language.code) if term else str(code or "")
    word = VOCABULARY.get(kind, {}).get(str(code))
    return language.words(word.label) if word else str(code)


def tone_of(kind: str, code: object) -> str:
    """The tone of a code's badge."""
    word = VOCABULARY.get(kind, {}).get(str(code))
    return word.tone if word else "idle"


def choices(language: Language, kind: str, *codes: str) -> list[tuple[str, str]]:
    """All codes of a kind (or those named) with their text, in order, for a select."""
    known = vocabulary.terms(FACETS[kind]) if kind in FACETS else VOCABULARY[kind]
    return [(code, word_of(language, kind, code)) for code in (codes or known)]
