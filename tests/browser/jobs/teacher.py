"""A teacher on a phone, ten minutes before class."""

import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.browser.jobs.desk import Desk, Job


async def find_courseware_by_what_stands_inside(desk: Desk) -> None:
    await desk.open("/library")
    await desk.search("欧姆")
    await desk.follow("/library/0")
    content = await desk.download("a.button-primary[download]")
    assert len(content) > 1000


async def share_own_work(desk: Desk) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "一元二次方程练习.zip"
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("练习一.txt", "解方程 x² = 4")
        await desk.open("/library/new")
        await desk.page.locator("main input[type=file]").first.set_input_files(str(file))
        await desk.page.locator("main form[data-upload-form] [name=upload_id]").wait_for(
            state="attached"
        )
        await desk.send(
            "/library/new", title="一元二次方程练习", subject="数学", grade="九年级", kind="练习"
        )
        await desk.sees("一元二次方程练习", "草稿")


async def report_a_fault(desk: Desk) -> None:
    tag = await desk.first_tag("/assets?kind=projector&lifecycle=in_service")
    await desk.open(f"/assets/{tag}/report")
    await desk.send("/report", what="投影偏色，看不清字")
    await desk.sees("投影偏色，看不清字")
    await desk.open("/")
    await desk.sees("投影偏色，看不清字")


async def see_whether_the_computer_room_is_ready(desk: Desk) -> None:
    await desk.open("/rooms")
    await desk.follow("/rooms/")
    await desk.page.locator("#room .badge").first.wait_for()


async def see_what_i_hold_and_choose_a_language(desk: Desk) -> None:
    await desk.open("/")
    await desk.follow("/assets/")
    await desk.sees("教师一")
    for language, words in (("English", "My account"), ("中文", "我的账号")):
        await desk.open("/account")
        await desk.send("/account", locale=language)
        await desk.sees(words)


JOBS: tuple[Job, ...] = (
    find_courseware_by_what_stands_inside,
    share_own_work,
    report_a_fault,
    see_whether_the_computer_room_is_ready,
    see_what_i_hold_and_choose_a_language,
)
