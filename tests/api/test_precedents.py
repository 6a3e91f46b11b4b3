"""What helped before: on the order, while reporting, in JSON; only to those who may read it."""

from datetime import timedelta

import httpx
import msgspec

from core.access import Role
from inventory import repairs
from tests import factories, factories_repairs
from tests.factories import MadeAsset, MadePerson, MadeSchool


async def repaired(by: MadePerson, asset: MadeAsset, resolution: str) -> int:
    """A closed order that a person reported of the asset."""
    order_id = (await repairs.report_fault(by.actor, asset.tag, "Dark screen")).work_order_id
    await repairs.complete(by.actor, order_id, resolution=resolution)
    return order_id


async def test_what_helped_before_stands_on_the_order_and_on_the_report(
    client: httpx.AsyncClient, school: MadeSchool
) -> None:
    technician = await factories.person(Role.technician, school)
    asset = await factories.asset(school)
    twin = await factories.asset(school, model=asset.model_id)
    own = await repaired(technician, asset, "Reseated the <cable>")
    of_twin = await repaired(technician, twin, "A new panel")
    await repaired(technician, await factories.asset(school), "Of another model")
    await repairs.cancel(
        technician.actor,
        (await repairs.report_fault(technician.actor, twin.tag, "Loud")).work_order_id,
        reason="Nothing was wrong",
    )
    # A worker closed this one: nobody helped.
    worker = factories_repairs.worker(school.id)
    order = await factories_repairs.order(twin)
    await repairs.complete(worker, order.id, resolution="The alert is over")
    other = await factories.school()
    stranger = await factories.person(Role.technician, other)
    theirs = await factories.asset(other, model=asset.model_id)
    await repaired(stranger, theirs, "Of another school")

    await factories.signed_in(client, technician)
    report = await client.get(f"/assets/{asset.tag}/report")
    order_id = (await repairs.report_fault(technician.actor, asset.tag, "Again")).work_order_id
    for page in (report, await client.get(f"/work-orders/{order_id}")):
        assert "What helped before" in page.text
        helped = page.text.split('id="precedents"')[1].split("</section>")[0]
        assert helped.index("Reseated the &lt;cable&gt;") < helped.index("A new panel")
        assert "Of another" not in helped
        assert "Nothing was wrong" not in helped
        assert "The alert is over" not in helped
    assert await seen(client, order_id) == [own, of_twin]

    # Those who may not read the orders of others read nothing of them here either.
    teacher = await factories.person(Role.teacher, school)
    assert not await repairs.find_precedents(teacher.actor, asset_id=asset.id, fault="reported")


async def seen(client: httpx.AsyncClient, order_id: int) -> list[int]:
    answer = await client.get(f"/api/v1/work-orders/{order_id}/precedents")
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()["items"]]


async def test_a_thing_that_is_repaired_again_soon_is_told(
    client: httpx.AsyncClient, school: MadeSchool
) -> None:
    technician = await factories.person(Role.technician, school)
    await factories.signed_in(client, technician)
    asset = await factories.asset(school)
    before = await repaired(technician, asset, "Reseated the cable")
    order_id = (await repairs.report_fault(technician.actor, asset.tag, "Again")).work_order_id
    page = await client.get(f"/work-orders/{order_id}")
    assert "look for the cause" in page.text
    order = await repairs.get_work_order(technician.actor, order_id)
    past = await repairs.get_work_order(technician.actor, before)
    for days, is_told in ((90, True), (91, False), (-1, False)):
        earlier = msgspec.structs.replace(past, closed_at=order.opened_at - timedelta(days=days))
        assert (repairs.find_repeated(order, [earlier]) is not None) is is_told, days
