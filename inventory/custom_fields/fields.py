"""The fields themselves: defined by a school's admins, for a kind of equipment or for one model."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from core import clock
from core.access import Actor
from core.database import Refusals, execute, execute_many, fetch_column, transaction
from core.errors import Conflict, FieldError, Invalid, say
from core.numbers import Id
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import EDIT_CUSTOM_FIELDS
from core.query import Key, Order, Where, get_row, list_page
from core.rows import delete_row, insert_row, update_row
from core.texts import Line, refuse, tidied
from inventory import tables
from inventory.asset_columns import column_of
from inventory.models import AssetKind

MOST_CHOICES = 60
MOST_FIELDS = 60


class FieldKind(StrEnum):
    """What a field's values are."""

    text = "text"
    number = "number"
    date = "date"
    choice = "choice"


class AskedField(msgspec.Struct, frozen=True):
    """One field; ``retired_at``: it is asked no more, and its values stay readable."""

    id: int
    school_id: int
    school: str
    name: str
    kind: FieldKind
    unit: str
    is_required: bool
    position: int
    asset_kind: AssetKind | None
    model_id: int | None
    model: str | None
    choices: tuple[str, ...]
    retired_at: datetime | None

    @property
    def option(self) -> tuple[int, str]:
        """As one chooses it in a list."""
        return self.id, self.name


class CustomField(AskedField, frozen=True):
    """A field and how many assets ``used`` it: a count of its values, for lists of fields alone."""

    used: int


Position = Annotated[int, msgspec.Meta(ge=1, le=99, description="In the order of the form")]


class FieldFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is written about a field; it is of a kind of equipment, or of one model."""

    name: Annotated[str, msgspec.Meta(examples=["Screen size"])]
    kind: FieldKind = FieldKind.text
    unit: str = ""
    is_required: bool = False
    position: Position = 1
    asset_kind: AssetKind | None = None
    model_id: Id | None = None
    choices: list[str] = []


class NewField(FieldFacts, frozen=True, kw_only=True):
    """A field to be added at a school."""

    school_id: Id


class FieldFilters(msgspec.Struct, frozen=True):
    """Which fields a list shows."""

    school_id: Id | None = None


TEXTS = {
    "name": Line(tables.CustomField.name, required=say("Give the field a name")),
    "unit": Line(tables.CustomField.unit),
}
LABEL = Line(tables.CustomChoice.label)
IN_USE = Conflict(
    say("Assets have values in this field already: retire it, and add another one"),
    code="field_in_use",
)
REFUSALS: Refusals = {
    "custom_field_name_once_a_school": Conflict(
        say("The school has a field of this name already"), field="name"
    ),
    "custom_field_is_of_a_kind_or_a_model": Invalid.of(
        "asset_kind", say("Choose a kind of equipment or one model, not both"), code="of_what"
    ),
    "custom_field_model_fkey": Invalid.of("model_id", say("There is no such model"), code="model"),
    "asset_value_field_fkey": IN_USE,
    "asset_value_field_is_of_the_school": IN_USE,
    "asset_value_kind_is_that_of_the_field": IN_USE,
    **dict.fromkeys(
        ("asset_value_choice_fkey", "asset_value_choice_is_of_the_field"),
        Conflict(
            say("Assets have a choice that you left out; keep it, or change them first"),
            field="choices",
            code="choice_in_use",
        ),
    ),
}
MISSING = say("There is no such field, or it is not of your school")
NO_FILTERS = FieldFilters()
COLUMNS = """
       f.id, f.school AS school_id, s.code AS school, f.name, f.kind, f.unit, f.is_required,
       f.position, f.asset_kind, f.model AS model_id, model_title(m.brand, m.name) AS model,
       array(SELECT c.label FROM custom_choice c WHERE c.field = f.id ORDER BY c.position, c.id)
           AS choices,
       f.retired_at
"""
TABLES = (
    "FROM custom_field f JOIN school s ON s.id = f.school LEFT JOIN asset_model m ON m.id = f.model"
)
ASKED = f"SELECT {COLUMNS} {TABLES}"
READ = f"""
SELECT {COLUMNS}, (SELECT count(*) FROM asset_value v WHERE v.field = f.id) AS used {TABLES}
"""
BY_PLACE = Order(
    Key("f.school", int, "school_id"), Key("f.position", int, "position"), Key("f.id", int, "id")
)


async def list_fields(
    actor: Actor,
    filters: FieldFilters = NO_FILTERS,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Page[CustomField]:
    """The fields of the actor's schools, in the order of their forms."""
    where = Where("f.school = any(:schools)", schools=actor.school_ids)
    where.add_given("f.school = :school", school=filters.school_id)
    return await list_page(CustomField, READ, where, BY_PLACE, cursor=cursor, limit=limit)


