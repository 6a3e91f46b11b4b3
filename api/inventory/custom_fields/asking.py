"""Custom fields in the form of an asset: each an input of its own, told apart by the field's id."""

from collections.abc import Iterable, Mapping

import msgspec

from api.http.types import WebRequest
from core.access import Actor
from core.errors import FieldError
from core.permissions import EDIT_EQUIPMENT
from inventory import custom_fields, models
from inventory.assets import Asset
from inventory.custom_fields import AskedField, FieldKind
from inventory.custom_fields.values import PREFIX
from inventory.models import AssetKind


class Input(msgspec.Struct, frozen=True):
    """One field as its form shows it."""

    name: str
    label: str
    kind: FieldKind
    options: list[tuple[str, str]]
    is_required: bool


class Group(msgspec.Struct, frozen=True):
    """The inputs that are asked of one kind of equipment, or of one model, at one school."""

    school: str
    asset_kind: AssetKind | None
    model: str | None
    inputs: list[Input]

    def is_touched(self, form: Mapping[str, object], errors: Iterable[FieldError]) -> bool:
        """Whether something of it is filled in or wrong."""
        names = {one.name for one in self.inputs}
        return any(form.get(name) for name in names) or any(one.field in names for one in errors)


def input_of(field: AskedField) -> Input:
    """The input of a field."""
    label = f"{field.name} ({field.unit})" if field.unit else field.name
    options = [(choice, choice) for choice in field.choices]
    return Input(f"field_{field.id}", label, field.kind, options, field.is_required)


class Asked(msgspec.Struct, frozen=True):
    """The fields that a form shows."""

    fields: list[AskedField]

    @property
    def groups(self) -> list[Group]:
        """The fields by what they are asked of, in their order."""
        found: dict[tuple[str, AssetKind | None, str | None], Group] = {}
        for field in self.fields:
            of = (field.school, field.asset_kind, field.model)
            group = found.setdefault(of, Group(field.school, field.asset_kind, field.model, []))
            group.inputs.append(input_of(field))
        return list(found.values())

    @property
    def is_of_several_schools(self) -> bool:
        return len({field.school for field in self.fields}) > 1

    @property
    def inputs(self) -> dict[str, str]:
        """The domain's names of the fields -> the form's, for what is wrong with them."""
        return {PREFIX + field.name: input_of(field).name for field in self.fields}

    async def read(self, request: WebRequest, school: str) -> dict[str, str | None]:
        """What was typed into the fields of one school, by their names."""
        form = await request.form()
        named = {
            field.name: input_of(field).name for field in self.fields if field.school == school
        }
        return {name: str(form[own]) for name, own in named.items() if own in form}

    def values_of(self, asset: Asset) -> dict[str, str]:
        """What stands in the inputs for an asset."""
        values = {value.name: value.value for value in asset.fields}
        return {input_of(field).name: values.get(field.name, "") for field in self.fields}


async def asked_of_new(actor: Actor) -> Asked:
    """All that is asked of assets which the actor may add; which of it, its model decides."""
    return Asked(await custom_fields.find_fields_at(actor.school_ids_with(EDIT_EQUIPMENT)))


async def asked_of(asset: Asset) -> Asked:
    """What the school asks of an asset of its model; nothing more once it has left the books."""
    if asset.has_left:
        return Asked([])
    return Asked(await custom_fields.find_fields_of(asset.school_id, asset.kind, asset.model_id))


async def asked_too(
    actor: Actor, asset: Asset, model_id: int, typed: dict[str, str | None]
) -> dict[str, str | None]:
    """Of what was typed, what is asked of another model too; the rest stays as it was."""
    model = await models.get_model(actor, model_id)
    asked = await custom_fields.find_fields_of(asset.school_id, model.kind, model_id)
    names = {field.name for field in asked}
    return {name: text for name, text in typed.items() if name in names}
