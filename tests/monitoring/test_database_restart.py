"""The database goes and comes back while a worker polls: the worker stays, and goes on."""

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

import asyncpg
import pytest

from labshare.engines import postgres
from monitoring.devices.credential_encryption import Secrets
from monitoring.polling import claims
from tests.factories_monitoring import CIPHER
from tests.monitoring.agents import Snmpd, needs_snmpd, running
from tests.patience import PATIENCE_SECONDS

pytestmark = [needs_snmpd, pytest.mark.engines]

# Of the program: what was claimed while the database went away is claimed again after it.
LEASE_SECONDS = str(claims.LEASE_SECONDS)
DEVICES = 3
SETUP = """
INSERT INTO school (code, name_zh, name_en, created_at) VALUES ('LB', '灵璧', 'Lingbi', now());
INSERT INTO asset_model (kind, brand, name) VALUES ('computer', 'Maker', 'Model');
INSERT INTO network (school, name, cidr, created_at)
    SELECT id, 'loopback', '127.0.0.0/8', now() FROM school;
INSERT INTO asset (tag, school, title_holder, model, lifecycle, condition, name, created_at,
                   serial_number, serial_trust)
    SELECT 'PC-' || n, s.id, s.id, m.id, 'in_service', 'ok', '', now(), '', 'none'
      FROM generate_series(1, 3) n, school s, asset_model m;
"""


async def fill(dsn: str, agent: Snmpd) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(SETUP)
    school = await connection.fetchval("SELECT id FROM school")
    for number in range(DEVICES):
        await connection.execute(
            "WITH c AS (INSERT INTO credential (school, name, version, user_name, context, sealed,"
            " created_at) VALUES ($1, $2, '2c', '', '', $3, now()) RETURNING id)"
            " INSERT INTO device (school, asset, address, port, credential, interval_seconds,"
            " created_at, next_poll_at)"
            " SELECT $1, a.id, $4, $5, c.id, 10, now(), now() FROM c, asset a"
            "  WHERE a.tag = 'PC-' || ($6::int + 1)",
            school,
            f"Read {number}",
            CIPHER.encrypt(Secrets(community="public"), owner=school),
            agent.address.host,
            agent.address.port,
            number,
        )
    await connection.close()


async def samples_after(dsn: str, least: int) -> int:
    """The number of samples, once there are more than ``least`` of all devices."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        connection = await asyncpg.connect(dsn)
        count, seen = await connection.fetchrow(
            "SELECT (SELECT count(*) FROM sample), (SELECT count(*) FROM latest_visit)"
        )
        await connection.close()
        if count > least and seen == DEVICES:
            return int(count)
        await asyncio.sleep(0.5)
    raise TimeoutError


async def worker_on(dsn: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.monitoring.killed_worker", dsn, "never", LEASE_SECONDS
    )


def test_a_worker_survives_a_restart_of_the_database_and_what_was_kept_is_there(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    server = postgres.start(data)
    try:
        asyncio.run(migrated(server.dsn, data))
        with running(Snmpd(tmp_path / "agent")) as agent:
            server = asyncio.run(through_a_restart(data, server, agent))
    finally:
        server.stop()


async def migrated(dsn: str, data: Path) -> None:
    environ = {**os.environ, "LABSHARE_DATABASE_URL": dsn, "LABSHARE_DATA": str(data)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "labshare", "migrate", env=environ
    )
    assert await process.wait() == 0


async def through_a_restart(
    data: Path, server: postgres.Postgres, agent: Snmpd
) -> postgres.Postgres:
    await fill(server.dsn, agent)
    worker = await worker_on(server.dsn)
    try:
        before = await samples_after(server.dsn, 0)
        server.stop()
        await asyncio.sleep(3)
        assert worker.returncode is None
        server = postgres.start(data)
        again = await samples_after(server.dsn, before)
        assert again > before
        assert worker.returncode is None
        worker.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(worker.wait(), PATIENCE_SECONDS) == 0
    finally:
        if worker.returncode is None:
            worker.kill()
            await worker.wait()
    return server
