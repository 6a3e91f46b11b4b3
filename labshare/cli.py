"""The command line: what can be asked, found and loaded only when it is asked."""

import importlib
from pathlib import Path

import click

from labshare import closed
from labshare.file_limit import raise_file_limit
from labshare.startup import nothing_to_collect

# Loading every command takes seconds and a hundred megabytes that `serve` keeps for months.
COMMANDS = {
    "serve": "serve",
    "demo": "demo",
    "web": "web",
    "worker": "worker",
    "store": "store",
    "migrate": "migrate",
    "first-admin": "first_admin",
    "person": "person",
    "school": "school",
    "network": "network",
    "token": "token",
    "key": "key",
    "import": "imports",
    "poll": "poll",
    "profile": "profile",
    "check": "check",
    "alive": "alive",
}


class Commands(click.Group):
    """Loads `labshare.commands.NAME` and takes its `command`."""

    def list_commands(self, _context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        try:
            with nothing_to_collect():
                module = importlib.import_module(f"labshare.commands.{COMMANDS[name]}")
        except (ImportError, PermissionError) as error:
            # A folder that may not be read looks to Python like one without the module.
            shut = closed.unreadable(Path(__file__).parents[1])
            if shut is None:
                raise
            raise click.ClickException(closed.about(shut)) from error
        command: click.Command = module.command
        return command


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="labshare")
def main() -> None:
    """Labshare: donated equipment, lab monitoring and a shared teaching library.

    Exit code 0: done. 1: failed, with one line that says why. 2: asked in a wrong way.
    """
    raise_file_limit()
