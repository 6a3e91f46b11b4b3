"""What the collector needs of the installation, for pages and routes alike."""

from api.http.types import WebRequest
from core.encryption import Cipher
from inventory.collector import PURPOSE


def cipher_of(request: WebRequest) -> Cipher:
    """What encrypts this installation's keys of collecting files."""
    return Cipher.of(request.app.state.settings, purpose=PURPOSE)


SUPPLIED = {"cipher": cipher_of}
