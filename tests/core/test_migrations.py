"""Tables and migrations say the same, and every migration can be taken back."""

import asyncio
import io
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

import asyncpg
import pytest
from piccolo.apps.migrations.commands.base import BaseMigrationManager
from piccolo.apps.migrations.commands.new import AutoMigrationManager

import piccolo_conf
from core import database, migrations
from core.errors import Conflict
from labshare.engines import postgres
from tests.api.school_worlds import build
from tests.conftest import Stack, open_database
from tests.patience import PATIENCE_SECONDS

# Transfers, stock-takes, disposals, rooms and all after them are taken back.
OLDER = "2026-11-30T21:16:03:000000"
OTHERS = """
SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity
 WHERE datname = $1
"""
APPS = [app.app_name for app in piccolo_conf.APP_REGISTRY.app_configs.values()]


@pytest.mark.parametrize("app_name", APPS)
async def test_the_tables_hold_nothing_that_no_migration_made(app_name: str, db: object) -> None:
    app = piccolo_conf.APP_REGISTRY.get_app_config(app_name)
    with redirect_stdout(io.StringIO()):
        changes = await AutoMigrationManager(auto_input="y").get_alter_statements(app_config=app)
    assert [s for change in changes for s in change.statements] == []


def test_no_two_migrations_share_an_id() -> None:
    """Piccolo forgets a migration by its id alone, whichever app it belongs to."""
    finder = BaseMigrationManager()
    ids = [
        module_id
        for app in APPS
        for module_id in finder.get_migration_modules(
            finder.get_app_config(app).resolved_migrations_folder_path
        )
    ]
    assert len(ids) == len(set(ids))


@pytest.fixture(scope="module")
def fresh_database() -> Iterator[str]:
    with (
        tempfile.TemporaryDirectory(prefix="labshare-tests-") as folder,
        postgres.running(Path(folder)) as engine,
    ):
        yield engine.dsn


def test_migrations_go_back_and_forth_and_arrive_at_the_same(fresh_database: str) -> None:
    """In a process of its own: the engine of this one is busy with the other tests."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.core.round_trip", fresh_database],
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "the same" in ran.stdout


async def test_a_filled_database_keeps_its_rows_and_its_history(db: Stack, tmp_path: Path) -> None:
    """As an older release left it, of which this one knows the way back."""
    await build("Heron", tmp_path)
    name = await database.fetch_value("SELECT current_database()")
    owner = await asyncpg.connect(
        db.dsn.replace(f"//{postgres.ROLE}@/{name}?", f"//{postgres.SUPERUSER}@/template1?")
    )
    await database.close()
    try:
        # A copy is made of what nobody has open; servers of other tests would come back at once.
        await owner.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        await owner.execute(OTHERS, name)
        await owner.execute(f'CREATE DATABASE filled TEMPLATE "{name}" OWNER {postgres.ROLE}')
    finally:
        await owner.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        await open_database(db)
    ran = await asyncio.to_thread(
        subprocess.run,
        [
            sys.executable,
            "-m",
            "tests.core.kept_rows",
            db.dsn.replace(f"/{name}?", "/filled?"),
            OLDER,
        ],
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    await owner.execute("DROP DATABASE filled WITH (FORCE)")
    await owner.close()
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert int(re.findall(r"\d+", ran.stdout)[-1]) > 60


async def test_a_database_of_another_program_is_left_alone(db: object) -> None:
    name = "2031-01-01T00:00:00:000000"
    await database.execute(
        "INSERT INTO migration (name, app_name, ran_on) VALUES ($1, 'core', now())", name
    )
    try:
        with pytest.raises(Conflict, match=name) as refused:
            await migrations.apply()
        assert refused.value.code == "foreign_database"
    finally:
        await database.execute("DELETE FROM migration WHERE name = $1", name)
    assert await migrations.apply() == []
