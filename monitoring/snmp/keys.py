"""v3 secrets at work: passwords into keys by pysnmp, messages signed by the standard library."""

import secrets
from functools import lru_cache
from hashlib import md5, sha1, sha224, sha256, sha384, sha512
from typing import Any, NamedTuple

from pyasn1.type import univ
from pysnmp.proto.secmod.rfc3414 import localkey
from pysnmp.proto.secmod.rfc3414.auth.hmacmd5 import HmacMd5
from pysnmp.proto.secmod.rfc3414.auth.hmacsha import HmacSha
from pysnmp.proto.secmod.rfc7860.auth.hmacsha2 import HmacSha2

from monitoring.snmp.ciphers import SERVICES, PayloadCipher, cipher_for
from monitoring.snmp.values import AuthProtocol, Oid, PrivProtocol

MOST_MASTER_KEYS = 512


class Signature(NamedTuple):
    """How a protocol signs: its hash, how many bytes of the digest travel, its OID."""

    make_hash: Any
    length: int
    oid: Oid


SIGNATURES = {
    # RFC 3414 for the first two, RFC 7860 for the others.
    AuthProtocol.md5: Signature(md5, 12, HmacMd5.SERVICE_ID),
    AuthProtocol.sha: Signature(sha1, 12, HmacSha.SERVICE_ID),
    AuthProtocol.sha224: Signature(sha224, 16, HmacSha2.SHA224_SERVICE_ID),
    AuthProtocol.sha256: Signature(sha256, 24, HmacSha2.SHA256_SERVICE_ID),
    AuthProtocol.sha384: Signature(sha384, 32, HmacSha2.SAH384_SERVICE_ID),
    AuthProtocol.sha512: Signature(sha512, 48, HmacSha2.SHA512_SERVICE_ID),
}


class Signer:
    """Signs as one user for one engine: its key is good for that agent alone (RFC 3414, 2.6).

    HMAC (RFC 2104) with both hashes begun once: their first blocks, the key's, are the same for
    every message, and copying a begun hash costs a third of starting a new HMAC.
    """

    __slots__ = ("_inner", "_outer", "length")

    def __init__(self, protocol: AuthProtocol, password: str, engine_id: bytes) -> None:
        make_hash, self.length, _ = SIGNATURES[protocol]
        key = localkey.localize_key(
            _master_key(protocol, password), univ.OctetString(engine_id), make_hash
        )
        block = bytes(key).ljust(make_hash().block_size, b"\x00")
        self._inner = make_hash(bytes(byte ^ 0x36 for byte in block))
        self._outer = make_hash(bytes(byte ^ 0x5C for byte in block))

    def sign(self, message: bytes) -> bytes:
        """The digest of ``message``, whose own place for it holds zeros."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        digest: bytes = outer.digest()
        return digest[: self.length]

    def has_signed(self, message: bytes, digest: bytes, digest_at: int) -> bool:
        """Whether ``digest``, found at that place of ``message``, is its signature."""
        if len(digest) != self.length:
            return False
        blank = message[:digest_at] + bytes(self.length) + message[digest_at + self.length :]
        return secrets.compare_digest(digest, self.sign(blank))


def local_cipher(
    auth: AuthProtocol, priv: PrivProtocol, password: str, engine_id: bytes
) -> PayloadCipher:
    """The cipher of one user at one engine."""
    key = SERVICES[priv].localize_key(
        SIGNATURES[auth].oid, _master_key(auth, password), univ.OctetString(engine_id)
    )
    return cipher_for(priv, bytes(key))


@lru_cache(maxsize=MOST_MASTER_KEYS)  # 3.5 ms each: a megabyte is hashed to slow down guessing
def _master_key(protocol: AuthProtocol, password: str) -> Any:
    return localkey.hash_passphrase(password.encode(), SIGNATURES[protocol].make_hash)
