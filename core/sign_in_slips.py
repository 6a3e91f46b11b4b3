"""First passwords for accounts that were opened together: made when their slips are printed.

As with a single invitation the password is in one answer alone; only its hash is stored.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from core import clock, passwords, security_log
from core.access import Actor
from core.database import fetch, transaction
from core.people import ONE_TIME_LASTS, readable_secret
from core.permissions import MANAGE_PEOPLE
from core.security_log import Kind

# Five sheets of six. Each hash is a tenth of a second of work, one after the other, so that whoever
# signs in meanwhile has their turn.
MOST_AT_ONCE = 30
WITHOUT = """
SELECT p.id, p.name, p.login FROM person p
 WHERE p.id = any($1::bigint[]) AND p.password_hash IS NULL AND p.closed_at IS NULL
   AND EXISTS (SELECT FROM valid_membership m WHERE m.person = p.id AND m.school = $2)
   AND NOT EXISTS (SELECT FROM valid_membership m WHERE m.person = p.id AND m.role = 'admin')
 ORDER BY p.id
"""
# Whoever printed slips at the same moment has made this password already.
SET = """
UPDATE person p SET password_hash = u.hash, one_time_until = :until
  FROM unnest(:ids::bigint[], :hashes::text[]) AS u (id, hash)
 WHERE p.id = u.id AND p.password_hash IS NULL
RETURNING p.id, p.name, p.login
"""


class NewAccount(msgspec.Struct, frozen=True):
    """An account that never had a password."""

    id: int
    name: str
    login: str


class Slip(msgspec.Struct, frozen=True):
    """What a person is handed: it opens only the page to choose a password of their own."""

    name: str
    login: str
    one_time_password: str
    expires_at: datetime


async def find_without_password(
    actor: Actor, school_id: int, person_ids: Sequence[int]
) -> list[NewAccount]:
    """Those of the people who never had a password and work at the school, an admin's."""
    actor.require(school_id, MANAGE_PEOPLE)
    return await fetch(NewAccount, WITHOUT, list(person_ids), school_id)


async def make_slips(actor: Actor, school_id: int, person_ids: Sequence[int]) -> list[Slip]:
    """A one-time password for each of the first thirty of them who never had one.

    In person, and after the password was typed: whoever reads them can sign in.
    """
    actor.require_in_person()
    actor.require_confirmed()
    new = (await find_without_password(actor, school_id, person_ids))[:MOST_AT_ONCE]
    secrets = {one.id: readable_secret() for one in new}
    hashes = [await passwords.hash_password(secret) for secret in secrets.values()]
    expires_at = clock.now() + ONE_TIME_LASTS
    async with transaction(actor):
        given = await fetch(NewAccount, SET, until=expires_at, ids=list(secrets), hashes=hashes)
        await security_log.record_each(
            Kind.password_reset,
            [one.id for one in given],
            actor_id=actor.person_id,
            school_id=school_id,
            detail="",
        )
    return [
        Slip(one.name, one.login, secrets[one.id], expires_at)
        for one in sorted(given, key=lambda one: one.id)
    ]
