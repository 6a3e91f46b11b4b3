"""Custom fields: what a school asks of its assets, by kind of equipment or by model."""

import asyncio

import asyncpg
import pytest

from core import database
from core.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from inventory import assets, custom_fields
from inventory.assets import AssetChanges, AssetFilters, NewAsset
from inventory.custom_fields import FieldFacts, FieldKind
from inventory.models import AssetKind
from tests import factories
from tests.factories import MadePerson, MadeSchool
from tests.factories_fields import field, filled, said

pytestmark = pytest.mark.usefixtures("db")


@pytest.mark.parametrize(
    ("kind", "text", "stored"),
    [
        (FieldKind.text, "  two   words ", "two words"),
        (FieldKind.number, "15.60", "15.6"),
        (FieldKind.number, "-0", "0"),
        (FieldKind.number, "1e3", "1000"),
        (FieldKind.date, "2026-03-02", "2026-03-02"),
        (FieldKind.choice, "IPS", "IPS"),
    ],
)
async def test_a_value_is_stored_by_its_kind_and_read_back_as_text(
    kind: FieldKind, text: str, stored: str, school: MadeSchool, admin: MadePerson
) -> None:
    await field(admin, school, kind=kind, choices=["IPS", "TN"] if kind is FieldKind.choice else [])
    asset = await factories.asset(school)
    assert said(await filled(admin, asset.tag, Screen_size=text)) == {"Screen size": stored}
    assert said(await filled(admin, asset.tag, screen_SIZE="")) == {}


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        (FieldKind.text, "x" * 401, "text"),
        (FieldKind.number, "many", "number"),
        (FieldKind.number, "NaN", "number"),
        (FieldKind.number, "1e40", "number"),
        (FieldKind.number, "1.00001", "number"),
        (FieldKind.number, "1e9999999", "number"),
        (FieldKind.number, "-1e9999999", "number"),
        (FieldKind.number, "1e-9999999", "number"),
        (FieldKind.number, "1e99999999999999999999", "number"),
        (FieldKind.number, "sNaN", "number"),
        (FieldKind.date, "2026-02-30", "date"),
        (FieldKind.choice, "OLED", "choice"),
    ],
)
async def test_what_a_field_cannot_hold_is_refused_by_its_name(
    kind: FieldKind, text: str, code: str, school: MadeSchool, admin: MadePerson
) -> None:
    await field(admin, school, kind=kind, choices=["IPS"] if kind is FieldKind.choice else [])
    asset = await factories.asset(school)
    with pytest.raises(Invalid) as refused:
        await filled(admin, asset.tag, Screen_size=text)
    assert [(one.field, one.code) for one in refused.value.errors] == [("fields.Screen size", code)]


async def test_a_field_is_asked_of_its_kind_or_its_model_alone(
    school: MadeSchool, admin: MadePerson
) -> None:
    model = await factories.asset_model("printer", "LP 1")
    await field(admin, school, "Toner", asset_kind=None, model_id=model)
    await field(admin, school, "Screen size")
    printer = await factories.asset(school, model=model)
    assert said(await filled(admin, printer.tag, Toner="black")) == {"Toner": "black"}
    with pytest.raises(Invalid) as refused:
        await filled(admin, printer.tag, Screen_size="15")
    assert refused.value.errors[0].code == "not_asked"
    # Nothing is said of what is not asked: no refusal.
    await filled(admin, printer.tag, Screen_size="")


async def test_a_required_field_is_asked_of_new_assets_and_never_emptied(
    school: MadeSchool, admin: MadePerson
) -> None:
    await field(admin, school, is_required=True)
    model = await factories.asset_model()
    new = NewAsset(school=school.code, model_id=model)
    with pytest.raises(Invalid) as refused:
        await assets.create_asset(admin.actor, new)
    assert [one.field for one in refused.value.errors] == ["fields.Screen size"]
    made = await assets.create_asset(
        admin.actor, NewAsset(school=school.code, model_id=model, fields={"Screen size": "15"})
    )
    with pytest.raises(Invalid):
        await filled(admin, made.tag, Screen_size=None)
    # One that was there before stays as it is until somebody fills it in.
    before = await factories.asset(school)
    await assets.update_asset(admin.actor, before.tag, AssetChanges(1, name="PC"))


