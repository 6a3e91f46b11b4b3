"""`labshare key rotate`: another secret key, and every stored secret encrypted with it."""

import asyncio
import os

import click
import msgspec

from core import database, second_factor, security_log
from core.access import Actor
from core.encryption import Cipher
from core.security_log import Kind
from core.settings import Settings
from core.webhooks import managing as webhooks
from core.webhooks.delivering import PURPOSE as WEBHOOKS
from inventory import collector
from labshare import secret_key
from labshare.attached import attached, connected
from labshare.commands.failures import fail, told_plainly
from labshare.engines import postgres
from labshare.environment import read_settings
from monitoring.devices.credential_encryption import CredentialCipher
from monitoring.devices.credentials import rotate_key


@click.group(name="key")
def command() -> None:
    """The key that protects stored SNMP secrets, second factors, and secrets of webhooks and sticks."""


@command.command()
@told_plainly
def rotate() -> None:
    """Seal every stored secret with a new key.

    With a key file in the data folder: stop Labshare first (a worker that was killed counts as
    stopped after a minute); a new key is made there. With
    LABSHARE_SECRET_KEY: set it to the new key and LABSHARE_PREVIOUS_SECRET_KEY to the old one for
    every process, start them again, then run this, then take the old one away.
    """
    settings = read_settings(os.environ)
    if settings.secret_key:
        if not settings.previous_secret_key:
            fail(
                "set LABSHARE_PREVIOUS_SECRET_KEY to the key that the secrets are encrypted with now"
            )
        _tell(*_encrypt(settings))
        return
    if _is_at_work(settings):
        fail("stop Labshare first: its processes hold the present key")
    counts = _encrypt(secret_key.begin_rotation(settings))
    secret_key.end_rotation(settings)
    _tell(*counts)


def _is_at_work(settings: Settings) -> bool:
    """Whether processes that hold the present key may be there: they would go on encrypting with it."""
    if settings.database_url is None:
        return postgres.find_running(settings.data) is not None
    return asyncio.run(_a_worker_lives(settings))


async def _a_worker_lives(settings: Settings) -> bool:
    async with connected(msgspec.structs.replace(settings, s3=None)):
        lives: bool = await database.fetch_value(
            "SELECT EXISTS (SELECT FROM heartbeat WHERE seen_at > now() - interval '1 minute')"
        )
    return lives


def _encrypt(keyed: Settings) -> tuple[int, int]:
    with attached(keyed) as settings:
        return asyncio.run(_encrypt_all(settings))


async def _encrypt_all(settings: Settings) -> tuple[int, int]:
    async with connected(settings):
        factors = await second_factor.encrypt_anew(
            Cipher.of(settings, purpose=second_factor.PURPOSE)
        )
        credentials = await rotate_key(CredentialCipher.of(settings))
        await webhooks.encrypt_anew(Cipher.of(settings, purpose=WEBHOOKS))
        await collector.encrypt_anew(Cipher.of(settings, purpose=collector.PURPOSE))
        operator = Actor.system("labshare key rotate", [])
        await security_log.record(Kind.key_rotated, actor=operator)
        return credentials, factors


def _tell(credentials: int, factors: int) -> None:
    click.echo(f"{credentials} credentials are encrypted with the new key")
    click.echo(f"{factors} second factors are encrypted with the new key")
