"""The kinds of devices as people and programs read them."""

import httpx
import pytest

from api.monitoring.profiles import words
from core import database
from core.access import Role
from labshare.profile_pages import page_of
from monitoring import devices
from monitoring.decoding import DECODERS
from monitoring.devices import DeviceFilter
from monitoring.profiles import all_profiles
from tests import factories
from tests import factories_monitoring as made

NAMES = [profile.name for profile in all_profiles()]


def test_every_decoder_is_named_on_the_pages() -> None:
    # A decoder that takes its metric from the profile is named by that metric.
    unnamed = {name for name, decoder in DECODERS.items() if not decoder.takes_metric}
    assert unnamed - words.DECODED.keys() == set()


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_every_profile_has_its_page_in_both_languages(
    client: httpx.AsyncClient, language: str
) -> None:
    teacher = await factories.person(Role.teacher, await factories.school())
    await factories.signed_in(client, teacher)
    locale = {"zh": "zh_CN", "en": "en"}[language]
    await database.execute("UPDATE person SET locale = $2 WHERE id = $1", teacher.id, locale)
    listed = await client.get("/devices/profiles")
    assert listed.status_code == 200
    for profile in all_profiles():
        title = getattr(profile.title, locale)
        assert title in listed.text
        page = await client.get(f"/devices/profiles/{profile.name}")
        assert page.status_code == 200, profile.name
        assert title in page.text
        assert all(text in page.text for text in profile.recognise.object_ids)
    assert (await client.get("/devices/profiles/toaster")).status_code == 404


async def test_profiles_over_json(client: httpx.AsyncClient) -> None:
    technician = await factories.person(Role.technician, await factories.school())
    headers = await factories.bearer(technician, "monitoring:read")
    answer = await client.get("/api/v1/device-profiles", headers=headers)
    assert [item["name"] for item in answer.json()["items"]] == NAMES
    one = (await client.get("/api/v1/device-profiles/printer_brother", headers=headers)).json()
    assert one["title"] == {"en": "Brother printers", "zh_CN": "兄弟打印机"}
    assert one["based_on"] == "printer"
    assert one["read"][0]["decode"] == "brother_maintenance"
    assert {rule["name"] for rule in one["rule"]} >= {"supply_low", "printer_fault"}
    missing = await client.get("/api/v1/device-profiles/toaster", headers=headers)
    assert missing.status_code == 404


async def test_the_list_counts_the_devices_of_ones_schools_alone(client: httpx.AsyncClient) -> None:
    school, other = await factories.school(), await factories.school()
    technician = await factories.person(Role.technician, school)
    await made.device(school, profile="printer_hp")
    await made.device(other, profile="printer_hp")
    await factories.signed_in(client, technician)
    page = await client.get("/devices/profiles/printer_hp")
    assert "/devices?profile=printer_hp" in page.text
    await database.execute("UPDATE device SET removed_at = now() WHERE school = $1", school.id)
    page = await client.get("/devices/profiles/printer_hp")
    assert "/devices?profile=printer_hp" not in page.text


async def test_a_filter_by_kind_finds_the_kinds_that_are_based_on_it(db: None) -> None:
    school = await factories.school()
    technician = await factories.person(Role.technician, school)
    for profile in ("printer", "printer_hp", "ups_apc", None):
        await made.device(school, profile=profile)
    for kind, count in (("printer", 2), ("printer_hp", 1), ("ups", 1), ("generic", 1)):
        page = await devices.list_devices(technician.actor, DeviceFilter(profile=kind))
        assert len(page.items) == count, kind


@pytest.mark.parametrize("name", NAMES)
def test_a_page_of_the_documentation_has_no_hole(name: str) -> None:
    page = page_of(next(profile for profile in all_profiles() if profile.name == name))
    assert page.startswith(f"# {name}: ")
    assert "None" not in page
