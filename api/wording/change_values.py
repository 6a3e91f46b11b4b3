"""The values of changed columns as people read them: codes, moments, weekdays, rules, sentences."""

import re
from collections.abc import Callable
from datetime import date, datetime

import msgspec

from api.monitoring.alerts.words import days_in_words, rule_words, week_in_words
from api.wording import field_words, words
from api.wording.language import Language
from core.audit import Change, FieldChange
from core.errors import Message, say
from inventory.maintenance.opening import FAULT_OF_PLANS
from monitoring.alerting.expected_hours import Span
from monitoring.profiles import profile_named
from storage.quotas import size_text

YES, NO = say("yes"), say("no")
REPORTED = say("reported by a person")
PLANNED = say("Planned maintenance")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
MOMENTS = ("_at", "_from", "_until")
# Columns of changed rows that only programs have a use for.
UNTOLD = {"id", "file_sha256", "object_key", "media_type", "blob", "encoding", "currency"}
UNTOLD |= {"batch", "summary_params", "found_params", "created_at", "school", "by_name"}
MOST_OF_A_NEW_ROW = 6
A_GUEST = say("A guest")


def told_fields(change: Change) -> list[FieldChange]:
    """The columns of a change that people want to read; of a new row the first few filled ones."""
    params = {
        field.field.removesuffix("_params"): field
        for field in change.fields
        if field.field.endswith("_params")
    }
    fields = [
        _sentence(field, params.get(field.field))
        for field in change.fields
        if field.field not in UNTOLD
    ]
    if change.action == "update":
        return fields
    filled = [one for one in fields if one.before not in (None, "") or one.after not in (None, "")]
    return filled[:MOST_OF_A_NEW_ROW]


def _sentence(field: FieldChange, params: FieldChange | None) -> FieldChange:
    """A worker's sentence is a template in one column and its values in another."""
    if params is None or not isinstance(params.after, dict):
        return field
    return FieldChange(field.field, field.before, {"template": field.after, "params": params.after})


def change_value(speech: Language, entity: str, column: str, value: object) -> str:
    """A value of a changed column in words; one that nobody knows reads as itself."""
    kind = field_words.kind_of(entity, column)
    if kind is not None:
        return words.word_of(speech, kind, value)
    if column == "guest" and isinstance(value, int):
        # The name, which stands here else, is erased.
        return speech.words(A_GUEST)
    if isinstance(value, bool):
        return speech.words(YES if value else NO)
    if column == "bytes_allowed" and isinstance(value, int):
        return size_text(value)
    if isinstance(value, str):
        return _text(speech, column, value)
    if isinstance(value, dict) and value.keys() == {"template", "params"}:
        return speech.words(Message(value["template"], value["params"]))
    if isinstance(value, list):
        return LISTS.get(column, _enumerated)(speech, value)
    return str(value)


def _text(speech: Language, column: str, value: str) -> str:
    if (column == "at" or column.endswith(MOMENTS)) and MOMENT.match(value):
        return speech.moment(datetime.fromisoformat(value))
    if column.endswith("_on"):
        return speech.day(date.fromisoformat(value))
    if column == "rule":
        return rule_words(speech, value)
    if column == "fault":
        # A work order's: what people report, a plan, or the rule of monitoring that found it.
        if value.startswith(FAULT_OF_PLANS):
            return speech.words(PLANNED)
        found = value.removeprefix("monitoring:")
        return speech.words(REPORTED) if found == "reported" else rule_words(speech, found)
    if column == "profile":
        return device_kind(speech, value)
    return value


def device_kind(speech: Language, name: str) -> str:
    """What people call a kind of device, by its profile's own words."""
    profile = profile_named(name)
    return name if profile is None else getattr(profile.title, speech.code)


def _enumerated(speech: Language, values: list[object]) -> str:
    return ("、" if speech.code == "zh_CN" else ", ").join(map(str, values))


def _spans(speech: Language, values: list[object]) -> str:
    return "; ".join(week_in_words(speech, msgspec.convert(values, list[Span])))


def _weekdays(speech: Language, values: list[object]) -> str:
    return days_in_words(speech, [day for day in values if isinstance(day, int)])


LISTS: dict[str, Callable[[Language, list[object]], str]] = {
    "spans": _spans,
    "weekdays": _weekdays,
}
