"""Messages on their way: at least once, those about one row in order, no receiver in another's way.

A worker claims receivers, not messages: one that does not answer costs its own turn alone, and is
left alone ever longer. Between its messages no transaction is open.
"""

import asyncio
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID

import httpx
import msgspec
import structlog

from core import leases
from core.clock import now
from core.database import execute, fetch_one, transaction
from core.encryption import Cipher
from core.leases import Queue
from core.webhooks import sending, signing
from core.webhooks.addresses import Policy
from core.webhooks.kinds import Kinds
from core.webhooks.sending import Answer

log = structlog.get_logger(__name__)

# Not one of whose row an earlier message still waits: of one row they arrive in order.
READY = """
    d.state = 'waiting' AND d.due_at <= now()
    AND NOT EXISTS (SELECT FROM webhook_delivery e
                     WHERE e.webhook = d.webhook AND e.entity = d.entity AND e.key = d.key
                       AND e.state = 'waiting' AND e.id < d.id)
"""
QUEUE = Queue(
    table="webhook",
    until="due_at",
    lease=timedelta(seconds=60),
    renew_seconds=15.0,
    longest_wait=timedelta(hours=1),
    waiting="switched_off_at IS NULL AND EXISTS (SELECT FROM webhook_delivery d"
    f" WHERE d.webhook = webhook.id AND {READY})",
)
AT_ONCE = 16
TURN_SECONDS = 30.0
RUN_SECONDS = 60.0
# How soon a receiver that became due is seen while others are waited for.
LOOK_SECONDS = 0.5
TURN_MOST_FAILURES = 3
GIVE_UP_AFTER = timedelta(days=3)
# The receiver says that it wants no more (Standard Webhooks).
GONE = 410
TEST = "test"
PURPOSE = b"labshare webhooks"


class _Receiver(msgspec.Struct):
    id: int
    school: int
    failures: int
    attempts: int


class _Message(msgspec.Struct):
    id: int
    message: UUID
    entity: str
    key: str
    action: str
    at: datetime
    attempts: int
    school: str
    url: str
    is_private: bool
    sealed: bytes


class Courier(msgspec.Struct, frozen=True):
    """What a message needs of the installation."""

    cipher: Cipher
    kinds: Kinds
    policy: Policy
    base_url: str


# With the address and secret of this moment, and nothing once another worker has the receiver.
NEXT = f"""
SELECT d.id, d.message, d.entity, d.key, d.action, d.at, d.attempts, s.code AS school,
       w.url, w.is_private, w.sealed
  FROM webhook_delivery d JOIN webhook w ON w.id = d.webhook JOIN school s ON s.id = w.school
 WHERE d.webhook = $1 AND w.attempts = $2 AND w.switched_off_at IS NULL AND {READY}
 ORDER BY d.id LIMIT 1
"""


