"""How addresses are put together."""

from urllib.parse import urlencode


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
