"""A port in words: its state by shape, colour and word at once, its traffic, who is behind it."""

import msgspec

from api.monitoring.devices.reading_words import speed_in_words
from api.wording.language import Language
from core.errors import Message, say
from monitoring.decoding.readings import State
from monitoring.decoding.value_words import VALUE_WORDS
from monitoring.devices import LatestReading
from monitoring.topology import AtTheCable, Behind, Port

NAMED_ON_A_PORT = 6
# What the page of the ports tells, so that the device's own page need not.
PORT_METRICS = {
    "if_status", "if_speed", "if_alias", "if_duplex", "if_in_rate", "if_out_rate",
    "if_error_rate", "if_discard_rate", "poe_status", "poe_power", "poe_voltage",
}  # fmt: skip
STATUS_WORDS: dict[str, Message] = {
    "up": say("link"),
    "down": say("no link"),
    "disabled": say("switched off"),
}
TONES = {"up": "ok", "down": "idle", "disabled": "off"}


class PortInWords(msgspec.Struct, frozen=True, kw_only=True):
    """One port, ready to be shown; ``tone`` is ok, idle, off, warn or bad."""

    name: str
    number: str
    alias: str
    status: str
    tone: str
    trouble: str  # "" or what is wrong, in a word or two
    speed: str
    traffic: tuple[str, str] | None
    power: str
    errors: str
    who: str
    cards: int
    behind: list[Behind]
    unnamed: int
    neighbours: list[AtTheCable]


def ports_in_words(ports: list[Port], speech: Language) -> list[PortInWords]:
    """All ports of a panel."""
    return [_port(port, speech) for port in ports]


def _port(port: Port, speech: Language) -> PortInWords:
    named = [one for one in port.behind if one.asset_tag][:NAMED_ON_A_PORT]
    shown = named or port.behind[:NAMED_ON_A_PORT]
    return PortInWords(
        name=port.name,
        number=port.number,
        alias=port.alias,
        status=speech.words(STATUS_WORDS.get(port.status) or VALUE_WORDS.get(port.status)),
        tone=_tone(port),
        trouble=_trouble(port, speech),
        speed=_speed(port, speech),
        traffic=_traffic(port, speech),
        power=_power(port, speech),
        errors=_errors(port, speech),
        who=_who(port),
        cards=port.cards,
        behind=shown,
        unnamed=port.cards - len(shown),
        neighbours=port.neighbours,
    )


def _tone(port: Port) -> str:
    if port.state is State.critical:
        return "bad"
    if port.state is State.warning:
        return "warn"
    return TONES.get(port.status, "idle")


def _trouble(port: Port, speech: Language) -> str:
    """Why a port is not well, in a word or two for its box."""
    if port.state not in (State.warning, State.critical):
        return ""
    if port.duplex == "half_duplex":
        return speech.words(say("half duplex"))
    if port.poe not in (None, "feeding", "searching", "disabled"):
        return speech.words(VALUE_WORDS.get(port.poe))
    return speech.words(say("errors"))


def _speed(port: Port, speech: Language) -> str:
    return speed_in_words(float(port.speed), speech) if port.speed else ""


def _traffic(port: Port, speech: Language) -> tuple[str, str] | None:
    """Received and sent."""
    if port.in_rate is None or port.out_rate is None:
        return None
    return speed_in_words(port.in_rate, speech), speed_in_words(port.out_rate, speech)


def _power(port: Port, speech: Language) -> str:
    """What the port feeds; nothing where nothing wants to be fed."""
    if port.poe in (None, "searching", "disabled"):
        return ""
    word = speech.words(VALUE_WORDS.get(port.poe))
    if not port.poe_power:
        return word
    return speech.words(say("{state} ({watts} W)", state=word, watts=port.poe_power))


def _errors(port: Port, speech: Language) -> str:
    """Both kinds of loss a second; nothing where there is none."""
    parts = []
    if port.error_rate:
        parts.append(speech.words(say("{n} errors a second", n=round(port.error_rate, 2))))
    if port.discard_rate:
        parts.append(speech.words(say("{n} dropped a second", n=round(port.discard_rate, 2))))
    return ", ".join(parts)


def _who(port: Port) -> str:
    """The one name that says most about what hangs there."""
    for other in port.neighbours:
        if other.name:
            return other.name
    named = [one for one in port.behind if one.name]
    if len(named) == 1 and port.cards == 1:
        return named[0].name or ""
    return port.alias


def has_ports(readings: list[LatestReading]) -> bool:
    """Whether the last visit told of ports worth a page of their own; a PC's one socket is not."""
    return sum(reading.metric == "if_status" for reading in readings) > 1
