"""Profiles from their files: a flaw in one stops the start, with the file and the reason."""

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import msgspec

from core.errors import NotFound, say
from monitoring.decoding import DECODERS
from monitoring.decoding.metrics import METRICS
from monitoring.decoding.readings import State
from monitoring.profiles.alert_messages import RULE_SENTENCES
from monitoring.profiles.recognition import is_shared
from monitoring.profiles.trap_flaws import trap_flaws
from monitoring.profiles.types import Profile, Read, Rule
from monitoring.snmp import oid

FOLDER = Path(__file__).parent
FALLBACK = "generic"
MOST_NAMES = 1024  # of profiles, and of what people may ask for in their place
# What a profile does not take over from the one that it is based on.
OF_ITS_OWN = {"name", "title", "recognise", "based_on", "note"}


class FlawedProfile(ValueError):
    """The file cannot be used; the text names the file and every flaw found."""


@cache
def all_profiles() -> tuple[Profile, ...]:
    """Every profile that we ship, by name."""
    return tuple(load_profile(path) for path in sorted(FOLDER.glob("*.toml")))


@lru_cache(maxsize=MOST_NAMES)
def profile_named(name: str) -> Profile | None:
    """The profile of that name, or None."""
    return next((profile for profile in all_profiles() if profile.name == name), None)


def get_profile(name: str) -> Profile:
    """The profile of that name, else NotFound."""
    found = profile_named(name)
    if found is None:
        raise NotFound(say("There is no profile of this name"))
    return found


def family(name: str) -> list[str]:
    """The profile's name and those of all that are based on it, however far."""
    found = [name]
    for profile in all_profiles() * 2:
        if profile.based_on in found and profile.name not in found:
            found.append(profile.name)
    return found


def load_profile(path: Path) -> Profile:
    """Read and check one file with all that it is based on; FlawedProfile names what is wrong."""
    try:
        profile = msgspec.convert(_contents(path, ()), Profile)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise FlawedProfile(f"{path.name}: {error}") from error
    flaws = [*_flaws(profile, path), *(f for r in profile.read for f in _read_flaws(r))]
    flaws += [flaw for rule in profile.rule for flaw in _rule_flaws(rule)]
    flaws += trap_flaws(profile)
    if flaws:
        raise FlawedProfile(f"{path.name}: {'; '.join(flaws)}")
    return profile


def _contents(path: Path, children: tuple[Path, ...]) -> dict[str, Any]:
    """The file's own entries before those of the profile that it is based on."""
    own: dict[str, Any] = msgspec.toml.decode(path.read_bytes())
    name = own.get("based_on")
    if name is None:
        return own
    base_path = path.with_name(f"{name}.toml")
    if base_path in (path, *children) or not base_path.is_file():
        raise FlawedProfile(f"{path.name}: there is no profile {name!r} to base it on")
    base = _contents(base_path, (path, *children))
    rules = {rule.get("name") for rule in own.get("rule", [])}
    return {
        **{entry: value for entry, value in base.items() if entry not in OF_ITS_OWN},
        **own,
        "standards": [*own.get("standards", []), *_others(own, base, "standards")],
        "identity": {**base.get("identity", {}), **own.get("identity", {})},
        "read": [*own.get("read", []), *base.get("read", [])],
        "trap": [*own.get("trap", []), *base.get("trap", [])],
        "rule": [
            *own.get("rule", []),
            *(rule for rule in base.get("rule", []) if rule.get("name") not in rules),
        ],
    }


def _others(own: dict[str, Any], base: dict[str, Any], entry: str) -> list[Any]:
    return [one for one in base.get(entry, []) if one not in own.get(entry, [])]


def _flaws(profile: Profile, path: Path) -> list[str]:
    flaws = []
    if profile.name != path.stem:
        flaws.append(f"the name is {profile.name!r}, not that of the file")
    wanted = profile.recognise
    ways = [*wanted.answers, *wanted.object_ids, *wanted.descriptions]
    if not ways and wanted.carrier is None and profile.name != FALLBACK:
        flaws.append("recognise names nothing, so it would fit every device")
    texts = [*wanted.answers, *wanted.object_ids, *wanted.except_object_ids, *profile.uptime]
    texts += [*profile.identity.values(), *(o for r in profile.read for o in r.objects.values())]
    flaws += [f"{text!r} is no OID" for text in texts if not _is_oid(text)]
    flaws += [f"{t} is of a board, not of a device" for t in wanted.object_ids if is_shared(t)]
    flaws += [f"{p!r} is no pattern" for p in profile.recognise.descriptions if not _compiles(p)]
    names = [rule.name for rule in profile.rule]
    flaws += [f"rule {name!r} is there twice" for name in set(names) if names.count(name) > 1]
    return flaws


def _read_flaws(read: Read) -> list[str]:
    decoder = DECODERS.get(read.decode)
    if decoder is None:
        return [f"nothing decodes {read.decode!r}"]
    flaws = []
    names = set(read.objects)
    if not decoder.needs <= names <= decoder.needs | decoder.may_have | set(read.only):
        flaws.append(
            f"{read.decode} needs {sorted(decoder.needs)} and may have {sorted(decoder.may_have)}"
        )
    if any(o.endswith(".0") for o in read.objects.values()) != read.is_scalar:
        flaws.append(f"{read.decode} mixes scalars and columns")
    if read.instances and read.is_scalar:
        flaws.append(f"{read.decode} names instances of a scalar")
    if decoder.takes_metric != (read.metric is not None):
        flaws.append(
            f"{read.decode} {'needs a' if decoder.takes_metric else 'names its own'} metric"
        )
    if read.metric is not None and read.metric not in METRICS:
        flaws.append(f"the metric {read.metric!r} is not in monitoring/decoding/metrics.py")
    if bool(read.codes) != decoder.takes_codes and not decoder.may_take_codes:
        flaws.append(f"{read.decode} {'needs' if decoder.takes_codes else 'takes no'} codes")
    return flaws


def _rule_flaws(rule: Rule) -> list[str]:
    flaws = []
    if rule.name not in RULE_SENTENCES:
        flaws.append(
            f"the rule {rule.name!r} has no sentence in monitoring/profiles/alert_messages.py"
        )
    if rule.metric not in METRICS:
        flaws.append(f"the metric {rule.metric!r} is not in monitoring/decoding/metrics.py")
    if rule.severity not in (State.warning, State.critical):
        flaws.append(f"{rule.name}: severity is warning or critical")
    above = (rule.raise_above, rule.clear_below)
    below = (rule.clear_above, rule.raise_below)
    kinds = [pair for pair in (above, below) if pair != (None, None)]
    if len(kinds) + (rule.raise_state is not None) != 1:
        flaws.append(f"{rule.name}: one kind of threshold, please")
    for high, low in kinds:
        if high is None or low is None or high <= low:
            flaws.append(f"{rule.name}: both bounds, with a gap between them")
    if rule.within < rule.after:
        flaws.append(f"{rule.name}: within counts at least as many visits as after")
    return flaws


def _is_oid(text: str) -> bool:
    try:
        oid(text)
    except ValueError:
        return False
    return True


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True
