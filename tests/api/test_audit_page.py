"""The list of changes: names for every number, words for every column, a batch as one entry."""

import re
from datetime import timedelta
from ipaddress import ip_network

import httpx
import msgspec
import pytest

from api.administration.audit.pages import entries_of
from api.wording import row_names
from api.wording.change_values import UNTOLD, change_value
from api.wording.entities import CODES, COLUMNS, ENTITIES
from api.wording.language import language
from core import audit, database
from core.audit import AuditFilter
from core.clock import now
from core.entity import by_name
from monitoring.alerting.maintenance import windows
from monitoring.alerting.maintenance.windows import NewWindow
from monitoring.devices.networks import grants
from storage import quotas
from storage.entities import FACETS
from tests import factories, factories_inventory, factories_monitoring, factories_repairs
from tests.factories import MadePerson, MadeSchool

pytestmark = pytest.mark.usefixtures("db")

AUDITED_COLUMNS = """
SELECT c.relname AS entity, a.attname AS name, f.relname AS points_to
  FROM pg_trigger t
  JOIN pg_proc p ON p.oid = t.tgfoid AND p.proname = 'audit_record'
  JOIN pg_class c ON c.oid = t.tgrelid
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_constraint k ON k.contype = 'f' AND k.conrelid = c.oid AND k.conkey[1] = a.attnum
       -- That an asset was of a school is a rule; the asset itself is pointed to by another key.
       AND k.confrelid <> 'asset_at_school'::regclass
  LEFT JOIN pg_class f ON f.oid = k.confrelid
 WHERE NOT a.attname = any(string_to_array(rtrim(encode(t.tgargs, 'escape'), '\\000'), '\\000'))
"""
# Tables of codes: the key is the code, which has a word.
CODE_TABLES = {"lifecycle", "resource_transition"}


class Column(msgspec.Struct, frozen=True):
    entity: str
    name: str
    points_to: str | None


async def test_every_audited_column_has_a_word_and_every_table() -> None:
    columns = await database.fetch(Column, AUDITED_COLUMNS)
    assert len(columns) > 200
    assert {one.name for one in columns} - COLUMNS.keys() == set()
    audited = {name for name, entity in ENTITIES.items() if entity.is_audited}
    assert {one.entity for one in columns} == audited
    for entity in ENTITIES.values():
        assert language("zh_CN").knows(entity.word.template), entity.name
    for column, word in COLUMNS.items():
        assert language("zh_CN").knows(word.template), column


def test_an_entity_names_its_own_columns_and_kinds_of_code_that_have_words() -> None:
    for name, entity in ENTITIES.items():
        assert entity.codes.keys() <= entity.columns, name
        unknown = set(entity.codes.values()) - CODES.keys() - FACETS.keys()
        assert not unknown, name
        assert entity.row_name, name
    with pytest.raises(ValueError, match="twice"):
        by_name([*ENTITIES.values(), ENTITIES["asset"]])


async def test_every_column_that_points_to_a_row_is_shown_by_its_name() -> None:
    columns = await database.fetch(Column, AUDITED_COLUMNS)
    pointing = [one for one in columns if one.points_to and one.points_to not in CODE_TABLES]
    wrong = {
        (one.entity, one.name, one.points_to)
        for one in pointing
        if one.name not in UNTOLD and row_names.pointed_table(one.entity, one.name) != one.points_to
    }
    assert wrong == set()


async def _every_kind_of_row(school: MadeSchool, admin: MadePerson) -> None:
    building = await factories.place(school, kind="building")
    room = await factories.place(school, parent=building)
    made = await factories.asset(school, tag="P-1")
    other = await factories.asset(school, tag="P-2")
    await factories_inventory.donation(admin, school)
    device = await factories_monitoring.device(made)
    await factories_repairs.order(other)
    await windows.create_window(
        admin.actor,
        NewWindow(
            school_id=school.id,
            reason="New cables",
            device_id=device.id,
            starts_at=now(),
            ends_at=now() + timedelta(hours=1),
        ),
    )
    cabinet = await factories.place(school, kind="cabinet", parent=room)
    await database.execute("UPDATE asset SET place = $1 WHERE tag = 'P-1'", cabinet)


