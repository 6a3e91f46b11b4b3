"""The columns of changed rows as people call them, and the kinds of code that they hold."""

from api.wording.entities import COLUMNS, ENTITIES
from api.wording.grades import GRADES
from api.wording.language import Language
from core.errors import Message, say

# What forms ask for beside columns.
FORM_FIELDS: dict[str, Message] = {
    "action": say("Attach or take out"),
    "as_lot": say("Count them into a lot, without tags"),
    "asset_tag": say("Asset tag"),
    "auth_password": say("Password"),
    "back": say("Came back"),
    "broken": say("Broken"),
    "building": say("Building"),
    "cabinet": say("Cabinet"),
    "choices": say("Choices"),
    "class": say("Class or group"),
    "community": say("Community"),
    "confirm_password": say("Password"),
    "copies": say("How many copies"),
    "count": say("How many"),
    "counted": say("How many are there"),
    "counts_untouched_rooms": say("Rooms in which nothing was seen were looked at too"),
    "current_password": say("Current password"),
    "dates": say("Bookings"),
    "day1": say("Monday"),
    "day2": say("Tuesday"),
    "day3": say("Wednesday"),
    "day4": say("Thursday"),
    "day5": say("Friday"),
    "day6": say("Saturday"),
    "day7": say("Sunday"),
    "days": say("It lasts"),
    "device_tag": say("Or one device, by its tag"),
    "displaces": say("Bookings that stand in the way give way"),
    "due_by": say("Due back"),
    "due_period": say("At the end of the lesson"),
    "expected": say("How many should be there"),
    "file": say("File"),
    "files": say("Files from the stick"),
    **{f"grade_{grade}": word for grade, word in GRADES.items()},
    "group": say("Class or group"),
    "group_ids": say("Classes"),
    "is_required": say("Admins of this school need a second factor"),
    "keys": say("Found by"),
    "last_lesson": say("Until the end of"),
    "lesson": say("Lesson"),
    "line": say("Donation line"),
    "lost": say("Lost"),
    "makes_places": say("Make these places"),
    "metric": say("What was read"),
    "model_title": say("Model"),
    "end": say("To which end"),
    "everything": say("All of it arrived"),
    "nothing": say("Nothing of it arrived"),
    "move": say("Its device has moved to this address"),
    "new_donor_contact": say("Contact"),
    "new_donor_kind": say("Who gives"),
    "new_donor_name": say("Name"),
    "new_name": say("New name"),
    "new_model_brand": say("Brand"),
    "new_model_kind": say("Kind"),
    "new_model_name": say("Name of the model"),
    "new_password": say("New password"),
    "new_password_again": say("The same once more"),
    "numbers": say("Numbers of the school"),
    "order_number": say("Number of the purchase"),
    "parent_tag": say("Tag of the device it hangs on"),
    "part": say("Who signs"),
    "password": say("Password"),
    "password_again": say("The same once more"),
    "photos": say("Photos"),
    "noun": say("What are its rows?"),
    "place_ids": say("Some rooms"),
    "priv_password": say("Encryption password"),
    "quantity": say("How many"),
    "kinds": say("Kinds"),
    "restores": say("Places out of use"),
    "scope": say("What is counted"),
    "total_cost": say("Price of all pieces"),
    "room": say("Room"),
    "serial_numbers": say("Serial numbers"),
    "setup_code": say("One-time code"),
    "size": say("Stickers on a sheet of A4"),
    "skip_taken": say("Book the other dates and leave those out"),
    "sleeps": say("May be switched off"),
    "pasted": say("Pasted list"),
    "publisher": say("Publisher"),
    "sort": say("Sort by"),
    "stays": say("Stay signed in on this device"),
    "stock": say("From which stock"),
    "symptom": say("What is wrong?"),
    "tags": say("Tags"),
    "subject": say("Subject"),
    "teacher": say("Teacher"),
    "term": say("Term"),
    "text": say("Remark"),
    "to_state": say("New state"),
    "unit_cost": say("Price of one in yuan"),
    "usable": say("Can it still be used?"),
    "weekday": say("Day of the week"),
    "weeks": say("Weeks of the term"),
    "weekly": say("Every week until the end of the term"),
    "what": say("What is wrong"),
    "who": say("Who gets it"),
    "whole_series": say("Those of the weeks after it as well"),
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
