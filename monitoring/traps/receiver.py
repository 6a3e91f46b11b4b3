"""The port where devices report, held by one worker: received, stored, and only then acknowledged."""

import asyncio
import errno
import os
import socket
import uuid
from contextlib import suppress

import structlog

from core.settings import Settings
from monitoring.devices.credential_encryption import CredentialCipher
from monitoring.snmp import Address
from monitoring.snmp.trap_socket import Peer, TrapSocket
from monitoring.snmp.traps import Gate
from monitoring.traps import engine
from monitoring.traps.inbox import Inbox
from monitoring.traps.intake import Intake
from monitoring.traps.senders import Senders

log = structlog.get_logger(__name__)

# Another worker may hold the port; when it stops, one of the others has it within this time.
TRY_AGAIN_SECONDS = 60.0
REPORT_SECONDS = 10.0


async def run(settings: Settings, stop: asyncio.Event) -> None:
    """Take the port as soon as it is free and listen until ``stop``; without one only wait."""
    if settings.trap_address is None:
        await stop.wait()
        return
    address = Address(*settings.trap_address)
    has_warned = False
    while not stop.is_set():
        inbox = Inbox()
        try:
            opened = TrapSocket(address, inbox.arrived)
        except OSError as error:
            if not has_warned:
                _warn(address, error)
            has_warned = True
            await _sleep(TRY_AGAIN_SECONDS, stop)
            continue
        try:
            await listen(settings, inbox, opened, stop)
        finally:
            opened.close()


async def listen(settings: Settings, inbox: Inbox, opened: TrapSocket, stop: asyncio.Event) -> None:
    """Hear what comes to a port that is ours, until ``stop``; what has come is stored before."""
    holder = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"[-80:]
    ours = await engine.begin(holder)
    gate = Gate(ours, await engine.known_clocks())

    def send(payload: bytes, peer: Peer) -> None:
        opened.send(payload, peer)

    intake = Intake(inbox, gate, Senders(CredentialCipher.of(settings)), send)
    log.info("traps.listening", port=opened.port, boots=ours.boots)
    reporting = asyncio.create_task(_report(holder, inbox, stop))
    try:
        await intake.run(stop)
    finally:
        reporting.cancel()
        await asyncio.gather(reporting, return_exceptions=True)
        log.info("traps.stopped", **inbox.counts)


async def _report(holder: str, inbox: Inbox, stop: asyncio.Event) -> None:
    while not stop.is_set():
        await _sleep(REPORT_SECONDS, stop)
        with suppress(Exception):  # the database may be away; the next report says it all again
            await engine.report(holder, dict(inbox.counts))


def _warn(address: Address, error: OSError) -> None:
    if error.errno == errno.EADDRINUSE:
        log.info("traps.port_is_taken", address=str(address), says="another worker may have it")
    else:
        log.error("traps.no_port", address=str(address), says=error.strerror)


async def _sleep(seconds: float, stop: asyncio.Event) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
