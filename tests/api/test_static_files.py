"""Static files: hashed names, a year of cache, compressed once, types that a browser trusts."""

import gzip
from pathlib import Path

import httpx
import pytest

from api.http.static_files import OURS, PackagesMissing, asset_url, read_static_files, static_files


def test_a_name_changes_with_the_content(tmp_path: Path) -> None:
    (tmp_path / "one.css").write_text("a{}")
    first = read_static_files(tmp_path)["one.css"].url
    (tmp_path / "one.css").write_text("b{}")
    assert read_static_files(tmp_path)["one.css"].url != first


def test_missing_packages_say_how_to_fetch_them(tmp_path: Path) -> None:
    with pytest.raises(PackagesMissing, match="npm ci"):
        read_static_files(OURS, tmp_path)


def test_a_name_unknown_is_an_error_of_the_template() -> None:
    with pytest.raises(KeyError):
        asset_url("nothing.css")


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("labshare.css", "text/css; charset=utf-8"),
        ("charts.js", "text/javascript; charset=utf-8"),
        ("htmx.js", "text/javascript; charset=utf-8"),
        ("tus.js", "text/javascript; charset=utf-8"),
        ("uplot.css", "text/css; charset=utf-8"),
        ("icons.svg", "image/svg+xml"),
        ("zxing.wasm", "application/wasm"),
    ],
)
async def test_files_are_kept_for_a_year_and_never_sniffed(
    client: httpx.AsyncClient, name: str, media_type: str
) -> None:
    answer = await client.get(asset_url(name), headers={"accept-encoding": "gzip"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == media_type
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.content == static_files()[name].content


async def test_whoever_cannot_unzip_gets_the_plain_file(client: httpx.AsyncClient) -> None:
    answer = await client.get(asset_url("labshare.css"), headers={"accept-encoding": "identity"})
    assert "content-encoding" not in answer.headers
    assert answer.headers["vary"] == "accept-encoding"
    assert answer.text.startswith("/* Labshare")


async def test_an_old_or_invented_name_is_not_found(client: httpx.AsyncClient) -> None:
    for name in ("labshare.000000000000.css", "..%2f..%2fpyproject.toml", "labshare.css"):
        assert (await client.get(f"/static/{name}")).status_code == 404


def test_what_every_page_loads_is_small() -> None:
    """Stylesheet, icons and htmx together, compressed: the frame of the 100 kB budget."""
    names = ("labshare.css", "icons.svg", "favicon.svg", "htmx.js")
    assert sum(len(gzip.compress(static_files()[name].content)) for name in names) < 40_000


async def test_webassembly_is_for_one_worker_alone(client: httpx.AsyncClient) -> None:
    policies = {
        name: (await client.get(file.url)).headers["content-security-policy"]
        for name, file in static_files().items()
    }
    assert [name for name, policy in policies.items() if "wasm-unsafe-eval" in policy] == [
        "scan-worker.js"
    ]
    assert "default-src 'none'" in policies["scan-worker.js"]
