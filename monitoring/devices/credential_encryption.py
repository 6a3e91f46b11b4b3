"""SNMP secrets at rest: encrypted with a key derived from LABSHARE_SECRET_KEY, decrypted only to poll."""

import msgspec

from core.encryption import Cipher
from core.settings import Settings

PURPOSE = b"labshare snmp credentials"


class Secrets(msgspec.Struct, frozen=True, omit_defaults=True):
    """The secret part of a credential; it has no readable representation."""

    community: str = ""
    auth_password: str = ""
    priv_password: str = ""

    def __repr__(self) -> str:
        return "Secrets()"


class CredentialCipher:
    """Encrypts with the secret key, decrypts with it or the one before; ``owner`` is the school's id.

    A value is tied to its school: copied into another school's row it cannot be decrypted.
    """

    def __init__(self, secret_key: str, previous: str = "") -> None:
        self._cipher = Cipher(secret_key, previous, purpose=PURPOSE)

    @classmethod
    def of(cls, settings: Settings) -> "CredentialCipher":
        """The cipher of this installation."""
        return cls(settings.secret_key, settings.previous_secret_key)

    def encrypt(self, secrets: Secrets, *, owner: int) -> bytes:
        return self._cipher.encrypt(msgspec.json.encode(secrets), owner=f"school {owner}")

    def decrypt(self, sealed: bytes, *, owner: int) -> Secrets:
        """The secrets; Unavailable when they were encrypted with another key."""
        plain = self._cipher.decrypt(sealed, owner=f"school {owner}")
        return msgspec.json.decode(plain, type=Secrets)
