"""Classes of the standard: a model's is that of its assets which have none of their own."""

import pytest

from core import database
from core.errors import Invalid
from inventory import assets, models
from inventory.assets import AssetChanges, NewAsset
from inventory.imports import ImportState, Noun
from inventory.models import AssetKind, AssetModel, ModelFacts, ModelFilters
from tests import factories
from tests.factories import MadePerson, MadeSchool
from tests.factories_imports import applied, staged, undone

pytestmark = pytest.mark.usefixtures("db")
PRESENT = "GB/T 14885-2022"
FACTS = ModelFacts(AssetKind.computer, "M415", "Lenovo", class_code="a02010105")


@pytest.fixture
async def school(db: object) -> MadeSchool:
    return await factories.school()


@pytest.fixture
async def admin(school: MadeSchool) -> MadePerson:
    return await factories.person("admin", school)


async def classes(model: AssetModel) -> list[str]:
    return await database.fetch_column(
        str,
        "SELECT btrim(concat_ws(' ', class_code, class_edition)) FROM asset WHERE model = $1 ORDER BY id",
        model.id,
    )


async def test_assets_have_the_class_of_their_model_but_for_their_own(
    school: MadeSchool, admin: MadePerson
) -> None:
    who = admin.actor
    model = await models.create_model(who, FACTS)
    assert (model.class_code, model.class_edition) == ("A02010105", PRESENT)
    facts = {"school": school.code, "model_id": model.id}
    follows = await assets.create_asset(who, NewAsset(**facts))
    await assets.create_asset(who, NewAsset(**facts, class_code="A02010108"))
    ended = await factories.asset(school, model=model.id)
    await factories.step(ended, "voided")
    usual = f"A02010105 {PRESENT}"
    assert await classes(model) == [usual, f"A02010108 {PRESENT}", usual]
    other = ModelFacts(AssetKind.computer, "M415", "Lenovo", None, "A02010104", "GB/T 14885-2010")
    await models.update_model(who, model.id, other)
    changed = "A02010104 GB/T 14885-2010"
    assert await classes(model) == [changed, f"A02010108 {PRESENT}", usual]
    # An asset that becomes another model has the class of that.
    bare = await models.create_model(who, ModelFacts(AssetKind.computer, "Bare"))
    read = await assets.get_asset(who, follows.tag)
    assert read.version == follows.version + 1
    await assets.update_asset(
        who, follows.tag, AssetChanges(version=read.version, model_id=bare.id)
    )
    assert await classes(bare) == [""]


async def test_models_are_found_by_how_their_class_begins(admin: MadePerson) -> None:
    model = await models.create_model(admin.actor, FACTS)
    await models.create_model(admin.actor, ModelFacts(AssetKind.book, "Bare"))
    for begins, found in (("a0201", [model.id]), ("A03", []), ("02010105", [])):
        page = await models.list_models(admin.actor, ModelFilters(class_code=begins))
        assert [one.id for one in page.items] == found, begins
    for wrong in ("台式机", "A0 2", "A" * 17):
        with pytest.raises(Invalid) as refused:
            await models.create_model(
                admin.actor, ModelFacts(AssetKind.part, "X", class_code=wrong)
            )
        assert refused.value.errors[0].field == "class_code"


async def test_a_list_of_models_gives_classes_and_takes_them_back(
    school: MadeSchool, admin: MadePerson
) -> None:
    made = await factories.asset(school)
    model = await models.get_model(admin.actor, made.model_id)
    text = (
        "类别,品牌,型号,分类代码,分类版本\n"
        f"计算机,{model.brand},{model.name},a02010105,2010\n"
        "计算机,Acme,New,A02010108,\n"
        "计算机,Acme,Other,台式机,\n"
        "计算机,Acme,Third,A02010108,1999\n"
    )
    job = await staged(admin.actor, school.code, "a.csv", text.encode(), noun=Noun.models)
    assert (job.counts.update, job.counts.create, job.counts.error) == (1, 1, 2)
    text = "\n".join(text.splitlines()[:3])
    job = await staged(admin.actor, school.code, "b.csv", text.encode(), noun=Noun.models)
    assert (await applied(admin.actor, job.id)).state is ImportState.applied
    assert await classes(model) == ["A02010105 GB/T 14885-2010"]
    assert (await undone(admin.actor, job.id)).state is ImportState.undone
    assert await classes(model) == [""]
