"""The real web application on a free port of this machine: ``python -m tests.browser.server PORT``."""

import os
import sys

import uvicorn

from api.app import create_app
from core.settings import Settings

if __name__ == "__main__":
    uvicorn.run(
        create_app(Settings.from_environ(os.environ)),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        log_level="warning",
        access_log=False,
    )
