"""Root is given up, and a folder of somebody else's is one line that says what to do."""

import os
import pwd
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from core import database
from labshare import closed
from labshare.engines import children
from labshare.engines.account import ACCOUNT, engine_account
from labshare.engines.children import Program
from labshare.engines.failure import EngineFailed
from tests.browser.harness import ROOT, environment_of, wait_for
from tests.conftest import Stack
from tests.labshare.service import environment
from tests.labshare.test_worker import until
from tests.patience import PATIENCE_SECONDS

pytestmark = [
    pytest.mark.engines,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root has root to give up"),
]


def identity(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def capabilities(pid: int) -> set[int]:
    found = identity(pid)
    bits = int(found["CapPrm"], 16) | int(found["CapEff"], 16) | int(found["CapAmb"], 16)
    return {number for number in range(64) if bits >> number & 1}


def start(stack: Stack, *arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "labshare", *arguments]
    return subprocess.Popen(command, cwd=ROOT, env=environment_of(stack.settings))


def assert_no_root(pid: int, allowed: set[int]) -> None:
    account = pwd.getpwnam(ACCOUNT)
    process = psutil.Process(pid)
    assert set(process.uids()) == {account.pw_uid}
    assert set(process.gids()) == {account.pw_gid}
    assert identity(pid)["Groups"].strip() == ""
    # CAP_DAC_READ_SEARCH or CAP_DAC_OVERRIDE, only where a closed folder lies above.
    assert capabilities(pid) <= allowed | {1, 2}


async def test_web_and_worker_started_by_root_give_it_up(db: Stack) -> None:
    web = start(db, "web", "--port", "18961")
    worker = start(db, "worker")
    try:
        wait_for("http://127.0.0.1:18961", web)

        async def has_beaten() -> bool:
            name = f"%:{worker.pid}"
            sql = "SELECT count(*) FROM heartbeat WHERE process LIKE $1"
            return bool(await database.fetch_value(sql, name))

        await until(has_beaten)
        assert_no_root(web.pid, set())
        assert_no_root(worker.pid, {10, 13})
    finally:
        for process in (web, worker):
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE_SECONDS)


def as_the_account(data: Path, *arguments: str) -> str:
    """What a command says that the account `labshare` was to run, and that must fail."""
    command = [sys.executable, "-m", "labshare", *arguments]
    program = Program(
        name="a command",
        command=command,
        folder=ROOT,
        log=None,
        account=engine_account(),
        environment=environment(data),
    )
    with pytest.raises(EngineFailed) as failed:
        children.run(program, seconds=PATIENCE_SECONDS)
    return str(failed.value).removeprefix("a command failed: ")


@pytest.mark.parametrize("command", ["serve", "check", "migrate"])
def test_a_data_folder_of_somebody_else_is_one_line_with_the_mend(
    command: str, tmp_path: Path
) -> None:
    engine_account()
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    told = as_the_account(data, command)
    assert told.count("\n") == 0, told
    assert f"{data} belongs to root" in told
    assert f"sudo chown -R {ACCOUNT}: {data}" in told


def test_a_checkout_that_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in closed.PACKAGES:
        (tmp_path / name / "deep").mkdir(parents=True)
        (tmp_path / name / "deep" / "module.py").touch()
    assert closed.unreadable(tmp_path) is None
    shut = tmp_path / "core" / "deep" / "module.py"
    real = os.access
    # Root may read everything, so here the system's word for others is spoken for it.
    monkeypatch.setattr(os, "access", lambda path, mode: path != shut and real(path, mode))
    assert closed.unreadable(tmp_path) == shut
    assert f"{shut} " in closed.about(shut)
