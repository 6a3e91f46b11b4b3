"""`labshare demo`: what it leaves alone. What it does is tried in tests/browser/test_demo_jobs.py."""

from pathlib import Path

import pytest

from labshare.engines.account import OURSELVES
from labshare.engines.folders import private_folder
from tests.labshare.service import labshare

pytestmark = [pytest.mark.engines]


def test_the_demo_keeps_away_from_a_folder_that_is_in_use_for_real(tmp_path: Path) -> None:
    private_folder(tmp_path / "data" / "postgres", OURSELVES)
    refused = labshare(tmp_path, "demo", "--data", str(tmp_path / "data"))
    assert refused.returncode == 1
    assert "choose another folder with --data" in refused.stderr
