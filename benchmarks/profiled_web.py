"""Labshare's web process under cProfile, from its first request of a program to its end."""

import argparse
import collections
import cProfile
import os
import pstats
import signal
import sys
import sysconfig
import time
from pathlib import Path
from typing import Any

from api.app import create_app
from labshare.attached import attached
from labshare.environment import read_settings
from labshare.listening import listen
from labshare.web import serve

MOST_LINES = 25
ROOT = str(Path(__file__).parent.parent) + os.sep
LIBRARY = sysconfig.get_path("purelib") + os.sep
# The loop waits in here; it is no work.
WAITING = ("run_until_complete", "run_forever", "method 'poll'", "method 'run'")


class Profiled:
    """An application that is profiled as soon as it answers a program."""

    def __init__(self, app: Any) -> None:
        self.app = app
        # Processor time: what the rest of the machine does meanwhile is not ours.
        self.profile = cProfile.Profile(time.thread_time)
        self.requests = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/api/v1"):
            if not self.requests:
                self.profile.enable()
            self.requests += 1
        await self.app(scope, receive, send)

    def report(self) -> str:
        """Time in each package, then in each function, of the time at work."""
        self.profile.disable()
        packages: collections.Counter[str] = collections.Counter()
        functions: collections.Counter[str] = collections.Counter()
        for (file, _, name), (_, _, own, _, _) in pstats.Stats(self.profile).stats.items():  # type: ignore[attr-defined]
            if not any(word in name for word in WAITING):
                packages[_package(file)] += own
                functions[f"{_short(file)} {name}"] += own
        lines = [f"{self.requests} requests under the profiler, which makes each slower"]
        for title, counted in (("package", packages), ("function", functions)):
            lines.append(f"  by {title}:")
            total = sum(counted.values())
            for name, seconds in counted.most_common(MOST_LINES):
                per_request = seconds / max(1, self.requests) * 1e6
                lines.append(f"    {100 * seconds / total:5.1f} %  {per_request:6.0f} µs  {name}")
        return "\n".join(lines)


def _package(file: str) -> str:
    if file == "~":
        return "built in"
    path = file.removeprefix(LIBRARY) if file.startswith(LIBRARY) else file.removeprefix(ROOT)
    return "standard library" if path.startswith(os.sep) else Path(path).parts[0]


def _short(file: str) -> str:
    return "" if file == "~" else "/".join(Path(file).parts[-3:])


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("report", type=Path)
    arguments.add_argument("--port", type=int, required=True)
    given = arguments.parse_args()
    # uvicorn repeats the signal that ended it, and the report would die with the process.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with listen("127.0.0.1", given.port) as server, attached(read_settings(os.environ)) as settings:
        profiled = Profiled(create_app(settings))
        try:
            serve(profiled, server)
        finally:
            given.report.write_text(profiled.report(), encoding="utf-8")
