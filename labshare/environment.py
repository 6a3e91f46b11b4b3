"""Settings at the entry points: read from the environment, handed on to child processes."""

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from core.settings import Settings


def read_settings(environ: Mapping[str, str], data: Path | None = None) -> Settings:
    """The settings of the environment; ``--data`` wins over LABSHARE_DATA."""
    settings = Settings.from_environ(environ)
    folder = data if data is not None else settings.data
    return msgspec.structs.replace(settings, data=folder.resolve())


def child_environ(settings: Settings) -> dict[str, str]:
    """Our own environment with what was found out since, for `labshare web` and `worker`."""
    found = {
        "LABSHARE_DATA": str(settings.data),
        "LABSHARE_DATABASE_URL": settings.database_url or "",
        "LABSHARE_SECRET_KEY": settings.secret_key,
        "LABSHARE_PREVIOUS_SECRET_KEY": settings.previous_secret_key,
        "LABSHARE_NETWORKS": ",".join(map(str, settings.networks)),
        "LABSHARE_WEBHOOK_NETWORKS": ",".join(map(str, settings.webhook_networks)),
    }
    if settings.trap_address:
        host, port = settings.trap_address
        found["LABSHARE_TRAP_ADDRESS"] = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    if settings.s3:
        found |= {
            "LABSHARE_S3_ENDPOINT": settings.s3.endpoint,
            "LABSHARE_S3_ACCESS_KEY": settings.s3.access_key,
            "LABSHARE_S3_SECRET_KEY": settings.s3.secret_key,
            "LABSHARE_S3_BUCKET": settings.s3.bucket,
            "LABSHARE_S3_REGION": settings.s3.region,
            "LABSHARE_S3_SYNC_FOLDER": str(settings.s3.sync_folder or ""),
        }
    return {**os.environ, **found}
