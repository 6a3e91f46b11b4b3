"""What becomes of the collector's texts: signatures, assets, hours between readings, swapped disks."""

import asyncio
from datetime import datetime, timedelta

import httpx
import pytest

from core import clock, database
from core.access import Role
from core.encryption import Cipher
from core.errors import Conflict, Invalid, NotFound, Unavailable
from inventory import collector
from inventory.assets import get_asset
from inventory.collector import ChosenAssets, NewTexts, Offered, TextState, TextVerdict
from inventory.collector.disks import HoursSource, disk_serial, read_hours
from tests import factories, factories_collector, factories_fields
from tests.factories import MadePerson, MadeSchool
from tests.factories_collector import CIPHER
from tests.factories_monitoring import SECRET_KEY

pytestmark = pytest.mark.usefixtures("db")
NOON = datetime.fromisoformat("2026-11-20T12:00:00+00:00")


@pytest.fixture
async def school() -> MadeSchool:
    return await factories.school()


@pytest.fixture
async def technician(school: MadeSchool) -> MadePerson:
    return await factories.person(Role.technician, school)


async def judged(who: MadePerson, text: str, **tags: str) -> TextVerdict:
    received = await collector.check_texts(who.actor, CIPHER, NewTexts(text, tags))
    (verdict,) = received.verdicts
    return verdict


def remarks(verdict: TextVerdict) -> str:
    return " ".join(str(one) for one in verdict.remarks)


async def test_a_text_finds_its_asset_by_sticker_serial_number_and_board(
    school: MadeSchool, technician: MadePerson
) -> None:
    key = await factories_collector.key(technician, school)
    by_tag, by_serial = await factories.asset(school), await factories.asset(school)
    await database.execute(
        "UPDATE asset SET serial_number = 'PF0ABCDE', serial_trust = 'ok' WHERE id = $1",
        by_serial.id,
    )
    text = factories_collector.text
    assert (await judged(technician, await text(key, tag=by_tag.tag.lower()))).tag == by_tag.tag
    assert (await judged(technician, await text(key, serial="pf0abcde"))).tag == by_serial.tag
    both = await judged(technician, await text(key, serial="PF0ABCDE", tag=by_tag.tag))
    assert both.state is TextState.unassigned
    assert by_serial.tag in remarks(both)
    assert by_tag.tag in remarks(both)
    # Junk names nothing; the board's identifier does once somebody has said whose it is.
    board = await text(key, uuid="4c4c4544-0042-3510-8052-b4c04f4d3232")
    unknown = await judged(technician, board)
    assert unknown.state is TextState.unassigned
    assert by_tag.tag in [one.tag for one in unknown.candidates]
    chosen = NewTexts(board, {unknown.digest: by_tag.tag})
    assert (await collector.receive_texts(technician.actor, CIPHER, chosen)).stored == 1
    again = await text(key, 1200, uuid="4c4c4544-0042-3510-8052-b4c04f4d3232")
    assert (await judged(technician, again)).tag == by_tag.tag


async def test_what_is_not_signed_by_a_good_key_of_the_school_is_refused(
    school: MadeSchool, technician: MadePerson
) -> None:
    asset = await factories.asset(school)
    key = await factories_collector.key(technician, school)
    text = await factories_collector.text(key, 500, tag=asset.tag)
    assert (await judged(technician, text)).state is TextState.ready
    assert (
        await judged(technician, "> \r\n" + text.replace("\n", " \r\n"))
    ).state is TextState.ready
    changed = await judged(technician, text.replace("|500", "|900"))
    assert (changed.state, "signature" in remarks(changed)) == (TextState.refused, True)
    cut = await judged(technician, text[:-80])
    assert cut.state is TextState.refused
    with pytest.raises(Invalid):
        await collector.check_texts(technician.actor, CIPHER, NewTexts("nothing of ours"))
    elsewhere = await factories.person(Role.technician, await factories.school())
    assert (await judged(elsewhere, text)).state is TextState.refused
    await collector.revoke_key(technician.actor, key)
    assert (await judged(technician, text)).state is TextState.refused
    with pytest.raises(Conflict):
        await collector.get_file(technician.actor, CIPHER, key)


