"""Random tokens are stored as their hash alone."""

import hashlib


def hash_token(token: str) -> bytes:
    """What is stored of a random token: SHA-256 is enough where there is nothing to guess."""
    return hashlib.sha256(token.encode()).digest()
