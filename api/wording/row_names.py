"""The rows that a history points to, by the names that people give them: one query a kind."""

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from api.wording.language import Language
from core import audit, database
from core.audit import Change, FieldChange

# A column of a changed row -> the table that it points to; the others are of one table only.
POINTERS = {
    "acknowledged_by": "person",
    "asset": "asset",
    "assignee": "person",
    "by": "person",
    "cleared_by": "person",
    "closed_by": "person",
    "created_by": "person",
    "credential": "credential",
    "decided_by": "person",
    "device": "device",
    "donation": "donation",
    "donation_line": "donation_line",
    "donor": "donor",
    "entry": "work_order_entry",
    "handed_by": "person",
    "holder": "person",
    "holder_place": "place",
    "hours": "expected_hours",
    "model": "asset_model",
    "network": "network",
    "opened_by": "person",
    "owner": "person",
    "parent": "place",
    "person": "person",
    "place": "place",
    "received_by": "person",
    "resource": "resource",
    "school": "school",
    "title_holder": "school",
    "withdrawn_by": "person",
    "work_order": "work_order",
}
POINTERS_OF = {"device": {"parent": "device"}}

_ASSET = "concat_ws(' ', a.tag, coalesce(nullif(a.name, ''), concat_ws(' ', m.brand, m.name)))"
_OF_ASSET = "JOIN asset a ON a.id = t.asset JOIN asset_model m ON m.id = a.model"
_OF_ORDER = "JOIN work_order o ON o.id = t.work_order JOIN asset a ON a.id = o.asset"
# What stands for a row of each kind: the table and its joins, and its name in SQL.
_NAMES = {
    "alert": ("alert t JOIN device d ON d.id = t.device JOIN asset a ON a.id = d.asset", "a.tag"),
    "alert_subscription": ("alert_subscription t JOIN person p ON p.id = t.person", "p.name"),
    "api_token": ("api_token t JOIN person p ON p.id = t.person", "t.name || ' · ' || p.name"),
    "asset": ("asset a JOIN asset_model m ON m.id = a.model", _ASSET),
    "asset_model": ("asset_model t", "concat_ws(' ', nullif(t.brand, ''), t.name)"),
    "candidate": ("candidate t", "t.address"),
    "credential": ("credential t", "t.name"),
    "custody": (f"custody t {_OF_ASSET}", _ASSET),
    "device": (f"device t {_OF_ASSET}", _ASSET),
    "donation": ("donation t", "t.title"),
    "donation_line": (
        "donation_line t JOIN donation d ON d.id = t.donation JOIN asset_model m ON m.id = t.model",
        "concat_ws(' ', d.title, '·', nullif(m.brand, ''), m.name)",
    ),
    "donor": ("donor t", "t.name"),
    "escalation_step": ("escalation_step t", "t.level::text"),
    "expected_hours": ("expected_hours t", "t.name"),
    "import_job": ("import_job t", "t.file_name"),
    "maintenance_window": ("maintenance_window t", "t.reason"),
    "membership": ("membership t JOIN person p ON p.id = t.person", "p.name"),
    "network": ("network t", "t.name"),
    "network_grant": ("network_grant t", "t.cidr"),
    "person": ("person t", "t.name"),
    "place": ("place t LEFT JOIN place u ON u.id = t.parent", "concat_ws(' / ', u.name, t.name)"),
    "resource": ("resource t", "t.title"),
    "revision": ("revision t", "t.file_name"),
    "rule_setting": (
        "rule_setting t LEFT JOIN device d ON d.id = t.device LEFT JOIN asset a ON a.id = d.asset",
        "a.tag",
    ),
    "school": ("school t", "t.{school_name}"),
    "storage_quota": ("storage_quota t JOIN school s ON s.id = t.school", "s.{school_name}"),
    "wake_plan": ("wake_plan t JOIN place p ON p.id = t.place", "p.name"),
    "work_order": ("work_order t JOIN asset a ON a.id = t.asset", "t.id || ' · ' || a.tag"),
    "work_order_entry": (f"work_order_entry t {_OF_ORDER}", "o.id || ' · ' || a.tag"),
    "work_order_photo": (
        f"work_order_photo x JOIN work_order_entry t ON t.id = x.entry {_OF_ORDER}",
        "o.id || ' · ' || a.tag",
    ),
    "label_code": ("label_code t", "t.code"),
}
# Whose key is no number called id.
_KEYS = {"asset": "a.id", "label_code": "t.code", "work_order_photo": "x.id"}
_KEY_TYPES = {"label_code": "text", "import_job": "uuid", "resource": "uuid", "revision": "uuid"}


class _Name(msgspec.Struct):
    id: str
    name: str | None


async def history(
    speech: Language, entity: str, entity_id: object, *, limit: int = 100
) -> list[Change]:
    """:func:`core.audit.history` with names in place of the numbers of other rows."""
    return await named(speech, await audit.history(entity, entity_id, limit=limit))


async def named(speech: Language, changes: list[Change]) -> list[Change]:
    """The changes with names in place of numbers, also of the changed rows themselves.

    A row that is gone keeps its number, or the name that its first event knew.
    """
    names = await _names(speech, set(_pointed(changes)))
    return [_named(change, names) for change in changes]


def pointed_table(entity: str, column: str) -> str | None:
    """The table that a column of ``entity`` points to, if it points to one."""
    return POINTERS_OF.get(entity, {}).get(column) or POINTERS.get(column)


def _pointed(changes: Iterable[Change]) -> Iterable[tuple[str, str]]:
    for change in changes:
        yield change.entity, change.entity_id
        for field in change.fields:
            table = pointed_table(change.entity, field.field)
            if table:
                yield from ((table, str(v)) for v in (field.before, field.after) if v is not None)


async def _names(
    speech: Language, wanted: set[tuple[str, str]]
) -> dict[tuple[str, str], str | None]:
    by_table: dict[str, list[str]] = defaultdict(list)
    for table, row_id in wanted:
        by_table[table].append(row_id)
    found: dict[tuple[str, str], str | None] = {}
    for table, ids in by_table.items():
        rows = await _names_in(speech, table, ids) if table in _NAMES else []
        found |= {(table, row.id): row.name for row in rows}
    return found


async def _names_in(speech: Language, table: str, ids: list[str]) -> list[_Name]:
    source, name = _NAMES[table]
    key = _KEYS.get(table, "t.id")
    key_type = _KEY_TYPES.get(table, "bigint")
    school_name = "name_zh" if speech.code == "zh_CN" else "name_en"
    return await database.fetch(
        _Name,
        f"SELECT {key}::text AS id, {name.format(school_name=school_name)} AS name"
        f" FROM {source} WHERE {key} = any($1::text[]::{key_type}[])",
        ids,
    )


def _named(change: Change, names: dict[tuple[str, str], str | None]) -> Change:
    def shown(table: str, value: object) -> object:
        return value if value is None else names.get((table, str(value))) or value

    fields = [
        FieldChange(field.field, shown(table, field.before), shown(table, field.after))
        if (table := pointed_table(change.entity, field.field))
        else field
        for field in change.fields
    ]
    label = names.get((change.entity, change.entity_id)) or change.label
    return msgspec.structs.replace(change, fields=tuple(fields), label=label)
