"""A stock-take begins: what is expected is taken down in one statement."""

from typing import Annotated

import msgspec

from core import clock
from core.access import Actor
from core.database import Refusals, execute, transaction
from core.errors import FieldError, Forbidden, Invalid, say
from core.numbers import Id
from core.permissions import EDIT_EQUIPMENT
from core.rows import insert_row
from core.texts import Line, Text, refuse
from inventory import tables
from inventory.models import get_model
from inventory.scope import school_id_of
from inventory.stocktakes.reading import get_stocktake
from inventory.stocktakes.shapes import Scope, StocktakeDetails

MOST_PLACES = 200
TITLE = Line(tables.Stocktake.title, required=say("Give the stock-take a title"))
NOTE = Text(tables.Stocktake.note)
REFUSALS: Refusals = {
    "stocktake_place_is_of_the_school": Invalid.of(
        "place_ids", say("Choose places of this school"), code="place"
    ),
    "stocktake_donation_is_of_the_school": Invalid.of(
        "donation_id", say("Choose a donation of this school"), code="donation"
    ),
}
# What is lost is expected nowhere, and what is announced has not come yet.
EXPECT = """
INSERT INTO stocktake_asset (stocktake, asset, is_expected, expected_place, custody, in_repair, result)
SELECT t.id, a.id, true, a.place, c.id, a.lifecycle = 'in_repair', 'pending'
  FROM stocktake t JOIN asset a ON a.school = t.school
  LEFT JOIN custody c ON c.asset = a.id AND c.ended_at IS NULL
 WHERE t.id = $1 AND a.lifecycle NOT IN ('announced', 'lost')
   AND a.lifecycle NOT IN (SELECT state FROM lifecycle WHERE is_end)
   AND CASE t.scope WHEN 'school' THEN true WHEN 'model' THEN a.model = t.model
       WHEN 'donation' THEN a.donation_line IN (SELECT id FROM donation_line WHERE donation = t.donation)
       ELSE a.place IN (SELECT p.id FROM place p LEFT JOIN place q ON q.id = p.parent
                         WHERE p.id = any(t.places) OR p.parent = any(t.places)
                            OR q.parent = any(t.places)) END
"""


class NewStocktake(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be counted at a school: ``place_ids`` with all that lies in them, one model, one
    donation, or everything, as ``scope`` says."""

    school: str
    title: Annotated[str, msgspec.Meta(examples=["Computer room, autumn"])]
    scope: Scope = Scope.school
    place_ids: Annotated[list[Id], msgspec.Meta(max_length=MOST_PLACES)] = []
    model_id: Id | None = None
    donation_id: Id | None = None
    note: str = ""


async def start_stocktake(actor: Actor, new: NewStocktake) -> StocktakeDetails:
    """Take down what is expected where, and with whom; nothing of it changes until the close.

    Another over the same things may be open already: the answer says which.
    """
    school_id = await school_id_of(actor, new.school)
    actor.require(school_id, EDIT_EQUIPMENT)
    if actor.person_id is None:
        raise Forbidden(say("Only a person can count"))
    title, note = TITLE.tidy(new.title), NOTE.tidy(new.note)
    errors = [TITLE.find_error("title", title), NOTE.find_error("note", note)]
    refuse([*(error for error in errors if error), *_scope_errors(new)])
    if new.model_id is not None:
        await get_model(actor, new.model_id)
    async with transaction(actor, REFUSALS):
        stocktake_id = await insert_row(
            tables.Stocktake,
            school=school_id,
            scope=new.scope,
            places=sorted(set(new.place_ids)),
            model=new.model_id,
            donation=new.donation_id,
            title=title,
            note=note,
            started_at=clock.now(),
            started_by=actor.person_id,
        )
        await execute(EXPECT, stocktake_id)
    return await get_stocktake(actor, stocktake_id)


def _scope_errors(new: NewStocktake) -> list[FieldError]:
    """What its scope asks for and is not there, or is there and belongs to another one."""
    asked = {
        "place_ids": (Scope.places, bool(new.place_ids), say("Choose at least one place")),
        "model_id": (Scope.model, new.model_id is not None, say("Choose the model")),
        "donation_id": (Scope.donation, new.donation_id is not None, say("Choose the donation")),
    }
    errors = []
    for field, (scope, is_given, missing) in asked.items():
        if new.scope is scope and not is_given:
            errors.append(FieldError(field, missing, "required"))
        elif new.scope is not scope and is_given:
            other = say("This belongs to another kind of stock-take")
            errors.append(FieldError(field, other, "scope"))
    return errors
