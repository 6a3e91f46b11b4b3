"""A room against the books: found, missing, unexpected, unknown; nothing is written."""

import pytest

from core import database
from core.errors import Invalid
from inventory import assets, custody
from inventory.custody import Holder
from tests import factories

pytestmark = pytest.mark.usefixtures("db")


async def test_a_room_is_compared_with_the_books() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    room, other = [await factories.place(school) for _ in range(2)]
    cabinet = await factories.place(school, "cabinet", parent=room)
    here = await factories.asset(school, tag="HG-00001", place=room)
    inside = await factories.asset(school, tag="HG-00002", place=cabinet)
    out = await factories.asset(school, tag="HG-00003", place=room)
    lost = await factories.asset(school, tag="HG-00004", place=room, lifecycle="lost")
    await factories.asset(school, tag="HG-00005", place=room, lifecycle="disposed")
    strayed = await factories.asset(school, tag="HG-00006", place=other)
    await custody.hand_out(technician.actor, [out.tag], Holder(group="5B"))
    before = await database.fetch_value("SELECT count(*) FROM audit_event")
    counted = await assets.count_place(
        technician.actor, room, ["hg1", "HG-00001", "hg00002", "HG-00004", "HG-00006", "P-77"]
    )
    assert [row.tag for row in counted.found] == [here.tag, inside.tag]
    assert [(row.tag, row.holder) for row in counted.missing] == [(out.tag, "5B")]
    assert [row.tag for row in counted.unexpected] == [lost.tag, strayed.tag]
    assert [one.given for one in counted.unknown] == ["P-77"]
    assert await database.fetch_value("SELECT count(*) FROM audit_event") == before
    with pytest.raises(Invalid):
        await assets.count_place(technician.actor, room, ["HG-00001"] * 501)
