"""Profiles as people read them: what is read, in which unit, and when it is a fault."""

import msgspec

from api.language import Language
from core.errors import Message, say
from monitoring.decoding import DECODERS
from monitoring.metrics import METRICS, UNITS, VALUE_WORDS
from monitoring.profiles import Profile, Read, Rule
from monitoring.readings import State
from monitoring.sentences import RULE_SENTENCES

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
    "printer_condition": say("Condition"),
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
    """One entry of a profile's ``read``; ``grave``: the words of codes that are a trouble."""

    label: str
    instance: str
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
    sentence: str


def title_of(profile: Profile, speech: Language) -> str:
    """What people call the kind of device."""
    title: str = getattr(profile.title, speech.code)
    return title


def read_lines(profile: Profile, speech: Language) -> list[ReadLine]:
    """Everything that is read, the better source of a reading before the lesser one."""
    return [_read_line(read, speech) for read in profile.read]


def rule_lines(profile: Profile, speech: Language) -> list[RuleLine]:
    """Every threshold that holds unless a school has set another."""
    return [_rule_line(rule, speech) for rule in profile.rule]


def _read_line(read: Read, speech: Language) -> ReadLine:
    metric = METRICS.get(read.metric or "")
    label = metric.label if metric else DECODED.get(read.decode, read.decode)
    grave = [
        (state, ", ".join(_words(read, state, speech)))
        for state in STATES_SHOWN
        if any(of is state for _, of in read.codes.values())
    ]
    return ReadLine(
        label=speech.words(label),
        instance=read.instance,
        unit=speech.words(UNITS.get((metric.unit or "") if metric else "")),
        every=speech.words(EVERY.get(read.every)),
        objects=sorted(read.objects.values(), key=lambda text: [int(n) for n in text.split(".")]),
        grave=grave,
    )


def _words(read: Read, state: State, speech: Language) -> list[str]:
    codes = [word for word, of in read.codes.values() if of is state]
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
    blanks: dict[str, object] = {"device": "…", "instance": "…", "value": "…"}
    return RuleLine(
        label=speech.words(metric.label),
        raised=words[0],
        cleared=words[1],
        visits=speech.words(_visits(rule)),
        severity=rule.severity,
        sentence=speech.words(Message(RULE_SENTENCES[rule.name].template, blanks)),
    )


def _visits(rule: Rule) -> Message:
    if rule.window > rule.after:
        return say("{after} of {window} visits", after=rule.after, window=rule.window)
    return say("{after} visits in a row", after=rule.after) if rule.after > 1 else say("at once")


def unworded() -> set[str]:
    """Decoders that the page could not name; a test asks that there are none."""
    return {name for name, decoder in DECODERS.items() if not decoder.takes_metric} - set(DECODED)
