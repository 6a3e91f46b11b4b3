"""Webhooks as the admins of a school set them up, with the log of what was sent."""

from datetime import timedelta
from uuid import uuid4

import msgspec

from core.access import Actor
from core.clock import now
from core.database import (
    Refusals,
    execute,
    execute_many,
    fetch,
    fetch_one,
    fetch_value,
    transaction,
)
from core.encryption import Cipher
from core.errors import Conflict, FieldError, Invalid, NotFound, say
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import MANAGE_SCHOOL
from core.query import EVERY_SCHOOL, Key, OfSchool, Order, Where, get_row, in_sight, list_page
from core.rows import delete_row, insert_row, update_row
from core.texts import Line, refuse, tidied
from core.webhooks import addresses, signing, tables
from core.webhooks.addresses import Policy
from core.webhooks.delivering import TEST, owner
from core.webhooks.kinds import Kinds
from core.webhooks.shapes import Delivery, IssuedWebhook, NewWebhook, Webhook, WebhookFacts

MOST_A_SCHOOL = 20
KEEP_LOG = timedelta(days=30)
TEXTS = {
    "name": Line(tables.Webhook.name, required=say("Fill in this field")),
    "url": Line(tables.Webhook.url, required=say("Fill in this field")),
}
REFUSALS: Refusals = {
    "webhook_name_once_a_school": Conflict(
        say("The school has a webhook of this name already"), field="name"
    ),
}
MISSING = say("There is no such webhook, or it is not of your school")
READ = """
SELECT w.id, w.school AS school_id, s.code AS school, w.name, w.url, w.kinds, w.is_private,
       w.created_at, w.failing_since, w.switched_off_at, w.is_given_up,
       (SELECT count(*) FROM webhook_delivery d WHERE d.webhook = w.id AND d.state = 'waiting')
           AS waiting
  FROM webhook w JOIN school s ON s.id = w.school
"""
BY_NAME = Order(Key("w.name", str, "name"), Key("w.id", int, "id"))
DELIVERIES = """
SELECT d.id, d.message, d.entity AS kind, d.key, d.action, d.at, d.state, d.attempts, d.tried_at,
       CASE WHEN d.state = 'waiting' THEN d.due_at END AS next_at, d.status, d.answer, d.trouble,
       d.took_ms
  FROM webhook_delivery d
"""
NEWEST_FIRST = Order(Key("d.id", int, "id"), descending=True)