async def deliver_due(courier: Courier) -> int:
    """Send what is due until nothing is; how many messages were taken.

    While one receiver is waited for, others that have become due get their turn.
    """
    turns: set[asyncio.Task[int]] = set()
    taken = 0
    ends = monotonic() + RUN_SECONDS
    while True:
        free = AT_ONCE - len(turns) if monotonic() < ends else 0
        claimed = await leases.claim(_Receiver, QUEUE, most=free) if free else []
        turns |= {asyncio.create_task(_safe_turn(courier, receiver)) for receiver in claimed}
        if not turns:
            return taken
        done, turns = await asyncio.wait(
            turns, timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
        taken += sum(turn.result() for turn in done)


async def _safe_turn(courier: Courier, receiver: _Receiver) -> int:
    try:
        return await _turn(courier, receiver)
    except Exception:
        # Of one receiver alone; it is due again when its lease is over.
        log.exception("webhook.failed", id=receiver.id)
        return 0


async def _turn(courier: Courier, receiver: _Receiver) -> int:
    """The messages of one receiver, one after the other, for a while."""
    taken = failed = 0
    ends = monotonic() + TURN_SECONDS
    async with leases.renewed(QUEUE, [receiver]) as lease, sending.client() as opened:
        while not lease.is_over and monotonic() < ends and failed < TURN_MOST_FAILURES:
            message = await fetch_one(_Message, NEXT, receiver.id, receiver.attempts)
            if message is None:
                break
            answer = await _send(courier, opened, receiver, message)
            await _record(receiver, message, answer)
            taken += answer.is_taken
            failed += not answer.is_taken
            if answer.status is None or answer.status == GONE:
                # Nobody is there: the others would wait as long for nothing.
                failed = TURN_MOST_FAILURES
    await _end_turn(receiver, is_failing=failed >= TURN_MOST_FAILURES)
    return taken


async def _send(
    courier: Courier, opened: httpx.AsyncClient, receiver: _Receiver, message: _Message
) -> Answer:
    secret = courier.cipher.decrypt(message.sealed, owner=owner(receiver.school)).decode()
    body = await body_of(courier, message)
    headers = signing.headers(secret, f"msg_{message.message.hex}", now(), body)
    return await sending.post(
        opened,
        message.url,
        headers,
        body,
        is_private=message.is_private,
        policy=courier.policy,
    )


async def body_of(courier: Courier, message: _Message) -> bytes:
    """What is told: that something changed, and where to read it; nothing about anybody."""
    kind = courier.kinds.get(message.entity)
    address = await kind.address(message.key) if kind and message.action != "removed" else ""
    about = {
        "kind": message.entity,
        "id": int(message.key) if message.key.isdecimal() else message.key,
        "url": address and courier.base_url + address,
        "school": message.school,
    }
    return msgspec.json.encode(
        {"type": f"{message.entity}.{message.action}", "timestamp": message.at, "data": about}
    )


async def _record(receiver: _Receiver, message: _Message, answer: Answer) -> None:
    at, attempts = now(), message.attempts + 1
    state = "delivered" if answer.is_taken else "waiting"
    if state == "waiting" and at - message.at > GIVE_UP_AFTER:
        state = "given_up"
    async with transaction():
        await execute(
            "UPDATE webhook_delivery SET state = :state, attempts = :attempts, due_at = :due_at,"
            " tried_at = :at, status = :status, answer = :answer, trouble = :trouble,"
            " took_ms = :took_ms WHERE id = :id AND state = 'waiting'",
            id=message.id,
            state=state,
            attempts=attempts,
            due_at=at + QUEUE.back_off(attempts),
            at=at,
            status=answer.status,
            answer=answer.text,
            trouble=answer.trouble,
            took_ms=answer.took_ms,
        )
        if answer.is_taken:
            await execute(
                "UPDATE webhook SET failing_since = NULL, failures = 0"
                " WHERE id = $1 AND failing_since IS NOT NULL",
                receiver.id,
            )
        else:
            await _note_failure(receiver, at, is_gone=answer.status == GONE)


async def _note_failure(receiver: _Receiver, at: datetime, *, is_gone: bool) -> None:
    """Switch the receiver off if it has failed for days without one success, or wants no more."""
    off = await execute(
        "UPDATE webhook SET failing_since = coalesce(failing_since, :at), failures = failures + 1,"
        " switched_off_at = CASE WHEN :is_gone OR failing_since < :limit THEN :at END,"
        " is_given_up = :is_gone OR coalesce(failing_since < :limit, false)"
        " WHERE id = :id AND switched_off_at IS NULL",
        id=receiver.id,
        at=at,
        limit=at - GIVE_UP_AFTER,
        is_gone=is_gone,
    )
    if off:
        await execute(
            "UPDATE webhook_delivery d SET state = 'given_up' FROM webhook w WHERE w.id = $1"
            " AND w.is_given_up AND d.webhook = w.id AND d.state = 'waiting'",
            receiver.id,
        )


async def _end_turn(receiver: _Receiver, *, is_failing: bool) -> None:
    """Free the receiver for the next turn: at once, or after a wait that grows with its failures."""
    wait = QUEUE.back_off(receiver.failures + 1) if is_failing else timedelta()
    await execute(
        "UPDATE webhook SET due_at = $3 WHERE id = $1 AND attempts = $2",
        receiver.id,
        receiver.attempts,
        now() + wait,
    )


def owner(school_id: int) -> str:
    """Whose a secret is: copied into another school's row it does not open."""
    return f"school {school_id}"
