"""The demo: as promised, the same each time, and true to the rules of the tables."""

from datetime import datetime

import msgspec
import pytest

from core import clock
from core.access import Role
from core.database import fetch, fetch_value
from core.settings import Settings
from inventory import donations
from inventory.donations import Receipt
from labshare import checks
from labshare.demo import seed as demo
from labshare.demo.library.lessons import read_all
from labshare.demo.sign_ins import DemoSignIns
from storage import objects
from tests import factories, factories_inventory
from tests.conftest import Stack, empty
from tests.factories import MadeSchool

# Made anew for every installation.
DIFFERS = ["password_hash", "sealed", "port"]
TODAY = clock.today("Asia/Shanghai")


class Still(msgspec.Struct, frozen=True):
    """A clock that stands: a session of power may begin or end between two seeds."""

    at: datetime

    def now(self) -> datetime:
        return self.at


class Seeded(msgspec.Struct, frozen=True):
    settings: Settings
    sign_ins: DemoSignIns
    clock: Still


@pytest.fixture(scope="module")
async def seeded(connections: Stack, tmp_path_factory: pytest.TempPathFactory) -> Seeded:
    """The demo, seeded once for the tests of this module."""
    folder = tmp_path_factory.mktemp("demo")
    settings = msgspec.structs.replace(connections.settings, data=folder)
    still = Still(clock.now())
    await empty(connections)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "clock", still)
        return Seeded(settings, await demo.seed(settings), still)


async def _count(rows: str) -> int:
    found: int = await fetch_value(f"SELECT count(*) FROM {rows}")
    return found


async def _row_counts() -> dict[str, int]:
    names = await fetch_value(
        "SELECT array_agg(relname::text) FROM pg_class WHERE relkind IN ('r', 'p')"
        " AND relnamespace = 'public'::regnamespace AND NOT relispartition"
    )
    return {name: await _count(name) for name in sorted(names)}


async def _checksums() -> dict[str, str]:
    """A checksum of each inventory and monitoring table, times and secrets left out."""
    tables = (
        "school", "place", "person", "membership", "asset_model", "donor", "donation",
        "donation_line", "donation_receipt", "asset", "asset_step", "asset_wipe", "label_code",
        "custody", "work_order",
        "work_order_entry", "device", "power_session",
    )  # fmt: skip
    sums = {}
    for table in tables:
        columns = await fetch_value(
            "SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position)"
            " FROM information_schema.columns WHERE table_name = $1 AND table_schema = 'public'"
            " AND data_type NOT IN ('timestamp with time zone', 'date')"
            " AND column_name <> all($2::text[])",
            table,
            DIFFERS,
        )
        sums[table] = await fetch_value(
            "SELECT md5(coalesce(string_agg(r::text, E'\\n' ORDER BY r::text), ''))"
            f" FROM (SELECT {columns} FROM {table}) r"
        )
    return sums


async def test_the_demo_has_what_it_promises(seeded: Seeded) -> None:
    assert await _count("school") == 2
    assert await _count("donor") == 3
    assert 6 <= await _count("donation") <= 8
    of_kind = "asset a JOIN asset_model m ON m.id = a.model WHERE m.kind ="
    assert await _count(f"{of_kind} 'computer'") == 600
    assert await _count(f"{of_kind} 'robot_kit'") == 80
    assert await _count(f"{of_kind} 'book'") == 400
    assert 180 <= await _count(f"{of_kind} 'computer' AND serial_trust = 'junk'") <= 220
    assert await _count("device WHERE removed_at IS NULL") == 28
    assert await _count("custody") > 1000
    assert await _count("power_session") > 20_000
    assert await _count("sample_hour") > 20_000
    assert await _count("sample_day") > 10_000
    assert await _count("state_span WHERE state = 'down'") > 50


async def test_every_role_can_sign_in(seeded: Seeded) -> None:
    for role in Role:
        account = seeded.sign_ins.of(role)
        assert len(account.password) >= 10
        assert await fetch_value(
            "SELECT password_hash IS NOT NULL FROM person WHERE login = $1", account.login
        )
    assert seeded.sign_ins.of(Role.technician).schools == ("LB", "HG")


