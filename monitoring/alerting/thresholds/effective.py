"""The rules that hold: a profile's own, as its school and a device's keepers have set them."""

from collections.abc import Iterable
from time import monotonic

import msgspec

from core.database import fetch
from monitoring.profiles import Profile, Rule


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """What was set against one rule: of one device, or of all devices of a profile."""

    school_id: int
    device_id: int | None
    profile: str | None
    rule: str
    is_off: bool
    raise_at: float | None
    clear_at: float | None


class Settings:
    """All that some schools have set, ready to be asked for one device after the other."""

    def __init__(self, settings: Iterable[Setting]) -> None:
        self._of_device: dict[int, dict[str, Setting]] = {}
        self._of_profile: dict[tuple[int, str], dict[str, Setting]] = {}
        self._changed: dict[tuple[int, str], Profile] = {}
        for one in settings:
            if one.device_id is not None:
                self._of_device.setdefault(one.device_id, {})[one.rule] = one
            elif one.profile is not None:
                self._of_profile.setdefault((one.school_id, one.profile), {})[one.rule] = one

    def profile_for(self, school_id: int, device_id: int, profile: Profile) -> Profile:
        """The profile with the rules that hold for the device: its very self where nothing is set."""
        for_all = self._of_profile.get((school_id, profile.name))
        own = self._of_device.get(device_id)
        if own is not None:
            return changed(profile, {**(for_all or {}), **own})
        if for_all is None:
            return profile
        key = (school_id, profile.name)
        if key not in self._changed:
            self._changed[key] = changed(profile, for_all)
        return self._changed[key]


async def settings_of(school_ids: Iterable[int]) -> Settings:
    """One query for everything that the schools have set; most have set very little."""
    return Settings(
        await fetch(
            Setting,
            "SELECT school AS school_id, device AS device_id, profile, rule, is_off, raise_at,"
            " clear_at FROM rule_setting WHERE school = any($1::bigint[])",
            sorted(set(school_ids)),
        )
    )


def changed(profile: Profile, settings: dict[str, Setting]) -> Profile:
    """The profile without the rules that are off, and with the bounds that were set."""
    rules = [
        with_setting(rule, settings[rule.name]) if rule.name in settings else rule
        for rule in profile.rule
        if rule.name not in settings or not settings[rule.name].is_off
    ]
    return msgspec.structs.replace(profile, rule=rules)


def with_setting(rule: Rule, setting: Setting) -> Rule:
    """The rule with other bounds; a rule about a state has none to change."""
    if rule.bounds is None or setting.raise_at is None:
        return rule
    if rule.is_upward:
        return msgspec.structs.replace(
            rule, raise_above=setting.raise_at, clear_below=setting.clear_at
        )
    return msgspec.structs.replace(rule, raise_below=setting.raise_at, clear_above=setting.clear_at)


GOOD_SECONDS = 5.0


class RecentSettings:
    """What the schools have set, read again every few seconds: a change holds from then on."""

    def __init__(self) -> None:
        self.now = Settings([])
        self._schools: set[int] = set()
        self._read_at = 0.0

    async def know(self, school_ids: set[int]) -> None:
        """Have the settings of these schools ready."""
        if school_ids <= self._schools and monotonic() - self._read_at < GOOD_SECONDS:
            return
        self._schools |= school_ids
        self.now = await settings_of(self._schools)
        self._read_at = monotonic()

    def forget(self) -> None:
        self._schools.clear()
