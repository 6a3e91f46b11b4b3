"""The session cookie: set when somebody has proved who they are, gone when they leave."""

from datetime import timedelta

from litestar import Response

from api import urls
from api.http.identity import is_tls, session_cookie
from api.http.types import WebRequest
from core import sign_in
from core.housekeeping import KEEP_KNOWN_BROWSERS

BROWSER_COOKIE = "labshare_browser"
MOST_CHARACTERS = 64


def set_session(request: WebRequest, answer: Response[object], token: str, *, stays: bool) -> None:
    """Give the browser its token: for a month if it ``stays``, else until the browser closes."""
    answer.set_cookie(
        session_cookie(request),
        token,
        max_age=int(sign_in.LASTS.total_seconds()) if stays else None,
        httponly=True,
        samesite="lax",
        secure=is_tls(request),
    )


def known_browser(request: WebRequest) -> str:
    """The token by which this browser was known so far, or nothing."""
    return request.cookies.get(BROWSER_COOKIE, "")[:MOST_CHARACTERS]


def set_known_browser(request: WebRequest, answer: Response[object], token: str) -> None:
    """Know this browser again: failed tries from elsewhere do not shut its owner out of it.

    It outlives signing out, and opens nothing.
    """
    answer.set_cookie(
        BROWSER_COOKIE,
        token,
        max_age=int(KEEP_KNOWN_BROWSERS.total_seconds()),
        path=urls.sign_in(),
        httponly=True,
        samesite="lax",
        secure=is_tls(request),
    )


def drop_session(request: WebRequest, answer: Response[object]) -> None:
    """Take the token from the browser, and what pages it has kept (the W3C's Clear-Site-Data)."""
    answer.set_cookie(
        session_cookie(request),
        "",
        max_age=0,
        httponly=True,
        samesite="lax",
        # A browser takes a __Host- cookie back only by the same rules as it was set.
        secure=is_tls(request),
    )
    answer.headers["clear-site-data"] = '"cache", "storage"'


def lasting(*, stays: bool) -> timedelta:
    """How long the server lets such a session live."""
    return sign_in.LASTS if stays else sign_in.LASTS_HERE_TODAY


def browser_of(request: WebRequest) -> str:
    return request.headers.get("user-agent", "")


# In this order: each of these names those below it in its own user agent, for old sites' sake.
_BROWSERS = (
    ("MicroMessenger/", "WeChat"),
    ("Edg", "Edge"),
    ("HuaweiBrowser/", "Huawei Browser"),
    ("MiuiBrowser/", "Mi Browser"),
    ("QQBrowser/", "QQ Browser"),
    ("UCBrowser/", "UC Browser"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def browser_name(user_agent: str) -> str:
    """ "Edge · Windows" for a user agent; its own first words where it is none we know."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return " · ".join(part for part in (browser, system) if part) or user_agent[:40]
