"""Assets come into the books and are corrected."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, UnsetType

from core import clock
from core.access import Actor
from core.database import execute_many, fetch, fetch_value, refusing, transaction
from core.errors import FieldError, Invalid, Message, Problem, say
from core.numbers import Id, Version
from core.permissions import EDIT_EQUIPMENT
from core.rows import update_row
from core.texts import Line, Text, refuse, tidied
from inventory import codes, serials, tables, tags
from inventory.assets import book_facts, school_numbers, transitions
from inventory.assets.book_facts import BookFacts, Cost, CostBasis, Currency
from inventory.assets.locking import HAS_LEFT, lock, refuse_changed
from inventory.assets.reading import get_asset
from inventory.assets.shapes import Asset, Condition, LifecycleState
from inventory.class_codes import ClassCode
from inventory.custom_fields import values as custom_fields
from inventory.custom_fields.values import set_values
from inventory.models import ModelFacts, ensure_model
from inventory.places import require_place_in_use
from inventory.scope import school_id_of

REFUSALS: dict[str, Message | Problem] = {
    "asset_tag_is_unique": Invalid.of(
        "tag", say("Another asset has this tag; tags are never used twice"), code="taken"
    ),
    "asset_serial_once_a_model": Invalid.of(
        "serial_number",
        say("Another asset of this model has this serial number"),
        code="taken",
    ),
    "asset_place_is_of_the_school": Invalid.of(
        "place_id", say("The place must be of the asset's school"), code="place"
    ),
    **HAS_LEFT,
    "not_wiped": transitions.REFUSALS["not_wiped"],
    **book_facts.REFUSALS,
    **school_numbers.REFUSALS,
    **custom_fields.REFUSALS,
    "asset_model_fkey": Invalid.of("model_id", say("There is no such model"), code="model"),
}
FIRST_STATES = frozenset(
    {
        LifecycleState.announced,
        LifecycleState.received,
        LifecycleState.triage,
        LifecycleState.in_service,
    }
)
TEXTS: dict[str, Text] = {
    "name": Line(tables.Asset.name),
    "note": Text(4000),
    "serial_number": Text(tables.Asset.serial_number),
}
NEW_TEXTS = TEXTS | book_facts.TEXTS


Fields = Annotated[
    dict[str, str | None],
    msgspec.Meta(description="Custom fields by their names", examples=[{}]),
]


class NewAsset(BookFacts, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An asset to be written into the books; without a tag it gets the school's next one."""

    school: str
    model_id: Id
    tag: str | None = None
    serial_number: str | None = None
    place_id: Id | None = None
    lifecycle: LifecycleState = LifecycleState.in_service
    condition: Condition = Condition.unknown
    name: str = ""
    note: str = ""
    title_holder: str | None = None
    numbers: tuple[str, ...] = ()
    fields: Fields = msgspec.field(default_factory=dict)


