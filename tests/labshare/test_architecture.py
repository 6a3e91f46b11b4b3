"""The page about the architecture tells the truth: its names exist, its floors are the linter's."""

import re
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PACKAGES = "labshare|api|monitoring|inventory|storage|core"
NAME = re.compile(rf"`((?:{PACKAGES})(?:\.\w+)+)`")
NAMES = sorted({name for name in NAME.findall(PAGE) if not name.endswith(".py")})


def contract(name: str) -> dict[str, list[str]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    return next(one for one in contracts if one["name"] == name)


def resolved(name: str) -> object:
    """The module, or what a module holds under the rest of the name."""
    parts = name.split(".")
    for split in range(len(parts), 0, -1):
        try:
            found: object = import_module(".".join(parts[:split]))
        except ModuleNotFoundError:
            continue
        for part in parts[split:]:
            found = getattr(found, part)
        return found
    raise ModuleNotFoundError(name)


def test_the_page_names_parts_of_every_layer() -> None:
    assert {name.split(".")[0] for name in NAMES} >= {"api", "monitoring", "inventory", "storage"}


@pytest.mark.parametrize("name", NAMES)
def test_every_name_exists(name: str) -> None:
    assert resolved(name) is not None


def test_the_layers_are_those_of_the_linter() -> None:
    layers = contract("Imports run one way")["layers"]
    assert f"`{' → '.join(layers)}`" in PAGE


def test_the_floors_are_those_of_the_linter() -> None:
    table = PAGE.partition("## Floors of monitoring")[2].partition("## ")[0]
    rows = [
        re.findall(r"`(\w+)`", line.split("|")[1]) for line in table.splitlines() if "`" in line
    ]
    floors = [
        [one.strip() for one in floor.split("|")]
        for floor in reversed(contract("Monitoring has floors")["layers"])
        if floor not in ("tables", "jobs")
    ]
    assert rows == floors


# What a plain noun costs, beside templates and tests: its own files, and one line or a few in those
# that all nouns share.
OWN_FILES = {"__init__.py", "handlers.py", "urls.py"}
MOST_OWN_LINES = 170
MOST_TEMPLATES = 2


@pytest.mark.parametrize("noun", ["terms", "lesson_periods"])
def test_a_plain_noun_is_small(noun: str) -> None:
    folder = ROOT / "api" / "administration" / noun
    assert {path.name for path in folder.glob("*.py")} == OWN_FILES
    own = [ROOT / "core" / f"{noun}.py", *folder.glob("*.py")]
    assert sum(len(path.read_text().splitlines()) for path in own) <= MOST_OWN_LINES
    assert len(list(folder.glob("*.html"))) <= MOST_TEMPLATES
