"""The benchmarks run, on sizes too small to mean anything."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PATIENCE_SECONDS

ROOT = Path(__file__).parent.parent.parent

pytestmark = [pytest.mark.engines, pytest.mark.long]


def _run(name: str, *options: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", "--json", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, float] = json.loads(done.stdout)
    return found


def test_the_json_is_compared_with_the_bare_handler() -> None:
    found = _run(
        "http", "--assets", "1500", "--history", "100", "--rounds", "1", "--seconds", "0.5"
    )
    for kind in ("detail", "list", "search", "filter", "hand_out"):
        assert found[f"{kind}_ratio"] > 0
        assert found[f"{kind}_processor_ratio"] > 0


def test_delivery_is_compared_with_the_store_alone() -> None:
    found = _run("delivery", "--megabytes", "9", "--rounds", "1")
    assert found["upload_ratio"] > 0
    assert found["download_ratio"] > 0


def test_a_worker_visits_simulated_computers_and_counts_what_it_lost() -> None:
    """That none is lost is measured where the machine has nothing else to do."""
    found = _run("soak", "--devices", "40", "--warm-up", "65", "--seconds", "5")
    assert found["polls_per_second"] > 0
    assert found["samples"] > 40
    assert {"live_lost", "live_failures"} <= found.keys()


def test_charts_of_a_year_are_read_by_index_and_what_is_kept_is_measured() -> None:
    found = _run("history", "--others", "2", "--seconds", "7200")
    assert found["year_ms"] > 0
    assert found["every_chart_is_indexed"] == 1
    assert found["bytes: sample"] > 20


def test_the_report_of_a_year_says_the_same_from_days_as_from_sessions() -> None:
    found = _run("usage", "--assets", "20")
    assert found["usage_sessions_against_days"] > 0


def test_an_import_is_timed_beside_what_others_do() -> None:
    found = _run("imports", "--rows", "40", "--models", "20")
    for step in ("read", "judge", "apply", "undo"):
        assert found[f"40_{step}_rows_per_second"] > 0
    assert found["40_apply_slowest_write_ms"] > 0
