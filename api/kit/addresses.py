"""How addresses are put together."""

import re
from urllib.parse import quote, urlencode

_PARAMETER = re.compile(r"\{\w+:\w+\}")


class Address(str):
    """An address of ours, written once: a handler's path, and called with its values a link.

    ``donor = Address("/donors/{donor_id:int}")`` stands as ``@get(urls.donor)`` at the handler, and
    ``urls.donor(5)`` is "/donors/5"; keywords become the query, those without a value left out.
    """

    def __call__(self, *values: object, **parameters: object) -> str:
        wanted = len(_PARAMETER.findall(self))
        if len(values) != wanted:
            raise TypeError(f"{self} has {wanted} values, not {len(values)}")
        given = iter(values)
        path = _PARAMETER.sub(lambda _: quote(str(next(given)), safe=""), self)
        return with_query(path, **parameters)


def with_query(path: str, **parameters: object) -> str:
    """``path`` with the parameters that have a value."""
    given = {name: value for name, value in parameters.items() if value not in (None, "", [])}
    return f"{path}?{urlencode(given, doseq=True)}" if given else path


def local(path: str | None, default: str = "/") -> str:
    """``path`` if it leads nowhere but here, else ``default``: a link in a mail must not lure away."""
    # Browsers drop tabs and line ends and read "\" as "/", so "/<tab>/elsewhere" would lead away.
    if not path or not path.startswith("/") or path.startswith("//"):
        return default
    return default if "\\" in path or not path.isprintable() else path


def onward(path: str | None) -> str | None:
    """``path`` for a ``next`` in an address; nothing where that is home, where one comes anyway."""
    return None if path == "/" else path
