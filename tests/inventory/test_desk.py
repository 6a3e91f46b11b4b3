"""What is scanned at the desk means an asset; of a stack every row that is refused is named."""

import pytest

from core import database
from core.errors import Conflict, Invalid, NotFound, Problem
from inventory import assets, codes, custody, labels
from inventory.custody import Holder
from tests import factories
from tests.factories import MadeAsset, MadeSchool

pytestmark = pytest.mark.usefixtures("db")


async def _labelled(school: MadeSchool, tag: str | None = None) -> tuple[MadeAsset, str]:
    made = await factories.asset(school, tag=tag)
    await codes.give_codes([made.tag])
    code: str = await database.fetch_value("SELECT code FROM label_code WHERE asset = $1", made.id)
    return made, code


def _full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


@pytest.mark.parametrize(
    "spelling",
    [
        "https://labshare.test/t/{code}",
        "HTTPS://LABSHARE.TEST/T/{code}",
        "http://10.0.0.7:8080/t/{lower}/",
        "labshare.test/t/{code}?from=phone",
        "/t/{code}",
        "{code}",
        "{lower}",
        "{tag}",
        "{wide_code}",
        "{wide_address}",
        "{wide_tag}",
    ],
)
async def test_every_spelling_of_a_label_and_a_tag_means_its_asset(spelling: str) -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    made, code = await _labelled(school)
    scanned = spelling.format(
        code=code,
        lower=code.lower(),
        tag=made.tag.lower(),
        wide_code=_full_width(code),
        wide_address=_full_width(f"https://labshare.test/t/{code}"),
        wide_tag=_full_width(made.tag),
    )
    (loan,) = await custody.hand_out(technician.actor, [scanned], Holder(group="5B"))
    assert loan.tag == made.tag
    (ended,) = await custody.take_back(technician.actor, [scanned])
    assert ended.tag == made.tag
    room = await factories.place(school)
    (moved,) = await assets.move_assets(technician.actor, [scanned], room)
    assert moved.tag == made.tag


async def test_every_refused_row_is_named_and_nothing_is_handed_out() -> None:
    school, other = await factories.school(), await factories.school()
    technician = await factories.person("technician", school)
    fine, code = await _labelled(school)
    out, repaired = (
        await factories.asset(school),
        await factories.asset(school, lifecycle="in_repair"),
    )
    foreign, foreign_code = await _labelled(other)
    (empty,) = await labels.get_batch_labels(
        technician.actor, await labels.create_batch(technician.actor, school.code, 1)
    )
    await custody.hand_out(technician.actor, [out.tag], Holder(group="5B"))
    rows = [fine.tag, "P-9999", out.tag, repaired.tag, code, foreign.tag, foreign_code, empty.code]
    with pytest.raises(NotFound) as refused:
        await custody.hand_out(technician.actor, rows, Holder(group=""), note="n" * 401)
    assert [(error.index, error.value, error.code) for error in refused.value.errors] == [
        (1, "P-9999", "not_found"),
        (2, out.tag, "in_custody"),
        (3, repaired.tag, "in_repair"),
        (4, code, "duplicate"),
        (5, foreign.tag, "not_found"),
        (6, foreign_code, "not_found"),
        (7, empty.code, "not_found"),
        (None, "", "too_long"),
        (None, "", "one_holder"),
    ]
    assert (await assets.get_asset(technician.actor, fine.tag)).holder is None
    # Another school's things read as those that are not there.
    missing = {error.message.template for error in refused.value.errors if error.index in (1, 5, 6)}
    assert len(missing) == 1


async def test_of_a_stack_that_comes_back_every_idle_row_is_named() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    tags = [(await factories.asset(school)).tag for _ in range(3)]
    await custody.hand_out(technician.actor, tags[:1], Holder(group="5B"))
    with pytest.raises(Conflict) as refused:
        await custody.take_back(technician.actor, tags)
    assert [error.index for error in refused.value.errors] == [1, 2]
    assert (await assets.get_asset(technician.actor, tags[0])).holder == "5B"


async def test_rows_of_another_school_than_the_rest_are_named() -> None:
    school, other = await factories.school(), await factories.school()
    both = await factories.person("technician", school, other)
    mine, theirs = await factories.asset(school), await factories.asset(other)
    with pytest.raises(Invalid) as mixed:
        await custody.hand_out(both.actor, [mine.tag, theirs.tag], Holder(group="5B"))
    assert [(e.index, e.code) for e in mixed.value.errors] == [(1, "two_schools")]
    room = await factories.place(school)
    with pytest.raises(Problem) as moved:
        await assets.move_assets(both.actor, [mine.tag, theirs.tag], room)
    assert [(e.index, e.code) for e in moved.value.errors] == [(1, "place")]


@pytest.mark.parametrize(
    "said", ["248", "０２４８", "00248", "HG248", "hg 248", "hg-248", "ＨＧ－０２４８", "hg-0248"]
)
async def test_the_number_alone_means_the_asset_that_has_it(said: str) -> None:
    school, other = await factories.school(), await factories.school()
    technician = await factories.person("technician", school)
    made = await factories.asset(school, tag="HG-00248")
    for near in ("HG-02480", "HG-01248", "HG-00048", "HG-24800"):
        await factories.asset(school, tag=near)
    await factories.asset(other, tag="LB-00248")
    (loan,) = await custody.hand_out(technician.actor, [said], Holder(group="5B"))
    assert loan.tag == made.tag


async def test_a_number_that_several_have_is_asked_back() -> None:
    school, other = await factories.school(), await factories.school()
    both = await factories.person("technician", school, other)
    await factories.asset(school, tag="HG-00248")
    await factories.asset(other, tag="LB-0248")
    with pytest.raises(Invalid) as refused:
        await custody.hand_out(both.actor, ["248"], Holder(group="5B"))
    (error,) = refused.value.errors
    assert (error.index, error.code) == (0, "ambiguous")
    assert str(error.message) == "248 may be HG-00248, LB-0248: write the whole tag"
    (loan,) = await custody.hand_out(both.actor, ["lb248"], Holder(group="5B"))
    assert loan.tag == "LB-0248"


async def test_a_tag_that_is_a_number_comes_before_the_number_of_another() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    await factories.asset(school, tag="HG-00248")
    await factories.asset(school, tag="248")
    (meant,) = await assets.resolve(technician.actor, ["248"])
    assert (meant.tag, meant.candidates) == ("248", [])


async def test_of_several_the_one_at_the_school_of_the_others_is_meant() -> None:
    school, other = await factories.school(), await factories.school()
    both = await factories.person("technician", school, other)
    for number in ("00247", "00248"):
        await factories.asset(school, tag=f"HG-{number}")
        await factories.asset(other, tag=f"LB-{number}")
    await factories.asset(school, tag="HG-00300")
    for others in (["HG-00247"], ["300"], ["HG-00247", "300"]):
        meant = await assets.resolve(both.actor, [*others, "248"])
        assert meant[-1].tag == "HG-00248", others
    for others in (["247"], ["HG-00247", "LB-00247"], ["NO-1"]):
        meant = await assets.resolve(both.actor, [*others, "248"])
        assert meant[-1].candidates == ["HG-00248", "LB-00248"], others
