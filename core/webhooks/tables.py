"""Who is told, and what was or is to be told; what is to be told is written by a trigger."""

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

from core.tables import Person, School


class Webhook(Table, tablename="webhook"):
    """An address that a school's admin gave, and what it is told of.

    ``due_at`` is a worker's lease, or until when nothing is tried after a failure.
    """

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
    # By its failures; else by a person.
    is_given_up = Boolean(default=False)
    attempts = Integer(default=0)
    due_at = Timestamptz(null=True, default=None)

    webhook_name_is_given = Check("btrim(name) <> ''")
    webhook_is_told_something = Check("cardinality(kinds) > 0")
    webhook_given_up_is_off = Check("NOT is_given_up OR switched_off_at IS NOT NULL")
    webhook_name_once_a_school = Unique(["school", "name"])


class WebhookDelivery(Table, tablename="webhook_delivery"):
    """One message to one address: of one change of one row, or a test."""

    id = BigSerial(primary_key=True)
    webhook = ForeignKey(Webhook, null=False, on_delete=OnDelete.cascade)
    # The same at every try, so that a receiver knows a message that it has had.
    message = UUID(default=UUID4())
    entity = Varchar(length=63)
    key = Text()
    action = Varchar(length=8)
    at = Timestamptz()
    # Whose changes of one row are told once.
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
