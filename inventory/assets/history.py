"""The history of one asset: changes of its row, who had it, and why it took each step."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from core import audit
from core.access import Actor
from core.audit import Change, FieldChange
from core.database import fetch
from core.permissions import READ_BORROWERS
from inventory.assets.shapes import Asset
from inventory.custom_fields import history as custom_fields

# A step and the change it made are written in one transaction, moments apart.
SAME_MOMENT = timedelta(seconds=5)
NEWEST = 100
# Names of these columns, not numbers, are what people remember.
NAMED = {
    "model": "SELECT id, model_title(brand, name) AS name FROM asset_model",
    "place": "SELECT id, name FROM place",
    "holder_place": "SELECT id, name FROM place",
    "school": "SELECT id, code AS name FROM school",
    "title_holder": "SELECT id, code AS name FROM school",
    "holder": "SELECT id, name FROM person",
    "borrower_group": "SELECT id, name FROM (SELECT g.id, borrower_group_title(g.name, g.year, s.zone)"
    " AS name FROM borrower_group g JOIN school s ON s.id = g.school) titled",
    "guest": "SELECT id, name FROM guest",
    "handed_by": "SELECT id, name FROM person",
    "received_by": "SELECT id, name FROM person",
}
# What would name a borrower to those who may not know.
OF_BORROWERS = frozenset({"holder", "guest", "note", "return_note"})
HIDDEN_FIELDS = frozenset(
    {"id", "asset", "serial_trust", "created_at", "donation_line", "receipt", "handed_by"}
)


class Step(msgspec.Struct, frozen=True):
    """One step of the asset's life, with its reason."""

    at: datetime
    from_state: str
    to_state: str
    by: str | None
    reason: str


class _Loan(msgspec.Struct):
    id: int
    school_id: int


class _Named(msgspec.Struct):
    id: int
    name: str


async def list_steps(asset: Asset) -> list[Step]:
    """The steps of an asset that the reader may see, newest first."""
    return await fetch(
        Step,
        "SELECT st.at, st.from_state, st.to_state, p.name AS by, st.reason FROM asset_step st"
        " LEFT JOIN person p ON p.id = st.by WHERE st.asset = $1 ORDER BY st.id DESC LIMIT $2",
        asset.id,
        NEWEST,
    )


async def list_history(actor: Actor, asset: Asset) -> list[Change]:
    """All that happened to an asset that the reader may see, newest first, in names."""
    loans = await _loans(actor, asset)
    readable = actor.school_ids_with(READ_BORROWERS)
    unreadable = {str(loan.id) for loan in loans if loan.school_id not in readable}
    changes = await audit.list_history("asset", asset.id, limit=NEWEST)
    changes += [
        _without_borrower(change) if change.entity_id in unreadable else change
        for change in await audit.list_histories(
            "custody", [loan.id for loan in loans], limit=NEWEST
        )
    ]
    changes += await custom_fields.list_changes(asset.id, limit=NEWEST)
    steps = await list_steps(asset)
    changes = [_with_reason(change, steps) for change in await _in_names(changes)]
    changes = [change for change in changes if change.fields or change.action != "update"]
    return sorted(changes, key=lambda change: (change.at, change.id), reverse=True)[:NEWEST]


def _without_borrower(change: Change) -> Change:
    shown = tuple(field for field in change.fields if field.field not in OF_BORROWERS)
    return msgspec.structs.replace(change, fields=shown)


async def _loans(actor: Actor, asset: Asset) -> list[_Loan]:
    """Who had it at the actor's schools: elsewhere is that school's matter."""
    return await fetch(
        _Loan,
        "SELECT id, school AS school_id FROM custody"
        " WHERE asset = $1 AND school = any($2::bigint[]) ORDER BY id DESC LIMIT $3",
        asset.id,
        actor.school_ids,
        NEWEST,
    )


def _with_reason(change: Change, steps: Iterable[Step]) -> Change:
    moves = {(f.before, f.after) for f in change.fields if f.field == "lifecycle"}
    for step in steps:
        is_this = (step.from_state, step.to_state) in moves
        if is_this and step.reason and abs(step.at - change.at) < SAME_MOMENT:
            reason = FieldChange("reason", None, step.reason)
            return msgspec.structs.replace(change, fields=(*change.fields, reason))
    return change


async def _in_names(changes: list[Change]) -> list[Change]:
    names = {column: await _names(sql, column, changes) for column, sql in NAMED.items()}
    return [
        msgspec.structs.replace(
            change,
            fields=tuple(
                _named(field, names.get(field.field))
                for field in change.fields
                if field.field not in HIDDEN_FIELDS
            ),
        )
        for change in changes
    ]


async def _names(sql: str, column: str, changes: list[Change]) -> dict[int, str]:
    ids = {
        value
        for change in changes
        for field in change.fields
        if field.field == column
        for value in (field.before, field.after)
        if isinstance(value, int)
    }
    if not ids:
        return {}
    rows = await fetch(_Named, f"{sql} WHERE id = any($1::bigint[])", list(ids))
    # Of a guest whose name is erased the number stays.
    return {row.id: row.name for row in rows if row.name}


def _named(field: FieldChange, names: dict[int, str] | None) -> FieldChange:
    if names is None:
        return field

    def name(value: Any) -> Any:
        return names.get(value, value) if isinstance(value, int) else value

    return FieldChange(field.field, name(field.before), name(field.after))
