"""The shape of a profile's data file; everything that a file may say is here."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from monitoring.readings import State

Name = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*$")]
OidText = Annotated[str, Meta(pattern=r"^1(\.(0|[1-9][0-9]*))+$")]


class Recognise(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How a device is known to be of this profile.

    One of the subtrees in ``answers`` must answer, or one of ``object_ids`` begin the device's
    sysObjectID (nothing named: any device will do). Of those left the best score wins: ``rank``
    and what speaks for the profile (monitoring/profiles/recognition.py).
    """

    rank: Annotated[int, Meta(ge=0, le=100)]
    answers: list[OidText] = []
    object_ids: list[OidText] = []
    descriptions: list[str] = []


class Read(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One thing to read: ``objects`` by the role that ``decode`` gives them.

    Objects that end in .0 are scalars and fetched by GET, others are columns and walked.
    ``every``: how often it is worth asking; what changes on every visit is read on every visit.
    """

    decode: Name
    objects: dict[Name, OidText]
    metric: Name | None = None
    scale: Annotated[float, Meta(gt=0)] = 1.0
    codes: dict[str, tuple[str, State]] = {}
    every: Literal["visit", "hour", "day"] = "visit"

    @property
    def is_scalar(self) -> bool:
        return all(text.endswith(".0") for text in self.objects.values())


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """When a reading is a fault, and when it is one no longer.

    The gap between the two bounds is the hysteresis; ``after`` visits in a row must agree.
    """

    name: Name
    metric: Name
    severity: State
    raise_above: float | None = None
    clear_below: float | None = None
    raise_below: float | None = None
    clear_above: float | None = None
    raise_state: State | None = None
    after: Annotated[int, Meta(ge=1, le=10)] = 1


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a kind of device is, what to read of it, and what is wrong with what it says.

    ``based_on``: all that the other profile reads and judges, after what this one adds.
    """

    name: Name
    based_on: Name | None = None
    standards: list[str]
    may_sleep: bool
    interval_seconds: Annotated[int, Meta(ge=10, le=3600)]
    recognise: Recognise
    identity: dict[Name, OidText] = {}
    uptime: list[OidText]
    read: list[Read] = []
    rule: list[Rule] = []
