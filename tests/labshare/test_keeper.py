"""A child that dies is started again, ever more slowly; one that never works is given up."""

import os
import sys
import time
from pathlib import Path

import pytest

from core.settings import Settings
from labshare import keeper
from labshare.engines.children import Program
from labshare.engines.failure import EngineFailed
from labshare.keeper import Keeper, waiting_seconds
from labshare.processes import labshare_program
from tests.patience import PATIENCE_SECONDS


def program(folder: Path, python: str) -> Program:
    made = labshare_program("a child", [], Settings(data=folder, secret_key="secret"))
    return Program(
        name=made.name,
        command=[sys.executable, "-c", python],
        folder=folder,
        log=folder / "child.log",
        account=made.account,
        environment=made.environment,
    )


def until_dead(kept: Keeper) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while kept.is_running and time.monotonic() < deadline:
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("failures", "seconds"), [(1, 0.5), (2, 1.0), (3, 2.0), (6, 16.0), (7, 30.0), (100, 30.0)]
)
def test_each_death_doubles_the_wait_up_to_half_a_minute(failures: int, seconds: float) -> None:
    assert waiting_seconds(failures) == seconds


def test_a_child_that_dies_at_once_each_time_is_given_up(tmp_path: Path) -> None:
    time_now = [0.0]
    kept = Keeper("child", program(tmp_path, "raise SystemExit(3)"), clock=lambda: time_now[0])

    def tend_often() -> None:
        for _ in range(20):
            kept.tend()
            until_dead(kept)
            time_now[0] += 1.5

    with pytest.raises(EngineFailed, match="ended with 3"):
        tend_often()
    kept.stop(1.0)


def test_a_child_that_worked_once_is_started_again_without_end(tmp_path: Path) -> None:
    time_now = [0.0]
    steady = program(tmp_path, "import time; time.sleep(60)")
    kept = Keeper("child", steady, clock=lambda: time_now[0])
    kept.tend()
    time_now[0] += keeper.STARTED_AFTER_SECONDS
    kept.tend()
    kept._program = program(tmp_path, "raise SystemExit(1)")
    assert kept._child is not None
    kept._child.process.kill()
    for _ in range(keeper.MOST_FAILED_STARTS + 2):
        until_dead(kept)
        time_now[0] += keeper.LONGEST_WAIT_SECONDS
        kept.tend()
    kept.stop(1.0)


def test_a_child_does_not_wait_for_ctrl_c_of_its_own(tmp_path: Path) -> None:
    kept = Keeper("child", program(tmp_path, "import time; time.sleep(60)"))
    kept.tend()
    assert kept._child is not None
    assert os.getpgid(kept._child.pid) != os.getpgid(0)
    kept.stop(5.0)
    assert not kept.is_running
