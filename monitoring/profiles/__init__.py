"""Profiles: what we know about kinds of devices, as data files checked when they are read."""

from monitoring.profiles.loader import (
    FlawedProfile,
    all_profiles,
    family,
    get_profile,
    load_profile,
    profile_named,
)
from monitoring.profiles.recognition import probe_roots, recognise, recognise_by_name
from monitoring.profiles.types import Profile, Read, Recognise, Rule, Title, Trap

__all__ = [
    "FlawedProfile",
    "Profile",
    "Read",
    "Recognise",
    "Rule",
    "Title",
    "Trap",
    "all_profiles",
    "family",
    "get_profile",
    "load_profile",
    "probe_roots",
    "profile_named",
    "recognise",
    "recognise_by_name",
]
