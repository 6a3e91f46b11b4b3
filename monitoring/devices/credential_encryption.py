"""SNMP secrets at rest: sealed with a key derived from LABSHARE_SECRET_KEY, opened only to poll."""

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


class Sealer:
    """Seals with the secret key, opens with it or the one before; ``owner`` is the school's id.

    A sealed value is tied to its school: copied into another school's row it does not open.
    """

    def __init__(self, secret_key: str, previous: str = "") -> None:
        self._cipher = Cipher(secret_key, previous, purpose=PURPOSE)

    @classmethod
    def of(cls, settings: Settings) -> "Sealer":
        """The sealer of this installation."""
        return cls(settings.secret_key, settings.previous_secret_key)

    def seal(self, secrets: Secrets, *, owner: int) -> bytes:
        return self._cipher.encrypt(msgspec.json.encode(secrets), owner=f"school {owner}")

    def open(self, sealed: bytes, *, owner: int) -> Secrets:
        """The secrets; Unavailable when they were sealed with another key."""
        plain = self._cipher.decrypt(sealed, owner=f"school {owner}")
        return msgspec.json.decode(plain, type=Secrets)
