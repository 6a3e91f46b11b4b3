"""Whose asset it is: a table of cases for the judge, and the keys against real assets."""

import msgspec
import pytest

from core import database
from inventory import serials
from monitoring.discovery import Doubt, Key
from monitoring.discovery.asset_lookup import Known, match
from monitoring.discovery.matching import Led, Match, Owner, judge
from monitoring.snmp import Address
from tests import factories
from tests import factories_monitoring as made
from tests.factories import MadeAsset, MadeSchool

ONE = Owner(1, "T-1", "computer", is_gone=False, monitored_at=None)
TWO = Owner(2, "T-2", "computer", is_gone=False, monitored_at=None)
GONE = msgspec.structs.replace(ONE, is_gone=True)
BUSY = msgspec.structs.replace(ONE, monitored_at="10.0.0.5")
PRINTER = msgspec.structs.replace(ONE, kind="printer")


def led(key: Key, *owners: Owner) -> Led:
    return Led(key, "what it said", list(owners))


@pytest.mark.parametrize(
    ("found", "profile", "is_shared", "trust", "asset_id", "doubts"),
    [
        ([], None, False, "unmatched", None, []),
        ([led(Key.serial_number)], None, False, "unmatched", None, []),
        ([led(Key.serial_number, ONE)], "host", False, "certain", 1, []),
        ([led(Key.mac, ONE)], None, False, "certain", 1, []),
        ([led(Key.serial_number, ONE), led(Key.mac, ONE)], None, False, "certain", 1, []),
        ([led(Key.serial_number, ONE), led(Key.mac)], None, False, "certain", 1, []),
        (
            [led(Key.serial_number, ONE), led(Key.mac, TWO)],
            None, False, "doubtful", 1, [Doubt.keys_disagree],
        ),
        ([led(Key.serial_number, ONE, TWO)], None, False, "doubtful", 1, [Doubt.several_assets]),
        ([led(Key.serial_number, ONE)], None, True, "doubtful", 1, [Doubt.shared_serial]),
        ([led(Key.serial_number, GONE)], None, False, "doubtful", 1, [Doubt.gone]),
        ([led(Key.mac, BUSY)], None, False, "doubtful", 1, [Doubt.monitored]),
        ([led(Key.serial_number, PRINTER)], "switch", False, "doubtful", 1, [Doubt.other_kind]),
        ([led(Key.serial_number, PRINTER)], "printer_hp", False, "certain", 1, []),
        ([led(Key.serial_number, PRINTER)], "generic", False, "certain", 1, []),
        ([led(Key.name, ONE)], None, False, "doubtful", 1, [Doubt.weak_key]),
        ([led(Key.model, ONE)], None, False, "doubtful", 1, [Doubt.weak_key]),
        (
            [led(Key.model, ONE, TWO)],
            None, False, "doubtful", 1, [Doubt.weak_key, Doubt.several_assets],
        ),
        # What a trusted key says, a name does not unsay.
        ([led(Key.serial_number, ONE), led(Key.name, TWO)], None, False, "certain", 1, []),
        ([led(Key.address, BUSY)], None, False, "doubtful", 1, [Doubt.weak_key, Doubt.monitored]),
    ],
)  # fmt: skip
def test_only_one_asset_by_trusted_keys_without_contradiction_is_certain(
    found: list[Led],
    profile: str | None,
    is_shared: bool,
    trust: str,
    asset_id: int | None,
    doubts: list[Doubt],
) -> None:
    shared = frozenset({Doubt.shared_serial} if is_shared else ())
    verdict = judge(found, profile=profile, shared=shared)
    assert (verdict.trust, verdict.asset_id, verdict.doubts) == (trust, asset_id, doubts)


async def asset_with(school: MadeSchool, serial: str, **more: object) -> MadeAsset:
    asset = await factories.asset(school, **more)  # type: ignore[arg-type]
    await database.execute(
        "UPDATE asset SET serial_number = $2, serial_trust = $3 WHERE id = $1",
        asset.id,
        serial,
        serials.trust(serial),
    )
    return asset


async def matched(school: MadeSchool, *, macs: tuple[str, ...] = (), **identity: str) -> Match:
    return await match(Known(school.id, "10.9.9.9", 161, None, identity, list(macs)))


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    "junk",
    [
        "Default string", "To be filled by O.E.M.", "To Be Filled By O.E.M", "0000000000",
        "System Serial Number", "None", "123456789", "N/A", "xxxxxxxx", "  ", "未知",
    ],
)  # fmt: skip
async def test_a_junk_serial_number_matches_nothing(junk: str) -> None:
    school = await factories.school()
    await asset_with(school, junk)
    assert (await matched(school, serial_number=junk)).trust == "unmatched"


@pytest.mark.usefixtures("db")
async def test_a_serial_number_matches_in_its_own_school_alone() -> None:
    school, other = await factories.school(), await factories.school()
    asset = await asset_with(school, "PF3X9K2L")
    verdict = await matched(school, serial_number=" pf3x9k2l ")
    assert (verdict.trust, verdict.asset_id) == ("certain", asset.id)
    assert (await matched(other, serial_number="PF3X9K2L")).trust == "unmatched"
    # Another maker's model may carry the same number.
    await asset_with(school, "PF3X9K2L")
    assert (await matched(school, serial_number="PF3X9K2L")).doubts == [Doubt.several_assets]


@pytest.mark.usefixtures("db")
async def test_a_card_leads_to_the_asset_whose_device_had_it() -> None:
    school = await factories.school()
    device = await made.device(school, Address("127.0.0.9"))
    mac = "00:11:22:33:44:55"
    await database.execute("UPDATE device SET mac = $1", mac)
    verdict = await matched(school, macs=("00:11:22:33:44:54", mac))
    assert (verdict.asset_id, verdict.doubts) == (device.asset.id, [Doubt.monitored])
    await database.execute("UPDATE device SET removed_at = now()")
    assert (await matched(school, macs=(mac,))).trust == "certain"
    await asset_with(school, "PF3X9K2L")
    assert (await matched(school, macs=(mac,), serial_number="PF3X9K2L")).doubts == [
        Doubt.keys_disagree
    ]


@pytest.mark.usefixtures("db")
async def test_names_and_models_are_for_a_person_to_judge() -> None:
    school = await factories.school()
    model = await factories.asset_model("printer", "LaserJet 400")
    assets = [await factories.asset(school, model=model) for _ in range(2)]
    by_name = await matched(school, name=assets[1].tag.lower())
    assert (by_name.asset_id, by_name.doubts) == (assets[1].id, [Doubt.weak_key])
    by_model = await matched(school, description="HP LASERJET 400 M401dn")
    assert by_model.doubts == [Doubt.weak_key, Doubt.several_assets]
    assert by_model.keys[0].tags == [asset.tag for asset in assets]
    for _ in range(5):
        await factories.asset(school, model=model)
    many = await matched(school, description="HP LASERJET 400 M401dn")
    assert many.trust == "unmatched", "of seven alike a model names none"


@pytest.mark.usefixtures("db")
async def test_what_has_left_the_school_is_not_offered_as_certain() -> None:
    school = await factories.school()
    await asset_with(school, "PF3X9K2L", lifecycle="retired")
    assert (await matched(school, serial_number="PF3X9K2L")).doubts == [Doubt.gone]
