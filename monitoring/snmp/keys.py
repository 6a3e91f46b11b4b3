"""v3 secrets at work: passwords into keys, messages signed, payloads encrypted (USM)."""

import hashlib
import hmac
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from pyasn1.type import univ
from pysnmp.proto.error import StatusInformation
from pysnmp.proto.secmod.rfc3414 import localkey
from pysnmp.proto.secmod.rfc3414.priv.des import Des
from pysnmp.proto.secmod.rfc3826.priv.aes import Aes

from monitoring.snmp.values import AuthProtocol, PrivProtocol, User

_HASHES: dict[AuthProtocol, tuple[Callable[..., Any], int]] = {
    # How many bytes of the digest travel: RFC 3414 for the first two, RFC 7860 for the others.
    AuthProtocol.md5: (hashlib.md5, 12),
    AuthProtocol.sha: (hashlib.sha1, 12),
    AuthProtocol.sha224: (hashlib.sha224, 16),
    AuthProtocol.sha256: (hashlib.sha256, 24),
    AuthProtocol.sha384: (hashlib.sha384, 32),
    AuthProtocol.sha512: (hashlib.sha512, 48),
}
_CIPHERS: dict[PrivProtocol, Any] = {PrivProtocol.des: Des(), PrivProtocol.aes: Aes()}
KEY_BYTES = 16  # of both ciphers


class Undecipherable(Exception):
    """The bytes do not decrypt."""


def digest_length(protocol: AuthProtocol) -> int:
    return _HASHES[protocol][1]


class UserKeys:
    """One user's keys, localised for one engine: good for that agent alone (RFC 3414, 2.6)."""

    def __init__(self, user: User, engine_id: bytes) -> None:
        self._auth = user.auth
        self._priv = user.priv
        self._auth_key = _localised(user.auth, user.auth_password, engine_id)
        self._priv_key = _localised(user.auth, user.priv_password, engine_id)[:KEY_BYTES]

    def sign(self, message: bytes) -> bytes:
        """The digest of ``message``, whose own place for it holds zeros."""
        if self._auth is None:
            return b""
        make_hash, length = _HASHES[self._auth]
        return hmac.new(self._auth_key, message, make_hash).digest()[:length]

    def encrypt(self, plain: bytes, boots: int, engine_time: int) -> tuple[bytes, bytes]:
        """The encrypted bytes and the salt that goes with them."""
        cipher = self._cipher()
        encrypted, salt = cipher.encrypt_data(
            univ.OctetString(self._priv_key), (boots, engine_time, None), plain
        )
        return bytes(encrypted), bytes(salt)

    def decrypt(self, encrypted: bytes, boots: int, engine_time: int, salt: bytes) -> bytes:
        """The plain bytes (DES: with padding); Undecipherable if they cannot be."""
        cipher = self._cipher()
        try:
            return bytes(
                cipher.decrypt_data(
                    univ.OctetString(self._priv_key),
                    (boots, engine_time, univ.OctetString(salt)),
                    univ.OctetString(encrypted),
                )
            )
        except (StatusInformation, ValueError, TypeError) as error:
            raise Undecipherable from error

    def _cipher(self) -> Any:
        if self._priv is None:
            raise Undecipherable
        return _CIPHERS[self._priv]


@lru_cache(maxsize=512)  # 3.5 ms each: a megabyte is hashed to slow down guessing
def _master_key(protocol: AuthProtocol, password: str) -> bytes:
    return bytes(localkey.hash_passphrase(password.encode(), _HASHES[protocol][0]))


def _localised(protocol: AuthProtocol | None, password: str, engine_id: bytes) -> bytes:
    if protocol is None or not password:
        return b""
    make_hash = _HASHES[protocol][0]
    key = localkey.localize_key(
        _master_key(protocol, password), univ.OctetString(engine_id), make_hash
    )
    return bytes(key)
