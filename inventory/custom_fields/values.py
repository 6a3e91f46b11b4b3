"""What the fields say of an asset: given as text, read by the field's kind, one value a field."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import msgspec

from core.database import execute, fetch, fetch_value
from core.errors import Conflict, FieldError, Invalid, Message, Problem, say
from core.texts import Line
from inventory import tables
from inventory.custom_fields.fields import ASKED, AskedField, FieldKind
from inventory.models import AssetKind

TEXT = Line(tables.AssetValue.text_value)
MOST_NUMBER = Decimal("99999999999999")
PREFIX = "fields."


class FieldValue(msgspec.Struct, frozen=True):
    """What a field says of an asset, as text: a day is 2026-03-02, a number has a point."""

    name: str
    kind: FieldKind
    unit: str
    value: str
    is_retired: bool

    @property
    def day(self) -> date | None:
        """The value of a date."""
        return date.fromisoformat(self.value) if self.kind is FieldKind.date else None


class _Stored(msgspec.Struct):
    field: int
    value: str | None


# Of `asset a`, as one column `fields`.
VALUE = "coalesce(v.text_value, trim_scale(v.number_value)::text, v.date_value::text, c.label)"
OF_ASSET = f"""
SELECT coalesce(jsonb_agg(jsonb_build_object('name', f.name, 'kind', f.kind, 'unit', f.unit,
           'value', {VALUE}, 'is_retired', f.retired_at IS NOT NULL)
           ORDER BY f.position, f.id), '[]'::jsonb)
  FROM asset_value v JOIN custom_field f ON f.id = v.field
  LEFT JOIN custom_choice c ON c.id = v.choice
 WHERE v.asset = a.id AND {VALUE} IS NOT NULL
