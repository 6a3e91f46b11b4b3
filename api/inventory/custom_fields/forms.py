"""The form of a field: its model by name, its choices one a line."""

import msgspec

from core.access import Actor
from core.errors import Invalid, say
from core.numbers import Id
from inventory import custom_fields, models
from inventory.custom_fields import CustomField, FieldFacts, FieldKind, NewField
from inventory.custom_fields.fields import Position
from inventory.models import AssetKind


class FieldForm(msgspec.Struct, frozen=True, kw_only=True):
    """What is written about a field."""

    name: str
    kind: FieldKind = FieldKind.text
    unit: str = ""
    is_required: bool = False
    position: Position = 1
    asset_kind: AssetKind | None = None
    model_title: str = ""
    choices: str = ""

    async def facts(self, actor: Actor) -> FieldFacts:
        """As the domain takes it; Invalid where no model, or several, have the name."""
        return FieldFacts(
            name=self.name,
            kind=self.kind,
            unit=self.unit,
            is_required=self.is_required,
            position=self.position,
            asset_kind=self.asset_kind,
            model_id=await self._model_id(actor),
            choices=self.choices.splitlines(),
        )

    async def _model_id(self, actor: Actor) -> int | None:
        if not self.model_title:
            return None
        found = await models.find_titled(actor, self.model_title, exactly=True)
        if len(found) == 1:
            return found[0].id
        message = (
            say("Several models have this name; choose a kind of equipment instead")
            if found
            else say("There is no such model; choose one of the list")
        )
        raise Invalid.of("model_title", message, code="model")


class NewFieldForm(FieldForm, frozen=True, kw_only=True):
    """A field to be added at a school."""

    school_id: Id


async def create_from_form(actor: Actor, new: NewFieldForm) -> CustomField:
    """:func:`inventory.custom_fields.create_field` of a form."""
    facts = msgspec.structs.asdict(await new.facts(actor))
    return await custom_fields.create_field(actor, NewField(school_id=new.school_id, **facts))


async def update_from_form(actor: Actor, field_id: int, form: FieldForm) -> CustomField:
    """:func:`inventory.custom_fields.update_field` of a form."""
    return await custom_fields.update_field(actor, field_id, await form.facts(actor))
