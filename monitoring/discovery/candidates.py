"""Candidates as people see them: who answered, whose it seems to be, and what was decided."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from core.access import Actor
from core.errors import say
from core.numbers import Id
from core.paging import Page
from core.permissions import READ_MONITORING_SETUP
from core.query import Key, Order, Where, count_rows, get_row, in_sight, list_page
from monitoring.discovery.matching import Doubt, KeyMatch, Trust
from monitoring.discovery.store import verdict_of

# What is in ``identity`` for our own use.
NOT_SHOWN = ("macs", "refuses")


class Decision(StrEnum):
    """Where a candidate stands."""

    waiting = "waiting"
    added = "added"
    ignored = "ignored"


class _Stored(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    school_id: int
    network_id: int
    network: str
    address: str
    port: int
    credential_id: int | None
    credential_name: str | None
    profile: str | None
    identity: dict[str, str]
    mac: str | None
    trust: Trust
    asset_tag: str | None
    asset_name: str | None
    decision: Decision
    decided_at: datetime | None
    decided_by: str | None
    device_id: int | None
    found_at: datetime
    seen_at: datetime


class Candidate(_Stored, frozen=True, kw_only=True):
    """Something that answered a search. ``asset_tag`` is whose it seems to be, by ``keys``.

    ``refuses``: an agent answers there, and none of the network's credentials opens it.
    """

    refuses: bool = False
    keys: list[KeyMatch] = []
    doubts: list[Doubt] = []

    @property
    def name(self) -> str:
        """What it calls itself, else what it is, else where it is."""
        identity = self.identity
        return identity.get("name") or identity.get("model") or self.address

    @property
    def is_moved(self) -> bool:
        """Whether its asset is monitored already, at another address."""
        return Doubt.monitored in self.doubts


class CandidateFilter(msgspec.Struct, frozen=True):
    """Which candidates a list shows; ``q`` looks in addresses, names and tags."""

    q: str | None = None
    school_id: Id | None = None
    network_id: Id | None = None
    trust: Trust | None = None
    decision: Decision = Decision.waiting

    @property
    def active(self) -> int:
        """How many filters are in use, the search apart."""
        given = (self.school_id, self.network_id, self.trust)
        return sum(1 for value in given if value) + (self.decision is not Decision.waiting)


class _Row(_Stored, frozen=True, kw_only=True):
    verdict: dict[str, Any]


MISSING = say("There is no such candidate, or it is not of your school")
SELECT = """
SELECT c.id, c.school AS school_id, c.network AS network_id, n.name AS network, c.address, c.port,
       c.credential AS credential_id, cr.name AS credential_name, c.profile, c.identity, c.mac,
       c.trust, a.tag AS asset_tag,
       asset_title(a.name, m.brand, m.name) AS asset_name,
       coalesce(c.decision, 'waiting') AS decision, c.decided_at, p.name AS decided_by,
       c.device AS device_id, c.found_at, c.seen_at, c.keys AS verdict
  FROM candidate c
  JOIN network n ON n.id = c.network
  LEFT JOIN credential cr ON cr.id = c.credential
  LEFT JOIN asset a ON a.id = c.asset
  LEFT JOIN asset_model m ON m.id = a.model
  LEFT JOIN person p ON p.id = c.decided_by
"""
LATEST_FIRST = Order(
    Key("c.found_at", datetime, "found_at"), Key("c.id", int, "id"), descending=True
)


async def list_candidates(
    actor: Actor, only: CandidateFilter, *, limit: int = 50, cursor: str | None = None
) -> Page[Candidate]:
    """The candidates of the schools whose devices the actor keeps, the newest first."""
    page = await list_page(
        _Row, SELECT, _where(actor, only), LATEST_FIRST, cursor=cursor, limit=limit
    )
    return Page([_candidate(row) for row in page.items], page.next_cursor)


async def count_certain(actor: Actor, only: CandidateFilter) -> int:
    """How many of the filter's waiting candidates could be added without looking at each."""
    certain = msgspec.structs.replace(only, trust=Trust.certain, decision=Decision.waiting)
    return await count_rows(
        "candidate c JOIN network n ON n.id = c.network LEFT JOIN asset a ON a.id = c.asset",
        _where(actor, certain),
    )


async def get_candidate(actor: Actor, candidate_id: int) -> Candidate:
    """One candidate, for those who keep the devices of its school."""
    found = await get_row(_Row, SELECT, in_sight(actor, "c", candidate_id), MISSING)
    actor.require(found.school_id, READ_MONITORING_SETUP)
    return _candidate(found)


def _candidate(row: _Row) -> Candidate:
    verdict = verdict_of(row.verdict)
    shown = {name: text for name, text in row.identity.items() if name not in NOT_SHOWN}
    values = {name: getattr(row, name) for name in row.__struct_fields__ if name != "verdict"}
    return Candidate(
        **{**values, "identity": shown},
        refuses="refuses" in row.identity,
        keys=verdict.keys,
        doubts=verdict.doubts,
    )


def _where(actor: Actor, only: CandidateFilter) -> Where:
    schools = actor.schools_for(only.school_id, READ_MONITORING_SETUP)
    where = Where("c.school = any(:schools::bigint[])", schools=schools)
    if only.decision is Decision.waiting:
        where.add("c.decision IS NULL")
    else:
        where.add("c.decision = :decision", decision=only.decision)
    where.add_given("c.network = :network", network=only.network_id)
    where.add_given("c.trust = :trust", trust=only.trust)
    where.add_given(
        "strpos(lower(concat_ws(' ', c.address, c.identity ->> 'name',"
        " c.identity ->> 'model', c.identity ->> 'serial_number', c.mac, a.tag)),"
        " lower(:q)) > 0",
        q=(only.q or "").strip(),
    )
    return where
