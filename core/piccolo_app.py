"""The core's tables and migrations, as Piccolo finds them."""

from pathlib import Path

from piccolo.conf.apps import AppConfig, table_finder

APP_CONFIG = AppConfig(
    app_name="core",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=table_finder(
        ["core.tables", "core.sign_in_tables", "core.webhooks.tables"], exclude_imported=True
    ),
    migration_dependencies=[],
    commands=[],
)
