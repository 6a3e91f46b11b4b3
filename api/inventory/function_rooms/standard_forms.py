"""The form of a list: rows whose number nobody knows beforehand, pasted lines, and the shipped example."""

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import msgspec

from api.wording.language import Language
from api.wording.words import choices
from core.access import Actor
from core.errors import FieldError, Message, say
from core.texts import refuse
from inventory import models
from inventory.models import AssetKind
from inventory.rooms import MOST_ITEMS, ItemFacts, RoomKind, Standard

BLANK_ROWS = 4
FIELDS = ("what", "quantity", "per_seats", "kind", "exactly", "is_obligatory", "page")
ROW = re.compile(rf"({'|'.join(FIELDS)})_([0-9]{{1,3}})")
NUMBER = re.compile(r"[0-9]{1,4}")
CLASS = re.compile(r"[A-Z]?[0-9]{4,15}")
CELLS = re.compile(r" *[\t,，;；] *")
# The fields of a row that the refusals of a line name.
AT = {"model_id": "exactly", "class_code": "exactly"}
# Made up to show how a list works: no line of it is of any document.
EXAMPLE: tuple[tuple[Message, int, AssetKind, int | None, bool], ...] = (
    (say("Computer for pupils"), 1, AssetKind.computer, 1, True),
    (say("Projector or large screen"), 1, AssetKind.projector, None, True),
    (say("Switch"), 1, AssetKind.network, 24, True),
    (say("Printer"), 1, AssetKind.printer, None, False),
    (say("Uninterruptible power supply"), 1, AssetKind.ups, None, False),
)


class ListForm(msgspec.Struct, frozen=True):
    """What a list says beside its lines."""

    room_kind: RoomKind
    title: str
    source: str
    edition: str = ""
    is_example: bool = False
    revision: int = 0
    school: str = ""


async def posted_items(
    actor: Actor, form: Mapping[str, Any], speech: Language
) -> tuple[list[ItemFacts], list[int]]:
    """The lines of a posted list with the numbers of their rows: rows with anything in them, then
    what was pasted. Invalid with all that cannot be read."""
    rows: dict[int, dict[str, str]] = defaultdict(dict)
    for name, value in form.items():
        if (found := ROW.fullmatch(name)) and str(value).strip():
            rows[int(found[2])][found[1]] = str(value).strip()
    rows = {number: row for number, row in sorted(rows.items()) if row.keys() - {"is_obligatory"}}
    for line in str(form.get("pasted", "")).splitlines()[: MOST_ITEMS + 1]:
        if line.strip():
            rows[max(rows, default=-1) + 1] = _pasted(line.strip(), speech)
    errors: list[FieldError] = []
    if not rows:
        errors.append(FieldError("what_0", say("Name at least one thing"), "required"))
    if len(rows) > MOST_ITEMS:
        errors.append(FieldError("", say("At most {most} lines", most=MOST_ITEMS), "too_many"))
        refuse(errors)
    items = [await _item(actor, number, row, errors) for number, row in rows.items()]
    refuse(errors)
    return items, list(rows)


async def _item(
    actor: Actor, number: int, row: dict[str, str], errors: list[FieldError]
) -> ItemFacts:
    counts: dict[str, int | None] = {"quantity": 1, "per_seats": None}
    for name in counts:
        text = row.get(name, "")
        if NUMBER.fullmatch(text) and int(text) and (name == "quantity" or int(text) < 1000):
            counts[name] = int(text)
        elif text or name == "quantity":
            whole = say("Write a whole number, from 1 on")
            errors.append(FieldError(f"{name}_{number}", whole, "number"))
    kind, model_id, class_code = row.get("kind"), None, None
    if kind is not None and kind not in list(AssetKind):
        errors.append(FieldError(f"kind_{number}", say("Choose one of the list"), "choice"))
        kind = None
    if exactly := row.get("exactly"):
        kind = None
        found = await models.find_titled(actor, exactly, exactly=True, limit=2)
        if len(found) == 1:
            model_id = found[0].id
        elif CLASS.fullmatch(exactly.upper()):
            class_code = exactly.upper()
        else:
            unknown = say("No model has this name, and it is no class code")
            errors.append(FieldError(f"exactly_{number}", unknown, "unknown_model"))
    return ItemFacts(
        row.get("what", ""),
        counts["quantity"] or 1,
        AssetKind(kind) if kind else None,
        model_id,
        class_code,
        counts["per_seats"],
        "is_obligatory" in row,
        row.get("page", ""),
    )


def _pasted(line: str, speech: Language) -> dict[str, str]:
    """Name, how many, for so many seats, kind or model or class, page: as cells of a sheet."""
    named = {word: code for code, word in choices(speech, "asset_category")}
    cells = dict(
        zip(("what", "quantity", "per_seats", "kind", "page"), CELLS.split(line), strict=False)
    )
    row = {name: text for name, text in cells.items() if text}
    which = row.pop("kind", "")
    if code := named.get(which) or (which if which in list(AssetKind) else ""):
        row["kind"] = code
    elif which:
        row["exactly"] = which
    return {"quantity": "1", "is_obligatory": "on", **row}


def list_values(found: Standard) -> dict[str, object]:
    """A list as its form shows it."""
    names = ("room_kind", "title", "source", "edition", "is_example", "revision")
    values: dict[str, object] = {name: getattr(found, name) for name in names}
    for number, item in enumerate(found.items):
        values |= {
            f"what_{number}": item.what,
            f"quantity_{number}": item.quantity,
            f"per_seats_{number}": item.per_seats or "",
            f"kind_{number}": item.kind or "",
            f"exactly_{number}": item.model or item.class_code or "",
            f"is_obligatory_{number}": item.is_obligatory,
            f"page_{number}": item.page,
        }
    return values


def example_values(speech: Language) -> dict[str, object]:
    """The shipped example, in the reader's language; it says of itself that it is none but that."""
    values: dict[str, object] = {
        "room_kind": RoomKind.computer,
        "title": speech.words(say("Example: computer room")),
        "source": speech.words(say("Example, not a standard")),
        "is_example": True,
    }
    for number, (what, quantity, kind, per_seats, is_obligatory) in enumerate(EXAMPLE):
        values |= {
            f"what_{number}": speech.words(what),
            f"quantity_{number}": quantity,
            f"per_seats_{number}": per_seats or "",
            f"kind_{number}": kind,
            f"is_obligatory_{number}": is_obligatory,
        }
    return values


def rows_shown(values: Mapping[str, Any]) -> int:
    """The rows with anything in them, and a few blank ones."""
    filled = [int(found[2]) for name in values if values[name] and (found := ROW.fullmatch(name))]
    return min(max(filled, default=-1) + 1 + BLANK_ROWS, MOST_ITEMS)
