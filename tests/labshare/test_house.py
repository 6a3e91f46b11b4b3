"""The house rules: documents name what exists, containers keep their promises."""

import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from core import database
from labshare import checks
from tests.conftest import Stack
from tests.labshare.service import ROOT

DOCUMENTS = sorted(
    path
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))
    if path.name != "CHANGELOG.md"
)
PACKAGES = ("core", "storage", "inventory", "monitoring", "api", "labshare")
# What is made at set-up or at run time, and so is in no checkout.
MADE = ("data/", ".venv/", "node_modules/")
PATH = re.compile(
    r"`((?:\.ci|api|benchmarks|core|docs|inventory|labshare|monitoring|storage|tests)/[^`\s…*<>{}]*"
    r"|[A-Za-z][\w.-]*\.(?:py|md|toml|yml|lock|json))`"
)
SETTING = re.compile(r"\bLABSHARE_[A-Z0-9_]+\b")
DIGEST_OR_VERSION = re.compile(r":(?:\d+\.\d+[\w.-]*)$")


def sources() -> str:
    found = [path for name in PACKAGES for path in (ROOT / name).rglob("*.py")]
    return "\n".join(path.read_text(encoding="utf-8") for path in found)


def name_of(requirement: str) -> str:
    return re.split(r"[<>=!;\[ ]", requirement, maxsplit=1)[0].lower()


def exists(path: str) -> bool:
    clean = path.split("#")[0].split("::")[0].rstrip("/")
    if (ROOT / clean).exists():
        return True
    # A bare name is a file of whatever folder the sentence is about.
    return "/" not in clean and any(
        next((ROOT / name).rglob(clean), None) for name in (*PACKAGES, "docs", "tests")
    )


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_document_names_only_paths_that_exist(document: Path) -> None:
    named = set(PATH.findall(document.read_text(encoding="utf-8")))
    missing = sorted(
        path
        for path in named
        if not path.startswith(MADE) and not exists(path) and not exists_beside(document, path)
    )
    assert missing == []


def exists_beside(document: Path, path: str) -> bool:
    return (document.parent / path.split("#")[0]).exists()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_link_between_documents_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)\s]+)\)", document.read_text("utf-8"))
    assert [link for link in links if not exists_beside(document, link)] == []


def test_every_setting_has_its_heading_and_every_heading_its_setting() -> None:
    running = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    described = set(re.findall(r"^### (LABSHARE_\w+)$", running, re.MULTILINE))
    used = {name for name in SETTING.findall(sources()) if not name.endswith("_")}
    assert described == used


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = {name_of(each) for each in project["project"]["dependencies"]}
    for extra in project["project"]["optional-dependencies"].values():
        wanted |= {name_of(each) for each in extra}
    for group in project["dependency-groups"].values():
        wanted |= {name_of(each) for each in group if isinstance(each, str)}
    front_end = msgspec.json.decode((ROOT / "package.json").read_bytes())
    wanted |= set(front_end["dependencies"]) | set(front_end["devDependencies"])
    document = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| ([\w.-]+) \| \S", document, re.MULTILINE)) - {"package"}
    assert explained == wanted


def test_lock_files_pin_by_hash_and_name_no_registry() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        pinned = re.findall(r"^[a-z0-9][\w.-]*==", text, re.MULTILINE)
        assert len(pinned) > 50
        assert "--hash=sha256:" in text
        assert "://" not in text
    front_end = msgspec.json.decode((ROOT / "package-lock.json").read_bytes())
    for name, package in front_end["packages"].items():
        assert "resolved" not in package, name
        assert not name or package["integrity"].startswith("sha512-"), name


def test_a_decision_fits_on_a_page() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert len(decisions) >= 5
    for decision in decisions:
        text = decision.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 50, decision.name
        for heading in ("Context", "Decision", "Consequences", "Alternatives"):
            assert f"\n## {heading}\n" in text, decision.name


