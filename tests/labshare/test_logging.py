"""Nothing that is secret reaches a log."""

import json
import subprocess
import sys

import pytest

from labshare.logging import HIDDEN, hide_secrets

LOG_SOMETHING = """
import structlog
from labshare import logging
logging.configure("json")
structlog.get_logger("test").warning("device.refused", community="geheim", device=7)
"""


@pytest.mark.parametrize(
    "name",
    [
        "password", "new_password", "auth_password", "secret", "secret_key", "s3_access_key",
        "token", "api_token", "community", "Authorization", "cookie", "priv_key",
    ],
)  # fmt: skip
def test_a_value_with_a_secret_name_is_hidden(name: str) -> None:
    assert hide_secrets(None, "info", {name: "geheim"}) == {name: HIDDEN}


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("postgresql://labshare:geheim@host/db", f"postgresql://labshare:{HIDDEN}@host/db"),
        ("GET /b?X-Amz-Signature=abc&x=1", f"GET /b?X-Amz-Signature={HIDDEN}&x=1"),
        ("/ical/geheim.ics", f"/ical/{HIDDEN}"),
        ("nothing to hide: a@b.c", "nothing to hide: a@b.c"),
        ("http://127.0.0.1:8333/bucket", "http://127.0.0.1:8333/bucket"),
    ],
)
def test_secrets_inside_text_are_hidden(said: str, shown: str) -> None:
    assert hide_secrets(None, "info", {"event": said}) == {"event": shown}


def test_secrets_inside_other_values_are_hidden() -> None:
    event = {"device": {"address": "10.0.0.1", "community": "geheim"}, "urls": ["x://u:p@h"]}
    assert hide_secrets(None, "info", event) == {
        "device": {"address": "10.0.0.1", "community": HIDDEN},
        "urls": [f"x://u:{HIDDEN}@h"],
    }


def test_what_helps_to_find_a_fault_stays() -> None:
    event = {"object_key": "b/2026/11/x", "job": "library.scrub", "count": 3}
    assert hide_secrets(None, "info", dict(event)) == event


def test_json_logs_are_one_object_a_line() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOG_SOMETHING], capture_output=True, text=True, check=True
    )
    said = json.loads(done.stderr)
    assert (said["event"], said["device"], said["community"]) == ("device.refused", 7, HIDDEN)
    assert said["timestamp"].endswith("Z")
