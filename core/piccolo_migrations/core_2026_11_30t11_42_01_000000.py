"""Webhooks, and what is to be told to them."""

from piccolo.columns import (
    UUID,
    Array,
    BigInt,
    BigSerial,
    Boolean,
    Bytea,
    ForeignKey,
    Integer,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.uuid import UUID4
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.table_migrations import table_migration

ID = "2026-11-30T11:42:01:000000"
VERSION = "1.38.0"
DESCRIPTION = "webhooks"


class School(Table, tablename="school"):
    id = BigSerial(primary_key=True)


class Person(Table, tablename="person"):
    id = BigSerial(primary_key=True)


class Webhook(Table, tablename="webhook"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    name = Varchar(length=60)
    url = Varchar(length=500)
    kinds = Array(base_column=Text())
    is_private = Boolean(default=False)
    sealed = Bytea(secret=True)
    created_by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)
    created_at = Timestamptz()
    failing_since = Timestamptz(null=True, default=None)
    failures = Integer(default=0)
    switched_off_at = Timestamptz(null=True, default=None)
    is_given_up = Boolean(default=False)
    attempts = Integer(default=0)
    due_at = Timestamptz(null=True, default=None)

    webhook_name_is_given = Check("btrim(name) <> ''")
    webhook_is_told_something = Check("cardinality(kinds) > 0")
    webhook_given_up_is_off = Check("NOT is_given_up OR switched_off_at IS NOT NULL")
    webhook_name_once_a_school = Unique(["school", "name"])


class WebhookDelivery(Table, tablename="webhook_delivery"):
    id = BigSerial(primary_key=True)
    webhook = ForeignKey(Webhook, null=False, on_delete=OnDelete.cascade)
    message = UUID(default=UUID4())
    entity = Varchar(length=63)
    key = Text()
    action = Varchar(length=8)
    at = Timestamptz()
    transaction = BigInt()
    state = Varchar(length=9, default="waiting")
    attempts = Integer(default=0)
    due_at = Timestamptz()
    tried_at = Timestamptz(null=True, default=None)
    status = Integer(null=True, default=None)
    answer = Varchar(length=300)
    trouble = Varchar(length=200)
    took_ms = Integer(null=True, default=None)

    webhook_delivery_state_is_known = Check("state IN ('waiting','delivered','given_up')")
    webhook_delivery_once_a_transaction = Unique(["webhook", "entity", "key", "transaction"])


THEN = """
CREATE INDEX webhook_delivery_waiting ON webhook_delivery (webhook, id) WHERE state = 'waiting';
CREATE INDEX webhook_delivery_of_row ON webhook_delivery (webhook, entity, key, id)
    WHERE state = 'waiting';
CREATE INDEX webhook_delivery_newest ON webhook_delivery (webhook, id DESC);
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON webhook FOR EACH ROW
    EXECUTE FUNCTION audit_record('sealed', 'failing_since', 'failures', 'attempts', 'due_at');
"""


async def forwards():
    return table_migration("core", ID, DESCRIPTION, [Webhook, WebhookDelivery], then=THEN)
