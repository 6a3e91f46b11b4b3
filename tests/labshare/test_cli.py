"""The command line against the engines of the tests: what it prints, and its exit codes."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from core import database
from core.access import Role
from labshare.cli import COMMANDS, main
from tests import factories
from tests.conftest import Stack
from tests.labshare.service import labshare


def ask(stack: Stack, *arguments: str) -> tuple[int, str, str]:
    """A command beside the engines of the tests: exit code, output, errors."""
    s3 = stack.settings.s3
    assert s3
    done = labshare(
        stack.settings.data,
        *arguments,
        LABSHARE_DATABASE_URL=stack.dsn,
        LABSHARE_S3_ENDPOINT=s3.endpoint,
        LABSHARE_S3_ACCESS_KEY=s3.access_key,
        LABSHARE_S3_SECRET_KEY=s3.secret_key,
        LABSHARE_SECRET_KEY=stack.settings.secret_key,
    )
    return done.returncode, done.stdout, done.stderr


def one_line(errors: str) -> bool:
    return errors.startswith("labshare: ") and errors.count("\n") == 1


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_says_what_it_does(name: str) -> None:
    told = CliRunner().invoke(main, [name, "--help"])
    assert told.exit_code == 0, told.output
    assert "Usage:" in told.output


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["serve", "--port", "70000"],
        ["serve", "--port", "many"],
        ["person", "add"],
        ["person", "add", "N", "--role", "king", "--school", "LB"],
        ["token", "create"],
        ["token", "create", "--person", "N", "--scope", "everything"],
        ["import", "assets", "/nowhere/to/be/found.csv"],
        ["poll"],
        ["poll", "127.0.0.1:port"],
    ],
)
def test_a_wrong_question_is_exit_code_2(arguments: list[str]) -> None:
    assert CliRunner().invoke(main, arguments).exit_code == 2


@pytest.mark.parametrize("name", ["web", "worker"])
def test_without_outside_engines_web_and_worker_say_what_to_do(name: str, tmp_path: Path) -> None:
    refused = CliRunner().invoke(main, [name], env={"LABSHARE_DATA": str(tmp_path)})
    assert refused.exit_code == 1
    assert one_line(refused.stderr), refused.stderr
    assert "labshare serve" in refused.stderr


def test_a_database_that_is_not_there_is_one_clear_line(tmp_path: Path) -> None:
    url = "postgresql://labshare@127.0.0.1:9/labshare"
    refused = labshare(tmp_path, "migrate", LABSHARE_DATABASE_URL=url)
    assert refused.returncode == 1
    assert one_line(refused.stderr), refused.stderr


def test_a_wrong_setting_is_one_clear_line(tmp_path: Path) -> None:
    given = {"LABSHARE_DATA": str(tmp_path), "LABSHARE_POLL_CONCURRENCY": "many"}
    refused = CliRunner().invoke(main, ["migrate"], env=given)
    assert refused.exit_code == 1
    assert one_line(refused.stderr), refused.stderr
    assert "LABSHARE_POLL_CONCURRENCY" in refused.stderr


def test_a_device_that_does_not_answer_is_exit_code_1() -> None:
    refused = CliRunner().invoke(main, ["poll", "127.0.0.1:9", "--timeout", "0.2"])
    assert refused.exit_code == 1
    assert one_line(refused.stderr), refused.stderr


async def test_migrating_twice_does_nothing_the_second_time(db: Stack) -> None:
    assert ask(db, "migrate") == (0, "nothing to do\n", "")


async def test_a_person_of_an_unknown_school_is_refused_in_one_line(db: Stack) -> None:
    code, output, errors = ask(db, "person", "add", "N", "--role", "teacher", "--school", "XX")
    assert (code, output) == (1, "")
    assert one_line(errors), errors


async def test_a_token_is_printed_alone_and_only_for_somebody_who_is_there(db: Stack) -> None:
    someone = await factories.person(Role.teacher, await factories.school())
    login = await database.fetch_value("SELECT login FROM person WHERE id = $1", someone.id)
    code, output, errors = ask(db, "token", "create", "--person", login)
    assert (code, errors) == (0, "")
    assert output.startswith("lsh_")
    assert output.count("\n") == 1
    code, output, errors = ask(db, "token", "create", "--person", "nobody-at-all")
    assert (code, output) == (1, "")
    assert one_line(errors), errors


async def test_an_import_with_a_wrong_row_changes_nothing(db: Stack, tmp_path: Path) -> None:
    await factories.school()
    file = tmp_path / "assets.csv"
    file.write_text(
        "Tag,Kind,Brand,Model\nLB-1,computer,Sample,Desk 1\nLB-2,spaceship,Sample,Desk 1\n"
    )
    code, output, errors = ask(db, "import", "assets", str(file))
    assert code == 1
    assert "1 wrong" in output
    assert "line 3" in errors
    assert await database.fetch_value("SELECT count(*) FROM asset") == 0


async def test_check_finds_a_lost_object_and_a_silenced_history(db: Stack) -> None:
    code, output, _ = ask(db, "check")
    assert code == 0, output
    await database.execute(
        "INSERT INTO blob (id, object_key, sha256, size_bytes, media_type, preview_note,"
        " created_at, verified_at) VALUES (gen_random_uuid(), 'b/2026/11/lost',"
        " encode(sha256('x'), 'hex'), 1, 'application/pdf', '', now(), now())"
    )
    await database.execute("ALTER TABLE person DISABLE TRIGGER audit")
    try:
        code, output, errors = ask(db, "check")
    finally:
        await database.execute("ALTER TABLE person ENABLE TRIGGER audit")
    assert code == 1
    assert "b/2026/11/lost is missing" in output
    assert "person: its changes are not written down" in output
    assert "things are wrong" in errors


async def test_the_operator_gives_schools_room_and_sees_what_they_use(db: Stack) -> None:
    await factories.school("ROOMY")
    assert ask(db, "school", "quota") == (0, "ROOMY\t0 B used\tno limit\n", "")
    given = "ROOMY\t0 B used\tof 200 GB (0 %)\n"
    assert ask(db, "school", "quota", "ROOMY", "200GB") == (0, given, "")
    assert ask(db, "school", "quota", "ROOMY") == (0, given, "")
    for wrong in (("NOWHERE", "1GB"), ("NOWHERE",), ("ROOMY", "much")):
        code, told, errors = ask(db, "school", "quota", *wrong)
        assert (code, told, one_line(errors)) == (1, "", True), errors
    assert ask(db, "school", "quota", "ROOMY", "none")[1] == "ROOMY\t0 B used\tno limit\n"
    changes = await database.fetch_value(
        "SELECT string_agg(concat_ws(' ', e.actor_name, e.action, e.entity), ', ' ORDER BY e.id)"
        " FROM audit_event e JOIN school s ON s.id = e.school_id"
        " WHERE s.code = 'ROOMY' AND e.entity = 'storage_quota'"
    )
    assert changes == (
        "labshare school quota insert storage_quota, labshare school quota delete storage_quota"
    )


async def test_the_operator_gives_networks_to_schools(db: Stack) -> None:
    await factories.school("NEAR")
    await factories.school("FAR")
    assert ask(db, "network", "list")[:2] == (0, "")
    assert ask(db, "network", "grant", "NEAR", "10.3.0.0/16") == (0, "NEAR\t10.3.0.0/16\n", "")
    code, told, errors = ask(db, "network", "grant", "FAR", "10.3.4.0/24")
    assert (code, told, one_line(errors), "--shared" in errors) == (1, "", True, True)
    shared = "FAR\t10.3.4.0/24\tshared\n"
    assert ask(db, "network", "grant", "FAR", "10.3.4.0/24", "--shared") == (0, shared, "")
    assert ask(db, "network", "list") == (0, f"{shared}NEAR\t10.3.0.0/16\n", "")
    assert ask(db, "network", "revoke", "NEAR", "10.3.0.0/16") == (0, "", "")
    code, told, errors = ask(db, "network", "revoke", "FAR", "10.3.4.0/24")
    assert (code, told, "each may use all" in errors) == (0, "", True)
    changes = await database.fetch_value(
        "SELECT string_agg(concat_ws(' ', e.actor_name, e.action), ', ' ORDER BY e.id)"
        " FROM audit_event e JOIN school s ON s.id = e.school_id"
        " WHERE s.code = 'FAR' AND e.entity = 'network_grant'"
    )
    assert changes == "labshare network grant insert, labshare network revoke delete"
