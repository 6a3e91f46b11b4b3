"""What to do about a folder that belongs to somebody else: whose it is, and the command to give."""

import os
import pwd
from pathlib import Path

PACKAGES = ("core", "storage", "inventory", "monitoring", "api", "labshare")


def about(path: Path) -> str:
    """A sentence on the folder or file that stopped us on the way to ``path``, and the mend."""
    place = _what_stops(path.absolute())
    owner, ourselves = _name(place.stat().st_uid), _name(os.geteuid())
    if place.stat().st_uid == os.geteuid():
        return f"{place} is closed, to its owner {ourselves} too: `chmod -R u+rwX {place}` opens it"
    return (
        f"{place} belongs to {owner}, and Labshare runs as {ourselves}: give it away with"
        f" `sudo chown -R {ourselves}: {place}`, or run Labshare as {owner}"
    )


def unreadable(checkout: Path) -> Path | None:
    """The first folder or file of the programs of a checkout that cannot be read."""
    for name in PACKAGES:
        if not os.access(checkout / name, os.R_OK | os.X_OK):
            return checkout / name
        for place, folders, files in os.walk(checkout / name):
            for each in (Path(place, one) for one in (*folders, *files)):
                if not os.access(each, os.R_OK | os.X_OK if each.is_dir() else os.R_OK):
                    return each
    return None


def _what_stops(path: Path) -> Path:
    """The first folder from the top that may not be passed, else the path, else what is above it."""
    for place in reversed(path.parents):
        if not os.access(place, os.X_OK):
            return place
    return path if path.exists() else path.parent


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