async def test_names_stand_in_place_of_numbers_and_of_each_kind_one_query(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    school = await factories.school()
    admin = await factories.person("admin", school)
    await _every_kind_of_row(school, admin)
    changes = (await audit.list_changes(admin.actor, AuditFilter(), limit=200)).items
    asked: list[str] = []
    fetch = database.fetch

    async def counting(row_type: type, sql: str, *args: object, **named: object) -> list:  # type: ignore[type-arg]
        asked.append(sql.split(" FROM ")[1])
        return await fetch(row_type, sql, *args, **named)

    monkeypatch.setattr(row_names.database, "fetch", counting)
    named = await row_names.named(language("en"), changes)
    assert len(asked) == len(set(asked))
    shown = {(c.entity, f.field): f.after for c in named for f in c.fields if f.after is not None}
    pointers = {
        key: value for key, value in shown.items() if row_names.pointed_table(*key) is not None
    }
    assert len(pointers) > 12
    assert not [key for key, value in pointers.items() if re.fullmatch(r"\d+", str(value))]
    assert str(shown["asset", "place"]).count(" / ") == 2
    assert re.match(r"[A-Z0-9-]+ Maker", str(shown["maintenance_window", "device"]))
    assert {c.label for c in named if c.entity == "membership"} == {admin.name}


async def test_what_the_operator_gave_a_school_is_told_to_its_admins_in_words(
    client: httpx.AsyncClient,
) -> None:
    school, other = await factories.school(), await factories.school()
    admin = await factories.person("admin", school)
    await factories.signed_in(client, admin)
    await quotas.set_quota(school.code, 200 * 1024**3)
    await quotas.set_quota(school.code, 5 * 1024**3)
    await quotas.set_quota(other.code, 7 * 1024**3)
    bounds = (ip_network("10.0.0.0/8"),)
    await grants.grant(bounds, school.code, "10.3.0.0/16", is_shared=False)
    await grants.revoke(school.code, "10.3.0.0/16")
    page = (await client.get("/audit")).text
    for told in (
        "labshare school quota",
        "200 GB",
        "5 GB",
        "Room for files",
        "labshare network grant",
        "labshare network revoke",
        "Network given to the school",
        "10.3.0.0/16",
    ):
        assert told in page, told
    assert "7 GB" not in page


async def test_a_name_of_every_table_can_be_asked_for() -> None:
    nothing = {"uuid": "00000000-0000-0000-0000-000000000000"}
    for table, entity in ENTITIES.items():
        asked = [nothing.get(entity.key_type, "0")]
        assert await row_names._names_in(language("zh_CN"), table, asked) == []


async def test_a_batch_of_ten_is_one_entry_that_unfolds(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    admin = await factories.person("admin", school)
    await factories.signed_in(client, admin)
    teacher = await factories.person("teacher", school)
    tags = [(await factories.asset(school, tag=f"B-{n}")).tag for n in range(10)]
    given = await client.post(
        "/custody/hand-out",
        data={"tags": " ".join(tags), "person_id": str(teacher.id), "key": "k"},
    )
    assert given.status_code == 303, given.text[:2000]
    page = (await client.get("/audit", params={"entity": "custody"})).text
    assert page.count('<details class="batch">') == 1
    assert page.count("<tr>") == 2
    assert page.count(f"<ins>{teacher.name}</ins>") == 10
    assert all(f"{tag} " in page for tag in tags)
    changes = (await audit.list_changes(admin.actor, AuditFilter(entity="custody"))).items
    [entry] = entries_of(changes)
    assert entry.counts == [("custody", "insert", 10)]


async def test_changes_of_different_requests_are_entries_of_their_own(
    client: httpx.AsyncClient,
) -> None:
    school = await factories.school()
    await factories.signed_in(client, await factories.person("admin", school))
    for tag in ("C-1", "C-2"):
        made = await factories.asset(school, tag=tag)
        await client.post("/custody/hand-out", data={"tags": made.tag, "group": "5B", "key": tag})
    page = (await client.get("/audit", params={"entity": "custody"})).text
    assert '<details class="batch">' not in page
    assert page.count("<tr>") == 3


def test_values_are_told_as_people_write_them() -> None:
    def told(entity: str, column: str, value: object) -> str:
        return change_value(language("en"), entity, column, value)

    assert (
        told("work_order_entry", "at", "2026-11-29T23:54:15.507127+00:00") == "30 Nov 2026, 07:54"
    )
    assert told("donation", "received_on", "2026-03-02") == "2 Mar 2026"
    assert told("asset", "note", "2026-11-29T23:54") == "2026-11-29T23:54"
    assert told("alert", "severity", "critical") == "Critical"
    assert told("device", "profile", "ups_apc") != "ups_apc"
    assert told("rule_setting", "rule", "disk_full") == "Disk nearly full"
    assert told("maintenance_window", "weekdays", [1, 2, 3]) == "Mon–Wed"
    spans = [{"weekday": 1, "starts": "08:00:00", "ends": "12:00:00"}]
    assert told("expected_hours", "spans", spans) == "Mon 08:00–12:00"
    message = {"template": "{device} does not answer", "params": {"device": "P-1"}}
    assert told("alert", "message", message) == "P-1 does not answer"
    assert told("device", "any_source", True) == "yes"


@pytest.mark.parametrize(
    ("fault", "words"), [("monitoring:disk_full", "磁盘快满"), ("reported", "人工报修")]
)
def test_the_fault_of_a_work_order_reads_as_people_call_it(fault: str, words: str) -> None:
    assert change_value(language("zh_CN"), "work_order", "fault", fault) == words
