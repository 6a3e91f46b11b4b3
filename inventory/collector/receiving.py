"""Texts come in: each one judged, what is of a known asset stored, once however often it is sent."""

from collections.abc import Mapping
from typing import Annotated

import msgspec

from core import clock
from core.access import Actor
from core.database import Refusals, execute_many, fetch_column, transaction
from core.encryption import Cipher
from core.errors import Conflict, Forbidden, Invalid, say
from core.permissions import COLLECT_HOURS
from inventory.collector.judging import Judged, TextState, TextVerdict, judge
from inventory.collector.texts import read_texts

MOST_CHOICES = 200
REFUSALS: Refusals = {
    "machine_reading_is_of_its_school": Conflict(
        say("An asset or a collecting file has just changed; look at the texts again"),
        code="just_changed",
    )
}


class NewTexts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the collector wrote, as many texts as there are; ``tags`` says of which asset a text is,
    by its digest, where the text and the books do not."""

    text: Annotated[str, msgspec.Meta(max_length=600_000)]
    tags: dict[str, str] = {}


class Received(msgspec.Struct, frozen=True):
    """What became of the texts: how many were stored now, were here before, wait for an asset, or are
    refused."""

    verdicts: list[TextVerdict]
    stored: int
    known: int
    ready: int
    unassigned: int
    refused: int


async def check_texts(actor: Actor, cipher: Cipher, new: NewTexts) -> Received:
    """What would become of the texts; nothing is stored."""
    return _counted([one.verdict for one in await _judged(actor, cipher, new)])


async def receive_texts(actor: Actor, cipher: Cipher, new: NewTexts) -> Received:
    """Store what is signed and of a known asset; the others are told with their reason.

    The same text again is ``known``, also where two send it at once. Invalid for what is no text of
    the collector, or too many.
    """
    judged = await _judged(actor, cipher, new)
    ready = [one for one in judged if one.verdict.state is TextState.ready]
    async with transaction(actor, REFUSALS):
        stored = await _store(actor, ready)
    return _counted([_after(one, stored) for one in judged])


async def _judged(actor: Actor, cipher: Cipher, new: NewTexts) -> list[Judged]:
    if len(new.tags) > MOST_CHOICES:
        raise Invalid.of("tags", say("At most {most} at once", most=MOST_CHOICES), code="too_many")
    if not actor.can(COLLECT_HOURS):
        raise Forbidden(say("Your role does not allow this"))
    return await judge(actor, cipher, read_texts(new.text), new.tags)


# In the order of their digests: two that send the same texts wait for each other and do not deadlock.
STORE = """
INSERT INTO machine_reading (school, asset, key, digest, content, uuid, machine_at, is_clock_right,
                             read_at, has_hours, received_at, received_by)
SELECT a.school, a.id, g.key, g.digest, g.content, g.uuid, g.machine_at, g.is_clock_right,
       g.read_at, g.has_hours, :now, :person
  FROM unnest(:assets::bigint[], :keys::bigint[], :digests::text[], :contents::text[],
              :uuids::text[], :machine_at::timestamptz[], :right::boolean[],
              :read_at::timestamptz[], :has_hours::boolean[])
       AS g (asset, key, digest, content, uuid, machine_at, is_clock_right, read_at, has_hours)
  JOIN asset a ON a.id = g.asset
 ORDER BY g.digest
    ON CONFLICT DO NOTHING
RETURNING jsonb_build_array(id, digest)
"""


async def _store(actor: Actor, ready: list[Judged]) -> set[str]:
    """The digests of those that were not here before."""
    rows = [one for one in ready if one.text and one.asset and one.read_at]
    if not rows:
        return set()
    texts = [one.text for one in rows if one.text]
    now = max(clock.now(), *(one.read_at for one in rows if one.read_at))
    made = await fetch_column(
        tuple[int, str],
        STORE,
        assets=[one.asset.id for one in rows if one.asset],
        keys=[text.key_id for text in texts],
        digests=[text.digest for text in texts],
        contents=[text.content for text in texts],
        uuids=[text.uuid for text in texts],
        machine_at=[text.machine_at for text in texts],
        right=[one.is_clock_right for one in rows],
        read_at=[one.read_at for one in rows],
        has_hours=[text.has_hours for text in texts],
        now=now,
        person=actor.person_id,
    )
    ids = {digest: reading_id for reading_id, digest in made}
    await execute_many(
        "INSERT INTO disk_reading (reading, position, disk_serial, model, size_bytes, hours, source)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [
            (
                ids[text.digest],
                position,
                disk.serial,
                disk.model,
                disk.size_bytes,
                disk.hours,
                disk.source,
            )
            for text in texts
            if text.digest in ids
            for position, disk in enumerate(text.disks)
        ],
    )
    return set(ids)


def _after(one: Judged, stored: set[str]) -> TextVerdict:
    if one.verdict.state is not TextState.ready:
        return one.verdict
    is_new = one.verdict.digest in stored
    return msgspec.structs.replace(
        one.verdict, state=TextState.stored if is_new else TextState.known
    )


def _counted(verdicts: list[TextVerdict]) -> Received:
    counts: Mapping[TextState, int] = {
        state: sum(one.state is state for one in verdicts) for state in TextState
    }
    return Received(
        verdicts,
        stored=counts[TextState.stored],
        known=counts[TextState.known],
        ready=counts[TextState.ready],
        unassigned=counts[TextState.unassigned],
        refused=counts[TextState.refused],
    )
