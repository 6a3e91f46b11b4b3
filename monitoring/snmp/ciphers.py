"""Encryption of v3: AES by the cryptography library at first hand, DES by pysnmp's service."""

import os
from itertools import count
from typing import Protocol

from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from pyasn1.type import univ
from pysnmp.proto.error import StatusInformation

# By way of the service that joins them: on their own these modules import in a circle.
from pysnmp.proto.secmod.rfc3414.service import aes, aes192, aes256, des

from monitoring.snmp.values import PrivProtocol

BLOCK_BYTES = 16
SALT_BYTES = 8
# Each service localises the key that its cipher needs; the last two lengthen it as Cisco does.
SERVICES = {
    PrivProtocol.des: des.Des(),
    PrivProtocol.aes: aes.Aes(),
    PrivProtocol.aes192: aes192.AesBlumenthal192(),
    PrivProtocol.aes256: aes256.AesBlumenthal256(),
    PrivProtocol.aes192c: aes192.Aes192(),
    PrivProtocol.aes256c: aes256.Aes256(),
}


class Undecipherable(Exception):
    """The bytes do not decrypt."""


class PayloadCipher(Protocol):
    """Encrypts and decrypts the scoped PDUs of one user at one engine."""

    def encrypt(self, plain: bytes, boots: int, engine_time: int) -> tuple[bytes, bytes]:
        """The encrypted bytes and the salt that goes with them."""
        ...

    def decrypt(self, encrypted: bytes, boots: int, engine_time: int, salt: bytes) -> bytes:
        """The plain bytes (DES: with padding); Undecipherable if they cannot be."""
        ...


def cipher_for(protocol: PrivProtocol, key: bytes) -> PayloadCipher:
    return DesCipher(key) if protocol is PrivProtocol.des else AesCipher(key)


# Never the same twice under one key: counted on from where chance began (RFC 3826, 3.1.2.1).
_salts = count(int.from_bytes(os.urandom(SALT_BYTES), "big"))


class AesCipher:
    """AES in CFB mode (RFC 3826), with a key of 16, 24 or 32 bytes.

    Setting a context up costs ten times what encrypting a question does, so two are kept. One runs
    single blocks through AES: decrypting, these are all known beforehand, the vector and the
    encrypted bytes. The other encrypts, and goes on from its last encrypted block: a first block,
    chosen so that it encrypts to the message's own vector, makes it start there.
    """

    __slots__ = ("_blocks", "_chain", "_last")

    def __init__(self, key: bytes) -> None:
        algorithm = algorithms.AES(key)
        self._blocks = Cipher(algorithm, modes.ECB()).encryptor()  # noqa: S305 (the core of CFB)
        self._last = os.urandom(BLOCK_BYTES)
        self._chain = Cipher(algorithm, CFB(self._last)).encryptor()

    def encrypt(self, plain: bytes, boots: int, engine_time: int) -> tuple[bytes, bytes]:
        salt = next(_salts) & 0xFFFFFFFFFFFFFFFF
        vector = boots << 96 | engine_time << 64 | salt
        size = BLOCK_BYTES + len(plain)
        mixed = int.from_bytes(self._blocks.update(self._last), "big") ^ vector
        lead = mixed.to_bytes(BLOCK_BYTES, "big")
        # Whole blocks only, or the context would stand in the middle of one afterwards.
        chained = self._chain.update(lead + plain + bytes(-size % BLOCK_BYTES))
        self._last = chained[-BLOCK_BYTES:]
        return chained[BLOCK_BYTES:size], salt.to_bytes(SALT_BYTES, "big")

    def decrypt(self, encrypted: bytes, boots: int, engine_time: int, salt: bytes) -> bytes:
        if len(salt) != SALT_BYTES:
            raise Undecipherable
        vector = (boots << 32 | engine_time).to_bytes(8, "big") + salt
        size = len(encrypted)
        stream = self._blocks.update(vector + encrypted + bytes(-size % BLOCK_BYTES))
        mixed = int.from_bytes(encrypted, "big") ^ int.from_bytes(stream[:size], "big")
        return mixed.to_bytes(size, "big")


class DesCipher:
    """DES in CBC mode (RFC 3414, 8): few use it still, so it may cost what it costs."""

    def __init__(self, key: bytes) -> None:
        self._key = univ.OctetString(key)

    def encrypt(self, plain: bytes, boots: int, engine_time: int) -> tuple[bytes, bytes]:
        encrypted, salt = SERVICES[PrivProtocol.des].encrypt_data(
            self._key, (boots, engine_time, None), plain
        )
        return bytes(encrypted), bytes(salt)

    def decrypt(self, encrypted: bytes, boots: int, engine_time: int, salt: bytes) -> bytes:
        parameters = (boots, engine_time, univ.OctetString(salt))
        try:
            return bytes(
                SERVICES[PrivProtocol.des].decrypt_data(
                    self._key, parameters, univ.OctetString(encrypted)
                )
            )
        except (StatusInformation, ValueError, TypeError) as error:
            raise Undecipherable from error
