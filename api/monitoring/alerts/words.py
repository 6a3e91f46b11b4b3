"""Rules and weekdays as people call them, from the sentences that alerts speak anyway."""

from collections.abc import Iterable
from datetime import time

from api.wording.language import Language
from core.errors import Message, say
from monitoring.alerting.expected_hours import Span, by_times
from monitoring.profiles.alert_messages import REFUSED, UNREACHABLE, UNREADABLE

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

# A rule by itself, where no device and no value stands beside it.
RULE_NAMES: dict[str, Message] = {
    UNREACHABLE: say("No answer"),
    REFUSED: say("Credentials refused"),
    UNREADABLE: say("Online, but not readable"),
    "supply_low": say("Supply running out"),
    "runs_out_soon": say("Supply empty soon"),
    "disk_full_soon": say("Disk full soon"),
    "printer_fault": say("Fault of a printer"),
    "disk_full": say("Disk nearly full"),
    "memory_full": say("Memory nearly full"),
    "too_hot": say("Temperature too high"),
    "on_battery": say("Runs on battery"),
    "battery_bad": say("Battery in trouble"),
    "battery_charge_low": say("Battery charge low"),
    "battery_worn": say("Battery to be replaced"),
    "not_on_mains": say("Output not fed from the mains"),
    "ups_alarm": say("Alarm of a UPS"),
    "self_test_failed": say("The self-test failed"),
    "lamp_old": say("Lamp near its end"),
    "system_fault": say("Fault of the system"),
    "disk_fault": say("Fault of a drive"),
    "drive_failing": say("Drive in bad health"),
    "disk_hot": say("Drive too hot"),
    "raid_fault": say("Fault of an array of drives"),
    "overload": say("Output overloaded"),
    "phase_overload": say("Phase overloaded"),
    "bank_overload": say("Outlet group overloaded"),
    "redundancy_lost": say("Second supply missing"),
    "smoke_found": say("Smoke found"),
    "too_humid": say("Air too humid"),
    "water_found": say("Water found"),
    "contact_alarm": say("Alarm of a dry contact"),
    "poe_nearly_used_up": say("Power for the ports nearly used up"),
    "poe_fault": say("A port cannot feed its device"),
    "fan_fault": say("Fault of a fan"),
    "power_supply_fault": say("Fault of a power supply"),
    "part_fault": say("Fault of a part"),
    "port_errors": say("Errors at a port"),
}


def rule_words(speech: Language, rule: str) -> str:
    """What people call a rule."""
    name = RULE_NAMES.get(rule)
    return speech.words(name) if name else rule.replace("_", " ")


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
