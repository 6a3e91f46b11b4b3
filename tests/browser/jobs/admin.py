"""An admin at a desk."""

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.browser.jobs.desk import Desk, Job


async def take_in_a_donation(desk: Desk) -> None:
    await desk.open("/donations/new")
    await desk.send("/donations/new", school="灵璧职高")
    await desk.page.wait_for_url("**/donations/new?*")
    await desk.send(
        "/donations/new",
        donor_id="捐赠企业一",
        title="十台笔记本电脑",
        received_on="2026-11-20",
    )
    await desk.sees("十台笔记本电脑")
    await desk.send("/lines", model_title="商用 笔记本 NB-14（i5/8G/256G）", declared="3")
    await desk.send("/receive", count="2", serial_numbers="NB14-DEMO-1\nNB14-DEMO-2")
    await desk.sees("缺少 1 件", "NB-14")
    await desk.send("/acknowledgement")
    await desk.follow("/acknowledgement")
    await desk.sees("十台笔记本电脑")


async def import_a_list(desk: Desk) -> None:
    await desk.open("/imports")
    template = (await desk.download("a[href='/imports/template.csv']")).decode("utf-8-sig")
    headers, sample = csv.reader(io.StringIO(template))
    rows = [dict(zip(headers, sample, strict=True)) | {"序列号": f"IMP-{n}"} for n in range(3)]
    sheet = io.StringIO()
    writer = csv.DictWriter(sheet, headers)
    writer.writeheader()
    writer.writerows(rows)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "新到电脑.csv"
        file.write_text(sheet.getvalue(), "gb18030")
        await desk.send("/imports", school="灵璧职高", file=str(file))
        await desk.sees("新到电脑.csv", "这些列分别是什么")
    await desk.send("/columns")
    await desk.sees("等待您确认")
    await desk.send("/apply")
    await desk.sees("已导入")


async def read_how_a_donation_is_used(desk: Desk) -> None:
    await desk.open("/usage?period=year")
    await desk.follow("/donations/")
    await desk.sees("开机小时")
    table = (await desk.download("a[href*='.csv']")).decode("utf-8-sig")
    assert len(table.splitlines()) > 10


async def add_a_teacher(desk: Desk) -> None:
    await desk.open("/people/new")
    await desk.send(
        "/people", name="新来的教师", login="new-teacher", school_id="浍沟中学", role="教师"
    )
    await desk.sees("new-teacher")


async def print_labels_of_a_room(desk: Desk) -> None:
    await desk.open("/labels")
    await desk.send("/labels/sheet", place="^信息楼 / 计算机教室一$")
    await desk.page.wait_for_url("**/labels/sheet*")
    assert await desk.page.locator("li.label").count() > 10


async def see_who_changed_what(desk: Desk) -> None:
    await desk.open("/audit")
    await desk.follow("/audit?")
    await desk.sees("变更")


JOBS: tuple[Job, ...] = (
    take_in_a_donation,
    import_a_list,
    read_how_a_donation_is_used,
    add_a_teacher,
    print_labels_of_a_room,
    see_who_changed_what,
)
