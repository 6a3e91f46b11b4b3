"""Every address of ours is built here, for handlers and templates alike."""

from urllib.parse import quote, urlencode, urlsplit


def with_query(path: str, **parameters: object) -> str:
    """``path`` with the parameters that have a value."""
    given = {name: value for name, value in parameters.items() if value not in (None, "", [])}
    return f"{path}?{urlencode(given, doseq=True)}" if given else path


def local(path: str | None, default: str = "/") -> str:
    """``path`` if it leads nowhere but here, else ``default``: a link in a mail must not lure away."""
    if not path or not path.startswith("/") or path.startswith(("//", "/\\")):
        return default
    parts = urlsplit(path)
    return default if parts.scheme or parts.netloc or "\\" in path or "\n" in path else path


def home() -> str:
    return "/"


def sign_in(next_path: str | None = None) -> str:
    return with_query("/sign-in", next=next_path if next_path != "/" else None)


def sign_out() -> str:
    return "/sign-out"


def account() -> str:
    return "/account"


def language() -> str:
    return "/language"


def search(q: str | None = None) -> str:
    return with_query("/search", q=q)


def api() -> str:
    return "/api"


def asset(tag: str) -> str:
    return f"/assets/{quote(tag, safe='')}"


def scan(code: str) -> str:
    return f"/t/{quote(code, safe='')}"


# The lists of the navigation; filters as keywords.


def assets(**filters: object) -> str:
    return with_query("/assets", **filters)


def donations(**filters: object) -> str:
    return with_query("/donations", **filters)


def work_orders(**filters: object) -> str:
    return with_query("/work-orders", **filters)


def report_fault(tag: str | None = None) -> str:
    return with_query("/report-fault", tag=tag)


def devices(**filters: object) -> str:
    return with_query("/devices", **filters)


def alerts(**filters: object) -> str:
    return with_query("/alerts", **filters)


def resources(**filters: object) -> str:
    return with_query("/library", **filters)


def usage(**filters: object) -> str:
    return with_query("/usage", **filters)


def places(**filters: object) -> str:
    return with_query("/places", **filters)


def people(**filters: object) -> str:
    return with_query("/people", **filters)
