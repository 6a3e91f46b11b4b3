"""Lists of assets."""

from core.errors import say
from core.permissions import IMPORT_EQUIPMENT
from core.places import REFUSALS as PLACE_REFUSALS
from inventory.asset_columns import Column
from inventory.assets.shapes import Condition, LifecycleState
from inventory.assets.writing import REFUSALS
from inventory.imports import asset_fields
from inventory.imports.asset_writing import open_writer
from inventory.imports.books import open_books
from inventory.imports.columns import word
from inventory.imports.importers import Importer, Order
from inventory.imports.shapes import Noun
from inventory.imports.verdicts import AssetJudge
from inventory.models import AssetKind

# Every column of ours but the school, and no quantity: a template's empty columns are asked for too.
SAMPLE: dict[Column, str | AssetKind | Condition | LifecycleState] = {
    **{column: "" for column in Column if column is not Column.school},
    Column.kind: AssetKind.computer,
    Column.brand: "Lenovo",
    Column.model: "ThinkCentre M720",
    Column.serial_number: "PF2K7Q9Z",
    Column.lifecycle: LifecycleState.in_service,
    Column.condition: Condition.ok,
}


def _in_words(value: str | AssetKind | Condition | LifecycleState) -> tuple[str, str]:
    if isinstance(value, AssetKind | Condition | LifecycleState):
        return word(value, "en"), word(value, "zh_CN")
    return value, value


async def open_judge(order: Order) -> AssetJudge:
    return AssetJudge(order, await open_books(order.school_id, order.school))


ASSETS = Importer(
    noun=Noun.assets,
    permission=IMPORT_EQUIPMENT,
    fields=asset_fields.fields_of,
    keys=(Column.tag.value, Column.serial_number.value, Column.numbers.value),
    needs=(Column.tag.value, Column.model.value, Column.serial_number.value),
    open_judge=open_judge,
    open_writer=open_writer,
    refusals={
        **PLACE_REFUSALS,
        **REFUSALS,
        "import_job_applied_once": say("This very file has just been imported by somebody else"),
    },
    missing=say("No column is the tag, the model or the serial number"),
    sample={column.value: _in_words(value) for column, value in SAMPLE.items()},
    table="asset",
)
