"""What is installed is what was locked, and the Pythons we promise are those that are held."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
PYTHONS = re.search(r"^PYTHONS := (.+)$", MAKEFILE, re.MULTILINE)
LOCKS = ("requirements.lock", "requirements-dev.lock")


def _pins(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ ;]+)", (ROOT / lock).read_text("utf-8"), re.M))


@pytest.mark.parametrize("name", ["Makefile", "Dockerfile"])
def test_a_lock_is_installed_without_resolving(name: str) -> None:
    text = (ROOT / name).read_text("utf-8").replace("\\\n", " ")
    installs = [line for line in text.splitlines() if re.search(r"pip install|INSTALL\)", line)]
    assert installs
    for line in installs:
        # Else an old pip takes `pydantic[email]` for an unlocked package and fails on its hash.
        assert "--no-deps" in line or "$(INSTALL)" in line, line
    assert "pip check" in text


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_hashes_and_names_no_registry(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    entries = re.findall(r"^\S+==.*?(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
    assert len(entries) > 50
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links", text)


def test_what_runs_in_tests_is_what_runs_in_schools() -> None:
    run, dev = map(_pins, LOCKS)
    assert {name: dev.get(name) for name in run} == run


def test_the_pythons_of_the_readme_are_those_whose_wheels_are_resolved() -> None:
    assert PYTHONS
    pythons = PYTHONS[1].split()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    following = f"3.{int(pythons[-1].removeprefix('3.')) + 1}"
    assert project["requires-python"] == f">={pythons[0]},<{following}"
    for name in ("README.md", "README.zh-CN.md"):
        named = re.search(r"Python ((?:3\.\d+\D{1,4})+3\.\d+)", (ROOT / name).read_text("utf-8"))
        assert named
        assert re.findall(r"3\.\d+", named[1]) == pythons
