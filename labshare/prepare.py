"""What has to be done before the first page: `python -m labshare.prepare`, told in JSON.

A process of its own, because the supervisor stays for months and need not carry all this.
"""

import argparse
import asyncio
import os
import sys

import msgspec
import structlog

from core import migrations, setup
from core.errors import Unavailable
from core.settings import Settings
from labshare import logging
from labshare.attached import connected
from labshare.commands.failures import one_line
from labshare.environment import read_settings
from labshare.prepare_report import DemoSignIn, Prepared
from storage import objects

log = structlog.get_logger(__name__)


async def prepare(settings: Settings, *, demo: bool) -> Prepared:
    """Migrates, makes the bucket, and either fills in sample data or offers the first admin."""
    limits = objects.PATIENT if demo else objects.PROMPT
    async with connected(settings, store_limits=limits):
        done = await migrations.apply()
        await _look_at_store()
        if demo:
            return Prepared(done, sign_ins=await _sample_data(settings))
        code = await setup.create_link() if await setup.is_needed() else None
        return Prepared(done, setup_code=code)


async def _look_at_store() -> None:
    """Makes the bucket; Unavailable if the store refuses us, which waiting does not mend."""
    try:
        await objects.verify()
    except Unavailable as error:
        if error.code == "object_store_refused":
            raise
        log.warning("object_store.away", reason=str(error), says="files once it answers")


async def _sample_data(settings: Settings) -> list[DemoSignIn]:
    # Loaded here alone: a school's own installation needs none of what makes sample files.
    from labshare.demo.seed import seed

    accounts = (await seed(settings)).accounts
    return [DemoSignIn(one.role.value, one.name, one.login, one.password) for one in accounts]


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--demo", action="store_true")
    given = arguments.parse_args()
    settings = read_settings(os.environ)
    logging.configure(settings.log)
    try:
        prepared = asyncio.run(prepare(settings, demo=given.demo))
    except Exception as error:
        sentence = one_line(error)
        if sentence is None:
            raise
        print(sentence, file=sys.stderr)
        return 1
    print(msgspec.json.encode(prepared).decode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
