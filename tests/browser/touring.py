"""Finds the pages by following links, so that a page that somebody adds is visited unasked."""

import re
from urllib.parse import urljoin, urlsplit

import httpx
import msgspec

from api.http.identity import COOKIE
from core import sign_in
from tests.patience import PATIENCE_SECONDS

LINK = re.compile(r'<a\s[^>]*?href="([^"#]+)')
# What stands for a thing's own name in a path: a number, an identifier, a tag.
NAMES = (
    re.compile(r"^\d+$"),
    re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"),
    re.compile(r"^[A-Z0-9]+-[A-Z0-9-]+$"),
)
NOT_PAGES = ("/static/", "/api/v1/", "/schema")
MOST_PAGES = 120


class Tour(msgspec.Struct, frozen=True):
    """One path for each kind of page, and the links that led nowhere."""

    pages: dict[str, str] = {}
    broken: list[str] = []


def pattern(path: str) -> str:
    """The path with the names of things taken out: two assets are one kind of page."""
    parts = urlsplit(path).path.split("/")
    return "/".join("{}" if any(name.match(part) for name in NAMES) else part for part in parts)


async def find_pages(address: str, person_id: int) -> Tour:
    """What a person reaches from home by links alone."""
    token = await sign_in.start_session(person_id, address="127.0.0.1", browser="test")
    tour = Tour()
    seen = {pattern("/")}
    waiting = ["/"]
    async with httpx.AsyncClient(
        base_url=address, cookies={COOKIE: token}, timeout=PATIENCE_SECONDS
    ) as client:
        while waiting and len(tour.pages) < MOST_PAGES:
            path = waiting.pop(0)
            answer = await client.get(path, follow_redirects=True)
            if answer.status_code >= 400:
                tour.broken.append(f"{path} answers {answer.status_code}")
                continue
            if not answer.headers["content-type"].startswith("text/html"):
                continue
            tour.pages[pattern(path)] = path
            for link in links(answer.text, str(answer.url)):
                if pattern(link) not in seen:
                    seen.add(pattern(link))
                    waiting.append(link)
    return tour


def links(page: str, address: str) -> list[str]:
    """The paths on this site that a page links to."""
    here = urlsplit(address).netloc
    found = []
    for href in LINK.findall(page):
        target = urlsplit(urljoin(address, href.replace("&amp;", "&")))
        if target.netloc == here and not target.path.startswith(NOT_PAGES):
            found.append(target.path + (f"?{target.query}" if target.query else ""))
    return found
