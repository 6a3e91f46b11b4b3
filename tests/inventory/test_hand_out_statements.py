"""What a hand-out costs: as many statements for thirty things as for one."""

import pytest
from asyncpg.connection import LoggedQuery

from core import database
from core.errors import Invalid
from inventory import custody
from inventory.custody import Holder
from tests import factories

pytestmark = pytest.mark.usefixtures("db")
# Who acts, the locks, the rows, and what they look like.
MOST_STATEMENTS = 4
PLANNED = "SELECT statement, custom_plans FROM pg_prepared_statements"


async def test_thirty_things_go_out_in_as_many_statements_as_one() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    model = await factories.asset_model("computer")
    tags = [(await factories.asset(school, model=model)).tag for _ in range(32)]
    who = Holder(person_id=technician.id)
    # A new connection asks once for the types that it meets.
    await custody.hand_out(technician.actor, tags[31:], who)
    counts = []
    for some in (tags[:1], tags[1:31]):
        seen: list[LoggedQuery] = []
        async with database.transaction(), database.connection() as connection:
            with connection.query_logger(seen.append):
                loans = await custody.hand_out(technician.actor, some, who)
        assert len(loans) == len(some) and len({loan.hand_out_id for loan in loans}) == 1
        counts.append(sum(_runs(one) for one in seen))
    assert counts[0] == counts[1] <= MOST_STATEMENTS


async def test_a_hand_out_is_planned_for_all_and_asks_beforehand_only_after_a_refusal() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    stranger = await factories.person("teacher", await factories.school())
    tags = [(await factories.asset(school)).tag for _ in range(10)]
    who = Holder(person_id=technician.id)
    async with database.transaction(), database.connection() as connection:
        before = dict(await connection.fetch(PLANNED))
        for tag in tags[:9]:
            await custody.hand_out(technician.actor, [tag], who)
        after = await connection.fetch(PLANNED)
    assert [text for text, plans in after if plans - before.get(text, 0) > 5] == []
    # All that stands in the way is named, in the rows and in the form.
    with pytest.raises(Invalid) as refused:
        await custody.hand_out(technician.actor, [tags[9], tags[0]], Holder(person_id=stranger.id))
    found = [(error.field, error.code, error.index) for error in refused.value.errors]
    assert sorted(found) == [("person_id", "person", None), ("tags", "in_custody", 1)]
    with pytest.raises(Invalid, match="person of this school"):
        await custody.hand_out(technician.actor, tags[9:], Holder(person_id=stranger.id))
    assert await database.fetch_value("SELECT count(*) FROM hand_over") == 9


def _runs(one: LoggedQuery) -> int:
    """How often it ran: of many rows at once, once for each."""
    return len(one.args) if isinstance(one.args, list) else 1
