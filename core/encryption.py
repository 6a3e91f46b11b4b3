"""Secrets at rest: AES-GCM with keys derived from LABSHARE_SECRET_KEY, one for each purpose."""

import os
from contextlib import suppress
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.errors import Unavailable, say
from core.settings import Settings

FORMAT = b"\x01"
NONCE_BYTES = 12
KEY_BYTES = 32


class Cipher:
    """Encrypts with the secret key, decrypts with it or the one before.

    ``purpose`` keeps the secrets of one domain from opening as another's. What is encrypted is
    tied to its ``owner``: copied into another owner's row it does not open.
    """

    def __init__(self, secret_key: str, previous: str = "", *, purpose: bytes) -> None:
        if not secret_key:
            raise Unavailable(say("LABSHARE_SECRET_KEY is not set, so no secret can be kept"))
        self._boxes = [AESGCM(_derived(key, purpose)) for key in (secret_key, previous) if key]

    @classmethod
    def of(cls, settings: Settings, *, purpose: bytes) -> "Cipher":
        """The cipher of this installation for a purpose."""
        return cls(settings.secret_key, settings.previous_secret_key, purpose=purpose)

    def encrypt(self, plain: bytes, *, owner: str) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return FORMAT + nonce + self._boxes[0].encrypt(nonce, plain, owner.encode())

    def decrypt(self, stored: bytes, *, owner: str) -> bytes:
        """The plain bytes; Unavailable when another key or another owner encrypted them."""
        nonce, body = stored[1 : 1 + NONCE_BYTES], stored[1 + NONCE_BYTES :]
        for box in self._boxes if stored[:1] == FORMAT else ():
            with suppress(InvalidTag, ValueError):
                return box.decrypt(nonce, body, owner.encode())
        raise Unavailable(say("A stored secret does not open: LABSHARE_SECRET_KEY has changed"))


@lru_cache(maxsize=8)
def _derived(secret_key: str, purpose: bytes) -> bytes:
    derivation = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose)
    return derivation.derive(secret_key.encode())
