"""The key that protects stored SNMP secrets: given in the environment, or a file of our own.

The file's first line is the key. A second line, the key before, is there only while a rotation is
under way or was cut short: then secrets encrypted with either can be read.
"""

import secrets

import msgspec

from core.settings import Settings
from labshare.engines.account import OURSELVES
from labshare.engines.folders import write_private

FILE_NAME = "secret.key"


def with_keys(settings: Settings) -> Settings:
    """LABSHARE_SECRET_KEY, else what the data folder holds, else a fresh key put there.

    Losing it loses the stored SNMP secrets, so a backup of the data folder has to hold it.
    """
    if settings.secret_key:
        return settings
    if not (settings.data / FILE_NAME).exists():
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(settings, _fresh())
    return _as_written(settings)


def begin_rotation(settings: Settings) -> Settings:
    """A fresh key in the file, with the present one behind it; one cut short is taken up again."""
    held = with_keys(settings)
    if not held.previous_secret_key:
        _write(settings, _fresh(), held.secret_key)
    return _as_written(settings)


def end_rotation(settings: Settings) -> None:
    """Forget the key before: nothing is encrypted with it any more."""
    _write(settings, _as_written(settings).secret_key)


def _as_written(settings: Settings) -> Settings:
    lines = (settings.data / FILE_NAME).read_text(encoding="ascii").split()
    previous = lines[1] if len(lines) > 1 else ""
    return msgspec.structs.replace(settings, secret_key=lines[0], previous_secret_key=previous)


def _fresh() -> str:
    return secrets.token_urlsafe(48)


def _write(settings: Settings, *keys: str) -> None:
    write_private(settings.data / FILE_NAME, "".join(f"{key}\n" for key in keys), OURSELVES)
