"""Who has seen nothing of a thing for a year: the share at each moment is what the sights say."""

from datetime import timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from core import clock, database
from core.errors import NotFound
from inventory import stocktakes
from inventory.stocktakes import Closing, NewScan, NewStocktake, ScanBatch
from monitoring.usage.unseen import month_ends, report_unseen
from tests import factories, factories_monitoring
from tests.factories import MadePerson, MadeSchool

pytestmark = pytest.mark.usefixtures("db")


async def test_what_is_old_and_unseen_is_counted_and_a_sight_lasts_a_year(
    school: MadeSchool, technician: MadePerson
) -> None:
    unseen, scanned, lent, measured, new, gone = [await factories.asset(school) for _ in range(6)]
    now = clock.now()
    await database.execute(
        "UPDATE asset SET created_at = $1 WHERE id <> $2", now - timedelta(days=1200), new.id
    )
    await database.execute(
        "WITH made AS (INSERT INTO borrower_group (school, name) VALUES ($1, '5B') RETURNING id)"
        " INSERT INTO custody (school, asset, borrower_group, started_at, ended_at, handed_by)"
        " SELECT $1, $2, id, $3, $3, $4 FROM made",
        school.id,
        lent.id,
        now - timedelta(days=400),
        technician.id,
    )
    device = await factories_monitoring.device(school, asset=measured)
    await database.execute(
        "INSERT INTO power_session (asset, device, school, started_at, ended_at)"
        " VALUES ($1, $2, $3, now() - interval '500 days', now() - interval '20 days')",
        measured.id,
        device.id,
        school.id,
    )
    await factories.step(gone, "lost")
    taken = await stocktakes.start_stocktake(technician.actor, NewStocktake(school.code, "秋"))
    scan = NewScan(uuid4(), scanned.tag)
    await stocktakes.scan_things(technician.actor, taken.id, ScanBatch([scan]))
    await stocktakes.close_stocktake(technician.actor, taken.id, Closing())
    report = await report_unseen(technician.actor, school=school.code)
    # Of five in the books the one that nobody saw and the one that was lent too long ago.
    assert (report.now.assets, report.now.unseen, report.now.percent) == (5, 2, 40.0)
    (at_its_close,) = report.stocktakes
    assert (at_its_close.unseen, at_its_close.seen, at_its_close.expected) == (2, 1, 5)
    # Half a year ago the loan was not yet a year ago, the stock-take not yet held, one not yet lost.
    ago = now - timedelta(days=200)
    earlier = [share for share in report.months if share.at <= ago][-1]
    assert (earlier.assets, earlier.unseen) == (5, 3)
    assert len(report.months) == 24
    assert unseen.id
    outsider = await factories.person("admin", await factories.school())
    with pytest.raises(NotFound):
        await report_unseen(outsider.actor, school=school.code)


def test_months_end_by_the_schools_clock() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    now = clock.now()
    ends = month_ends(now, zone)
    assert all(end.day == 1 and end.hour == 0 and end.tzinfo is zone for end in ends)
    assert ends == sorted(set(ends))
    assert now - timedelta(days=32) < ends[-1] <= now
