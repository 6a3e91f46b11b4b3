"""What encrypts the secrets of devices, for pages and routes alike."""

from api.http.types import WebRequest
from monitoring.devices.credential_encryption import CredentialCipher


def cipher_of(request: WebRequest) -> CredentialCipher:
    """What encrypts this installation's secrets."""
    return CredentialCipher.of(request.app.state.settings)
