"""Certificates by which the parts of one object store know each other: `certificates.py FOLDER`.

Run by path, so that it imports nothing of Labshare: what it needs of `cryptography` costs ten
megabytes that the supervisor would carry for months. It writes three PEM files (RFC 7468), readable
by the present user alone: `ca.crt`, `store.crt` and `store.key`.

The key of the authority is written nowhere: nobody can ever make a second certificate. A store gets
new ones at each start, so none has to be renewed. They name no end (RFC 5280, 4.1.2.5) and begin
with the first day of Unix time, so a clock that is set wrong, as after a flat battery, stops nothing.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

BEGINS = datetime(1970, 1, 1, tzinfo=UTC)
NO_END = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
# SeaweedFS does not compare names, only who signed; these are for whoever reads a log.
COMMON_NAME = "labshare object store"
AUTHORITY = "labshare object store authority"


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _unsigned(subject: str, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(AUTHORITY))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGINS)
        .not_valid_after(NO_END)
    )


def make() -> dict[str, bytes]:
    """An authority and one certificate of it, for either end of a connection."""
    authority_key = ec.generate_private_key(ec.SECP256R1())
    key = ec.generate_private_key(ec.SECP256R1())
    authority = _unsigned(AUTHORITY, authority_key).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    both_ends = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    certificate = (
        _unsigned(COMMON_NAME, key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage(both_ends), critical=False)
    )
    return {
        "ca.crt": authority.sign(authority_key, hashes.SHA256()).public_bytes(Encoding.PEM),
        "store.crt": certificate.sign(authority_key, hashes.SHA256()).public_bytes(Encoding.PEM),
        "store.key": key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    }


def write(folder: Path) -> None:
    """Puts a new set into the folder, each file in one step."""
    for name, content in make().items():
        fresh = folder / f".{name}.new"
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        fresh.replace(folder / name)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
