"""The shape of a profile's data file; everything that a file may say is here."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from monitoring.decoding.readings import State

Name = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*$")]
OidText = Annotated[str, Meta(pattern=r"^1(\.(0|[1-9][0-9]*))+$")]
Carrier = Literal["network", "computer"]
Words = Annotated[str, Meta(min_length=1, max_length=120)]


class Title(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What people call the kind of device, in every language that we speak."""

    en: Words
    zh_CN: Words  # noqa: N815 - the names of our languages, as the catalogues have them


class Recognise(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How a device is known to be of this profile.

    ``object_ids``: what its sysObjectID begins with; a profile goes before what it is based on,
    then the longest one that fits wins. ``except_object_ids``: the same maker's other devices.
    ``descriptions``: patterns in its sysDescr. ``answers``: subtrees that it has, asked for only
    where the name says nothing. ``carrier``: it fits what the tables show to pass on the traffic
    of others, as a network device or as a computer. ``rank`` decides between what else is equal
    (monitoring/profiles/recognition.py).
    """

    rank: Annotated[int, Meta(ge=0, le=100)]
    answers: list[OidText] = []
    object_ids: list[OidText] = []
    except_object_ids: list[OidText] = []
    descriptions: list[str] = []
    carrier: Carrier | None = None


class Read(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One thing to read: ``objects`` by the role that ``decode`` gives them.

    Objects that end in .0 are scalars and fetched by GET, others are columns and walked.
    A number becomes value * ``scale`` / ``divisor``; what lies outside of ``least`` and ``most``
    is no value (monitoring/decoding/readings.py refuses what no device can mean, whatever a profile says).
    ``tenths_above``: beyond it some agents tell tenths of the unit, and no whole ones can be meant.
    ``instance`` names the reading of a scalar; ``instances`` the rows of a table by
    their index, and rows that it does not name are left out. ``only``: rows whose role has one of
    these values.
    ``every``: how often it is worth asking; what changes on every visit is read on every visit.
    ``note``: what a reader of the profile's page should know.
    """

    decode: Name
    objects: dict[Name, OidText]
    metric: Name | None = None
    scale: Annotated[float, Meta(gt=0)] = 1.0
    divisor: Annotated[int, Meta(gt=0)] = 1
    least: float | None = None
    most: float | None = None
    tenths_above: float | None = None
    instance: str = ""
    instances: dict[str, str] = {}
    only: dict[Name, list[int]] = {}
    codes: dict[str, tuple[str, State]] = {}
    every: Literal["visit", "hour", "day"] = "visit"
    note: str = ""

    @property
    def is_scalar(self) -> bool:
        return all(text.endswith(".0") for text in self.objects.values())


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """When a reading is a fault, and when it is one no longer.

    The gap between the two bounds is the hysteresis; ``after`` of the last ``within`` visits must
    agree, which are as many unless it says otherwise: then all in a row. ``keeps_in_service``:
    whether the asset stays in use while the fault is mended; a warning does, what is critical not.
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
    within: Annotated[int, Meta(ge=1, le=30)] = 0
    keeps_in_service: bool | None = None

    def __post_init__(self) -> None:
        if not self.within:
            msgspec.structs.force_setattr(self, "within", self.after)

    @property
    def bounds(self) -> tuple[float, float] | None:
        """Where it is raised and where it clears; None for a rule about a state."""
        if self.raise_above is not None and self.clear_below is not None:
            return self.raise_above, self.clear_below
        if self.raise_below is not None and self.clear_above is not None:
            return self.raise_below, self.clear_above
        return None

    @property
    def is_upward(self) -> bool:
        """Whether more is worse."""
        return self.raise_above is not None


class Trap(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Something that the device says unasked, and what follows from it.

    ``oid`` is written as in SNMPv2: of v1 the enterprise, 0 and the number. ``of``: the object
    whose varbind tells of which part it is. ``where``: values that varbinds must have, OIDs as
    text. It ``raises`` and ``clears`` alerts of rules that visits follow too; ``value`` is for the
    rule's sentence. Whatever it is, the device is visited at once.
    """

    name: Name
    oid: OidText
    severity: State = State.ok
    of: OidText | None = None
    where: dict[OidText, int | str] = {}
    raises: Name | None = None
    value: str = ""
    clears: list[Name] = []


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a kind of device is, what to read of it, and what is wrong with what it says.

    ``based_on``: all that the other profile says, but for its name and how it is recognised; what
    this one says comes first and wins.
    """

    name: Name
    title: Title
    based_on: Name | None = None
    standards: list[str]
    may_sleep: bool
    interval_seconds: Annotated[int, Meta(ge=10, le=3600)]
    recognise: Recognise
    identity: dict[Name, OidText] = {}
    uptime: list[OidText]
    read: list[Read] = []
    rule: list[Rule] = []
    trap: list[Trap] = []
    note: str = ""
