"""Lists of people: accounts opened without a password until their sign-in slips are printed."""

from collections.abc import Sequence

from core import clock, security_log
from core.database import execute, fetch_column, fetch_value
from core.errors import Message, say
from core.permissions import MANAGE_PEOPLE
from core.person_facts import REFUSALS
from core.security_log import Kind
from core.sheets import Field
from inventory.imports.applying import Stale
from inventory.imports.importers import Importer, Made, Order, Staged, Written
from inventory.imports.people_judging import FIELDS, PeopleJudge
from inventory.imports.plain_rows import PlainTable, PlainWriter, fields_of, targets_of
from inventory.imports.shapes import Noun

SIGNED_IN = say("This person has signed in since")
TABLE = PlainTable("person", ("name", "locale"), own=("membership",))
GIVE = """
INSERT INTO membership (person, school, role, valid_from)
SELECT u.person, $3, u.role, $4 FROM unnest($1::bigint[], $2::text[]) AS u (person, role)
"""
# What was given at the moment of applying, and not ended by somebody since.
TAKE_BACK = """
UPDATE membership m SET valid_until = greatest($4, m.valid_from)
  FROM unnest($1::bigint[], $2::text[]) AS u (person, role)
 WHERE m.person = u.person AND m.role = u.role AND m.school = $3
   AND (m.valid_until IS NULL OR m.valid_until > $4)
"""
HELD = """
SELECT m.person FROM valid_membership m
  JOIN unnest($1::bigint[], $2::text[]) AS u (person, role)
    ON u.person = m.person AND u.role = m.role
 WHERE m.school = $3
"""
# By now an administrator, closed, or at work elsewhere.
OUT_OF_HAND = """
SELECT p.id FROM person p
 WHERE p.id = any($1::bigint[])
   AND (p.closed_at IS NOT NULL
        OR EXISTS (SELECT FROM valid_membership m WHERE m.person = p.id AND m.role = 'admin'))
 LIMIT 1
"""


class PeopleWriter(PlainWriter):
    """Accounts with their roles at the school."""

    async def create(self, rows: Sequence[Staged]) -> list[Written]:
        """Nobody signs in yet: the password is made when the slip is printed."""
        now = clock.now()
        opened = {"created_at": now, "one_time_until": now}
        ids = await self.insert([fields_of(row) | opened for row in rows])
        written = [
            Written(row.line, [row_id], row.raw_label)
            for row, row_id in zip(rows, ids, strict=True)
        ]
        await self._give(written, rows)
        await self._record(Kind.account_opened, ids)
        return written

    async def update(self, rows: Sequence[Staged]) -> None:
        await super().update(rows)
        given = [row for row in rows if _roles(row)]
        people, roles = targets_of(given), [_roles(row)[0] for row in given]
        if await fetch_value(OUT_OF_HAND, targets_of(rows)):
            raise Stale
        if await fetch_value(f"{HELD} LIMIT 1", people, roles, self.school_id):
            raise Stale
        await self._give([Written(row.line, row.targets, "") for row in given], given)

    async def find_created_obstacles(self, rows: Sequence[Staged]) -> dict[int, Message]:
        found = await super().find_created_obstacles(rows)
        by_id = {row.targets[0]: row.line for row in rows}
        chosen = await fetch_column(
            int,
            "SELECT id FROM person WHERE id = any($1::bigint[]) AND one_time_until IS NULL",
            list(by_id),
        )
        return found | {by_id[person]: SIGNED_IN for person in chosen}

    async def remove(self, rows: Sequence[Staged]) -> None:
        await super().remove(rows)
        await self._record(Kind.account_closed, targets_of(rows))

    async def restore(self, rows: Sequence[Staged]) -> None:
        """Names as before; roles that were given end now, and stay in the history."""
        await super().restore(rows)
        given = [row for row in rows if _roles(row)]
        people, roles = targets_of(given), [_roles(row)[0] for row in given]
        await execute(TAKE_BACK, people, roles, self.school_id, clock.now())
        await self._record(Kind.role_ended, people)

    async def _give(self, written: Sequence[Written], rows: Sequence[Staged]) -> None:
        people = [one.targets[0] for one in written]
        roles = [_roles(row)[0] for row in rows]
        await execute(GIVE, people, roles, self.school_id, clock.now())
        await self._record(Kind.role_given, people)

    async def _record(self, kind: Kind, people: Sequence[int]) -> None:
        """Signed by whoever asked for the import, as the transaction is."""
        actor = await fetch_value("SELECT nullif(current_setting('labshare.actor', true), '')")
        await security_log.record_each(
            kind,
            people,
            actor_id=int(actor) if actor else None,
            school_id=self.school_id,
            detail="",
        )


def _roles(row: Staged) -> list[str]:
    roles = row.change.get("roles")
    return [str(role) for role in roles] if isinstance(roles, list) else []


async def _open_judge(order: Order) -> PeopleJudge:
    return PeopleJudge(order)


async def _open_writer(school_id: int, made: Made) -> PeopleWriter:
    return PeopleWriter(TABLE, school_id, made)


async def _fields(_school_id: int) -> tuple[Field, ...]:
    return FIELDS


PEOPLE = Importer(
    noun=Noun.people,
    permission=MANAGE_PEOPLE,
    fields=_fields,
    keys=("login",),
    needs=("name", "login"),
    missing=say("No column is the name or the sign-in name"),
    open_judge=_open_judge,
    open_writer=_open_writer,
    refusals=REFUSALS,
    table=TABLE.name,
    in_person=True,
    sample={
        "name": ("Teacher One", "王老师"),
        "login": ("teacher-one", "wang-laoshi"),
        "role": ("teacher", "教师"),
        "locale": ("English", "中文"),
    },
)
