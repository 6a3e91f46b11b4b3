"""Refusals as one clear line on standard error and exit code 1."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import asyncpg
import click

from core.errors import Invalid, Problem
from labshare import closed
from labshare.engines.failure import EngineFailed

F = TypeVar("F", bound=Callable[..., Any])


class Failed(click.ClickException):
    """What was asked could not be done."""

    exit_code = 1

    def show(self, file: Any = None) -> None:
        click.echo(f"labshare: {self.format_message()}", file=file, err=True)


def fail(sentence: str) -> NoReturn:
    """Ends the command with this sentence."""
    raise Failed(sentence)


def one_line(error: BaseException) -> str | None:
    """The sentence for an expected failure; None for a fault of ours, which wants its traceback."""
    if isinstance(error, Invalid):
        return "; ".join(f"{each.field}: {each.message}" for each in error.errors)
    if isinstance(error, Problem | EngineFailed):
        return str(error)
    if isinstance(error, asyncpg.PostgresError | asyncpg.InterfaceError):
        return f"the database refused: {error}"
    if isinstance(error, PermissionError) and isinstance(error.filename, str):
        return closed.about(Path(error.filename))
    if isinstance(error, OSError):
        return f"{error.strerror or error}: {error.filename}" if error.filename else str(error)
    return None


def told_plainly(command: F) -> F:
    """Turns expected failures of a command into one line and exit code 1."""

    @functools.wraps(command)
    def told(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            sentence = one_line(error)
            if sentence is None:
                raise
            raise Failed(sentence) from error

    return told  # type: ignore[return-value]
