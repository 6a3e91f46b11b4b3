"""The house rules that a machine can hold: format, lint, types, layers."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "format", "--check", "."],
        ["ruff", "check", "."],
        ["mypy"],
        ["lint-imports", "--no-cache"],
    ],
    ids=["format", "lint", "types", "layers"],
)
def test_the_house_rules_hold(command: list[str]) -> None:
    ran = subprocess.run(
        [str(BIN / command[0]), *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-1000:]


PACKAGES = ("api", "core", "inventory", "labshare", "monitoring", "storage")
# How many arguments of a database call stand before the values of its statement.
BEFORE_VALUES = {
    "fetch": 2, "fetch_one": 2, "get_one": 2, "fetch_column": 2, "fetch_value": 1, "execute": 1,
}  # fmt: skip
MOST_WITHOUT_NAMES = 4


def test_long_statements_name_their_values() -> None:
    assert [found for package in PACKAGES for found in _statements_without_names(package)] == []


def _statements_without_names(package: str) -> Iterator[str]:
    for path in sorted((ROOT / package).rglob("*.py")):
        if "piccolo_migrations" in path.parts:
            continue
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and (before := BEFORE_VALUES.get(_function_of(call))):
                is_starred = any(isinstance(value, ast.Starred) for value in call.args)
                if is_starred or len(call.args) - before > MOST_WITHOUT_NAMES:
                    yield f"{path.relative_to(ROOT)}:{call.lineno}"


def _function_of(call: ast.Call) -> str:
    """The name of the function of core.database that is called, or nothing."""
    if isinstance(call.func, ast.Name):
        return call.func.id
    is_ours = isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name)
    return call.func.attr if is_ours and call.func.value.id == "database" else ""


# What the verbs of functions promise in their answers: rows, one or none, one or NotFound.
LISTS = ("list[", "Page[", "tuple[")
# Words of our own for what has a word in the field.
DIALECT = {"edit", "keep", "tell", "told", "settle", "promise", "seal", "forget", "remember"}
ONE_TABLE_OF_VERBS = ("core", "inventory", "storage")


def test_functions_are_named_by_one_table_of_verbs() -> None:
    assert [found for package in ONE_TABLE_OF_VERBS for found in _misnamed(package)] == []


def _misnamed(package: str) -> Iterator[str]:
    for path in sorted((ROOT / package).rglob("*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                verb = node.name.strip("_").partition("_")[0]
                answer = ast.unparse(node.returns) if node.returns else ""
                if verb in DIALECT or _is_another_verb(verb, answer):
                    yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name} -> {answer}"


def _is_another_verb(verb: str, answer: str) -> bool:
    return (
        (verb == "list" and not any(kind in answer for kind in LISTS))
        or (verb == "find" and "Page[" in answer)
        or (verb == "get" and "None" in answer)
    )