async def list_webhooks(
    actor: Actor,
    filters: OfSchool = EVERY_SCHOOL,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Page[Webhook]:
    """The webhooks of the schools where the actor is admin, by name."""
    schools = actor.schools_for(filters.school_id, MANAGE_SCHOOL)
    where = Where("w.school = any(:schools::bigint[])", schools=schools)
    return await list_page(Webhook, READ, where, BY_NAME, cursor=cursor, limit=limit)


async def get_webhook(actor: Actor, webhook_id: int) -> Webhook:
    """One webhook of a school where the actor is admin, without its secret."""
    found = await get_row(Webhook, READ, in_sight(actor, "w", webhook_id), MISSING)
    actor.require(found.school_id, MANAGE_SCHOOL)
    return found


async def create_webhook(
    actor: Actor, cipher: Cipher, policy: Policy, kinds: Kinds, new: NewWebhook
) -> IssuedWebhook:
    """Add a webhook; its secret is in this answer alone.

    Invalid for an address to which nothing may go.
    """
    actor.require(new.school_id, MANAGE_SCHOOL)
    facts = _checked(new, policy, kinds)
    secret = signing.new_secret()
    async with transaction(actor, REFUSALS):
        await _refuse_too_many(new.school_id)
        webhook_id = await insert_row(
            tables.Webhook,
            facts,
            sealed=cipher.encrypt(secret.encode(), owner=owner(new.school_id)),
            created_by=actor.person_id,
            created_at=now(),
        )
    return IssuedWebhook(webhook_id, await get_webhook(actor, webhook_id), secret)


async def update_webhook(
    actor: Actor, policy: Policy, kinds: Kinds, webhook_id: int, facts: WebhookFacts
) -> Webhook:
    """Write a webhook anew; what waits goes to the new address."""
    await get_webhook(actor, webhook_id)
    async with transaction(actor, REFUSALS):
        await update_row(tables.Webhook, webhook_id, _checked(facts, policy, kinds), due_at=None)
    return await get_webhook(actor, webhook_id)


async def delete_webhook(actor: Actor, webhook_id: int) -> Webhook:
    """Take a webhook away with its log; what waits is sent to nobody. Gives what it was."""
    found = await get_webhook(actor, webhook_id)
    async with transaction(actor):
        await delete_row(tables.Webhook, webhook_id)
    return found


async def renew_secret(actor: Actor, cipher: Cipher, webhook_id: int) -> IssuedWebhook:
    """Give a webhook another secret, in this answer alone; the one before signs nothing more."""
    found = await get_webhook(actor, webhook_id)
    secret = signing.new_secret()
    async with transaction(actor):
        await update_row(
            tables.Webhook,
            webhook_id,
            sealed=cipher.encrypt(secret.encode(), owner=owner(found.school_id)),
        )
    return IssuedWebhook(webhook_id, found, secret)


async def switch_off(actor: Actor, webhook_id: int) -> Webhook:
    """Tell the address nothing for now; what waits is given up."""
    await get_webhook(actor, webhook_id)
    async with transaction(actor):
        await update_row(tables.Webhook, webhook_id, switched_off_at=now(), is_given_up=False)
        await execute(
            "UPDATE webhook_delivery SET state = 'given_up'"
            " WHERE webhook = $1 AND state = 'waiting'",
            webhook_id,
        )
    return await get_webhook(actor, webhook_id)


async def switch_on(actor: Actor, webhook_id: int) -> Webhook:
    """Tell the address again of what happens from now on."""
    await get_webhook(actor, webhook_id)
    async with transaction(actor):
        await update_row(
            tables.Webhook,
            webhook_id,
            switched_off_at=None,
            is_given_up=False,
            failing_since=None,
            failures=0,
            due_at=None,
        )
    return await get_webhook(actor, webhook_id)


async def send_test(actor: Actor, webhook_id: int) -> Delivery:
    """Send a message that tells of nothing; it is in the log with what came of it."""
    await _refuse_off(actor, webhook_id)
    async with transaction(actor):
        at = now()
        # The row's own number stands in for a transaction's: each test is one message.
        delivery_id: int = await fetch_value(
            "INSERT INTO webhook_delivery (webhook, message, entity, key, action, at, transaction,"
            " due_at, answer, trouble) VALUES (:webhook, :message, :entity, :key, 'created', :at,"
            " 0, :at, '', '') RETURNING id",
            webhook=webhook_id,
            message=uuid4(),
            entity=TEST,
            key=uuid4().hex,
            at=at,
        )
        await _try_at_once(webhook_id)
    return await _get_delivery(webhook_id, delivery_id)


async def send_again(actor: Actor, webhook_id: int, delivery_id: int) -> Delivery:
    """Send a message once more, with the number it had; NotFound if the log has none such."""
    await _refuse_off(actor, webhook_id)
    await _get_delivery(webhook_id, delivery_id)
    async with transaction(actor):
        await execute(
            "UPDATE webhook_delivery SET state = 'waiting', attempts = 0, due_at = $2, at = $2"
            " WHERE id = $1",
            delivery_id,
            now(),
        )
        await _try_at_once(webhook_id)
    return await _get_delivery(webhook_id, delivery_id)


async def list_deliveries(
    actor: Actor, webhook_id: int, *, cursor: str | None = None, limit: int = DEFAULT_LIMIT
) -> Page[Delivery]:
    """The log of a webhook, newest first."""
    await get_webhook(actor, webhook_id)
    where = Where("d.webhook = :webhook", webhook=webhook_id)
    return await list_page(Delivery, DELIVERIES, where, NEWEST_FIRST, cursor=cursor, limit=limit)


async def remove_old_deliveries() -> int:
    """Delete from the logs what is over and old; how much that was."""
    return await execute(
        "DELETE FROM webhook_delivery WHERE state <> 'waiting' AND at < $1", now() - KEEP_LOG
    )


async def count_given_up(actor: Actor) -> int:
    """How many webhooks of the actor's schools were switched off because nobody answered."""
    counted: int = await fetch_value(
        "SELECT count(*) FROM webhook WHERE is_given_up AND school = any($1::bigint[])",
        actor.school_ids_with(MANAGE_SCHOOL),
    )
    return counted


class _Sealed(msgspec.Struct):
    id: int
    school: int
    sealed: bytes


async def encrypt_anew(cipher: Cipher) -> int:
    """Encrypt every secret with the present key, all or none; how many there are."""
    async with transaction():
        rows = await fetch(_Sealed, "SELECT id, school, sealed FROM webhook ORDER BY id FOR UPDATE")
        anew = [
            (row.id, cipher.encrypt(cipher.decrypt(row.sealed, owner=of), owner=of))
            for row in rows
            for of in (owner(row.school),)
        ]
        await execute_many("UPDATE webhook SET sealed = $2 WHERE id = $1", anew)
    return len(rows)


async def _get_delivery(webhook_id: int, delivery_id: int) -> Delivery:
    found = await fetch_one(
        Delivery, f"{DELIVERIES} WHERE d.id = $1 AND d.webhook = $2", delivery_id, webhook_id
    )
    if found is None:
        raise NotFound(say("The log has no such message"))
    return found


async def _try_at_once(webhook_id: int) -> None:
    """Whatever its receiver did before, and unless a worker is at it right now."""
    await execute("UPDATE webhook SET failures = 0 WHERE id = $1", webhook_id)
    await execute(
        "UPDATE webhook SET due_at = NULL WHERE id = $1 AND failing_since IS NOT NULL", webhook_id
    )


async def _refuse_off(actor: Actor, webhook_id: int) -> None:
    if (await get_webhook(actor, webhook_id)).switched_off_at is not None:
        raise Conflict(say("It is switched off; switch it on first"), code="switched_off")


async def _refuse_too_many(school_id: int) -> None:
    await execute("SELECT FROM school WHERE id = $1 FOR NO KEY UPDATE", school_id)
    if (
        await fetch_value("SELECT count(*) FROM webhook WHERE school = $1", school_id)
        >= MOST_A_SCHOOL
    ):
        raise Conflict(
            say("A school may have {most} webhooks", most=MOST_A_SCHOOL), code="too_many"
        )


def _checked(facts: WebhookFacts, policy: Policy, kinds: Kinds) -> WebhookFacts:
    clean, errors = tidied(facts, TEXTS)
    if not errors:
        try:
            addresses.check(clean.url, is_private=clean.is_private, policy=policy)
        except Invalid as wrong:
            errors += wrong.errors
    known = [kind for kind in kinds if kind in facts.kinds]
    if not known or set(facts.kinds) - kinds.keys():
        errors.append(
            FieldError("kinds", say("Choose among: {kinds}", kinds=", ".join(kinds)), "kinds")
        )
    refuse(errors)
    return msgspec.structs.replace(clean, kinds=known)
