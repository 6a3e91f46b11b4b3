"""What can be wrong with what a profile makes of traps."""

from monitoring.decoding.readings import State
from monitoring.decoding.value_words import VALUE_WORDS
from monitoring.profiles.alert_messages import RULE_SENTENCES
from monitoring.profiles.trap_messages import TRAP_WORDS
from monitoring.profiles.types import Profile, Trap


def trap_flaws(profile: Profile) -> list[str]:
    """Every flaw of the profile's traps, in words."""
    rules = {rule.name for rule in profile.rule}
    return [flaw for trap in profile.trap for flaw in _flaws(trap, rules)]


def _flaws(trap: Trap, rules: set[str]) -> list[str]:
    flaws = []
    if trap.name not in TRAP_WORDS:
        flaws.append(f"the trap {trap.name!r} has no words in monitoring/profiles/trap_messages.py")
    elif trap.of is None and "{part}" in TRAP_WORDS[trap.name].template:
        flaws.append(f"{trap.name}: its words name a part, but no object is given with of")
    if trap.severity is State.unknown:
        flaws.append(f"{trap.name}: severity is ok, warning or critical")
    named = [*trap.clears, *([trap.raises] if trap.raises else [])]
    flaws += [f"{trap.name}: the profile has no rule {r!r}" for r in named if r not in rules]
    if trap.raises in RULE_SENTENCES and trap.severity is State.ok:
        flaws.append(f"{trap.name}: what raises an alert is warning or critical")
    sentence = RULE_SENTENCES[trap.raises].template if trap.raises in RULE_SENTENCES else ""
    if ("{value}" in sentence) != bool(trap.value):
        flaws.append(f"{trap.name}: a value exactly where the rule's sentence has one")
    if trap.value and trap.value not in VALUE_WORDS:
        flaws.append(f"{trap.name}: {trap.value!r} is no word of monitoring/decoding/metrics.py")
    return flaws