# Containers: parsed, not run, so these hold the rules and not the build.


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def dockerfile() -> list[str]:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_every_service_is_there_with_a_health_check_and_a_pinned_image(
    compose: dict[str, Any],
) -> None:
    services = compose["services"]
    assert set(services) == {"postgres", "store", "migrate", "web", "worker", "proxy"}
    for name, service in services.items():
        assert DIGEST_OR_VERSION.search(service["image"]), name
        if name not in ("migrate", "web"):  # one ends by itself, one has the image's own check
            assert service["healthcheck"]["test"], name


def test_no_password_has_a_default(compose: dict[str, Any]) -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert re.findall(r"\$\{(\w+)(?::?-[^}]*)?\}", text) == []  # ${X} and ${X:-default}
    secret = re.compile(r"PASSWORD|SECRET|ACCESS_KEY")
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            if secret.search(name):
                assert re.fullmatch(r"\$\{\w+:\?[^}]+\}", value), name


def test_only_the_proxy_faces_people_and_nothing_starts_before_the_migration(
    compose: dict[str, Any],
) -> None:
    services = compose["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    for name in ("web", "worker"):
        after = services[name]["depends_on"]["migrate"]
        assert after == {"condition": "service_completed_successfully"}
    assert compose["networks"]["inside"]["internal"] is True


def test_every_container_is_confined(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert 0 < service["pids_limit"] <= 512, name
        assert re.fullmatch(r"\d+[mg]", service["mem_limit"]), name
        assert any(place.startswith("/tmp") for place in service["tmpfs"]), name
        assert not {"privileged", "devices", "pid", "ipc", "network_mode"} & set(service), name
    added = {name: s["cap_add"] for name, s in compose["services"].items() if "cap_add" in s}
    assert added == {"proxy": ["NET_BIND_SERVICE"]}


def test_only_the_database_and_the_proxy_are_images_of_others(compose: dict[str, Any]) -> None:
    services = compose["services"]
    foreign = [name for name, service in services.items() if "build" not in service]
    assert foreign == ["postgres", "proxy"]


def test_the_files_of_the_store_are_flushed_before_they_are_acknowledged(
    compose: dict[str, Any],
) -> None:
    services = compose["services"]
    [kept] = services["store"]["volumes"]
    volume = kept.partition(":")[0]
    for name in ("web", "worker"):
        folder = services[name]["environment"]["LABSHARE_S3_SYNC_FOLDER"]
        assert f"{volume}:{folder}:ro" in services[name]["volumes"]
    environment = services["web"]["environment"]
    assert environment["LABSHARE_S3_ENDPOINT"] == "http://store:8333"
    for key in ("LABSHARE_S3_ACCESS_KEY", "LABSHARE_S3_SECRET_KEY"):
        assert services["store"]["environment"][key] == environment[key]


def test_the_image_is_pinned_slim_and_not_root(dockerfile: list[str]) -> None:
    bases = [line.split()[1] for line in dockerfile if line.startswith("FROM ")]
    assert len(bases) == 2
    assert len(set(bases)) == 1
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", bases[0])
    users = [line.split()[1] for line in dockerfile if line.startswith("USER ")]
    assert users[-1:] == ["labshare"]
    assert any(line.startswith("HEALTHCHECK ") for line in dockerfile)
    assert any("--require-hashes" in line for line in dockerfile)
    assert not any(re.search(r"PASSWORD|SECRET|TOKEN", line) for line in dockerfile)


def test_the_image_holds_only_what_is_named() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    named = [rule[1:] for rule in rules if rule.startswith("!")]
    assert set(PACKAGES) <= set(named)
    assert [name for name in named if not (ROOT / name).exists()] == []


async def test_the_audited_tables_are_those_with_a_trigger(db: Stack) -> None:
    del db
    present = await database.fetch_column(
        str,
        "SELECT tgrelid::regclass::text AS name FROM pg_trigger"
        " WHERE tgname = 'audit' AND NOT tgisinternal",
    )
    assert set(present) == checks.AUDITED_TABLES
