"""Which port is this PC on: the port where the fewest other cards are is the one of its cable."""

from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address

import msgspec

from core.access import Actor
from core.database import fetch, fetch_one
from core.errors import Invalid, Message, say
from monitoring.topology.macs import mac_of

# A card that moved is still remembered where it was; forwarding entries of one round belong together.
ONE_ROUND = timedelta(hours=3)
MOST_LOCATIONS = 20
LONGEST_QUESTION = 100


class Location(msgspec.Struct, frozen=True, kw_only=True):
    """One port of one switch where the card was seen, and how many cards are behind that port."""

    device_id: int
    asset_tag: str
    name: str
    place: str
    port: str
    vlan: int | None
    seen_at: datetime
    cards: int
    leads_to_switch: bool


class AskedBy(StrEnum):
    """What the question was."""

    mac = "mac"
    tag = "tag"
    address = "address"


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """Whom the question is about; ``mac`` None while it is not known."""

    mac: str | None
    device_id: int | None = None
    asset_tag: str | None = None
    name: str = ""
    address: str = ""


class PortLocation(msgspec.Struct, frozen=True, kw_only=True):
    """``edge`` is where its cable ends, as far as the switches know; ``also``: the way there.

    ``why``: the reason in words when there is no edge.
    """

    asked_by: AskedBy
    subject: Subject
    edge: Location | None
    also: list[Location]
    why: Message | str | None = None


NO_MAC = say(
    "Nobody knows the MAC address of this device yet. It is learnt from the device itself or from"
    " the router, or can be written on its form."
)
NOT_SEEN = say("None of the monitored switches has seen this MAC address in the last month.")
NOT_MONITORED = say("This asset is not monitored, so its MAC address is not known.")

_SUBJECT = """
SELECT d.mac, d.id AS device_id, a.tag AS asset_tag,
       device_name(a.name, d.identity, m.brand, m.name) AS name, coalesce(d.address, '') AS address
  FROM asset a JOIN asset_model m ON m.id = a.model
  LEFT JOIN device d ON d.asset = a.id AND d.removed_at IS NULL
 WHERE a.school = any($1::bigint[]) AND {where} ORDER BY d.id LIMIT 1
"""

_LOCATIONS = """
SELECT d.id AS device_id, a.tag AS asset_tag,
       device_name(a.name, d.identity, m.brand, m.name) AS name,
       coalesce(p.name, '') AS place, s.port, s.vlan, s.seen_at,
       (SELECT count(*) FROM port_sighting o WHERE o.device = s.device AND o.port = s.port
           AND o.seen_at > s.seen_at - $3::interval) AS cards,
       EXISTS (SELECT FROM port_neighbour n WHERE n.device = s.device AND n.port = s.port
           AND n.chassis <> s.mac AND EXISTS (SELECT FROM port_sighting w JOIN device v
               ON v.id = w.device WHERE v.school = d.school AND v.mac = n.chassis))
           AS leads_to_switch
  FROM port_sighting s
  JOIN device d ON d.id = s.device AND d.removed_at IS NULL
  JOIN asset a ON a.id = d.asset
  JOIN asset_model m ON m.id = a.model
  LEFT JOIN place p ON p.id = a.place
 WHERE s.mac = $1 AND d.school = any($2::bigint[])
 ORDER BY s.seen_at DESC LIMIT 100
"""


async def find_port(actor: Actor, question: str) -> PortLocation:
    """Where the card is that a MAC, an asset's tag or an address stands for.

    Invalid when the question is none of the three, or names nothing in the actor's schools.
    """
    asked_by, subject = await _subject(actor, question.strip()[:LONGEST_QUESTION])
    if subject.mac is None:
        why = NOT_MONITORED if subject.device_id is None else NO_MAC
        return PortLocation(asked_by=asked_by, subject=subject, edge=None, also=[], why=why)
    found = await locations_of(actor.school_ids, subject.mac)
    return PortLocation(
        asked_by=asked_by,
        subject=subject,
        edge=found[0] if found else None,
        also=found[1:],
        why=None if found else NOT_SEEN,
    )


async def locations_of(school_ids: list[int], mac: str) -> list[Location]:
    """Every port of these schools that saw the card in the last round, the edge first."""
    found = await fetch(Location, _LOCATIONS, mac, school_ids, ONE_ROUND)
    return in_order(found)


def in_order(found: list[Location]) -> list[Location]:
    """The edge first: no switch behind it, the fewest cards, seen last; older rounds left out."""
    if not found:
        return []
    newest = max(one.seen_at for one in found)
    round_now = [one for one in found if newest - one.seen_at <= ONE_ROUND]
    by_edge = sorted(
        round_now,
        key=lambda one: (one.leads_to_switch, one.cards, -one.seen_at.timestamp(), one.port),
    )
    return by_edge[:MOST_LOCATIONS]


async def _subject(actor: Actor, question: str) -> tuple[AskedBy, Subject]:
    if (mac := mac_of(question)) is not None:
        known = await _known(actor, "d.mac = $2", mac)
        return AskedBy.mac, known or Subject(mac=mac)
    if _is_address(question):
        known = await _known(actor, "d.address = $2", str(ip_address(question)))
        if known is not None:
            return AskedBy.address, known
        raise _nothing(say("No monitored device of your schools has this address"))
    known = await _known(actor, "a.tag = upper(btrim($2))", question)
    if known is None:
        raise _nothing(say("Write a MAC address, the tag of an asset, or an IP address"))
    return AskedBy.tag, known


async def _known(actor: Actor, where: str, value: str) -> Subject | None:
    return await fetch_one(Subject, _SUBJECT.format(where=where), actor.school_ids, value)


def _nothing(message: Message) -> Invalid:
    return Invalid.of("q", message, code="unknown")


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
