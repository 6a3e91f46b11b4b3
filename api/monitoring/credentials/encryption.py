"""What encrypts the secrets of devices, for pages and routes alike."""

from api.http.types import WebRequest
from monitoring.devices.credential_encryption import Sealer


def sealer_of(request: WebRequest) -> Sealer:
    """What encrypts this installation's secrets."""
    return Sealer.of(request.app.state.settings)
