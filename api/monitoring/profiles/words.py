"""Profiles as people read them: what is read, in which unit, and when it is a fault."""

import msgspec

from api.wording.language import Language
from core.errors import Message, say
from monitoring.decoding.metrics import METRICS, UNITS
from monitoring.decoding.readings import State
from monitoring.decoding.value_words import VALUE_WORDS
from monitoring.profiles import Profile, Read, Rule

EVERY = {"hour": say("once an hour"), "day": say("once a day")}
# What decoders that name their own metrics tell.
DECODED: dict[str, Message] = {
    "processors": say("Processor load"),
    "storage": say("Memory, swap and disks"),
    "volumes": say("Volumes"),
    "pools": say("Memory"),
    "supplies": say("Supplies"),
    "percent_left": say("Supplies"),
    "brother_maintenance": say("Supplies and parts that wear"),
    "trays": say("Paper trays"),
    "printer_condition": say("State of the printer"),
    "printer_faults": say("Printer reports"),
    "printer_alerts": say("Open alerts"),
    "ups_alarms": say("Alarms"),
    "probes": say("Temperature and humidity of probes"),
    "interfaces": say("Ports"),
    "bridge_table": say("Cards behind the ports"),
    "neighbours": say("Neighbours on the cables"),
    "arp": say("Hardware addresses of others"),
    "own_cards": say("Hardware addresses"),
    "poe_ports": say("Power over Ethernet"),
    "poe_supply": say("Power for the ports"),
    "entity_sensors": say("Sensors"),
    "boards": say("Load and temperature of boards"),
    "wireless_networks": say("Wireless networks"),
    "wireless_radios": say("Radios"),
}
STATES_SHOWN = (State.critical, State.warning)


class ReadLine(msgspec.Struct, frozen=True):
    """One thing that is read, from the best source that a device has.

    ``grave``: the words that are a trouble, by state.
    """

    label: str
    instances: list[str]
    unit: str
    every: str
    objects: list[str]
    grave: list[tuple[State, str]]


class RuleLine(msgspec.Struct, frozen=True):
    """One threshold in words."""

    label: str
    raised: str
    cleared: str
    visits: str
    severity: State


def title_of(profile: Profile, speech: Language) -> str:
    """What people call the kind of device."""
    title: str = getattr(profile.title, speech.code)
    return title


def read_lines(profile: Profile, speech: Language) -> list[ReadLine]:
    """Everything that is read, one line for what several sources may tell."""
    sources: dict[str, list[Read]] = {}
    for read in profile.read:
        sources.setdefault(speech.words(_label(read)), []).append(read)
    return [_read_line(label, reads, speech) for label, reads in sources.items()]


def rule_lines(profile: Profile, speech: Language) -> list[RuleLine]:
    """Every threshold that holds unless a school has set another."""
    return [_rule_line(rule, speech) for rule in profile.rule]


def _label(read: Read) -> Message | str:
    metric = METRICS.get(read.metric or "")
    return metric.label if metric else DECODED.get(read.decode, read.decode)


def _read_line(label: str, reads: list[Read], speech: Language) -> ReadLine:
    metric = METRICS.get(reads[0].metric or "")
    instances = [name for r in reads for name in (r.instance, *r.instances.values()) if name]
    grave = [(state, ", ".join(_words(reads, state, speech))) for state in STATES_SHOWN]
    return ReadLine(
        label=label,
        instances=list(dict.fromkeys(instances)),
        unit=speech.words(UNITS.get((metric.unit or "") if metric else "")),
        every=speech.words(EVERY.get(reads[0].every)),
        objects=list(dict.fromkeys(text for r in reads for text in _objects(r))),
        grave=[(state, words) for state, words in grave if words],
    )


def _objects(read: Read) -> list[str]:
    return sorted(read.objects.values(), key=lambda text: [int(n) for n in text.split(".")])


def _words(reads: list[Read], state: State, speech: Language) -> list[str]:
    codes = [word for read in reads for word, of in read.codes.values() if of is state]
    return list(dict.fromkeys(speech.words(VALUE_WORDS.get(code, code)) for code in codes))


def _rule_line(rule: Rule, speech: Language) -> RuleLine:
    metric = METRICS[rule.metric]
    unit = speech.words(UNITS.get(metric.unit or ""))
    if rule.bounds is None:
        raised, cleared = say("from its codes"), say("when they are better again")
        words = speech.words(raised), speech.words(cleared)
    else:
        up, down = ("≥", "≤") if rule.is_upward else ("≤", "≥")
        raise_at, clear_at = (speech.number(bound) for bound in rule.bounds)
        words = f"{up} {raise_at} {unit}".strip(), f"{down} {clear_at} {unit}".strip()
    return RuleLine(
        label=speech.words(metric.label),
        raised=words[0],
        cleared=words[1],
        visits=speech.words(_visits(rule)),
        severity=rule.severity,
    )


def _visits(rule: Rule) -> Message:
    if rule.within > rule.after:
        return say("{after} of {window} visits", after=rule.after, window=rule.within)
    return say("{after} visits in a row", after=rule.after) if rule.after > 1 else say("at once")
