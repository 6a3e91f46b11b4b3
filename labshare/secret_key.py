"""The key that protects stored SNMP secrets: given in the environment, or a file of our own."""

import secrets

from core.settings import Settings
from labshare.engines.account import Account
from labshare.engines.folders import write_private

FILE_NAME = "secret.key"
OURSELVES = Account(None, None)


def find_or_make(settings: Settings) -> str:
    """LABSHARE_SECRET_KEY, else what the data folder holds, else a fresh key put there.

    Losing it loses the stored SNMP secrets, so a backup of the data folder has to hold it.
    """
    if settings.secret_key:
        return settings.secret_key
    path = settings.data / FILE_NAME
    if not path.exists():
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(path, secrets.token_urlsafe(48) + "\n", OURSELVES)
    return path.read_text(encoding="ascii").strip()