class AssetChanges(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What shall change; a field left out stays as it is. ``version`` is the one that was read."""

    version: Version
    model_id: Id | UnsetType = UNSET
    serial_number: str | UnsetType | None = UNSET
    place_id: Id | UnsetType | None = UNSET
    condition: Condition | UnsetType = UNSET
    name: str | UnsetType = UNSET
    note: str | UnsetType = UNSET
    cost: Cost | UnsetType | None = UNSET
    currency: Currency | UnsetType = UNSET
    cost_basis: CostBasis | UnsetType | None = UNSET
    acquired_on: date | UnsetType | None = UNSET
    warranty_until: date | UnsetType | None = UNSET
    supplier: str | UnsetType = UNSET
    class_code: ClassCode | UnsetType = UNSET
    class_edition: str | UnsetType = UNSET
    numbers: tuple[str, ...] | UnsetType = UNSET
    fields: Fields | UnsetType = UNSET


class Draft(BookFacts, frozen=True, kw_only=True):
    """A row about to be inserted, checked and complete."""

    tag: str
    school_id: int
    title_holder_id: int
    model_id: int
    lifecycle: LifecycleState
    condition: Condition = Condition.unknown
    donation_line_id: int | None = None
    receipt_id: int | None = None
    place_id: int | None = None
    serial_number: str | None = None
    name: str = ""
    note: str = ""
    numbers: tuple[str, ...] = ()


async def create_asset(
    actor: Actor, new: NewAsset, *, new_model: ModelFacts | None = None
) -> Asset:
    """Write an asset into the books of a school that the actor keeps.

    With ``new_model`` its model is added to the list as well, if it is not there: both or neither.
    """
    school_id = await school_id_of(actor, new.school)
    actor.require(school_id, EDIT_EQUIPMENT)
    new, errors = tidied(new, NEW_TEXTS)
    facts = {field: getattr(new, field) for field in BookFacts.__struct_fields__}
    numbers = school_numbers.tidy(new.numbers)
    errors += book_facts.find_errors(facts) + school_numbers.find_errors(numbers)
    refuse(errors + _refuse_first(new.lifecycle))
    owner = await school_id_of(actor, new.title_holder) if new.title_holder else school_id
    with refusing(REFUSALS):
        async with transaction(actor):
            if new.place_id is not None:
                await require_place_in_use(new.place_id)
            tag = tags.checked(new.tag) if new.tag else (await tags.next_tags(school_id, 1))[0]
            draft = Draft(
                tag=tag,
                school_id=school_id,
                title_holder_id=owner,
                model_id=await ensure_model(new_model) if new_model else new.model_id,
                lifecycle=new.lifecycle,
                condition=new.condition,
                place_id=new.place_id,
                serial_number=new.serial_number,
                name=new.name,
                note=new.note,
                numbers=tuple(numbers),
                **book_facts.completed(facts),  # type: ignore[arg-type]
            )
            await insert_assets(draft)
            asset_id = await fetch_value("SELECT id FROM asset WHERE tag = $1", tag)
            await set_values(asset_id, school_id, new.fields, is_new=True)
            return await get_asset(actor, tag)


async def insert_assets(*drafts: Draft, at: datetime | None = None) -> None:
    """Write assets and a label code for each; in the caller's transaction and ``REFUSALS``."""
    moment = at or clock.now()
    columns = ", ".join((*ROW, *BookFacts.__struct_fields__))
    places = ", ".join(f"${n + 1}" for n in range(len(ROW) + len(BookFacts.__struct_fields__)))
    await execute_many(
        f"INSERT INTO asset ({columns}) VALUES ({places})",
        [_row(draft, moment) for draft in drafts],
    )
    await _write_numbers([draft for draft in drafts if draft.numbers])
    await codes.give_codes([draft.tag for draft in drafts])


async def _write_numbers(drafts: Sequence[Draft]) -> None:
    for school_id in {draft.school_id for draft in drafts}:
        of_school = {draft.tag: draft.numbers for draft in drafts if draft.school_id == school_id}
        found = await fetch(
            _Tagged, "SELECT id, tag FROM asset WHERE tag = any($1::text[])", list(of_school)
        )
        await school_numbers.write_numbers(school_id, {one.id: of_school[one.tag] for one in found})


class _Tagged(msgspec.Struct):
    id: int
    tag: str


ROW = (
    "tag", "school", "title_holder", "model", "lifecycle", "condition", "donation_line", "receipt",
    "place", "serial_number", "serial_trust", "name", "note", "version", "created_at",
)  # fmt: skip


def _row(draft: Draft, moment: datetime) -> tuple[object, ...]:
    return (
        draft.tag,
        draft.school_id,
        draft.title_holder_id,
        draft.model_id,
        draft.lifecycle,
        draft.condition,
        draft.donation_line_id,
        draft.receipt_id,
        draft.place_id,
        serials.clean(draft.serial_number),
        serials.trust(draft.serial_number),
        draft.name,
        draft.note,
        1,
        moment,
        *(getattr(draft, field) for field in BookFacts.__struct_fields__),
    )


async def update_asset(actor: Actor, tag: str, changes: AssetChanges) -> Asset:
    """Correct what the books say, unless somebody else did so since ``changes.version``.

    Of what has left the books only the note can be changed; all else is a Conflict.
    """
    changes, errors = tidied(changes, NEW_TEXTS)
    given = {
        field: getattr(changes, field)
        for field in changes.__struct_fields__
        if field not in ("version", "numbers", "fields") and getattr(changes, field) is not UNSET
    }
    numbers = None if changes.numbers is UNSET else school_numbers.tidy(changes.numbers)
    refuse(errors + book_facts.find_errors(given) + school_numbers.find_errors(numbers or []))
    with refusing(REFUSALS):
        async with transaction(actor):
            (asset,) = await lock(actor, [tag])
            refuse_changed(asset, changes.version)
            if isinstance(changes.place_id, int) and changes.place_id != asset.place_id:
                await require_place_in_use(changes.place_id)
            has_others = numbers is not None and await school_numbers.set_numbers(
                asset.id, asset.school_id, numbers
            )
            await update_fields(asset.id, book_facts.completed(given), is_changed=has_others)
            if changes.fields is not UNSET:
                has_values = await set_values(asset.id, asset.school_id, changes.fields)
                # Another version already, where more has changed.
                await update_fields(
                    asset.id, {}, is_changed=has_values and not (given or has_others)
                )
            return await get_asset(actor, tag)


async def update_fields(
    asset_id: int, given: Mapping[str, Any], *, is_changed: bool = False
) -> None:
    """Write some fields of a locked asset; with a serial number its trust.

    Its version counts on with a field, and where something beside the row ``is_changed``.
    """
    values = dict(given)
    if "serial_number" in values:
        values["serial_number"] = serials.clean(given["serial_number"])
        values["serial_trust"] = serials.trust(given["serial_number"])
    if values or is_changed:
        await update_row(tables.Asset, asset_id, **values)


def _refuse_first(state: LifecycleState) -> list[FieldError]:
    if state in FIRST_STATES:
        return []
    return [FieldError("lifecycle", say("A new asset cannot begin in this state"), "lifecycle")]