async def get_field(actor: Actor, field_id: int) -> CustomField:
    """One field of a school in the actor's sight, else NotFound."""
    where = Where("f.id = :id AND f.school = any(:schools)", id=field_id, schools=actor.school_ids)
    return await get_row(CustomField, READ, where, MISSING)


async def create_field(actor: Actor, new: NewField) -> CustomField:
    """Add a field; a name is given once a school."""
    actor.require(new.school_id, EDIT_CUSTOM_FIELDS)
    clean, labels = _checked(new)
    async with transaction(actor, REFUSALS):
        # One at a time, or many at once would be more than a form can hold.
        await execute("SELECT FROM school WHERE id = $1 FOR NO KEY UPDATE", new.school_id)
        known = await fetch_column(
            int, "SELECT id FROM custom_field WHERE school = $1", new.school_id
        )
        if len(known) >= MOST_FIELDS:
            raise Conflict(say("A school has {most} fields at most", most=MOST_FIELDS))
        facts = msgspec.structs.asdict(clean)
        del facts["choices"]
        field_id = await insert_row(tables.CustomField, **facts)
        await _set_choices(field_id, new.school_id, labels)
    return await get_field(actor, field_id)


async def update_field(actor: Actor, field_id: int, facts: FieldFacts) -> CustomField:
    """Write a field anew; refused where values would be lost: another kind, a choice left out."""
    found = await get_field(actor, field_id)
    actor.require(found.school_id, EDIT_CUSTOM_FIELDS)
    clean, labels = _checked(facts)
    async with transaction(actor, REFUSALS):
        values = msgspec.structs.asdict(clean)
        del values["choices"]
        await update_row(tables.CustomField, field_id, **values)
        await _set_choices(field_id, found.school_id, labels)
    return await get_field(actor, field_id)


async def retire_field(actor: Actor, field_id: int) -> CustomField:
    """Ask it no more; what assets say in it stays readable."""
    return await _set_retired(actor, field_id, clock.now())


async def restore_field(actor: Actor, field_id: int) -> CustomField:
    """Ask it again."""
    return await _set_retired(actor, field_id, None)


async def delete_field(actor: Actor, field_id: int) -> CustomField:
    """Delete a field that no asset ever had a value in; gives what it was."""
    found = await get_field(actor, field_id)
    actor.require(found.school_id, EDIT_CUSTOM_FIELDS)
    async with transaction(actor, REFUSALS):
        await delete_row(tables.CustomField, field_id)
    return found


async def _set_retired(actor: Actor, field_id: int, at: datetime | None) -> CustomField:
    found = await get_field(actor, field_id)
    actor.require(found.school_id, EDIT_CUSTOM_FIELDS)
    if (found.retired_at is None) != (at is None):
        async with transaction(actor, REFUSALS):
            await update_row(tables.CustomField, field_id, retired_at=at)
    return await get_field(actor, field_id)


async def _set_choices(field_id: int, school_id: int, labels: Sequence[str]) -> None:
    await execute(
        "DELETE FROM custom_choice WHERE field = $1 AND label <> ALL ($2::text[])", field_id, labels
    )
    await execute_many(
        "INSERT INTO custom_choice (field, school, label, position) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (field, label) DO UPDATE SET position = EXCLUDED.position",
        [(field_id, school_id, label, number) for number, label in enumerate(labels, start=1)],
    )


def _checked(facts: FieldFacts) -> tuple[FieldFacts, list[str]]:
    clean, errors = tidied(facts, TEXTS)
    # Headed by it, a column of an asset file would be read as one of its own.
    if column_of(clean.name):
        message = say("Files have a column of this name already")
        errors.append(FieldError("name", message, "taken"))
    labels = list(dict.fromkeys(text for one in facts.choices if (text := LABEL.tidy(one))))
    errors += [error for one in labels if (error := LABEL.find_error("choices", one))][:1]
    if facts.kind is FieldKind.choice and not labels:
        errors.append(FieldError("choices", say("Write down what can be chosen"), "required"))
    if len(labels) > MOST_CHOICES:
        message = say("At most {most} choices", most=MOST_CHOICES)
        errors.append(FieldError("choices", message, "too_many"))
    if (facts.asset_kind is None) == (facts.model_id is None):
        message = say("Choose a kind of equipment or one model, not both")
        errors.append(FieldError("asset_kind", message, "of_what"))
    refuse(errors)
    return clean, labels if facts.kind is FieldKind.choice else []