async def test_keys_outlive_another_secret_key(school: MadeSchool, technician: MadePerson) -> None:
    asset = await factories.asset(school)
    key = await factories_collector.key(technician, school)
    text = NewTexts(await factories_collector.text(key, tag=asset.tag))
    both = Cipher("another key", SECRET_KEY, purpose=collector.PURPOSE)
    assert await collector.encrypt_anew(both) == 1
    anew = Cipher("another key", purpose=collector.PURPOSE)
    assert (await collector.receive_texts(technician.actor, anew, text)).stored == 1
    with pytest.raises(Unavailable):
        await collector.check_texts(technician.actor, CIPHER, text)


async def test_hours_of_one_disk_add_up_and_another_disk_begins_anew(
    school: MadeSchool, technician: MadePerson
) -> None:
    asset, other = await factories.asset(school), await factories.asset(school)
    key = await factories_collector.key(technician, school)
    now = clock.now()

    async def read(hours: int | None, days_ago: int, disk: str = "WD-1") -> None:
        at = now - timedelta(days=days_ago)
        await factories_collector.read(technician, key, asset, hours, at=at, disk=disk)

    await read(1000, 70)
    await read(1060, 28)
    await read(None, 14)
    await read(1100, 0)
    first, second = reversed(await collector.find_use(asset.id))
    assert (first.hours, first.hours_a_week, second.hours, second.hours_a_week) == (60, 10, 40, 10)
    text = factories_collector.text
    ago = now - timedelta(hours=1)
    swapped = await judged(technician, await text(key, 7, tag=asset.tag, disk="WD-2"))
    assert "Another disk" in remarks(swapped)
    moved = await judged(technician, await text(key, 1101, tag=other.tag))
    assert moved.state is TextState.ready
    back = await judged(technician, await text(key, 900, tag=asset.tag))
    assert "went back from 1100 to 900" in remarks(back)
    fast = await judged(technician, await text(key, 1200, tag=asset.tag))
    assert "more hours than have passed" in remarks(fast)
    older = await judged(technician, await text(key, 1099, tag=asset.tag, at=ago))
    assert "newer reading" in remarks(older)
    await factories_collector.read(technician, key, asset, 7, at=clock.now(), disk="WD-2")
    assert len(await collector.find_use(asset.id)) == 2


async def test_a_clock_that_cannot_be_right_gives_way_to_the_upload(
    school: MadeSchool, technician: MadePerson
) -> None:
    asset = await factories.asset(school)
    key = await factories_collector.key(technician, school, days_old=10)
    for wrong in ("2009-01-01T00:00:00+00:00", "2031-01-01T00:00:00+00:00"):
        at = datetime.fromisoformat(wrong)
        verdict = await judged(
            technician, await factories_collector.text(key, tag=asset.tag, at=at)
        )
        assert verdict.read_at is not None
        assert clock.now() - verdict.read_at < timedelta(minutes=5)
        assert "clock is wrong" in remarks(verdict)


async def test_thirty_two_uploads_of_one_text_make_one_reading(
    client: httpx.AsyncClient, school: MadeSchool, technician: MadePerson
) -> None:
    asset = await factories.asset(school)
    key = await factories_collector.key(technician, school)
    text = await factories_collector.text(key, tag=asset.tag)
    headers = await factories.bearer(technician)
    await factories.signed_in(client, technician)

    async def send(number: int) -> int:
        if number % 2:
            answer = await client.post(
                "/api/v1/machine-readings", json={"text": text}, headers=headers
            )
            return int(answer.json()["stored"])
        answer = await client.post("/collector/texts", data={"text": text, "store": "yes"})
        assert answer.status_code == 303, answer.text
        return 0

    stored = sum(await asyncio.gather(*(send(number) for number in range(32))))
    assert stored <= 1
    assert await database.fetch_value("SELECT count(*) FROM machine_reading") == 1
    assert await database.fetch_value("SELECT count(*) FROM disk_reading") == 1


async def test_a_reading_is_taken_back_never_rewritten(
    school: MadeSchool, technician: MadePerson
) -> None:
    wrong, right = await factories.asset(school), await factories.asset(school)
    key = await factories_collector.key(technician, school)
    text = await factories_collector.text(key)
    digest = (await judged(technician, text)).digest

    async def store(tag: str) -> collector.Received:
        given = NewTexts(text, {digest: tag})
        return await collector.receive_texts(technician.actor, CIPHER, given)

    assert (await store(wrong.tag)).stored == 1
    assert (await store(right.tag)).known == 1
    (reading,) = (await collector.list_readings(technician.actor)).items
    await collector.void_reading(technician.actor, reading.id)
    with pytest.raises(Conflict):
        await collector.void_reading(technician.actor, reading.id)
    assert (await store(right.tag)).stored == 1
    for statement in (
        "UPDATE machine_reading SET asset = $1 WHERE voided_at IS NULL",
        "UPDATE disk_reading SET hours = $1",
        "DELETE FROM disk_reading WHERE $1::bigint > 0",
        "DELETE FROM machine_reading WHERE $1::bigint > 0",
    ):
        with pytest.raises(Exception, match=r"stays|append|change"):
            await database.execute(statement, wrong.id)


