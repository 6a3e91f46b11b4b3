"""How every process of Labshare logs: one line an event, text or JSON, and never a secret."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

# Part of a name is enough: smtp_password, s3_secret_key, auth_key, api_token, community …
SECRET_NAME = re.compile(
    r"password|passphrase|secret|token|community|authorization|cookie|credential"
    r"|(access|auth|priv|private|api)_key",
    re.I,
)
SECRET_IN_ADDRESS = re.compile(r"(?<=://)([^/@\s:]+):[^/@\s]+(?=@)")
SECRET_IN_LINK = re.compile(r"(X-Amz-(?:Signature|Credential|Security-Token)=)[^&\s]+", re.I)
# The secret of a private calendar stands in its path.
SECRET_IN_PATH = re.compile(r"(/ical/)[^/\s?\"']+")
HIDDEN = "[hidden]"

# Libraries that log each request or each job run at INFO.
CHATTY = ("asyncio", "httpx", "urllib3", "uvicorn", "piccolo")
# It warns whenever a job takes longer than its interval, which is why jobs run one at a time.
SILENT = ("apscheduler",)

Event = MutableMapping[str, Any]


def configure(style: str) -> None:
    """Sends our events and those of the libraries to standard error, in the style asked for."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        hide_secrets,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in SILENT:
        logging.getLogger(name).setLevel(logging.ERROR)


def hide_secrets(_logger: Any, _method: str, event: Event) -> Event:
    """Blanks values whose name says secret, and passwords inside addresses and signed links."""
    for name, value in event.items():
        event[name] = _safe(name, value)
    return event


def _safe(name: str, value: object) -> object:
    if SECRET_NAME.search(name):
        return HIDDEN
    if isinstance(value, dict):
        return {key: _safe(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_safe("", inner) for inner in value]
    if isinstance(value, str):
        shown = SECRET_IN_ADDRESS.sub(rf"\1:{HIDDEN}", value)
        for secret in (SECRET_IN_LINK, SECRET_IN_PATH):
            shown = secret.sub(rf"\g<1>{HIDDEN}", shown)
        return shown
    return value
