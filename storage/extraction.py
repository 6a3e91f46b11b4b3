"""Words, cover and first pages of a file, read in a process of its own with limits."""

import asyncio
import os
import sys
from pathlib import Path

import msgspec

from storage.extractors.findings import Findings, Picture
from storage.extractors.readers import is_readable

__all__ = ["Findings", "Picture", "extract"]

WALL_SECONDS = 90
# Reading is for the processor; more at once would starve the polls of a small computer.
AT_ONCE = 1

_turns = asyncio.Semaphore(AT_ONCE)


async def extract(path: Path, media_type: str, folder: Path) -> Findings:
    """What could be read of ``path``; pictures are written into ``folder``.

    Never raises for a bad file: ``note`` then says ``no_preview`` (no reader for this type),
    ``unreadable`` (damaged or beyond the limits), ``locked``, ``no_text`` or ``too_large_inside``.
    """
    if not is_readable(media_type):
        return Findings(note="no_preview")
    async with _turns:
        output = await _run(media_type, path, folder)
    if output is None:
        return Findings(note="unreadable")
    return msgspec.json.decode(output, type=Findings)


async def _run(media_type: str, path: Path, folder: Path) -> bytes | None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "storage.extractors", media_type, str(path), str(folder),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=_environment(),
        cwd=folder,
    )  # fmt: skip
    try:
        async with asyncio.timeout(WALL_SECONDS):
            output, _ = await process.communicate()
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return output if process.returncode == 0 else None


def _environment() -> dict[str, str]:
    # Nothing of ours but the way to our modules: no keys, no addresses.
    root = str(Path(__file__).resolve().parent.parent)
    return {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])]),
        "PYTHONDONTWRITEBYTECODE": "1",
        # One thread of linear algebra, one of image work: memory limits count every stack.
        "OMP_NUM_THREADS": "1",
    }
