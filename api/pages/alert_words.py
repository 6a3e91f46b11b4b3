"""Rules and weekdays as people call them, from the sentences that alerts speak anyway."""

import re
from collections.abc import Iterable
from datetime import time

from api.language import Language
from core.errors import Message, say
from monitoring.expected_hours import Span, by_times
from monitoring.sentences import RULE_SENTENCES

WEEKDAYS = (
    say("Monday"),
    say("Tuesday"),
    say("Wednesday"),
    say("Thursday"),
    say("Friday"),
    say("Saturday"),
    say("Sunday"),
)
SHORT_WEEKDAYS = (
    say("Mon"),
    say("Tue"),
    say("Wed"),
    say("Thu"),
    say("Fri"),
    say("Sat"),
    say("Sun"),
)

BRACKETS = re.compile(r"\s*[(（][^()（）]*…[^()（）]*[)）]")


def rule_words(speech: Language, rule: str) -> str:
    """What a rule says, without the device that it says it of."""
    sentence = RULE_SENTENCES.get(rule)
    if sentence is None:
        return rule.replace("_", " ")
    bare = Message(sentence.template, {"device": "", "instance": "…", "value": "…"})
    # "is running out (… % left)": how much is left is of an alert, not of the rule.
    words = BRACKETS.sub("", speech.words(bare)).strip(" :：;；,，")
    return words[:1].upper() + words[1:]


def weekday_choices(speech: Language) -> list[tuple[int, str]]:
    """For boxes to tick; 1 is Monday."""
    return [(number, speech.words(day)) for number, day in enumerate(WEEKDAYS, start=1)]


def days_in_words(speech: Language, weekdays: Iterable[int]) -> str:
    """Days in a row as from-to, others one by one."""
    days = sorted(weekdays)
    names = [speech.words(SHORT_WEEKDAYS[day - 1]) for day in days]
    in_a_row = len(days) > 2 and days[-1] - days[0] == len(days) - 1
    return f"{names[0]}–{names[-1]}" if in_a_row else " ".join(names)


def times_in_words(speech: Language, starts: time, ends: time) -> str:
    """From when to when; the end of a night is on the next day."""
    words = f"{starts:%H:%M}–{ends:%H:%M}"
    if ends <= starts:
        return speech.words(say("{times} (next day)", times=words))
    return words


def week_in_words(speech: Language, spans: list[Span]) -> list[str]:
    """A week of spans in lines, one for each time of day."""
    return [
        f"{days_in_words(speech, line['weekdays'])} "
        f"{times_in_words(speech, line['starts'], line['ends'])}"
        for line in by_times(spans)
    ]
