"""Addresses are written once: for the handler that answers and for the links that lead there."""

import importlib
from pathlib import Path

import pytest
from litestar import Litestar

from api import urls
from api.kit.addresses import Address, local
from api.schema.document import handlers_of
from tests.api.routes_of_the_app import PARAMETER

API = Path(urls.__file__).parent.parent

DONOR_GIFT = Address("/donors/{donor_id:int}/gifts/{name:str}")


def test_an_address_is_its_handlers_path_and_its_own_links() -> None:
    assert DONOR_GIFT == "/donors/{donor_id:int}/gifts/{name:str}"
    assert DONOR_GIFT(5, "a/b ü") == "/donors/5/gifts/a%2Fb%20%C3%BC"
    assert Address("/donors")(q="张", school=None, kind="") == "/donors?q=%E5%BC%A0"


@pytest.mark.parametrize("values", [(), (5,), (5, "a", "b")])
def test_an_address_wants_all_its_values_and_no_more(values: tuple[object, ...]) -> None:
    with pytest.raises(TypeError, match="values"):
        DONOR_GIFT(*values)


@pytest.mark.parametrize("away", ["//elsewhere", "/\telsewhere", "/\\elsewhere", "https://a", None])
def test_a_link_leads_nowhere_but_here(away: str | None) -> None:
    assert local(away) == "/"


def test_every_page_answers_at_an_address_of_ours(app: Litestar) -> None:
    ours = {PARAMETER.sub("{}", address) for address in _addresses().values()}
    strange = [
        f"{handler.fn.__module__}: {path}"
        for path, handler in handlers_of(app)
        if not path.startswith(("/api/v1", "/static", "/healthz", "/readyz", "/metrics"))
        and PARAMETER.sub("{}", path) not in ours
    ]
    assert strange == []


def test_every_address_leads_to_a_handler(app: Litestar) -> None:
    answered = {path for path, _ in handlers_of(app)}
    lost = [f"urls.{name}" for name, path in _addresses().items() if path not in answered]
    assert lost == []


def test_a_name_of_an_address_is_used_once() -> None:
    names = list(_names())
    assert sorted(set(names)) == sorted(names)
    assert set(names) == set(_addresses())


def test_no_page_writes_its_address_again() -> None:
    """Handlers take their paths from ``urls``."""
    written = [
        f"{path.relative_to(API)}: {line.strip()}"
        for folder in ("administration", "home", "inventory", "library", "monitoring")
        for path in sorted((API / folder).rglob("*.py"))
        if "routes" not in path.stem
        for line in path.read_text().splitlines()
        if line.lstrip().startswith(('@get("', '@post("', 'path = "'))
    ]
    assert written == []


def _addresses() -> dict[str, Address]:
    return {name: one for name, one in vars(urls).items() if isinstance(one, Address)}


def _names() -> list[str]:
    return [
        name
        for path in sorted(API.rglob("urls.py"))
        for name, one in vars(
            importlib.import_module(".".join(path.relative_to(API.parent).with_suffix("").parts))
        ).items()
        if isinstance(one, Address)
    ]
