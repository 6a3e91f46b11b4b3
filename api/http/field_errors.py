"""What a decoder says of wrong input, as a sentence that names the mend."""

import re

from core.errors import FieldError, Message, say

_PATTERNS: tuple[tuple[re.Pattern[str], Message], ...] = (
    (re.compile(r"missing required field `(?P<field>[^`]+)`"), say("Fill in this field")),
    (re.compile(r"unknown field `(?P<field>[^`]+)`"), say("There is no such field")),
    (re.compile(r"`str` of length >= 1"), say("Fill in this field")),
    (re.compile(r"`str` of length >= (?P<least>\d+)"), say("Use {least} characters or more")),
    (re.compile(r"`str` of length <= (?P<most>\d+)"), say("Use {most} characters or fewer")),
    (re.compile(r"`\w+` >= (?P<least>[-\d.]+)"), say("The number must be {least} or more")),
    (re.compile(r"`\w+` > (?P<least>[-\d.]+)"), say("The number must be more than {least}")),
    (re.compile(r"`\w+` <= (?P<most>[-\d.]+)"), say("The number must be {most} or less")),
    (re.compile(r"`\w+` < (?P<most>[-\d.]+)"), say("The number must be less than {most}")),
    (re.compile(r"`array` of length >= (?P<least>\d+)"), say("Choose {least} or more")),
    (re.compile(r"`array` of length <= (?P<most>\d+)"), say("Choose {most} or fewer")),
    (re.compile(r"nvalid enum value (?P<value>.+?)(?: - at|$)"), say("{value} is not one of the choices")),
    (re.compile(r"matching regex"), say("This is not written as it should be")),
    (re.compile(r"nvalid RFC3339 encoded time"), say("Write the time as 07:40:00")),
    (re.compile(r"nvalid RFC3339|nvalid .*date"), say("Write the date as year-month-day")),
    (re.compile(r"nvalid UUID"), say("This is no identifier of ours")),
    (re.compile(r"Expected `(?:int|float|decimal)(?: \| null)?`"), say("Write a number")),
    (re.compile(r"Expected `(?:date|datetime)"), say("Write the date as year-month-day")),
    (re.compile(r"Expected `(?P<expected>[^`]+)`, got `(?P<got>[^`]+)`"),
     say("Expected {expected}, got {got}")),
)  # fmt: skip
_PATH = re.compile(r" - at `(?:key in )?\$\.?(?P<path>[^`]*)`")


def explain(text: str, *, field: str | None = None) -> FieldError:
    """One error of msgspec as a FieldError; ``field`` where the caller knows it already."""
    place = _PATH.search(text)
    path = place["path"] if place else ""
    for pattern, message in _PATTERNS:
        found = pattern.search(text)
        if found:
            values = found.groupdict()
            inner = values.pop("field", None)
            # A missing or unknown field stands in the text, the object that it is of in the path.
            name = ".".join(part for part in (field or path, inner) if part)
            return FieldError(name, Message(message.template, dict(values)), "invalid")
    return FieldError(field or path, say("This is not written as it should be"), "invalid")