async def test_donations_show_the_gap_between_promised_and_come(seeded: Seeded) -> None:
    assert await _count("donation_line WHERE received < declared") >= 6
    wrong = await _count(
        "(SELECT l.id FROM donation_line l"
        " LEFT JOIN asset a ON a.donation_line = l.id AND a.lifecycle <> 'voided'"
        " GROUP BY l.id HAVING count(a.id) <> l.received) w"
    )
    assert wrong == 0


async def test_donors_terms_are_kept_and_mistakes_and_losses_are_there(seeded: Seeded) -> None:
    assert await _count("asset WHERE lifecycle = 'voided'") == 1
    assert await _count("custody WHERE was_lost AND received_by IS NULL") >= 1
    assert await _count("asset_wipe WHERE result = 'failed'") >= 2
    in_use = (
        "asset a JOIN asset_model m ON m.id = a.model JOIN donation_line l ON l.id = a.donation_line"
        " JOIN donation g ON g.id = l.donation AND g.wipe_on_intake WHERE holds_data(m.kind)"
    )
    used = f"{in_use} AND a.lifecycle IN ('in_service', 'in_repair', 'retired', 'disposed')"
    assert await _count(used) > 200
    assert await _count(f"{used} AND NOT asset_is_wiped(a.id)") == 0
    assert await _count(f"{in_use} AND a.lifecycle = 'wiping' AND NOT asset_is_wiped(a.id)") >= 2


async def test_there_is_something_to_do_today(seeded: Seeded) -> None:
    assert await _count("custody WHERE ended_at IS NULL AND due_at < now()") >= 5
    assert await _count("work_order WHERE closed_at IS NULL AND severity = 'critical'") >= 2
    assert await _count("work_order WHERE state = 'waiting_parts'") >= 3
    assert await _count("label_code WHERE asset IS NULL") == 96
    for state in ("lost", "retired", "disposed", "in_repair", "triage"):
        assert await _count(f"asset WHERE lifecycle = '{state}'") >= 4


async def test_an_asset_stands_where_its_steps_lead(seeded: Seeded) -> None:
    steps = (
        "SELECT *, lag(to_state) OVER (PARTITION BY asset ORDER BY at, id) AS was,"
        " row_number() OVER (PARTITION BY asset ORDER BY at DESC, id DESC) AS from_last"
        " FROM asset_step"
    )
    assert await _count(f"({steps}) s WHERE from_state <> coalesce(was, 'received')") == 0
    ends = f"asset a JOIN ({steps}) s ON s.asset = a.id AND from_last = 1"
    assert await _count(f"{ends} WHERE a.lifecycle <> s.to_state") == 0


async def test_what_is_in_repair_has_an_open_order_and_what_is_lent_is_in_service(
    seeded: Seeded,
) -> None:
    broken = (
        "asset a WHERE (lifecycle = 'in_repair') <> EXISTS"
        " (SELECT FROM work_order w WHERE w.asset = a.id AND w.closed_at IS NULL AND w.plan IS NULL)"
    )
    assert await _count(broken) == 0
    lent = "custody c JOIN asset a ON a.id = c.asset WHERE c.ended_at IS NULL"
    assert await _count(f"{lent} AND a.lifecycle <> 'in_service'") == 0


async def test_nothing_is_with_two_people_at_a_time(seeded: Seeded) -> None:
    overlapping = (
        "custody a JOIN custody b ON a.asset = b.asset AND a.id < b.id"
        " AND a.started_at < coalesce(b.ended_at, 'infinity')"
        " AND b.started_at < coalesce(a.ended_at, 'infinity')"
    )
    assert await _count(overlapping) == 0


async def test_the_past_is_past_and_its_history_is_written(seeded: Seeded) -> None:
    for table, column in (
        ("custody", "started_at"),
        ("work_order", "opened_at"),
        ("asset_step", "at"),
        ("power_session", "ended_at"),
        ("audit_event", "at"),
    ):
        assert await _count(f"{table} WHERE {column} > now()") == 0
    assert await _count("audit_event WHERE at < now() - interval '100 days'") > 1000
    assert await _count("pg_trigger WHERE tgname = 'audit' AND tgenabled <> 'O'") == 0


