"""What the page of a receipt says: things ticked, scanned, and how each looks."""

from collections.abc import Mapping
from typing import Any

import msgspec

from api.inventory.custody.desk import split_tags
from core.errors import FieldError, say
from core.numbers import Id
from core.texts import refuse
from inventory.assets import Condition
from inventory.transfers import ReceivedLine, Transfer

CONDITIONS = {one.value: one for one in Condition}


class ReceiptForm(msgspec.Struct, frozen=True):
    """What arrived: ticked, scanned, or all of it; where it stands now, and what is to be said."""

    arrived: list[str] = msgspec.field(default_factory=list)
    tags: str = ""
    everything: bool = False
    place_id: Id | None = None
    note: str = ""


def arrived_lines(
    transfer: Transfer, said: ReceiptForm, form: Mapping[str, Any]
) -> list[ReceivedLine]:
    """The lines of a receipt; Invalid unless something is named, so that an empty form is no receipt."""
    listed = [one.tag for one in transfer.items] if said.everything else said.arrived
    given = list(dict.fromkeys([*listed, *split_tags(said.tags)]))
    if not given and form.get("nothing") != "on":
        refuse(
            [
                FieldError(
                    "everything",
                    say("Tick what arrived, or say that nothing did"),
                    "required",
                )
            ]
        )
    return [
        ReceivedLine(
            tag,
            CONDITIONS.get(str(form.get(f"condition.{tag}", ""))),
            str(form.get(f"note.{tag}", "")),
        )
        for tag in given
    ]
