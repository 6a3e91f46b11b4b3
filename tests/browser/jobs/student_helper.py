"""A pupil who helps, on a phone."""

from tests.browser.jobs.desk import Desk, Job


async def report_a_fault_and_find_it_again(desk: Desk) -> None:
    tag = await desk.first_tag("/assets?kind=robot_kit&lifecycle=in_service")
    await desk.open("/report")
    await desk.send("/report", tag=tag)
    await desk.send(f"/assets/{tag}/report", what="少一个轮子")
    await desk.sees("少一个轮子")


async def find_an_asset_by_its_number(desk: Desk) -> None:
    await desk.open("/assets?kind=computer")
    await desk.search("lb-00248")
    await desk.follow("/assets/LB-00248")
    await desk.sees("LB-00248")


async def open_a_sticker_that_nobody_has_used(desk: Desk) -> None:
    """A code that is none of ours leads to words and a way on, not to a fault."""
    await desk.open("/t/ZZZZZZZZ")
    await desk.sees("标签", "搜索")


async def read_in_the_library(desk: Desk) -> None:
    await desk.open("/library")
    await desk.search("循线")
    await desk.follow("/library/0")
    assert len(await desk.download("a.button-primary[download]")) > 1000


async def search_everything_at_once(desk: Desk) -> None:
    await desk.open("/search?q=机器人")
    await desk.sees("机器人")


JOBS: tuple[Job, ...] = (
    report_a_fault_and_find_it_again,
    find_an_asset_by_its_number,
    open_a_sticker_that_nobody_has_used,
    read_in_the_library,
    search_everything_at_once,
)
