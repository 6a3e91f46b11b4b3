"""What a webhook looks like to the admins of its school, and what they write."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from core.numbers import Id
from core.webhooks.sending import Trouble

Kinds = Annotated[list[str], msgspec.Meta(examples=[["asset", "work_order"]])]


class Webhook(msgspec.Struct, frozen=True):
    """One address and what it is told of.

    ``failing_since`` is since when nothing was taken, ``is_given_up`` that it was switched off for
    that; ``waiting`` is how many messages are still to be sent.
    """

    id: int
    school_id: int
    school: str
    name: str
    url: str
    kinds: list[str]
    is_private: bool
    created_at: datetime
    failing_since: datetime | None
    switched_off_at: datetime | None
    is_given_up: bool
    waiting: int

    @property
    def state(self) -> str:
        """on, failing, off or given_up."""
        if self.switched_off_at is not None:
            return "given_up" if self.is_given_up else "off"
        return "failing" if self.failing_since is not None else "on"


class IssuedWebhook(msgspec.Struct, frozen=True):
    """A webhook with its secret, which is shown this once."""

    id: int
    webhook: Webhook
    secret: Annotated[
        str, msgspec.Meta(examples=["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD2ukSVJJDrXM="])
    ]


class WebhookFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is written about a webhook; ``is_private`` confirms an address inside a network."""

    name: str
    url: Annotated[str, msgspec.Meta(examples=["https://records.example.org/labshare"])]
    kinds: Kinds
    is_private: bool = False


class NewWebhook(WebhookFacts, frozen=True, kw_only=True):
    """A webhook to be added at a school."""

    school_id: Id


class Delivery(msgspec.Struct, frozen=True):
    """One message of the log: what it told, and what came of the last try.

    ``answer`` is the beginning of what the receiver answered, ``trouble`` what kept it from that: no
    answer in time, an address where nothing may go, its certificate, nobody there, no HTTP.
    """

    id: int
    message: UUID
    kind: str
    key: str
    action: str
    at: datetime
    state: str
    attempts: int
    tried_at: datetime | None
    next_at: datetime | None
    status: int | None
    answer: str
    trouble: Trouble
    took_ms: int | None
