"""Where this installation may look for devices at all, for pages and routes alike."""

from api.http.types import WebRequest
from monitoring.devices.networks import Bounds


def bounds_of(request: WebRequest) -> Bounds:
    """Within what this installation may ask at all."""
    bounds: Bounds = request.app.state.settings.networks
    return bounds
