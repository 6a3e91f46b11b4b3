"""``python -m core.sandbox LIMITS MODULE:FUNCTION ARGUMENT…``: one call, its answer on stdout.

Sets its own limits before any reader is loaded: a hostile file can spend this process's minute and
memory and nothing else.
"""

import json
import os
import resource
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path


def main(limits: str, function: str, *arguments: str) -> int:
    """Call the function with standard input and the arguments; what it returns is the answer."""
    _limit(json.loads(limits))
    data = sys.stdin.buffer.read()
    module, _, name = function.partition(":")
    answer: bytes = getattr(import_module(module), name)(data, *arguments)
    sys.stdout.buffer.write(answer)
    return 0


def _limit(limits: dict[str, int]) -> None:
    for kind, most in (
        (resource.RLIMIT_AS, limits["memory_bytes"]),
        (resource.RLIMIT_CPU, limits["cpu_seconds"]),
        (resource.RLIMIT_FSIZE, limits["file_bytes"]),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    os.nice(10)
    # When the machine's memory ends, this process is killed first and not the database.
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
