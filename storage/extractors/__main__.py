"""``python -m storage.extractors MEDIA_TYPE PATH FOLDER``: read one file, answer in JSON.

Runs under limits that it sets itself before any reader is loaded: a hostile file can spend this
process's minute and memory and nothing else.
"""

import os
import resource
import sys
from pathlib import Path

MEMORY_BYTES = 1536 * 1024 * 1024
CPU_SECONDS = 60
LARGEST_FILE_BYTES = 64 * 1024 * 1024


def main(media_type: str, path: str, folder: str) -> int:
    """Print the findings; exit code 1 means that nothing could be read."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE_BYTES, LARGEST_FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(10)

    import msgspec

    from storage.extractors.readers import reader_of

    findings = reader_of(media_type)(Path(path), Path(folder))
    sys.stdout.buffer.write(msgspec.json.encode(findings))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
