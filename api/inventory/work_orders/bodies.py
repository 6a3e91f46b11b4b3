"""What the steps of a work order are told over JSON."""

from typing import Annotated

import msgspec

from core.numbers import Id
from inventory.assets import Condition
from inventory.repairs.fixing import SeenVersion as Version
from inventory.repairs.opening import SUMMARY_MAX_LENGTH
from inventory.repairs.transitions import RESOLUTION_MAX_LENGTH
from inventory.repairs.views import Severity


class FaultReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is wrong with which asset; it stays in use unless it cannot be used."""

    tag: Annotated[str, msgspec.Meta(examples=["S1-00042"])]
    what: Annotated[
        str,
        msgspec.Meta(
            min_length=1, max_length=SUMMARY_MAX_LENGTH, examples=["The screen stays dark"]
        ),
    ]
    severity: Severity = "normal"
    is_usable: bool = True


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A step that needs no more than the order."""

    version: Version = None


class Usability(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether the asset is in use while the order is open."""

    is_usable: bool
    version: Version = None


class Assignment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """To whom the order goes."""

    assignee_id: Id
    version: Version = None


class Completion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How it ended, and what the asset is like now."""

    resolution: Annotated[
        str, msgspec.Meta(max_length=RESOLUTION_MAX_LENGTH, examples=["New display cable"])
    ]
    condition: Condition | None = None
    version: Version = None


class Cancellation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why it was needless."""

    reason: Annotated[
        str, msgspec.Meta(max_length=RESOLUTION_MAX_LENGTH, examples=["The plug was out"])
    ]
    version: Version = None