async def test_the_history_says_what_the_triggers_would_have_said(seeded: Seeded) -> None:
    """No column that a trigger leaves out: it has no word, and a page would show its name."""
    for table, hidden in (
        ("custody", "open_at"),
        ("device", "lease_until"),
        ("resource", "search"),
    ):
        assert await _count(f"audit_event WHERE entity = '{table}'") > 0
        assert await _count(f"audit_event WHERE entity = '{table}' AND after ? '{hidden}'") == 0


class _Object(msgspec.Struct):
    object_key: str
    size_bytes: int


async def test_forty_resources_are_files_that_can_be_found_and_read(seeded: Seeded) -> None:
    assert await _count("resource") == 40
    assert await _count("resource WHERE state = 'published' AND visibility = 'shared'") >= 25
    assert await _count("resource WHERE state = 'draft'") >= 2
    assert await _count("revision WHERE number > 1") >= 5
    assert await _count("download") > 100
    for word in ("循环", "欧姆", "抛物线", "循线"):
        assert await _count(f"page_text WHERE body LIKE '%{word}%'") >= 1, word
    kept = await fetch(
        _Object,
        "SELECT object_key, size_bytes FROM blob"
        " UNION ALL SELECT object_key, size_bytes FROM rendition",
    )
    for one in kept:
        assert await objects.size_of(one.object_key) == one.size_bytes


async def test_labshare_check_finds_nothing_wrong(seeded: Seeded) -> None:
    for finding in await checks.find_all():
        assert not finding.wrong, finding.looked_at


def test_the_lessons_differ_and_come_in_every_format() -> None:
    lessons = read_all()
    assert len({lesson.title for lesson in lessons}) == 40
    assert {lesson.format for lesson in lessons} == {"pdf", "pptx", "docx", "xlsx", "png", "zip"}
    assert all(page.heading and page.lines for lesson in lessons for page in lesson.page)


async def test_a_second_start_adds_nothing_and_keeps_the_passwords(seeded: Seeded) -> None:
    before = await _row_counts()
    assert await demo.seed(seeded.settings) == seeded.sign_ins
    assert await _row_counts() == before


async def test_a_lost_file_of_sign_ins_is_made_anew(seeded: Seeded) -> None:
    (seeded.settings.data / "demo-sign-ins.json").unlink()
    hashes = "SELECT string_agg(password_hash, ' ' ORDER BY id) FROM person"
    before = await fetch_value(hashes)
    await demo.seed(seeded.settings)
    assert await fetch_value(hashes) != before


async def test_the_same_seed_makes_the_same_rows(
    seeded: Seeded, connections: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_lessons(_year: object) -> None:
        return None

    first = await _checksums()
    monkeypatch.setattr(demo, "add_lessons", no_lessons)
    monkeypatch.setattr(demo, "clock", seeded.clock)
    await empty(connections)
    await demo.seed(seeded.settings)
    assert await _checksums() == first


@pytest.mark.usefixtures("seeded")
async def test_monitored_rooms_are_seated_woken_and_hang_on_their_switch() -> None:
    assert (
        await _count("device d JOIN device p ON p.id = d.parent WHERE d.seat_row IS NOT NULL") == 18
    )
    assert await _count("wake_plan") == await _count("maintenance_window") == await _count("school")


@pytest.mark.usefixtures("seeded")
async def test_a_donation_is_taken_in_on_the_demos_own_data() -> None:
    # Last of this module: it adds rows to the seed that the tests above compare.
    at = await fetch(MadeSchool, "SELECT id, code, name_zh, name_en FROM school ORDER BY code")
    for school in at:
        admin = await factories.person("admin", school)
        for _ in range(2):
            gift = await factories_inventory.donation(admin, school, received_on=TODAY)
            assert gift.acknowledgement_number.startswith(f"{school.code}-{TODAY.year}-")
            made = await donations.receive_line(admin.actor, gift.id, gift.lines[0].id, Receipt(2))
            assert len(made) == 2
