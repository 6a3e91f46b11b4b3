"""What people call the rows and columns of this package's tables (see core/entity.py)."""

from core.entity import Entity
from core.errors import Message, say
from core.tables import ApiToken, LessonPeriod, Person, PersonMembership, Place, School, Term

ENTITIES = (
    Entity(School, say("School"), row_name="t.{school_name}"),
    Entity(
        Place,
        say("Place"),
        row_name="pp.path",
        joins="JOIN place_path pp ON pp.place = t.id",
        codes={"kind": "place_kind"},
    ),
    Entity(Term, say("Term"), row_name="t.name"),
    Entity(LessonPeriod, say("Lesson period"), row_name="t.name"),
    Entity(Person, say("Person"), row_name="t.name", codes={"locale": "language"}),
    Entity(
        PersonMembership,
        say("Role"),
        row_name="p.name",
        joins="JOIN person p ON p.id = t.person",
        codes={"role": "role"},
    ),
    Entity(
        ApiToken,
        say("Token"),
        row_name="t.name || ' · ' || p.name",
        joins="JOIN person p ON p.id = t.person",
    ),
)

COLUMNS: dict[str, Message] = {
    "acknowledged_at": say("Acknowledged at"),
    "asset": say("Asset"),
    "closed_at": say("Closed at"),
    "code": say("Code"),
    "created_at": say("Created at"),
    "created_by": say("Created by"),
    "ends": say("Ends"),
    "expires_at": say("Good until"),
    "file_name": say("File name"),
    "first_day": say("Lessons begin"),
    "id": say("Number"),
    "kind": say("Kind"),
    "last_day": say("Lessons end"),
    "locale": say("Language"),
    "login": say("Sign-in name"),
    "name": say("Name"),
    "name_en": say("Name in English"),
    "name_zh": say("Name in Chinese"),
    "note": say("Note"),
    "one_time_until": say("One-time password until"),
    "parent": say("Inside of"),
    "person": say("Person"),
    "place": say("Place"),
    "position": say("Which of the day"),
    "requires_second_factor": say("Admins need a second factor"),
    "retired_at": say("Out of use since"),
    "revoked_at": say("Revoked at"),
    "role": say("Role"),
    "school": say("School"),
    "scopes": say("It may"),
    "severity": say("Severity"),
    "starts": say("Begins"),
    "state": say("State"),
    "title": say("Title"),
    "valid_from": say("Valid from"),
    "valid_until": say("Valid until"),
    "version": say("Version"),
    "work_order": say("Work order"),
    "zone": say("Time zone"),
}
