"""A device of the demo, as its makers hand it on."""

import msgspec

from labshare.demo.equipment import Asset


class Device(msgspec.Struct, frozen=True):
    """A row of ``device``; ``walk`` names the agent of those that are monitored now."""

    id: int
    asset: Asset
    walk: str | None = None
