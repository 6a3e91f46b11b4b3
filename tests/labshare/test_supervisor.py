"""What the supervisor decides, apart from processes (those are in test_serve.py)."""

import socket
from pathlib import Path

import pytest

from core.settings import Settings
from labshare import supervisor
from labshare.engines.failure import EngineFailed
from labshare.environment import child_environ, read_settings
from labshare.listening import address_of, listen
from labshare.signals import Signals
from labshare.supervisor import Plan


def plan(data: Path) -> Plan:
    return Plan(settings=Settings(data=data), host="127.0.0.1", port=0, web_processes=1)


def test_an_engine_that_dies_after_each_start_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lives: list[None] = []

    def die(*_: object) -> bool:
        lives.append(None)
        return True

    monkeypatch.setattr(supervisor, "_run", die)
    with (
        Signals() as signals,
        socket.socket() as server,
        pytest.raises(EngineFailed, match="ended soon after each start"),
    ):
        supervisor._restart_on_failure(plan(tmp_path), server, signals)
    assert len(lives) == supervisor.MOST_SHORT_RUNS


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("127.0.0.1", "http://127.0.0.1:"),
        ("0.0.0.0", "http://127.0.0.1:"),
        ("::1", "http://[::1]:"),
    ],
)
def test_the_address_told_can_be_typed_into_a_browser(host: str, shown: str) -> None:
    with listen(host, 0) as server:
        assert address_of(server) == f"{shown}{server.getsockname()[1]}"


def test_what_was_found_out_is_handed_on_and_options_win(tmp_path: Path) -> None:
    settings = read_settings({"LABSHARE_DATA": "/elsewhere", "LABSHARE_LOG": "json"}, tmp_path)
    assert (settings.data, settings.log) == (tmp_path, "json")
    handed = child_environ(Settings(data=tmp_path, database_url="postgresql://x", secret_key="k"))
    assert handed["LABSHARE_DATA"] == str(tmp_path)
    assert handed["LABSHARE_DATABASE_URL"] == "postgresql://x"
    assert handed["LABSHARE_SECRET_KEY"] == "k"
    assert read_settings(handed).database_url == "postgresql://x"
