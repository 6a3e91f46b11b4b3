"""What a scanner reads or a thumb types means one thing, whichever spelling it has."""

import pytest

from core.errors import Invalid
from core.rows import update_row
from inventory import assets, isbns, models, tables
from inventory.assets import By, NewAsset
from inventory.models import AssetKind, ModelFacts
from tests import factories

pytestmark = pytest.mark.usefixtures("db")


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("9787302511625", "9787302511625"),
        ("978-7-302-51162-5", "9787302511625"),
        ("ISBN 7-302-51162-4", "9787302511625"),
        ("９７８７３０２５１１６２５", "9787302511625"),
        ("080442957x", "9780804429573"),
        ("9791090636071", "9791090636071"),
        # A digit misread is no ISBN, nor is the EAN-13 of other goods.
        ("9787302511626", None),
        ("7302511625", None),
        ("6901234567892", None),
        ("", None),
    ],
)
def test_an_isbn_is_read_in_both_its_lengths(text: str, stored: str | None) -> None:
    assert isbns.find_isbn(text) == stored
    if stored or not text:
        assert isbns.checked(text) == stored
        return
    with pytest.raises(Invalid) as refusal:
        isbns.checked(text)
    assert refusal.value.field == "isbn"


@pytest.mark.parametrize("text", ["P201907", "p-20-19-07", "Ｐ２０１９－０７", " P-2019-07\r"])
async def test_hyphens_case_and_width_of_a_tag_make_no_difference(text: str) -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    made = await factories.asset(school, tag="P-2019-07")
    await factories.asset(school, tag="P-2019-08")
    meant = await assets.resolve_one(technician.actor, text)
    assert (meant.tag, meant.is_said_short) == (made.tag, False)


async def test_tags_that_differ_by_hyphens_alone_are_asked_back() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    for tag in ("A-12", "A1-2"):
        await factories.asset(school, tag=tag)
    assert (await assets.resolve_one(technician.actor, "A-12")).tag == "A-12"
    assert (await assets.resolve_one(technician.actor, "A12")).candidates == ["A-12", "A1-2"]


async def test_a_serial_number_means_its_asset_where_one_alone_has_it() -> None:
    school, other = await factories.school(), await factories.school()
    technician = await factories.person("technician", school)
    makes = [await factories.asset_model() for _ in range(2)]
    made = [
        await assets.create_asset(
            technician.actor,
            NewAsset(school=school.code, model_id=model, serial_number=serial),
        )
        for model, serial in ((makes[0], "PF-3X9 k2"), (makes[0], "CN0Q7"), (makes[1], "cn0q7"))
    ]
    stranger = await factories.person("technician", other)
    for text in ("pf-3x9 K2", "ＰＦ－３Ｘ９ K2"):
        meant = await assets.resolve_one(technician.actor, text)
        assert (meant.tag, meant.by) == (made[0].tag, By.serial)
        assert (await assets.resolve_one(stranger.actor, text)).tag is None
    twice = await assets.resolve_one(technician.actor, "CN0Q7")
    assert twice.candidates == sorted([made[1].tag, made[2].tag])
    with pytest.raises(Invalid) as refused:
        await assets.move_assets(technician.actor, ["CN0Q7"], await factories.place(school))
    assert refused.value.errors[0].code == "ambiguous"


async def test_a_serial_number_that_names_nothing_means_nothing() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    made = await factories.asset(school)
    await update_row(
        tables.Asset, made.id, serial_number="System Serial Number", serial_trust="junk"
    )
    meant = await assets.resolve_one(technician.actor, "System Serial Number")
    assert (meant.tag, meant.candidates) == (None, [])


async def test_an_isbn_means_a_model_and_its_only_copy() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    book = await models.create_model(
        technician.actor, ModelFacts(AssetKind.book, "Python 入门", isbn="7-302-51162-4")
    )
    nobody = await assets.resolve_one(technician.actor, "9787302511625")
    assert (nobody.tag, nobody.model_id) == (None, None)
    copies = [
        await assets.create_asset(technician.actor, NewAsset(school=school.code, model_id=book.id))
    ]
    only = await assets.resolve_one(technician.actor, "9787302511625")
    assert (only.tag, only.model_id) == (copies[0].tag, book.id)
    copies.append(
        await assets.create_asset(technician.actor, NewAsset(school=school.code, model_id=book.id))
    )
    several = await assets.resolve_one(technician.actor, "978-7-302-51162-5")
    assert (several.tag, several.model_id) == (None, book.id)
    assert several.candidates == [copy.tag for copy in copies]
    assert "ISBN" in str(several.missing)


async def test_a_tag_comes_before_the_serial_number_of_another() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    await assets.create_asset(
        technician.actor,
        NewAsset(
            school=school.code, model_id=await factories.asset_model(), serial_number="SN-777001"
        ),
    )
    tagged = await factories.asset(school, tag="SN-777001")
    for text in ("sn-777001", "SN777001"):
        assert (await assets.resolve_one(technician.actor, text)).tag == tagged.tag
