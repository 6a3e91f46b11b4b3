"""What was changed on a work order, people by their names."""

import msgspec

from core import audit, database
from core.access import Actor
from core.audit import Change
from inventory.repairs.views import get_work_order

_COLUMNS_OF_PEOPLE = ("opened_by", "assignee", "closed_by")


class _Named(msgspec.Struct):
    id: int
    name: str


async def list_history(actor: Actor, work_order_id: int) -> list[Change]:
    """The order's changes, the newest first, for those who may read it."""
    await get_work_order(actor, work_order_id)
    changes = await audit.list_history("work_order", work_order_id)
    ids = {
        value
        for change in changes
        for field in change.fields
        if field.field in _COLUMNS_OF_PEOPLE
        for value in (field.before, field.after)
        if value is not None
    }
    rows = await database.fetch(_Named, "SELECT id, name FROM person WHERE id = any($1)", list(ids))
    names = {row.id: row.name for row in rows}
    return [_with_names(change, names) for change in changes]


def _with_names(change: Change, names: dict[int, str]) -> Change:
    fields = tuple(
        msgspec.structs.replace(field, before=names.get(field.before), after=names.get(field.after))
        if field.field in _COLUMNS_OF_PEOPLE
        else field
        for field in change.fields
    )
    return msgspec.structs.replace(change, fields=fields)