async def test_what_the_machine_says_fills_empty_fields_alone(
    school: MadeSchool, technician: MadePerson
) -> None:
    asset = await factories.asset(school)
    admin = await factories.person(Role.admin, school)
    elsewhere = await factories.person(Role.technician, await factories.school())
    await factories_fields.field(admin, school, "内存")
    await factories_fields.field(admin, school, "CPU", position=2)
    key = await factories_collector.key(technician, school)
    text = await factories_collector.text(key, tag=asset.tag, serial="PF0ABCDE")
    await collector.receive_texts(technician.actor, CIPHER, NewTexts(text))
    before = await get_asset(technician.actor, asset.tag)
    offers = {one.field: one.value for one in await collector.find_offers(before)}
    assert offers["serial_number"] == "PF0ABCDE"
    assert offers["内存"] == "8 GB"
    chosen = Offered(before.version, ["serial_number", "内存"])
    after = await collector.fill_in(technician.actor, before, chosen)
    assert after.serial_number == "PF0ABCDE"
    assert [(one.name, one.value) for one in after.fields] == [("内存", "8 GB")]
    assert [one.field for one in await collector.find_offers(after)] == ["CPU"]
    (left,) = await collector.list_offers(technician.actor)
    assert (left.tag, len(left.offers)) == (asset.tag, 1)
    # Another of the same model says the same serial number, and stops nobody.
    twin = await factories.asset(school, model=asset.model_id)
    text = await factories_collector.text(key, tag=twin.tag, serial="PF0ABCDE", disk="WD-3")
    digest = (await judged(technician, text)).digest
    given = NewTexts(text, {digest: twin.tag})
    await collector.receive_texts(technician.actor, CIPHER, given)
    everything = ChosenAssets([asset.tag, twin.tag])
    filled = await collector.fill_in_all(technician.actor, everything)
    assert (filled.written, [one.value for one in filled.refused]) == (1, [twin.tag])
    with pytest.raises(NotFound):
        await collector.fill_in_all(elsewhere.actor, everything)


def attribute(number: int, raw: int) -> str:
    return bytes([number, 0x32, 0, 100, 100, *raw.to_bytes(6, "little"), 0]).hex()


@pytest.mark.parametrize(
    ("source", "value", "hours"),
    [
        ("smartctl", "12345", 12345),
        ("smartctl", "12345h+07m+10.740s", 12345),
        ("smartctl", "1,234", 1234),
        ("smartctl", "1234:56", 1234),
        ("smartctl", "12345 (212 18 0)", 12345),
        ("nvme", "8,912", 8912),
        ("nvme", "8912 (371 days)", 8912),
        ("udisks", "44442000s", 12345),
        ("reliability", "77", 77),
        ("reliability", "-1", None),
        ("smartctl", "99999999", None),
        ("none", "5", None),
        ("smart", "1000" + attribute(5, 0) + attribute(9, 0x0A1B_0000_3039), 12345),
        ("smart", "1000" + attribute(5, 9), None),
        ("smart", "10", None),
        ("smart", "not hexadecimal", None),
    ],
)
def test_hours_as_their_sources_write_them(source: str, value: str, hours: int | None) -> None:
    assert read_hours(HoursSource(source), value) == hours


def test_linux_and_windows_name_one_disk() -> None:
    swapped = "2020202057202d4443574357415931323334353637".ljust(40, "0")[:40]
    assert disk_serial(" WD-WCAY12345678 ") == "WD-WCAY12345678"
    plain = b"    WD-WCAY123456789"
    pairs = b"".join(plain[n + 1 : n + 2] + plain[n : n + 1] for n in range(0, 20, 2))
    assert disk_serial(pairs.hex()) == "WD-WCAY123456789"
    assert disk_serial("0025_3855_9150_1234.") == "0025_3855_9150_1234"
    assert disk_serial(swapped)
