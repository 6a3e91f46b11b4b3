"""Our own list of assets, imported again: every row is the same, whatever characters it holds."""

from datetime import date
from decimal import Decimal

import httpx
import pytest

from core import database
from inventory import assets, imports
from inventory.assets import AssetChanges, CostBasis
from inventory.custom_fields import FieldKind
from tests import factories
from tests.api.office import office_of
from tests.factories_fields import field
from tests.factories_imports import staged

ODD = "Ａ２０１号（５０㎡）²½"


@pytest.mark.parametrize("locale", ["en", "zh_CN"])
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
async def test_every_row_of_our_own_file_is_the_same(
    client: httpx.AsyncClient, locale: str, ending: str
) -> None:
    office = await office_of(client, "admin", locale)
    admin, school = office.who, office.school
    for name, kind, more in (
        ("Board", "text", {}),
        ("Hours", "number", {}),
        ("Checked", "date", {}),
        ("Camera", "choice", {"choices": ("有", "无")}),
    ):
        await field(admin, school, name, kind=FieldKind(kind), **more)
    # Two rooms of one name, and names that differ in their characters alone.
    rooms = []
    for building in ("一号楼", "二号楼"):
        around = await _place(school.id, "building", building)
        rooms += [
            await _place(school.id, "room", one, around) for one in (ODD, "Ａ２０１号(50m2)21⁄2")
        ]
    names = [ODD, "A201号(50m2)21⁄2", "1-11", "111"]
    for number, name in enumerate(names):
        model = await factories.asset_model("computer", name)
        made = await factories.asset(school, tag=f"RT-{number}", model=model, place=rooms[number])
        await database.execute(
            "UPDATE asset SET serial_number = $2, serial_trust = 'ok' WHERE tag = $1",
            made.tag,
            f"ＰＦ２Ｋ７Ｑ{number}",
        )
        await assets.update_asset(
            admin.actor,
            made.tag,
            AssetChanges(
                (await assets.get_asset(admin.actor, made.tag)).version,
                name=ODD,
                note="靠窗，第２排（左）。\r\n换过电源²",
                cost=Decimal("0.00") if number else Decimal("3500.50"),
                cost_basis=CostBasis.market,
                currency="CNY",
                acquired_on=date(2012, 10, 1),
                warranty_until=date(2030, 1, 1),
                supplier=ODD,
                class_code="A02010105",
                class_edition="GB/T 14885-2022",
                numbers=(f"校产２０１９（{number}）㎡", f"A、{number}"),
                fields={"Board": ODD, "Hours": "1200.5", "Checked": "2023-06-01", "Camera": "无"},
            ),
        )
    answer = await client.get(f"/assets.{ending}")
    job = await staged(admin.actor, school.code, f"assets.{ending}", answer.content)
    rows = (await imports.list_rows(admin.actor, job.id)).items
    assert [(row.verdict, row.diff, row.remarks) for row in rows] == [("same", (), ())] * 4


async def _place(school: int, kind: str, name: str, parent: int | None = None) -> int:
    made: int = await database.fetch_value(
        "INSERT INTO place (school, parent, kind, name) VALUES ($1, $2, $3, $4) RETURNING id",
        school,
        parent,
        kind,
        name,
    )
    return made
