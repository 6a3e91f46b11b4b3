"""The columns of changed rows as people call them, and the kinds of code that they hold."""

from api.wording.entities import COLUMNS, ENTITIES
from api.wording.language import Language
from core.errors import Message, say

# What forms ask for beside columns.
FORM_FIELDS: dict[str, Message] = {
    "action": say("Attach or take out"),
    "asset_tag": say("Asset tag"),
    "auth_password": say("Password"),
    "choices": say("Choices"),
    "community": say("Community"),
    "confirm_password": say("Password"),
    "count": say("How many"),
    "current_password": say("Current password"),
    "days": say("It lasts"),
    "device_tag": say("Or one device, by its tag"),
    "due_by": say("Due back"),
    "file": say("File"),
    "group": say("Class or group"),
    "is_required": say("Admins of this school need a second factor"),
    "line": say("Donation line"),
    "metric": say("What was read"),
    "model_title": say("Model"),
    "move": say("Its device has moved to this address"),
    "new_donor_contact": say("Contact"),
    "new_donor_kind": say("Who gives"),
    "new_donor_name": say("Name"),
    "new_model_brand": say("Brand"),
    "new_model_kind": say("Kind"),
    "new_model_name": say("Name of the model"),
    "new_password": say("New password"),
    "new_password_again": say("The same once more"),
    "numbers": say("Numbers of the school"),
    "parent_tag": say("Tag of the device it hangs on"),
    "password": say("Password"),
    "password_again": say("The same once more"),
    "photos": say("Photos"),
    "priv_password": say("Encryption password"),
    "serial_numbers": say("Serial numbers"),
    "setup_code": say("One-time code"),
    "size": say("Stickers on a sheet of A4"),
    "sleeps": say("May be switched off"),
    "sort": say("Sort by"),
    "stays": say("Stay signed in on this device"),
    "symptom": say("What is wrong?"),
    "tags": say("Tags"),
    "text": say("Remark"),
    "to_state": say("New state"),
    "usable": say("Can it still be used?"),
    "what": say("What is wrong"),
    "year": say("Year"),
}
FIELDS = COLUMNS | FORM_FIELDS


def field_name(language: Language, column: str) -> str:
    """A column's name in a history, or a form's field's above the form."""
    known = FIELDS.get(column.removesuffix("_id"))
    return language.words(known) if known else column.replace("_", " ")


def is_named(field: str) -> bool:
    """Whether people have a word for the field of a form."""
    return field.removesuffix("_id") in FIELDS


def kind_of(entity: str, column: str) -> str | None:
    """The kind of code that a column of a table holds, if it holds one."""
    return ENTITIES[entity].codes.get(column) if entity in ENTITIES else None
