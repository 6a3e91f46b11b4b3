"""A technician on a phone."""

from tests.browser.jobs.desk import Desk, Job, say

READY = "/assets?kind=computer&lifecycle=in_service&custody=free"


async def finish_the_most_urgent_order(desk: Desk) -> None:
    await desk.open("/")
    await desk.follow("/work-orders/", within="main .list")
    await desk.sees("报修时间")
    if await desk.page.locator("main form[action$='/take']").count():
        await desk.send("/take")
    await desk.send("/entries", found="电源线松动", done="重新插紧并测试", minutes="15")
    await desk.sees("重新插紧并测试")
    await desk.send("/complete", resolution="插紧后恢复正常")
    await desk.sees("插紧后恢复正常")


async def report_by_the_number_on_a_sticker(desk: Desk) -> None:
    tag = await desk.first_tag(READY)
    await desk.open("/report")
    await desk.send("/report", tag=tag.lower())
    await desk.send(f"/assets/{tag}/report", what="屏幕不亮")
    await desk.sees("屏幕不亮", tag)


async def hand_out_two_and_take_them_back(desk: Desk) -> None:
    tags = (await desk.tags(READY))[:2]
    await desk.open("/custody/hand-out")
    await desk.send("/custody/hand-out", tags="\n".join(tags), who="八年级一班", note="信息课")
    # It is the class that the school knows; the receipt names it and everything it got.
    await desk.sees("八(1)班", *tags)
    for tag in tags:
        await desk.open(f"/assets/{tag}")
        await desk.sees("八(1)班")
    await desk.open("/custody/take-back")
    await desk.send("/custody/take-back", tags="\n".join(tags), note="都在")
    await desk.sees("都在", *tags)
    for tag in tags:
        await desk.open(f"/assets/{tag}")
        await desk.sees(say("Nobody has it now."))


async def take_care_of_an_alert(desk: Desk) -> None:
    await desk.open("/alerts?state=raised")
    await desk.follow("/alerts/")
    await desk.send("/acknowledge")
    await desk.sees("技术员一")


async def look_at_a_room_and_one_of_its_devices(desk: Desk) -> None:
    await desk.open("/rooms")
    await desk.follow("/rooms/")
    await desk.follow("/devices/")
    await desk.sees(say("About this device"))


JOBS: tuple[Job, ...] = (
    finish_the_most_urgent_order,
    report_by_the_number_on_a_sticker,
    hand_out_two_and_take_them_back,
    take_care_of_an_alert,
    look_at_a_room_and_one_of_its_devices,
)
