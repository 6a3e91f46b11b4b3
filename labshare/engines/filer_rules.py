"""Tells SeaweedFS's filer to sync the bytes of every object to disk before it acknowledges them."""

import base64
import hashlib
import hmac
import http.client
import json
import time
import tomllib
from pathlib import Path

from labshare.engines.failure import EngineFailed
from labshare.engines.ports import LOOPBACK

RULES_PATH = "/etc/seaweedfs/filer.conf"
RULES = {"locations": [{"locationPrefix": "/buckets/", "fsync": True}]}
TOKEN_SECONDS = 60
TIMEOUT_SECONDS = 10.0


def demand_fsync(port: int, security: Path) -> None:
    """Writes the rule; the default of SeaweedFS leaves new objects to the page cache."""
    key = tomllib.loads(security.read_text(encoding="utf-8"))["jwt"]["filer_signing"]["key"]
    headers = {
        "Authorization": f"Bearer {_token(key)}",
        "Content-Type": "application/json",
    }
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("PUT", RULES_PATH, json.dumps(RULES), headers)
        response = connection.getresponse()
        response.read()
    except (OSError, http.client.HTTPException) as error:
        raise EngineFailed(f"SeaweedFS did not take its rules: {error}") from error
    finally:
        connection.close()
    if response.status not in (200, 201):
        raise EngineFailed(f"SeaweedFS refused its rules with status {response.status}")


def _token(key: str) -> str:
    """A JSON web token (RFC 7519) signed with HMAC-SHA256, the kind the filer asks of writers."""
    head = _encoded({"alg": "HS256", "typ": "JWT"})
    claims = _encoded({"exp": int(time.time()) + TOKEN_SECONDS})
    signature = hmac.new(key.encode(), f"{head}.{claims}".encode(), hashlib.sha256).digest()
    return f"{head}.{claims}.{_base64(signature)}"


def _encoded(part: dict[str, object]) -> str:
    return _base64(json.dumps(part).encode())


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
