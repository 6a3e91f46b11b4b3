"""Static files under names that hold their hash: cached for a year, compressed once, never stale."""

import gzip
import hashlib
from functools import cache
from pathlib import Path

import msgspec
from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from api.http.access import public
from api.http.types import WebRequest

ROOT = Path(__file__).resolve().parents[2]
OURS = ROOT / "api" / "static"
PACKAGES = ROOT / "node_modules"
PREFIX = "/static"

# Name as asked for in a template -> file inside node_modules, pinned by package-lock.json.
PACKAGED = {
    "htmx.js": "htmx.org/dist/htmx.min.js",
    "uplot.js": "uplot/dist/uPlot.iife.min.js",
    "uplot.css": "uplot/dist/uPlot.min.css",
    "tus.js": "tus-js-client/dist/tus.min.js",
    "zxing.js": "zxing-wasm/dist/iife/reader/index.js",
    "zxing.wasm": "zxing-wasm/dist/reader/zxing_reader.wasm",
}
MEDIA_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
    ".wasm": "application/wasm",
}
COMPRESSED = {".css", ".js", ".svg", ".wasm", ".webmanifest"}
# A worker has the policy of its own file, not that of its page: so WebAssembly runs in this one
# alone, and no page may compile any.
POLICIES = {
    "scan-worker.js": (
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self';"
        " frame-ancestors 'none'"
    )
}
FOR_A_YEAR = "public, max-age=31536000, immutable"


class PackagesMissing(RuntimeError):
    """The front-end packages were not fetched, so no page could work."""


class StaticFile(msgspec.Struct, frozen=True):
    """One file in memory; ``compressed`` is None where gzip gains nothing.

    ``policy`` is its own content security policy, if it has another than all else.
    """

    url: str
    media_type: str
    content: bytes
    compressed: bytes | None
    policy: str | None = None


def _read(name: str, path: Path) -> StaticFile:
    content = path.read_bytes()
    stem, suffix = Path(name).stem, Path(name).suffix
    digest = hashlib.sha256(content).hexdigest()[:12]
    return StaticFile(
        url=f"{PREFIX}/{stem}.{digest}{suffix}",
        media_type=MEDIA_TYPES[suffix],
        content=content,
        compressed=gzip.compress(content, 9, mtime=0) if suffix in COMPRESSED else None,
        policy=POLICIES.get(name),
    )


def read_static_files(ours: Path = OURS, packages: Path = PACKAGES) -> dict[str, StaticFile]:
    """All static files by plain name; PackagesMissing says how to fetch what is not there."""
    found = {path.name: path for path in sorted(ours.iterdir()) if path.suffix in MEDIA_TYPES}
    for name, inside in PACKAGED.items():
        if not (packages / inside).is_file():
            package = inside.split("/", 1)[0]
            raise PackagesMissing(f"{package} is not in {packages}: run `make setup` (npm ci)")
        found[name] = packages / inside
    return {name: _read(name, path) for name, path in found.items()}


@cache
def static_files() -> dict[str, StaticFile]:
    """The files of this installation, read once a process."""
    return read_static_files()


@cache
def _by_url() -> dict[str, StaticFile]:
    return {file.url: file for file in static_files().values()}


def asset_url(name: str) -> str:
    """The address of a static file, changing with its content; KeyError for a name unknown."""
    return static_files()[name].url


@get(PREFIX + "/{name:str}", guards=[public], include_in_schema=False)
async def serve_static_file(request: WebRequest, name: FromPath[str]) -> Response[bytes]:
    """Answer from memory, compressed for whoever accepts it."""
    file = _by_url().get(f"{PREFIX}/{name}")
    if file is None:
        raise NotFoundException
    headers = {"cache-control": FOR_A_YEAR, "x-content-type-options": "nosniff"}
    if file.policy is not None:
        headers["content-security-policy"] = file.policy
    content = file.content
    if file.compressed is not None:
        headers["vary"] = "accept-encoding"
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["content-encoding"] = "gzip"
            content = file.compressed
    return Response(content, media_type=file.media_type, headers=headers)
