"""Custom fields: what a school wants to know of its assets, beside what all schools ask."""

from inventory.custom_fields.fields import (
    AskedField,
    CustomField,
    FieldFacts,
    FieldFilters,
    FieldKind,
    NewField,
    create_field,
    delete_field,
    get_field,
    list_fields,
    restore_field,
    retire_field,
    update_field,
)
from inventory.custom_fields.values import (
    FieldValue,
    find_fields_at,
    find_fields_of,
    set_values,
)

__all__ = [
    "AskedField",
    "CustomField",
    "FieldFacts",
    "FieldFilters",
    "FieldKind",
    "FieldValue",
    "NewField",
    "create_field",
    "delete_field",
    "find_fields_at",
    "find_fields_of",
    "get_field",
    "list_fields",
    "restore_field",
    "retire_field",
    "set_values",
    "update_field",
]
