"""Whatever a folder below api/ has to answer with is answered."""

from importlib import import_module
from pathlib import Path

from litestar import Controller
from litestar.handlers import BaseRouteHandler

import api
from api.app import handlers_of_nouns

FOLDER = Path(api.__file__).parent
GATHERED = ("administration", "home", "inventory", "library", "monitoring")


def test_no_handler_of_a_noun_is_left_out() -> None:
    gathered = [*handlers_of_nouns("PAGES"), *handlers_of_nouns("ROUTES")]
    left_out = [
        f"{module}: {value}"
        for domain in GATHERED
        for module in _modules(FOLDER / domain)
        for value in vars(import_module(module)).values()
        if _is_of(value, module) and value not in gathered
    ]
    assert not left_out


def test_no_handler_is_answered_twice() -> None:
    for kind in ("PAGES", "ROUTES"):
        gathered = handlers_of_nouns(kind)
        assert len({id(one) for one in gathered}) == len(gathered) > 50


def _modules(folder: Path) -> list[str]:
    return [
        "api." + ".".join(path.relative_to(FOLDER).with_suffix("").parts)
        for path in folder.rglob("*.py")
        if path.name not in ("__init__.py", "urls.py")
    ]


def _is_of(value: object, module: str) -> bool:
    """Whether a handler or a controller was written in this very module."""
    if isinstance(value, type) and issubclass(value, Controller):
        return value is not Controller and value.__module__ == module
    return isinstance(value, BaseRouteHandler) and value.fn.__module__ == module
