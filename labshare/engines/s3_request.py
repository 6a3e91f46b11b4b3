"""One signed S3 request by the standard library: what it takes to know that the store is ready.

Signature version 4 as published by AWS ("Authenticating Requests: Using the Authorization Header").
The library of the application itself speaks through `storage.objects`.
"""

import hashlib
import hmac
import http.client
from dataclasses import dataclass
from datetime import UTC, datetime

TIMEOUT_SECONDS = 10.0
SIGNED_HEADERS = "host;x-amz-content-sha256;x-amz-date"


@dataclass(frozen=True)
class Signer:
    """Keys for one region of one store at `host:port`."""

    host: str
    access_key: str
    secret_key: str
    region: str


def send(signer: Signer, method: str, path: str, body: bytes = b"") -> int:
    """Sends the request and returns the status; OSError if nobody answers."""
    connection = http.client.HTTPConnection(signer.host, timeout=TIMEOUT_SECONDS)
    try:
        connection.request(method, path, body, _signed_headers(signer, method, path, body))
        response = connection.getresponse()
        response.read()
        return response.status
    except http.client.HTTPException as error:
        raise ConnectionError(str(error)) from error
    finally:
        connection.close()


def _signed_headers(signer: Signer, method: str, path: str, body: bytes) -> dict[str, str]:
    at = datetime.now(UTC)
    stamp = at.strftime("%Y%m%dT%H%M%SZ")
    digest = hashlib.sha256(body).hexdigest()
    headers = f"host:{signer.host}\nx-amz-content-sha256:{digest}\nx-amz-date:{stamp}\n"
    request = f"{method}\n{path}\n\n{headers}\n{SIGNED_HEADERS}\n{digest}"
    scope = f"{at:%Y%m%d}/{signer.region}/s3/aws4_request"
    hashed = hashlib.sha256(request.encode()).hexdigest()
    signature = hmac.new(
        _signing_key(signer, f"{at:%Y%m%d}"),
        f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashed}".encode(),
        hashlib.sha256,
    ).hexdigest()
    return {
        "Host": signer.host,
        "x-amz-date": stamp,
        "x-amz-content-sha256": digest,
        "Authorization": (
            f"AWS4-HMAC-SHA256 Credential={signer.access_key}/{scope}, "
            f"SignedHeaders={SIGNED_HEADERS}, Signature={signature}"
        ),
    }


def _signing_key(signer: Signer, date: str) -> bytes:
    key = f"AWS4{signer.secret_key}".encode()
    for part in (date, signer.region, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
