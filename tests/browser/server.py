"""The application as it is served, on a port of this machine: ``python -m tests.browser.server PORT``."""

import os
import sys

from core.settings import Settings
from labshare import logging, web
from labshare.listening import listen

if __name__ == "__main__":
    settings = Settings.from_environ(os.environ)
    logging.configure(settings.log)
    with listen("127.0.0.1", int(sys.argv[1])) as server:
        web.run(settings, server)
