"""Whose asset it is that answered: certain by trusted keys alone, everything else is for people."""

from enum import StrEnum

import msgspec

from inventory import serials
from inventory.serials import SerialTrust
from monitoring.profiles import family


class Key(StrEnum):
    """What ties what was discovered to an asset; the first two are worth trusting."""

    serial_number = "serial_number"
    mac = "mac"
    address = "address"
    name = "name"
    model = "model"


class Doubt(StrEnum):
    """Why a person must look before anything is added."""

    weak_key = "weak_key"
    keys_disagree = "keys_disagree"
    several_assets = "several_assets"
    shared_serial = "shared_serial"
    shared_card = "shared_card"
    monitored = "monitored"
    gone = "gone"
    other_kind = "other_kind"


class Trust(StrEnum):
    """How sure a match is."""

    certain = "certain"
    doubtful = "doubtful"
    unmatched = "unmatched"


class Owner(msgspec.Struct, frozen=True):
    """An asset that a key leads to; ``monitored_at`` is the address of its device, if it has one."""

    asset_id: int
    tag: str
    kind: str
    is_gone: bool
    monitored_at: str | None


class KeyMatch(msgspec.Struct, frozen=True):
    """One key, what it said, and the tags of the assets that it leads to."""

    key: Key
    value: str
    tags: list[str]


class Match(msgspec.Struct, frozen=True):
    """The verdict, with its reasons."""

    trust: Trust = Trust.unmatched
    asset_id: int | None = None
    keys: list[KeyMatch] = []
    doubts: list[Doubt] = []


class Led(msgspec.Struct, frozen=True):
    """Where one key led."""

    key: Key
    value: str
    owners: list[Owner]


TRUSTED = (Key.serial_number, Key.mac)
# A profile (with all based on it) and the kinds of asset that such a thing can be.
KINDS = {
    "printer": ("printer", "other"),
    "projector": ("projector", "other"),
    "ups": ("ups", "part", "other"),
    "switch": ("network", "other"),
    "access_point": ("network", "other"),
    "host": ("computer", "network", "robot_kit", "other"),
    "sensor": ("part", "network", "other"),
}


def judge(led: list[Led], *, profile: str | None, shared: frozenset[Doubt] = frozenset()) -> Match:
    """Certain when trusted keys lead to one asset and nothing speaks against it.

    ``shared``: which of the keys another address tells as well.
    """
    hits = [one for one in led if one.owners]
    if not hits:
        return Match()
    # Weak keys only where no better one leads anywhere: two hundred PCs are of one model.
    strong = [one for one in hits if one.key in (*TRUSTED, Key.address)]
    leading = strong or hits
    owners = {owner.asset_id: owner for one in leading for owner in one.owners}
    chosen = leading[0].owners[0]
    doubts = _doubts(leading, list(owners.values()), chosen, profile)
    doubts += sorted(shared)
    return Match(
        Trust.doubtful if doubts else Trust.certain,
        chosen.asset_id,
        [KeyMatch(one.key, one.value, [owner.tag for owner in one.owners]) for one in hits],
        doubts,
    )


def _doubts(
    leading: list[Led], owners: list[Owner], chosen: Owner, profile: str | None
) -> list[Doubt]:
    doubts = []
    if not any(one.key in TRUSTED for one in leading):
        doubts.append(Doubt.weak_key)
    if any(len(one.owners) > 1 for one in leading):
        doubts.append(Doubt.several_assets)
    elif len(owners) > 1:
        doubts.append(Doubt.keys_disagree)
    if chosen.is_gone:
        doubts.append(Doubt.gone)
    if chosen.monitored_at is not None:
        doubts.append(Doubt.monitored)
    if not _fits(chosen.kind, profile):
        doubts.append(Doubt.other_kind)
    return doubts


def _fits(kind: str, profile: str | None) -> bool:
    for base, kinds in KINDS.items():
        if profile in family(base):
            return kind in kinds
    return True


def trusted_serial(identity: dict[str, str]) -> str | None:
    """The serial number that the device gives, if it can name one thing."""
    serial = serials.clean(identity.get("serial_number"))
    return serial if serials.trust(serial) is SerialTrust.ok else None
