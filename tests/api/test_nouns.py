"""Every noun's folder is in the one list of the application, and all that it says is answered."""

from importlib import import_module
from pathlib import Path

from litestar import Controller
from litestar.handlers import BaseRouteHandler

import api
from api.app import NOUNS

FOLDER = Path(api.__file__).parent
GATHERED = ("administration", "home", "inventory", "library", "monitoring")


def test_every_noun_is_in_the_list_once() -> None:
    folders = [
        "api." + ".".join(path.parent.relative_to(FOLDER).parts)
        for path in FOLDER.rglob("handlers.py")
    ]
    assert sorted(NOUNS) == sorted(folders)


def test_no_handler_is_left_out_of_its_nouns_list() -> None:
    left_out = []
    for domain in GATHERED:
        for path in (FOLDER / domain).rglob("*.py"):
            module = "api." + ".".join(path.relative_to(FOLDER).with_suffix("").parts)
            if path.name in ("handlers.py", "__init__.py", "urls.py"):
                continue
            noun = module.rpartition(".")[0]
            own = [value for value in vars(import_module(module)).values() if _is_of(value, module)]
            gathered = import_module(f"{noun}.handlers") if own else None
            left_out += [
                f"{module}: {value}"
                for value in own
                if gathered and value not in (*gathered.PAGES, *gathered.ROUTES)
            ]
    assert not left_out


def _is_of(value: object, module: str) -> bool:
    """Whether a handler or a controller was written in this very module."""
    if isinstance(value, type) and issubclass(value, Controller):
        return value is not Controller and value.__module__ == module
    return isinstance(value, BaseRouteHandler) and value.fn.__module__ == module