async def test_a_field_in_use_is_retired_and_its_values_stay(
    school: MadeSchool, admin: MadePerson
) -> None:
    made = await field(admin, school)
    asset = await factories.asset(school)
    await filled(admin, asset.tag, Screen_size="15")
    with pytest.raises(Conflict) as refused:
        await custom_fields.delete_field(admin.actor, made.id)
    assert refused.value.code == "field_in_use"
    facts = FieldFacts(name="Screen size", kind=FieldKind.number, asset_kind=AssetKind.computer)
    with pytest.raises(Conflict):
        await custom_fields.update_field(admin.actor, made.id, facts)
    await custom_fields.retire_field(admin.actor, made.id)
    asset_now = await assets.get_asset(admin.actor, asset.tag)
    assert [(one.value, one.is_retired) for one in asset_now.fields] == [("15", True)]
    with pytest.raises(Invalid):
        await filled(admin, asset.tag, Screen_size="17")
    await custom_fields.restore_field(admin.actor, made.id)
    assert said(await filled(admin, asset.tag, Screen_size="17")) == {"Screen size": "17"}


async def test_a_field_without_values_is_retyped_and_deleted(
    school: MadeSchool, admin: MadePerson
) -> None:
    made = await field(admin, school)
    facts = FieldFacts(
        name="Panel",
        kind=FieldKind.choice,
        asset_kind=AssetKind.computer,
        choices=["IPS", "", "IPS"],
    )
    changed = await custom_fields.update_field(admin.actor, made.id, facts)
    assert (changed.kind, changed.choices) == ("choice", ("IPS",))
    await custom_fields.delete_field(admin.actor, made.id)
    with pytest.raises(NotFound):
        await custom_fields.get_field(admin.actor, made.id)


async def test_a_choice_in_use_is_kept(school: MadeSchool, admin: MadePerson) -> None:
    made = await field(admin, school, kind=FieldKind.choice, choices=["IPS", "TN"])
    asset = await factories.asset(school)
    await filled(admin, asset.tag, Screen_size="IPS")
    facts = FieldFacts(
        name="Screen size",
        kind=FieldKind.choice,
        asset_kind=AssetKind.computer,
        choices=["TN", "VA"],
    )
    with pytest.raises(Conflict) as refused:
        await custom_fields.update_field(admin.actor, made.id, facts)
    assert refused.value.field == "choices"


@pytest.mark.parametrize(
    ("facts", "wrong"),
    [
        ({"name": " "}, "name"),
        ({"name": "n" * 61}, "name"),
        ({"unit": "u" * 21}, "unit"),
        ({"asset_kind": None}, "asset_kind"),
        ({"model_id": 1}, "asset_kind"),
        ({"kind": FieldKind.choice}, "choices"),
        ({"kind": FieldKind.choice, "choices": ["c" * 81]}, "choices"),
        ({"kind": FieldKind.choice, "choices": [str(n) for n in range(61)]}, "choices"),
        ({"asset_kind": None, "model_id": 10**9}, "model_id"),
    ],
)
async def test_a_field_that_makes_no_sense_is_refused(
    facts: dict[str, object], wrong: str, school: MadeSchool, admin: MadePerson
) -> None:
    name = str(facts.pop("name", "Screen size"))
    with pytest.raises(Invalid) as refused:
        await field(admin, school, name, **facts)
    assert refused.value.field == wrong


@pytest.mark.parametrize(
    "name", ["说明", "编号", "类型", "单价", "供应商", " REMARKS ", "serial_number"]
)
async def test_a_name_that_files_have_a_column_of_is_refused(
    name: str, school: MadeSchool, admin: MadePerson
) -> None:
    with pytest.raises(Invalid) as refused:
        await field(admin, school, name)
    assert [(one.field, one.code) for one in refused.value.errors] == [("name", "taken")]
    made = await field(admin, school)
    with pytest.raises(Invalid) as refused:
        await custom_fields.update_field(
            admin.actor, made.id, FieldFacts(name=name, asset_kind=AssetKind.computer)
        )
    assert refused.value.errors[0].code == "taken"


async def test_only_admins_of_the_school_define_fields(
    school: MadeSchool, technician: MadePerson, admin: MadePerson
) -> None:
    with pytest.raises(Forbidden):
        await field(technician, school)
    made = await field(admin, school)
    other = await factories.person("admin", await factories.school())
    with pytest.raises(NotFound):
        await custom_fields.retire_field(other.actor, made.id)
    with pytest.raises(Conflict):
        await field(admin, school, "SCREEN size")


