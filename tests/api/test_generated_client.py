"""A client made from the API's description is whole, and its calls are answered as it expects."""

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar

from tests import factories
from tests.api.described import document_of
from tests.api.served import serving
from tests.conftest import Stack
from tests.labshare.service import ROOT

CONFIGURATION = ROOT / "docs" / "openapi-client.yml"


@pytest.fixture(scope="module")
def package(app: Litestar, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of the client's package, made without a warning."""
    folder = tmp_path_factory.mktemp("client")
    document = folder / "openapi.json"
    document.write_text(json.dumps(document_of(app)), encoding="utf-8")
    made = subprocess.run(
        [
            str(Path(sys.executable).with_name("openapi-python-client")),
            "generate",
            *("--path", document),
            *("--config", CONFIGURATION),
            *("--output-path", folder / "labshare_client"),
            *("--meta", "none", "--fail-on-warning"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    sys.path.insert(0, str(folder))
    yield "labshare_client"
    sys.path.remove(str(folder))


@pytest.fixture
def address(db: Stack, tmp_path: Path) -> Iterator[str]:
    with serving(db.settings, tmp_path / "web.log") as found:
        yield found


def _operation(package: str, name: str) -> Any:
    return importlib.import_module(f"{package}.api.{name}")


def _model(package: str, name: str) -> Any:
    return getattr(importlib.import_module(f"{package}.models"), name)


def test_the_client_has_every_operation(app: Litestar, package: str) -> None:
    made = importlib.import_module(package)
    assert made.__file__
    found = {path.stem for path in Path(made.__file__).parent.glob("api/*/*.py")} - {"__init__"}
    described = {
        operation["operationId"]
        for item in document_of(app)["paths"].values()
        for operation in item.values()
    }
    assert found == described
    for path in Path(made.__file__).parent.glob("api/*/*.py"):
        _operation(package, f"{path.parent.name}.{path.stem}")


async def test_a_place_is_made_once_listed_and_changed_only_as_it_was_read(
    package: str, address: str
) -> None:
    school = await factories.school()
    bearer = await factories.bearer(await factories.person("admin", school))
    token = bearer["authorization"].removeprefix("Bearer ")
    client = importlib.import_module(package).AuthenticatedClient(
        base_url=address, token=token, timeout=httpx.Timeout(120)
    )
    async with client:
        create = _operation(package, "places.place_create").asyncio_detailed
        kind = _model(package, "PlaceKind")("room")
        body = _model(package, "NewPlace")(school=school.code, kind=kind, name="计算机教室一")
        first, again = [
            await create(client=client, body=body, idempotency_key="phone-1") for _ in range(2)
        ]
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.parsed.id == again.parsed.id
        list_places = _operation(package, "places.place_list").asyncio
        listed = await list_places(client=client, school=school.code)
        assert [place.name for place in listed.items] == ["计算机教室一"]
        asset = await factories.asset(school)
        edit = _operation(package, "assets.asset_edit").asyncio_detailed
        read = await _operation(package, "assets.asset_get").asyncio_detailed(
            asset.tag, client=client
        )
        changes = _model(package, "AssetChanges")(version=read.parsed.version, name="讲台")
        etag = read.headers["etag"]
        answers = [
            await edit(asset.tag, client=client, body=changes, if_match=etag) for _ in range(2)
        ]
        assert [answer.status_code for answer in answers] == [200, 412]
        assert answers[0].parsed.name == "讲台"
        assert answers[1].parsed.code == "outdated"
