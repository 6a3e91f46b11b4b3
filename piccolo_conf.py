"""Where Piccolo's command line finds the database and the apps, in the order of the layers."""

import os

from piccolo.conf.apps import AppRegistry

from core.database import engine as DB  # noqa: N812 (the name Piccolo looks for)

if not DB.config and os.environ.get("LABSHARE_DATABASE_URL"):
    DB.config = {"dsn": os.environ["LABSHARE_DATABASE_URL"]}

APP_REGISTRY = AppRegistry(
    apps=[
        "core.piccolo_app",
        "storage.piccolo_app",
        "inventory.piccolo_app",
        "monitoring.piccolo_app",
    ]
)
