"""What people decide about candidates: once, by one of them, and only with assets of the school."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import msgspec
import pytest

from core import database
from core.access import Role
from core.errors import Conflict, Forbidden, Invalid, NotFound
from inventory import serials
from monitoring import devices, discovery
from monitoring.discovery import Choice, Decision, store
from monitoring.snmp import Address
from tests import factories
from tests import factories_monitoring as made
from tests.conftest import Stack
from tests.factories import MadeAsset, MadePerson, MadeSchool

pytestmark = pytest.mark.usefixtures("db")
TRIES = 32


async def with_serial(school: MadeSchool, serial: str) -> MadeAsset:
    asset = await factories.asset(school)
    await database.execute(
        "UPDATE asset SET serial_number = $2, serial_trust = $3 WHERE id = $1",
        asset.id,
        serial,
        serials.trust(serial),
    )
    return asset


async def keeper(school: MadeSchool) -> MadePerson:
    return await factories.person(Role.technician, school)


async def test_a_certain_candidate_is_added_without_naming_its_asset() -> None:
    school = await factories.school()
    technician = (await keeper(school)).actor
    asset = await with_serial(school, "PF3X9K2L")
    candidate_id = await made.candidate(school, serial_number="PF3X9K2L", mac="00:11:22:33:44:55")
    added = await discovery.add_candidate(technician, candidate_id, Choice())
    assert (added.decision, added.decided_by) == (Decision.added, technician.name)
    device = await devices.find_by_asset(technician, asset.id)
    assert device is not None
    assert (device.id, device.address) == (added.device_id, added.address)
    assert await database.fetch_value("SELECT mac FROM device") == "00:11:22:33:44:55"


async def test_a_machine_without_an_agent_becomes_a_device_that_is_pinged() -> None:
    school = await factories.school()
    technician = (await keeper(school)).actor
    asset = await factories.asset(school)
    candidate_id = await made.candidate(school, has_agent=False)
    added = await discovery.add_candidate(technician, candidate_id, Choice(asset.tag))
    device = await devices.get_device(technician, added.device_id or 0)
    assert (device.credential_id, device.address) == (None, added.address)
    assert await database.fetch_value("SELECT method FROM device") == "ping"


async def test_a_doubtful_one_needs_a_person_to_name_the_asset() -> None:
    school = await factories.school()
    technician = (await keeper(school)).actor
    asset = await factories.asset(school)
    candidate_id = await made.candidate(school, name=asset.tag)
    assert (await discovery.get_candidate(technician, candidate_id)).trust == "doubtful"
    with pytest.raises(Invalid) as refused:
        await discovery.add_candidate(technician, candidate_id, Choice())
    assert (refused.value.field, refused.value.code) == ("asset_tag", "required")
    added = await discovery.add_candidate(technician, candidate_id, Choice(asset.tag.lower()))
    assert added.decision is Decision.added


async def test_what_was_certain_is_judged_again_before_it_is_added() -> None:
    school = await factories.school()
    technician = (await keeper(school)).actor
    await with_serial(school, "PF3X9K2L")
    candidate_id = await made.candidate(school, serial_number="PF3X9K2L")
    twin = await with_serial(school, "PF3X9K2L")
    assert twin
    assert await discovery.add_certain(technician) == discovery.AddedAll(added=0, left=1)
    assert await store.match_waiting() == 1
    assert (await discovery.get_candidate(technician, candidate_id)).trust == "doubtful"
    assert await store.match_waiting() == 0


async def test_all_certain_ones_are_added_at_once_and_the_others_left() -> None:
    school, other = await factories.school(), await factories.school()
    technician = (await keeper(school)).actor
    for number in range(5):
        await with_serial(school, f"PF3X9K2{number}")
        await made.candidate(school, serial_number=f"PF3X9K2{number}")
    await made.candidate(school, name="nobody knows")
    await with_serial(other, "PF3X9K20")
    theirs = await made.candidate(other, serial_number="PF3X9K20")
    assert await discovery.add_certain(technician) == discovery.AddedAll(added=5, left=0)
    left = await discovery.list_candidates(technician, discovery.CandidateFilter())
    assert [one.name for one in left.items] == ["nobody knows"]
    assert (
        await database.fetch_value("SELECT decision FROM candidate WHERE id = $1", theirs) is None
    )


async def test_one_that_is_refused_does_not_keep_the_others_from_being_added(
    client: httpx.AsyncClient,
) -> None:
    """With a key all of it is one transaction, which the refusal must not spoil."""
    school = await factories.school()
    headers = await factories.bearer(await keeper(school))
    for number in range(3):
        await with_serial(school, f"PF3X9K2{number}")
        await made.candidate(school, serial_number=f"PF3X9K2{number}")
    await database.execute("UPDATE candidate SET address = '10.77.0.1' WHERE id = 2")
    for key in ("once", "once", None):
        sent = headers | ({"Idempotency-Key": key} if key else {})
        answer = await client.post("/api/v1/candidates/add-certain", json={}, headers=sent)
        expected = {"added": 2, "left": 1} if key else {"added": 0, "left": 1}
        assert (answer.status_code, answer.json()) == (200, expected)
    assert await database.fetch_value("SELECT count(*) FROM device") == 2


async def test_two_addresses_with_one_serial_number_are_certain_of_nothing() -> None:
    school = await factories.school()
    technician = (await keeper(school)).actor
    await with_serial(school, "PF3X9K2L")
    for _ in range(2):
        await made.candidate(school, serial_number="PF3X9K2L")
    await store.match_waiting()
    page = await discovery.list_candidates(technician, discovery.CandidateFilter())
    assert [one.doubts for one in page.items] == [[discovery.Doubt.shared_serial]] * 2


async def test_a_device_that_has_moved_is_moved_and_not_added_twice() -> None:
    school = await factories.school()
    technician = (await keeper(school)).actor
    device = await made.device(school, Address("127.0.0.9"))
    mac = "00:11:22:33:44:55"
    await database.execute("UPDATE device SET mac = $1, interval_seconds = 300", mac)
    candidate_id = await made.candidate(school, mac=mac)
    found = await discovery.get_candidate(technician, candidate_id)
    assert found.is_moved
    with pytest.raises(Invalid) as refused:
        await discovery.add_candidate(technician, candidate_id, Choice(device.asset.tag))
    assert refused.value.code == "monitored"
    moved = await discovery.add_candidate(
        technician, candidate_id, Choice(device.asset.tag, move=True)
    )
    after = await devices.get_device(technician, device.id)
    assert (moved.device_id, after.address) == (device.id, found.address)
    assert after.chosen_interval_seconds == 300


async def test_assets_of_another_school_are_not_to_be_had() -> None:
    school, other = await factories.school(), await factories.school()
    technician = (await factories.person(Role.technician, school, other)).actor
    theirs = await factories.asset(other)
    candidate_id = await made.candidate(school)
    with pytest.raises(Invalid) as refused:
        await discovery.add_candidate(technician, candidate_id, Choice(theirs.tag))
    assert refused.value.code == "tag_unknown"


async def test_a_candidate_outside_of_the_schools_networks_is_not_added() -> None:
    school = await factories.school()
    technician = (await keeper(school)).actor
    asset = await factories.asset(school)
    candidate_id = await made.candidate(school)
    await database.execute("UPDATE candidate SET address = '10.77.0.1'")
    with pytest.raises(Invalid) as refused:
        await discovery.add_candidate(technician, candidate_id, Choice(asset.tag))
    assert refused.value.code == "outside_of_networks"


async def test_who_may_look_and_who_may_decide() -> None:
    school, other = await factories.school(), await factories.school()
    candidate_id = await made.candidate(school)
    teacher = (await factories.person(Role.teacher, school)).actor
    stranger = (await factories.person(Role.admin, other)).actor
    with pytest.raises(Forbidden):
        await discovery.get_candidate(teacher, candidate_id)
    with pytest.raises(NotFound):
        await discovery.ignore_candidate(stranger, candidate_id)
    assert (await discovery.list_candidates(teacher, discovery.CandidateFilter())).items == []
    assert (await discovery.list_candidates(stranger, discovery.CandidateFilter())).items == []


Attempt = Callable[[int], Awaitable[httpx.Response]]


class Race(msgspec.Struct, frozen=True):
    asset: MadeAsset
    candidate_id: int
    headers: dict[str, str]


async def prepared(client: httpx.AsyncClient) -> Race:
    school = await factories.school()
    people = await keeper(school)
    await factories.signed_in(client, people)
    asset = await factories.asset(school)
    return Race(asset, await made.candidate(school), await factories.bearer(people))


async def test_of_32_who_decide_at_once_through_api_and_form_one_wins(
    client: httpx.AsyncClient, db: Stack
) -> None:
    """Half add and half ignore, half as programs and half as people: one decision stands."""
    race = await prepared(client)
    program = f"/api/v1/candidates/{race.candidate_id}"
    page = f"/candidates/{race.candidate_id}"
    body = {"asset_tag": race.asset.tag}
    attempts = []
    for n in range(TRIES):
        if n % 4 == 0:
            attempts.append(client.post(f"{program}/add", json=body, headers=race.headers))
        elif n % 4 == 1:
            attempts.append(client.post(f"{program}/ignore", headers=race.headers))
        elif n % 4 == 2:
            attempts.append(client.post(f"{page}/add", data=body))
        else:
            attempts.append(client.post(f"{page}/ignore"))
    answers = await asyncio.gather(*attempts)
    won = [one for one in answers if one.status_code in (200, 303)]
    assert len(won) == 1, [one.status_code for one in answers]
    assert {one.status_code for one in answers if one not in won} <= {409, 422}
    decision = await database.fetch_value("SELECT decision FROM candidate")
    count = await database.fetch_value("SELECT count(*) FROM device")
    assert (decision, count) in (("added", 1), ("ignored", 0))


async def test_of_32_candidates_that_want_one_asset_one_gets_it(db: Stack) -> None:
    school = await factories.school()
    technician = (await keeper(school)).actor
    asset = await factories.asset(school)
    ids = [await made.candidate(school) for _ in range(TRIES)]
    outcomes = await asyncio.gather(
        *(discovery.add_candidate(technician, one, Choice(asset.tag)) for one in ids),
        return_exceptions=True,
    )
    assert sum(isinstance(one, discovery.Candidate) for one in outcomes) == 1
    assert all(isinstance(one, discovery.Candidate | Invalid | Conflict) for one in outcomes), (
        outcomes
    )
    assert await database.fetch_value("SELECT count(*) FROM device") == 1
