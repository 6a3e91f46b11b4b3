"""Words of our own that the field has no use for do not come back as names."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("core", "inventory", "storage", "monitoring", "api", "labshare")
# The word, and what is said in its place.
INSTEAD = {
    "appetite": "batch_size",
    "appetites": "batch_sizes",
    "keeping": "store",
    "owed": "due",
    "patience": "timeout",
    "promise": "enqueue",
    "promised": "enqueued",
    "promises": "outbox",
    "promising": "enqueue",
    "revisit": "planned visit",
    "revisits": "planned visits",
    "seal": "encrypt",
    "sealer": "cipher",
    "sealing": "encryption",
    "settle": "resolve",
    "settled": "resolved",
    "settling": "resolution",
    "sighting": "forwarding entry",
    "sightings": "forwarding",
    "visiting": "visitor",
}
# Names that tables have: a released migration says so.
OF_TABLES = {"PortSighting", "port_sighting_mac_is_plain", "port_sighting_once"}


def _names(tree: ast.AST) -> list[str]:
    """What a module itself calls things: functions, classes, arguments, variables and fields."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.append(node.name)
        elif isinstance(node, ast.arg):
            found.append(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.append(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            found.append(node.attr)
    return found


def _words(name: str) -> set[str]:
    spaced = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    return {word for word in spaced.split("_") if word} | {name.lower()}


@pytest.mark.parametrize("package", PACKAGES)
def test_no_name_has_a_word_that_the_field_has_not(package: str) -> None:
    wrong = []
    for path in sorted((ROOT / package).rglob("*.py")):
        if "piccolo_migrations" in path.parts:
            continue
        names = [path.stem, *_names(ast.parse(path.read_text(encoding="utf-8")))]
        wrong += [
            f"{path.relative_to(ROOT)}: {name}: say {INSTEAD[word]}"
            for name in dict.fromkeys(names)
            if name not in OF_TABLES
            for word in sorted(_words(name) & INSTEAD.keys())
        ]
    assert wrong == []
