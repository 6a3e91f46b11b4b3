"""If-Match (RFC 9110 §13.1.1): a change of a row only while it is as the sender read it.

The entity tag of a row is its version in quotes. It stands beside the field `version` of bodies:
the one is for programs that speak HTTP, the other for forms.
"""

import re
from typing import Any

from litestar import Response
from litestar.enums import HttpMethod

from api.http.types import WebConnection
from core.errors import Invalid, say
from core.versions import Versioned
from inventory import tags

HEADER = "if-match"
# The present version of the row, once it is known to be the one that was read.
STATE_KEY = "matched_version"
VERSIONED: dict[str, tuple[str, Versioned]] = {
    "/api/v1/assets/{tag}": (
        "tag",
        Versioned("asset", "tag", lambda given: tags.clean(str(given))),
    ),
    "/api/v1/bookings/{hold_id}": (
        "hold_id",
        Versioned(
            "hold",
            locked_first="SELECT lock_calendar(h.school, h.place, coalesce(h.model, a.model))"
            " FROM hold h LEFT JOIN asset a ON a.id = h.asset WHERE h.id = $1",
        ),
    ),
    "/api/v1/devices/{device_id}": ("device_id", Versioned("device")),
    "/api/v1/donations/{donation_id}": ("donation_id", Versioned("donation")),
    "/api/v1/networks/{network_id}": ("network_id", Versioned("network")),
    "/api/v1/resources/{resource_id}": ("resource_id", Versioned("resource")),
    "/api/v1/work-orders/{order_id}": (
        "order_id",
        Versioned(
            "work_order",
            locked_first="SELECT FROM asset WHERE id = (SELECT asset FROM work_order WHERE id = $1)"
            " FOR NO KEY UPDATE",
        ),
    ),
}
SAFE = (HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS)
_TAG = re.compile(r'"(\d{1,9})"')


def row_of(path: str) -> tuple[str, Versioned] | None:
    """The versioned row that an address (with its parameters in braces) is of or below."""
    plain = re.sub(r":\w+\}", "}", path)
    for base, named in VERSIONED.items():
        if plain == base or plain.startswith(f"{base}/"):
            return named
    return None


def wanted_versions(connection: WebConnection) -> frozenset[int] | None:
    """The versions that If-Match names, None for `*`; Invalid for what is no entity tag.

    A tag that we never gave is one that no row has, so it matches none; so does a weak one, for
    If-Match compares strongly.
    """
    given = connection.headers.get(HEADER, "").strip()
    if given == "*":
        return None
    parts = [part.strip() for part in given.split(",") if part.strip()]
    if not parts or not all(re.fullmatch(r'(W/)?"[^"]*"', part) for part in parts):
        raise Invalid.of("If-Match", say('Send the ETag that you were given, such as "3", or *'))
    return frozenset(int(found[1]) for part in parts if (found := _TAG.fullmatch(part)))


def entity_tag(version: int) -> str:
    return f'"{version}"'


def tell_version(response: Response[Any]) -> Response[Any]:
    """Give the answer that is a versioned row its ETag (a hook of all of the API's operations)."""
    version = getattr(response.content, "version", None)
    if isinstance(version, int) and not isinstance(version, bool):
        response.headers.setdefault("etag", entity_tag(version))
    return response
