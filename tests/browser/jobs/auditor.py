"""An auditor at a desk: reads, prints, exports, changes nothing."""

from tests.browser.jobs.desk import Desk, Job


async def follow_one_gift_to_its_things(desk: Desk) -> None:
    await desk.open("/donations?has_gap=true")
    await desk.follow("/donations/")
    await desk.sees("缺少")
    await desk.follow("/assets/")
    await desk.sees("捐赠")


async def print_the_letter_of_thanks(desk: Desk) -> None:
    await desk.open("/donations")
    await desk.follow("/donations/")
    await desk.follow("/acknowledgement")
    await desk.sees("感谢")


async def take_the_usage_home_as_a_table(desk: Desk) -> None:
    await desk.open("/usage?by=room&period=year")
    table = (await desk.download("a[href*='/usage.csv']")).decode("utf-8-sig")
    assert "计算机教室" in table


async def see_what_stands_idle(desk: Desk) -> None:
    await desk.open("/usage/idle")
    await desk.sees("闲置")


async def see_who_changed_what(desk: Desk) -> None:
    await desk.open("/audit")
    await desk.sees("变更记录")


JOBS: tuple[Job, ...] = (
    follow_one_gift_to_its_things,
    print_the_letter_of_thanks,
    take_the_usage_home_as_a_table,
    see_what_stands_idle,
    see_who_changed_what,
)
