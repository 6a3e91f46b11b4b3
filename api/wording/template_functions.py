"""What templates say of stored codes and values, in one language; and their icons."""

from collections.abc import Callable
from datetime import date
from urllib.parse import parse_qsl, urlencode

from markupsafe import Markup

from api.http.parsing import split_url
from api.http.static_files import asset_url
from api.wording import field_words, words
from api.wording.change_values import change_value, device_kind, told_fields
from api.wording.counting import counted
from api.wording.language import Language
from core.errors import Message, say

# Workers of ours sign what they do by these names.
WORKERS = {"monitoring": say("Monitoring")}
NOBODY = say("Labshare itself")


def wording(speech: Language) -> dict[str, Callable[..., object]]:
    """The functions of every template that turn stored codes and values into words."""

    def word_of(kind: str, code: object) -> str:
        return words.word_of(speech, kind, code)

    def choices(kind: str, *codes: str) -> list[tuple[str, str]]:
        return words.choices(speech, kind, *codes)

    def sentence(template: str, params: dict[str, object] | None = None) -> str:
        """A stored sentence: a template of ours when it has params, else a person's own words."""
        return speech.words(Message(template, params)) if params is not None else template

    def doer(name: str | None) -> str:
        """Who made a change: a person by name, a worker of ours by what it does."""
        return speech.words(WORKERS.get(name, name)) if name else speech.words(NOBODY)

    return {
        "word_of": word_of,
        "tone_of": words.tone_of,
        "choices": choices,
        "sentence": sentence,
        "change_value": lambda entity, column, value: change_value(speech, entity, column, value),
        "told": told_fields,
        "doer": doer,
        "format_due": lambda row: due_words(speech, row.due_on, row.due_lesson),
        "counted": lambda category, count: counted(speech, category, count),
        "device_kind": lambda name: device_kind(speech, name),
        "device_kinds": lambda names: [(name, device_kind(speech, name)) for name in names],
        "field_name": lambda column: field_words.field_name(speech, column),
        "is_named": field_words.is_named,
        "icon": icon,
        "with_query": with_query,
        "query_pairs": query_pairs,
    }


def due_words(speech: Language, on: date | None, lesson: str | None) -> str:
    """When something is due: the day, or the lesson of a day after which it is."""
    if on is None or lesson is None:
        return speech.day(on)
    return speech.words(
        say(
            "{weekday} {day}, end of {lesson}",
            weekday=speech.weekday(on.isoweekday()),
            day=on,
            lesson=lesson,
        )
    )


def icon(name: str) -> Markup:
    """A drawing of our sprite beside words that say the same; hidden from screen readers."""
    return Markup('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>').format(
        asset_url("icons.svg"), name
    )


def with_query(address: str, **changes: object) -> str:
    """``address`` with some query parameters set anew; None takes one away."""
    parts = split_url(address)
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name not in changes]
    kept += [(name, str(value)) for name, value in changes.items() if value is not None]
    return f"{parts.path}?{urlencode(kept)}" if kept else parts.path


def query_pairs(address: str) -> list[tuple[str, str]]:
    """The query parameters of an address, for a form that keeps them."""
    return parse_qsl(split_url(address).query)
