"""The pages of wipes: another person verifies, once, by whichever door, and the certificate prints."""

import asyncio

import httpx

from core import database
from inventory import assets, disposals
from inventory.assets import NewWipe, WipeMethod
from inventory.disposals import RuleFacts
from tests import factories
from tests.api.office import Office


async def test_of_32_verifications_by_form_and_json_one_stands(
    office: Office, client: httpx.AsyncClient
) -> None:
    await disposals.write_rule(office.who.actor, office.school.id, RuleFacts(True, 90, True))
    technician = await factories.person("technician", office.school)
    thing = await factories.asset(office.school, lifecycle="retired")
    wipe = NewWipe(
        method=WipeMethod.overwritten, done_by="Wang", tool="nwipe 0.37", disk_serial="WD-7"
    )
    await assets.record_wipes(technician.actor, [thing.tag], wipe)
    assert "Wipes to verify" in await office.see("/")
    listed = await office.see("/wipes")
    assert thing.tag in listed and f"/wipes/verify?tag={thing.tag}" in listed
    assert f"/wipes/verify?tag={thing.tag}" in await office.see(f"/assets/{thing.tag}")
    blank = await client.post(
        "/wipes/verify", data={"tags": thing.tag, "result": "passed", "key": "b"}
    )
    assert blank.status_code == 422 and 'id="looked_at-error"' in blank.text
    token = {"origin": "", **await factories.bearer(office.who)}
    body = {"tags": [thing.tag], "result": "passed", "looked_at": "Report 7"}
    form = {**body, "tags": thing.tag}
    answers = await asyncio.gather(
        *(client.post("/wipes/verify", data={**form, "key": f"k{n}"}) for n in range(16)),
        *(client.post("/api/v1/wipes/verifications", json=body, headers=token) for _ in range(16)),
    )
    codes = sorted(answer.status_code for answer in answers)
    assert codes.count(409) == 31 and codes[0] in (200, 303), codes
    assert await database.fetch_value("SELECT count(*) FROM wipe_verification") == 1
    assert await database.fetch_value("SELECT count(*) FROM certificate") == 1
    (wipe_id,) = [
        one.id
        for one in await assets.list_wipes(await assets.get_asset(office.who.actor, thing.tag))
    ]
    await database.execute("UPDATE person SET name = 'Renamed' WHERE id = $1", technician.id)
    paper = await office.see(f"/wipes/{wipe_id}/certificate")
    for said in (thing.tag, "WD-7", "nwipe 0.37", "Wang", "Report 7", technician.name, "<svg"):
        assert said in paper
    assert "Renamed" not in paper
    assert f"/wipes/{wipe_id}/certificate" in await office.see(f"/assets/{thing.tag}")
    assert "No wipe waits" in await office.see("/wipes")
    own = await assets.record_wipes(office.who.actor, [thing.tag], wipe)
    refused = await client.post("/api/v1/wipes/verifications", json=body, headers=token)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (409, "own_wipe")
    assert own and (await client.get("/api/v1/wipes/999999", headers=token)).status_code == 404
