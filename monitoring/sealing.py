"""Secrets at rest: sealed with a key derived from LABSHARE_SECRET_KEY, opened only to poll."""

import os
from functools import lru_cache

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.errors import Unavailable, say

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
    """Seals and opens with one secret key; ``owner`` ties a sealed value to its school."""

    def __init__(self, secret_key: str) -> None:
        if not secret_key:
            raise Unavailable(say("LABSHARE_SECRET_KEY is not set, so no credential can be kept"))
        self._box = AESGCM(_derived(secret_key))

    def seal(self, secrets: Secrets, *, owner: int) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        plain = msgspec.json.encode(secrets)
        return FORMAT + nonce + self._box.encrypt(nonce, plain, _bound_to(owner))

    def open(self, sealed: bytes, *, owner: int) -> Secrets:
        """The secrets; Unavailable when they were sealed with another key."""
        nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            if sealed[:1] != FORMAT:
                raise InvalidTag
            return msgspec.json.decode(
                self._box.decrypt(nonce, body, _bound_to(owner)), type=Secrets
            )
        except (InvalidTag, ValueError) as error:
            raise Unavailable(
                say("The credential does not open: LABSHARE_SECRET_KEY has changed")
            ) from error


def _bound_to(owner: int) -> bytes:
    return f"school {owner}".encode()


@lru_cache(maxsize=4)
def _derived(secret_key: str) -> bytes:
    derivation = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=PURPOSE)
    return derivation.derive(secret_key.encode())