async def test_the_database_holds_the_types_whoever_writes(
    school: MadeSchool, admin: MadePerson
) -> None:
    choice = await field(admin, school, "Panel", kind=FieldKind.choice, choices=["IPS"])
    text = await field(admin, school, "Colour")
    asset = await factories.asset(school)
    ips = await database.fetch_value("SELECT id FROM custom_choice")
    insert = "INSERT INTO asset_value (school, asset, field, kind, {}) VALUES ($1, $2, $3, $4, $5)"
    for column, field_id, kind, value in (
        ("number_value", text.id, "text", 5),
        ("number_value", text.id, "number", 5),
        ("choice", text.id, "choice", ips),
        ("choice", choice.id, "choice", ips + 1),
        ("text_value", text.id, "text", " "),
    ):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await database.execute(
                insert.format(column), school.id, asset.id, field_id, kind, value
            )


async def test_assets_are_found_by_what_a_field_says(school: MadeSchool, admin: MadePerson) -> None:
    made = await field(admin, school)
    first, second = await factories.asset(school), await factories.asset(school)
    await factories.asset(school)
    await filled(admin, first.tag, Screen_size="15 inch, matt")
    await filled(admin, second.tag, Screen_size="17 inch")

    async def found(value: str | None, sort: str | None = None) -> list[str]:
        filters = AssetFilters(field=made.id, value=value)
        return [
            row.tag for row in (await assets.list_assets(admin.actor, filters, sort=sort)).items
        ]

    for sort in (None, "added"):
        assert await found("matt", sort) == [first.tag]
        assert await found(None, sort) == [first.tag, second.tag]
        assert await found("100%", sort) == []
    assert await assets.count_assets(admin.actor, AssetFilters(field=made.id), most=10) == 2


async def test_history_calls_a_value_by_its_field(school: MadeSchool, admin: MadePerson) -> None:
    await field(admin, school, "Panel", kind=FieldKind.choice, choices=["IPS", "TN"])
    asset = await factories.asset(school)
    for choice in ("IPS", "TN", ""):
        await filled(admin, asset.tag, Panel=choice)
    story = await assets.list_history(admin.actor, await assets.get_asset(admin.actor, asset.tag))
    of_field = [one.fields[0] for one in story if one.entity == "asset_value"]
    assert [(one.field, one.before, one.after) for one in of_field] == [
        ("Panel", "TN", None),
        ("Panel", "IPS", "TN"),
        ("Panel", None, "IPS"),
    ]


async def test_of_many_who_fill_in_a_field_at_once_one_value_stands(
    school: MadeSchool, admin: MadePerson
) -> None:
    await field(admin, school)
    asset = await factories.asset(school)

    async def fill(number: int) -> bool:
        try:
            await assets.update_asset(
                admin.actor, asset.tag, AssetChanges(1, fields={"Screen size": str(number)})
            )
        except Conflict:
            return False
        return True

    assert sum(await asyncio.gather(*(fill(number) for number in range(32)))) == 1
    assert await database.fetch_value("SELECT count(*) FROM asset_value") == 1


async def test_a_field_that_changes_while_it_is_filled_in_loses_no_value(
    school: MadeSchool, admin: MadePerson
) -> None:
    made = await field(admin, school)
    things = [await factories.asset(school) for _ in range(16)]

    async def fill(tag: str) -> bool:
        try:
            await assets.update_asset(
                admin.actor, tag, AssetChanges(1, fields={"Screen size": "15"})
            )
        except Problem:
            return False
        return True

    async def retype(number: int) -> bool:
        kind = FieldKind.number if number % 2 else FieldKind.date
        facts = FieldFacts(name="Screen size", kind=kind, asset_kind=AssetKind.computer)
        try:
            await custom_fields.update_field(admin.actor, made.id, facts)
        except Problem:
            return False
        return True

    await asyncio.gather(*(fill(one.tag) for one in things), *(retype(n) for n in range(16)))
    disagree = (
        "SELECT count(*) FROM asset_value v JOIN custom_field f ON f.id = v.field"
        " WHERE v.kind <> f.kind"
    )
    assert await database.fetch_value(disagree) == 0
