"""Secrets at rest: sealed with a key derived from LABSHARE_SECRET_KEY, opened only to poll."""

import os
from contextlib import suppress
from functools import lru_cache

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.errors import Unavailable, say
from core.settings import Settings

FORMAT = b"\x01"
NONCE_BYTES = 12
KEY_BYTES = 32
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
        if not secret_key:
            raise Unavailable(say("LABSHARE_SECRET_KEY is not set, so no credential can be kept"))
        self._boxes = [AESGCM(_derived(key)) for key in (secret_key, previous) if key]

    @classmethod
    def of(cls, settings: Settings) -> "Sealer":
        """The sealer of this installation."""
        return cls(settings.secret_key, settings.previous_secret_key)

    def seal(self, secrets: Secrets, *, owner: int) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        plain = msgspec.json.encode(secrets)
        return FORMAT + nonce + self._boxes[0].encrypt(nonce, plain, _bound_to(owner))

    def open(self, sealed: bytes, *, owner: int) -> Secrets:
        """The secrets; Unavailable when they were sealed with another key."""
        for box in self._boxes if sealed[:1] == FORMAT else ():
            nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
            with suppress(InvalidTag, ValueError):
                return msgspec.json.decode(box.decrypt(nonce, body, _bound_to(owner)), type=Secrets)
        raise Unavailable(say("The credential does not open: LABSHARE_SECRET_KEY has changed"))


def _bound_to(owner: int) -> bytes:
    return f"school {owner}".encode()


@lru_cache(maxsize=4)
def _derived(secret_key: str) -> bytes:
    derivation = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=PURPOSE)
    return derivation.derive(secret_key.encode())
