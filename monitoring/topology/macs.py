"""MAC addresses as people write them, in one form."""

import re

from monitoring.decoding.topology import mac_text

# aa:bb:cc:dd:ee:ff, aa-bb-…, aabb.ccdd.eeff (Cisco), aabb-ccdd-eeff (H3C), and nothing between.
WRITTEN = re.compile(
    r"^(?:[0-9a-f]{2}([:-]))(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}$"
    r"|^[0-9a-f]{4}([.-])[0-9a-f]{4}\2[0-9a-f]{4}$"
    r"|^[0-9a-f]{12}$"
)


def mac_of(text: str) -> str | None:
    """The MAC that somebody typed, as aa:bb:cc:dd:ee:ff; None when it is none."""
    plain = text.strip().lower()
    if not WRITTEN.match(plain):
        return None
    return mac_text(bytes.fromhex(re.sub("[^0-9a-f]", "", plain)))