"""


async def find_fields_at(school_ids: list[int]) -> list[AskedField]:
    """All fields that these schools ask for now; the caller may see the schools."""
    return await fetch(
        AskedField,
        f"{ASKED} WHERE f.school = any($1::bigint[]) AND f.retired_at IS NULL"
        " ORDER BY f.school, f.position, f.id",
        school_ids,
    )


async def find_fields_of(school_id: int, kind: AssetKind, model_id: int) -> list[AskedField]:
    """The fields that a school asks for of its assets of a model."""
    return _those_of(await find_fields_at([school_id]), kind, model_id)


def _those_of(fields: list[AskedField], kind: AssetKind, model_id: int) -> list[AskedField]:
    return [field for field in fields if field.model_id == model_id or field.asset_kind == kind]


async def set_values(
    asset_id: int,
    school_id: int,
    given: Mapping[str, str | None],
    *,
    is_new: bool = False,
    asked: list[AskedField] | None = None,
) -> bool:
    """Make these the values of a locked asset, by the names of the fields; whether any changed.

    In the caller's transaction. A field left out stays; empty text clears. Invalid names each
    field that is not asked of this asset, cannot hold the text, or is required and empty; of one
    that ``is_new`` all that is required must be there. Who writes many assets gives what the school
    has ``asked``, read once.
    """
    if not given and not is_new:
        return False
    row = await fetch(
        _Model,
        "SELECT m.id, m.kind FROM asset a JOIN asset_model m ON m.id = a.model WHERE a.id = $1",
        asset_id,
    )
    if asked is None:
        asked = await find_fields_at([school_id])
    fields = _those_of(asked, row[0].kind, row[0].id)
    stored = {one.field: one.value for one in await _stored(asset_id)}
    wanted, errors = _judged(fields, given, is_new=is_new)
    if errors:
        raise Invalid(errors)
    changed = [(field, text) for field, text in wanted if (stored.get(field.id) or "") != text]
    for field, text in changed:
        await _write(asset_id, field, text)
    return bool(changed)


JUST_CHANGED = Conflict(
    say("A custom field has just been changed; look at the form again"), code="field_changed"
)
REFUSALS: dict[str, Message | Problem] = dict.fromkeys(
    (
        "asset_value_kind_is_that_of_the_field",
        "asset_value_field_fkey",
        "asset_value_choice_fkey",
        "asset_value_choice_is_of_the_field",
    ),
    JUST_CHANGED,
)


class _Model(msgspec.Struct):
    id: int
    kind: AssetKind


async def _stored(asset_id: int) -> list[_Stored]:
    return await fetch(
        _Stored,
        f"SELECT v.field, {VALUE} AS value FROM asset_value v"
        " LEFT JOIN custom_choice c ON c.id = v.choice WHERE v.asset = $1",
        asset_id,
    )


def _judged(
    fields: list[AskedField], given: Mapping[str, str | None], *, is_new: bool
) -> tuple[list[tuple[AskedField, str]], list[FieldError]]:
    by_name = {plain_name(field.name): field for field in fields}
    texts = {plain_name(name): TEXT.tidy(text or "") for name, text in given.items()}
    errors = [
        FieldError(PREFIX + name, say("This is not asked of assets of this model"), "not_asked")
        for name in given
        if plain_name(name) not in by_name and texts[plain_name(name)]
    ]
    wanted = []
    for plain, field in by_name.items():
        if plain in texts or is_new:
            value, wrong = read_value(field, texts.get(plain, ""))
            wanted.append((field, value))
            errors += [wrong] if wrong else []
    return wanted, errors


def read_value(field: AskedField, text: str) -> tuple[str, FieldError | None]:
    """The text as it is stored, and what is wrong with it."""
    if not text:
        message = say("Fill in this field") if field.is_required else None
        code = "required"
    else:
        text, message = READERS[field.kind](field, text)
        code = field.kind.value
    return text, FieldError(PREFIX + field.name, message, code) if message else None


def _text(field: AskedField, text: str) -> tuple[str, Message | None]:
    error = TEXT.find_error("", text)
    return text, error.message if error else None


def _number(field: AskedField, text: str) -> tuple[str, Message | None]:
    try:
        number = Decimal(text)
        # Compared before anything is computed: arithmetic on 1e9999999 overflows.
        if -MOST_NUMBER <= number <= MOST_NUMBER and number == round(number, 4):
            # No "-0", and no zeros at the end: as the database writes it back.
            return f"{number.normalize() + 0:f}", None
    except ArithmeticError:
        # No number at all, or one that cannot be compared.
        pass
    return "", say("A number, with four decimals at most")


def _day(field: AskedField, text: str) -> tuple[str, Message | None]:
    try:
        return date.fromisoformat(text).isoformat(), None
    except ValueError:
        return "", say("A day such as 2026-03-02")


def _choice(field: AskedField, text: str) -> tuple[str, Message | None]:
    if text not in field.choices:
        return "", say("Choose one of: {all}", all=", ".join(field.choices))
    return text, None


READERS = {
    FieldKind.text: _text,
    FieldKind.number: _number,
    FieldKind.date: _day,
    FieldKind.choice: _choice,
}


async def _write(asset_id: int, field: AskedField, text: str) -> None:
    """One value, in the column of its kind; keys refuse it if field or choice went meanwhile."""
    kind = field.kind
    choice = None
    if text and kind is FieldKind.choice:
        choice = await fetch_value(
            "SELECT id FROM custom_choice WHERE field = $1 AND label = $2", field.id, text
        )
        if choice is None:
            raise JUST_CHANGED
    await execute(
        "INSERT INTO asset_value (asset, field, school, kind, text_value, number_value, date_value,"
        " choice) VALUES (:asset, :field, :school, :kind, :text_value, :number_value, :date_value,"
        " :choice) ON CONFLICT (asset, field) DO UPDATE SET kind = EXCLUDED.kind,"
        " text_value = EXCLUDED.text_value, number_value = EXCLUDED.number_value,"
        " date_value = EXCLUDED.date_value, choice = EXCLUDED.choice",
        asset=asset_id,
        field=field.id,
        school=field.school_id,
        kind=kind,
        text_value=text if text and kind is FieldKind.text else None,
        number_value=Decimal(text) if text and kind is FieldKind.number else None,
        date_value=date.fromisoformat(text) if text and kind is FieldKind.date else None,
        choice=choice,
    )


async def write_values(
    school_id: int,
    asked: Sequence[AskedField],
    said: Sequence[tuple[int, Mapping[str, str | None]]],
) -> None:
    """Values of many locked assets, by their ids, read already; one statement for all of them.

    In the caller's transaction and :data:`REFUSALS`. A choice that went meanwhile is a Conflict.
    """
    by_name = {plain_name(field.name): field for field in asked}
    rows = [
        (asset, by_name.get(plain_name(name)), text or "")
        for asset, texts in said
        for name, text in texts.items()
    ]
    if any(field is None for _, field, _ in rows):
        raise JUST_CHANGED
    fields = [(asset, field, text) for asset, field, text in rows if field is not None]
    if not fields:
        return
    written = await execute(
        "INSERT INTO asset_value (asset, field, school, kind, text_value, number_value, date_value,"
        " choice) SELECT u.asset, u.field, :school, u.kind,"
        " CASE WHEN u.kind = 'text' THEN nullif(u.value, '') END,"
        " CASE WHEN u.kind = 'number' THEN nullif(u.value, '')::numeric END,"
        " CASE WHEN u.kind = 'date' THEN nullif(u.value, '')::date END, c.id"
        " FROM unnest(:assets::bigint[], :fields::bigint[], :kinds::text[], :texts::text[])"
        " AS u (asset, field, kind, value)"
        " LEFT JOIN custom_choice c ON u.kind = 'choice' AND c.field = u.field AND c.label = u.value"
        " WHERE u.kind <> 'choice' OR u.value = '' OR c.id IS NOT NULL"
        " ON CONFLICT (asset, field) DO UPDATE SET kind = EXCLUDED.kind,"
        " text_value = EXCLUDED.text_value, number_value = EXCLUDED.number_value,"
        " date_value = EXCLUDED.date_value, choice = EXCLUDED.choice",
        school=school_id,
        assets=[asset for asset, _, _ in fields],
        fields=[field.id for _, field, _ in fields],
        kinds=[field.kind.value for _, field, _ in fields],
        texts=[text for _, _, text in fields],
    )
    if written != len(fields):
        raise JUST_CHANGED


def plain_name(name: str) -> str:
    """A field's name as names are compared."""
    return Line(60).tidy(name).casefold()
