"""The classes of a school year, all at once: entered by a grid, and promoted to the next year."""

import re
from itertools import islice
from typing import Annotated

import msgspec

from core.access import Actor
from core.database import Refusals, execute, fetch, fetch_column, transaction
from core.errors import Conflict, Invalid, say
from core.numbers import Id
from core.permissions import EDIT_EQUIPMENT
from inventory.groups import LAST_YEAR, READ, Group, Year
from inventory.scope import school_id_of

GRADES = range(1, 13)
NUMBERS = range(1, 100)
HAN = "一二三四五六七八九"
MOST_CLASSES = 40
Count = Annotated[int, msgspec.Meta(ge=0, le=MOST_CLASSES)]
REFUSALS: Refusals = {
    "borrower_group_follows_once": Conflict(say("One of these classes is promoted already")),
}


class NewClasses(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many classes each grade has in a school year; none is taken away."""

    school: str
    year: Year
    grade_1: Count = 0
    grade_2: Count = 0
    grade_3: Count = 0
    grade_4: Count = 0
    grade_5: Count = 0
    grade_6: Count = 0
    grade_7: Count = 0
    grade_8: Count = 0
    grade_9: Count = 0
    grade_10: Count = 0
    grade_11: Count = 0
    grade_12: Count = 0

    @property
    def counts(self) -> dict[int, int]:
        """Grade -> how many classes."""
        return {grade: getattr(self, f"grade_{grade}") for grade in GRADES}


class Promotion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which classes of a school go up by one grade, into the year after theirs."""

    school: str
    group_ids: Annotated[list[Id], msgspec.Meta(max_length=500)]


class Promoted(msgspec.Struct, frozen=True):
    """A class of the latest year and what it would be in the next.

    ``is_usual`` where the school has the next grade, so that its pupils stay; ``promoted_as`` is
    what it is called there already.
    """

    group: Group
    year: int
    name: str
    is_usual: bool
    promoted_as: str | None


LOCK = """
SELECT FROM borrower_group WHERE id = any($1::bigint[]) AND school = $2 ORDER BY id FOR UPDATE
"""
CREATE = """
INSERT INTO borrower_group (school, name, year)
SELECT $1, name, $2 FROM unnest($3::text[]) AS name ON CONFLICT DO NOTHING RETURNING id
"""
CLASSES = """
SELECT grade, number, retired_at IS NULL AS is_in_use FROM borrower_group
 WHERE school = $1 AND year = $2 AND grade IS NOT NULL
"""
PROMOTE = """
INSERT INTO borrower_group (school, name, year, teacher, follows)
SELECT g.school, n.name, g.year + 1, g.teacher, g.id
  FROM unnest(:ids::bigint[], :names::text[]) AS n (id, name) JOIN borrower_group g ON g.id = n.id
 ORDER BY g.grade DESC, g.number
    ON CONFLICT (school, (coalesce(year, 0)), folded) DO UPDATE
   SET follows = coalesce(borrower_group.follows, excluded.follows),
       teacher = coalesce(borrower_group.teacher, excluded.teacher)
RETURNING id, follows, retired_at IS NULL AS is_in_use
"""
# The classes in use of the latest year that has begun, and of as many before it.
LATEST = f"""{READ} CROSS JOIN LATERAL (
       SELECT max(year) AS year FROM borrower_group WHERE school = g.school AND grade IS NOT NULL
          AND year <= school_year((now() AT TIME ZONE s.zone)::date)) AS latest
 WHERE g.school = :school AND g.grade IS NOT NULL AND g.retired_at IS NULL
   AND latest.year - g.year BETWEEN 0 AND :and_before
 ORDER BY g.grade, g.number, g.id
"""
# What classes are in the year after theirs, however they are called there.
FOLLOWERS = """
SELECT id, follows, name, folded = borrower_group_key(wanted.name_wanted) AS is_as_wanted
  FROM borrower_group JOIN unnest($1::bigint[], $2::text[]) AS wanted (id_wanted, name_wanted)
    ON wanted.id_wanted = follows
"""


class _Class(msgspec.Struct):
    grade: int
    number: int
    is_in_use: bool


class _Made(msgspec.Struct):
    id: int
    follows: int
    is_in_use: bool


class _Follower(msgspec.Struct):
    id: int
    follows: int
    name: str
    is_as_wanted: bool


def class_name(grade: int, number: int) -> str:
    """How a class is called: 五(2)班, 高一(2)班."""
    called = HAN[grade - 1] if grade <= len(HAN) else f"高{HAN[grade - len(HAN) - 1]}"
    return f"{called}({number})班"


async def count_classes(actor: Actor, school: str, year: int) -> dict[int, int]:
    """How many classes in use each grade of a school has in a year."""
    school_id = await school_id_of(actor, school)
    found = await fetch(_Class, CLASSES, school_id, year)
    in_use = [one.grade for one in found if one.is_in_use]
    return {grade: in_use.count(grade) for grade in GRADES}


async def create_classes(actor: Actor, new: NewClasses) -> list[Group]:
    """Add what each grade lacks of its number of classes, with the first free numbers; gives those.

    A grade that has as many, or more, stays as it is, however its classes are numbered.
    """
    school_id = await school_id_of(actor, new.school)
    actor.require(school_id, EDIT_EQUIPMENT)
    if not any(new.counts.values()):
        raise Invalid.of("grade_1", say("Say how many classes a grade has"), code="required")
    async with transaction(actor):
        found = await fetch(_Class, CLASSES, school_id, new.year)
        names = [
            class_name(grade, number)
            for grade, count in new.counts.items()
            for number in _lacking([one for one in found if one.grade == grade], count)
        ]
        made = await fetch_column(int, CREATE, school_id, new.year, names)
    return await _read(made)


def _lacking(classes: list[_Class], count: int) -> list[int]:
    """The numbers of the classes that a grade lacks; that of one out of use is not given again."""
    taken = {one.number for one in classes}
    wanted = count - sum(one.is_in_use for one in classes)
    return list(islice((number for number in NUMBERS if number not in taken), max(wanted, 0)))


async def list_promotions(actor: Actor, school: str) -> list[Promoted]:
    """The classes of a school's latest year with what they would be in the next, grade by grade."""
    school_id = await school_id_of(actor, school)
    found = await _latest(school_id)
    grades = {group.grade for group in found}
    names = {group.id: name for group in found if (name := _next_name(group)) is not None}
    followers = {one.follows: one.name for one in await _followers(names)}
    return [
        Promoted(
            group,
            group.year + 1,
            names[group.id],
            is_usual=group.grade + 1 in grades,
            promoted_as=followers.get(group.id),
        )
        for group in found
        if group.id in names and group.year is not None and group.grade is not None
    ]


async def promote_classes(actor: Actor, promotion: Promotion) -> list[Group]:
    """Promote classes: 五(2)班 of this year is 六(2)班 of the next, with its teacher.

    A second time changes nothing. Invalid for what is no class of the school, in the last grade,
    out of use, or not of the latest year; Conflict where the class of the next year is called
    otherwise by now, or is another's. Each is named.
    """
    school_id = await school_id_of(actor, promotion.school)
    actor.require(school_id, EDIT_EQUIPMENT)
    ids = sorted(set(promotion.group_ids))
    async with transaction(actor, REFUSALS):
        # A class that is renamed at this moment is promoted by the name that it then has.
        await execute(LOCK, ids, school_id)
        found = await fetch(
            Group,
            f"{READ} WHERE g.id = any($1::bigint[]) AND g.school = $2 ORDER BY g.id",
            ids,
            school_id,
        )
        names = {group.id: name for group in found if (name := _next_name(group)) is not None}
        if not names or len(names) != len(ids):
            raise Invalid.of(
                "group_ids", say("Choose classes of this school below the last grade"), code="group"
            )
        followers = await _followers(names)
        done = {one.follows for one in followers}
        await _refuse_unfit(school_id, found, done)
        _refuse_renamed(found, followers)
        left = [group for group in found if group.id not in done]
        ids = [group.id for group in left]
        made = await fetch(_Made, PROMOTE, ids=ids, names=[names[one] for one in ids])
        _refuse_taken(left, names, made)
    return await _read([one.id for one in followers] + [one.id for one in made])


async def _refuse_unfit(school_id: int, found: list[Group], done: set[int]) -> None:
    """Refuse what can be promoted no more, or not yet, unless it is ``done`` already."""
    if over := [group for group in found if group.year == LAST_YEAR]:
        raise Invalid.of(
            "group_ids",
            say(
                "{names}: there is no school year after {year}", names=_named(over), year=LAST_YEAR
            ),
            code="year",
        )
    # What was left out when the others went up may follow them.
    fit = {group.id for group in await _latest(school_id, and_before=1)}
    if unfit := [group for group in found if group.id not in fit | done]:
        raise Invalid.of(
            "group_ids",
            say(
                "Only classes that are in use, of the latest school year or the one before, are"
                " promoted, not {names}",
                names=_named(unfit),
            ),
            code="group",
        )


def _refuse_renamed(found: list[Group], followers: list[_Follower]) -> None:
    called = {one.follows: one.name for one in followers if not one.is_as_wanted}
    pairs = [f"{group.name} → {called[group.id]}" for group in found if group.id in called]
    if pairs:
        raise Conflict(
            say("Promoted already, and called otherwise: {names}", names=", ".join(pairs)),
            field="group_ids",
            code="promoted",
        )


def _refuse_taken(found: list[Group], names: dict[int, str], made: list[_Made]) -> None:
    free = {one.follows for one in made if one.is_in_use}
    pairs = [f"{one.name} → {names[one.id]}" for one in found if one.id not in free]
    if pairs:
        raise Conflict(
            say(
                "In the next year this class is out of use, or was another class before: {names}",
                names=", ".join(pairs),
            ),
            field="group_ids",
            code="taken",
        )


def _named(some: list[Group]) -> str:
    return ", ".join(f"{group.name} {group.year}" for group in some)


async def _latest(school_id: int, *, and_before: int = 0) -> list[Group]:
    return await fetch(Group, LATEST, school=school_id, and_before=and_before)


async def _followers(names: dict[int, str]) -> list[_Follower]:
    return await fetch(_Follower, FOLLOWERS, list(names), list(names.values()))


async def _read(ids: list[int]) -> list[Group]:
    return await fetch(
        Group,
        f"{READ} WHERE g.id = any($1::bigint[]) ORDER BY g.year, g.grade, g.number, g.id",
        ids,
    )


def _next_name(group: Group) -> str | None:
    """The name in the next year; None for no class, or the last grade."""
    if group.grade is None or group.number is None or group.grade >= GRADES[-1]:
        return None
    # A school that says 初一 goes on to say 初二.
    if re.match("初[一二]", group.name):
        return f"初{HAN[group.grade - 6]}({group.number})班"
    return class_name(group.grade + 1, group.number)
