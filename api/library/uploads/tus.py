"""The words of tus 1.0 (https://tus.io/protocols/resumable-upload): headers in, headers out."""

import binascii
from base64 import b64decode
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from litestar import Response

from api.http.errors import ProblemDetails
from api.http.types import WebRequest
from api.wording.reader import language_of
from core.errors import Invalid, Problem, say
from storage.receiving import OffsetMismatch
from storage.uploads import Upload
from storage.writing import ALGORITHMS, Checksum, ChecksumMismatch

VERSION = "1.0.0"
EXTENSIONS = "creation,checksum,expiration,termination"
CONTENT_TYPE = "application/offset+octet-stream"
CHECKSUM_MISMATCH = 460

# 413 and not 507 for a full school: browsers that speak tus try again after a 5xx.
_OWN_STATUS = {
    "body_too_large": 413,
    "file_too_large": 413,
    "school_quota": 413,
    "expired": 410,
}
_TITLES = {
    410: "Gone",
    412: "Precondition Failed",
    413: "Content Too Large",
    415: "Unsupported Media Type",
}


def about(most_bytes: int) -> dict[str, str]:
    """What this server can do, for OPTIONS."""
    return {
        "tus-resumable": VERSION,
        "tus-version": VERSION,
        "tus-extension": EXTENSIONS,
        "tus-max-size": str(most_bytes),
        "tus-checksum-algorithm": ",".join(ALGORITHMS),
    }


def progress(upload: Upload, offset: int | None = None) -> dict[str, str]:
    """Where an upload is, for every answer about it."""
    return {
        "tus-resumable": VERSION,
        "upload-offset": str(upload.received_bytes if offset is None else offset),
        "upload-length": str(upload.size_bytes),
        "upload-expires": _http_date(upload.expires_at),
        "cache-control": "no-store",
    }


def is_spoken(request: WebRequest) -> bool:
    """Whether the request says that it speaks our version."""
    return request.headers.get("tus-resumable") == VERSION


def metadata(request: WebRequest) -> dict[str, str]:
    """``Upload-Metadata`` decoded: names in clear, values in Base64."""
    found: dict[str, str] = {}
    for pair in request.headers.get("upload-metadata", "").split(","):
        name, _, value = pair.strip().partition(" ")
        if name:
            try:
                found[name] = b64decode(value, validate=True).decode()
            except (binascii.Error, UnicodeDecodeError) as error:
                raise Invalid.of(
                    "Upload-Metadata", say("{name} is not UTF-8 in Base64", name=name)
                ) from error
    return found


def checksum(request: WebRequest) -> Checksum | None:
    """``Upload-Checksum``: the algorithm and the digest in Base64."""
    given = request.headers.get("upload-checksum")
    if given is None:
        return None
    algorithm, _, value = given.strip().partition(" ")
    try:
        digest = b64decode(value, validate=True)
    except binascii.Error:
        digest = b""
    if algorithm not in ALGORITHMS or not digest:
        raise Invalid.of(
            "Upload-Checksum",
            say(
                "Give an algorithm of {names} and its digest in Base64", names=", ".join(ALGORITHMS)
            ),
            code="checksum_algorithm",
        )
    return Checksum(algorithm, digest)


def number(request: WebRequest, header: str) -> int:
    """A header that must be a whole number."""
    given = request.headers.get(header, "")
    if not given.isdecimal() or len(given) > 18:
        raise Invalid.of(header, say("{name} must be a whole number", name=header))
    return int(given)


def refusal(request: WebRequest, problem: Problem) -> Response[Any]:
    """A refusal with the status that tus has for it, and where the upload stands."""
    headers = {"tus-resumable": VERSION, "tus-version": VERSION, "cache-control": "no-store"}
    if isinstance(problem, OffsetMismatch):
        headers["upload-offset"] = str(problem.offset)
    if isinstance(problem, ChecksumMismatch):
        return _details(request, problem, CHECKSUM_MISMATCH, "Checksum Mismatch", headers)
    status = 409 if isinstance(problem, OffsetMismatch) else _OWN_STATUS.get(problem.code)
    if status is None:
        raise problem
    return _details(request, problem, status, _TITLES.get(status, "Conflict"), headers)


def unspoken(request: WebRequest) -> Response[Any]:
    """The answer to a version that this server does not speak."""
    problem = Problem(say("Say Tus-Resumable: {version}", version=VERSION), code="tus_version")
    headers = {"tus-version": VERSION}
    return _details(request, problem, 412, _TITLES[412], headers)


def wrong_type(request: WebRequest) -> Response[Any]:
    """The answer to bytes that are not said to be bytes."""
    problem = Problem(
        say("Send the bytes as {content_type}", content_type=CONTENT_TYPE), code="content_type"
    )
    return _details(request, problem, 415, _TITLES[415], {"tus-resumable": VERSION})


def _details(
    request: WebRequest, problem: Problem, status: int, title: str, headers: dict[str, str]
) -> Response[Any]:
    details = ProblemDetails(
        title=title,
        status=status,
        detail=language_of(request).words(problem.message),
        code=problem.code,
        field=problem.field,
    )
    return Response(
        details, status_code=status, media_type="application/problem+json", headers=headers
    )


def _http_date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)
