"""Rows that every domain refers to; rules that Piccolo cannot say are in the raw migrations."""

from typing import Any

from piccolo.columns import (
    JSONB,
    UUID,
    BigInt,
    BigSerial,
    Boolean,
    Date,
    ForeignKey,
    Integer,
    SmallInt,
    Text,
    Time,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.indexes import IndexMethod
from piccolo.constraints import Check, Unique
from piccolo.table import Table


class School(Table, tablename="school"):
    """A school of the pair, or of the county."""

    id = BigSerial(primary_key=True)
    code = Varchar(length=32, unique=True)
    name_zh = Varchar(length=120)
    name_en = Varchar(length=120)
    zone = Varchar(length=64, default="Asia/Shanghai")
    created_at = Timestamptz()
    # Its admins are admins only once they have a second factor.
    requires_second_factor = Boolean(default=False)
    # What it says to its borrowers: whom to ask, the terms they sign, how often they may renew.
    phone = Varchar(length=40)
    lending_terms = Text(default="")
    renewals_most = SmallInt(default=2)
    renewal_days = SmallInt(default=14)
    # Whether a visitor who scans a label may report a fault.
    takes_visitor_reports = Boolean(default=True)

    school_renewals_most_is_counted = Check("renewals_most BETWEEN 0 AND 20")
    school_renewal_days_are_counted = Check("renewal_days BETWEEN 1 AND 180")
    school_code_is_plain = Check("code ~ '^[A-Za-z0-9-]{1,32}$'")


class Term(Table, tablename="term"):
    """A term of a school, from its first day to its last, both counted."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    name = Varchar(length=120)
    first_day = Date()
    last_day = Date()

    term_name_is_given = Check("btrim(name) <> ''")
    term_ends_after_it_begins = Check("last_day >= first_day")
    term_is_within_a_year = Check("last_day - first_day < 366")
    term_name_once_a_school = Unique(["school", "name"])


class LessonPeriod(Table, tablename="lesson_period"):
    """A period of a school's day, the first, the second …, by the school's clock."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    position = Integer()
    name = Varchar(length=40)
    starts = Time()
    ends = Time()

    lesson_period_name_is_given = Check("btrim(name) <> ''")
    lesson_period_ends_after_it_starts = Check("ends > starts")
    lesson_period_position_is_counted = Check("position BETWEEN 1 AND 30")
    lesson_period_name_once_a_school = Unique(["school", "name"])
    lesson_period_position_once_a_school = Unique(["school", "position"])


class SchoolDay(Table, tablename="school_day"):
    """A day on which a school does otherwise than its week says: a holiday, or lessons on a Sunday.

    ``as_weekday`` is whose lessons there are (1 is Monday), where they are another weekday's.
    ``is_public``: taken over from the calendar of public holidays and not changed by the school.
    """

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    day = Date()
    name = Varchar(length=60)
    is_taught = Boolean(default=False)
    as_weekday = SmallInt(null=True, default=None)
    is_public = Boolean(default=False)

    school_day_name_is_given = Check("btrim(name) <> ''")
    school_day_year_is_meant = Check("day BETWEEN '1980-01-01' AND '2100-12-31'")
    school_day_weekday_is_of_lessons = Check("as_weekday IS NULL OR is_taught")
    school_day_weekday_is_one = Check("as_weekday BETWEEN 1 AND 7")
    school_day_once_a_school = Unique(["school", "day"])


class Place(Table, tablename="place"):
    """A building, a room (功能室) in it, or a cabinet in a room."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    parent: ForeignKey[Any] = ForeignKey(
        "self", null=True, default=None, index=True, on_delete=OnDelete.restrict
    )
    kind = Varchar(length=16)
    name = Varchar(length=120)
    retired_at = Timestamptz(null=True, default=None)

    place_kind_is_known = Check("kind IN ('building','room','cabinet')")
    place_name_is_given = Check("btrim(name) <> ''")
    place_id_school = Unique(["id", "school"])


class Person(Table, tablename="person"):
    """Somebody who signs in; never a pupil's private data."""

    id = BigSerial(primary_key=True)
    login = Varchar(length=64)
    name = Varchar(length=120)
    password_hash = Varchar(length=255, null=True, default=None, secret=True)
    # Set while the password is one that an admin handed over: it opens only the page to choose one.
    one_time_until = Timestamptz(null=True, default=None)
    locale = Varchar(length=8, default="zh_CN")
    created_at = Timestamptz()
    closed_at = Timestamptz(null=True, default=None)
    # Where the person wants to be reminded; mostly empty.
    reminder_email = Varchar(length=254)

    person_login_is_plain = Check("login = lower(login) AND login ~ '^[^[:space:]]{2,64}$'")
    person_login_is_unique = Unique(["login"])
    person_name_is_given = Check("btrim(name) <> ''")
    person_locale_is_known = Check("locale IN ('zh_CN','en')")


class PersonMembership(Table, tablename="membership"):
    """One role of one person at one school, from a day to a day."""

    id = BigSerial(primary_key=True)
    person = ForeignKey(Person, null=False, index=True, on_delete=OnDelete.cascade)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    role = Varchar(length=16)
    valid_from = Timestamptz()
    valid_until = Timestamptz(null=True, default=None)

    membership_role_is_known = Check(
        "role IN ('admin','technician','teacher','student_helper','auditor')"
    )
    membership_ends_after_it_begins = Check("valid_until IS NULL OR valid_until >= valid_from")


class AuditEvent(Table, tablename="audit_event"):
    """What changed, written by the trigger ``audit_record`` alone; never changed or removed."""

    id = BigSerial(primary_key=True)
    at = Timestamptz(default=TimestamptzNow())
    actor_id = BigInt(null=True, default=None)
    actor_name = Varchar(length=120, null=True, default=None)
    request_id = Varchar(length=64, null=True, default=None)
    school_id = BigInt(null=True, default=None)
    entity = Varchar(length=63)
    entity_id = Text()
    action = Varchar(length=8)
    before = JSONB(null=True, default=None)
    after = JSONB(null=True, default=None)

    audit_event_action_is_known = Check("action IN ('insert','update','delete')")


class RowChange(Table, tablename="row_change"):
    """That a row of a list changed, written by the trigger ``note_change`` alone (core/changes.py).

    ``scope`` is whose list it is in: a school's, or 0 for that of all. ``school`` is whose row it is.
    """

    id = BigSerial(primary_key=True)
    at = Timestamptz(default=TimestamptzNow())
    entity = Varchar(length=63)
    key = Text()
    scope = BigInt()
    school = BigInt(null=True, default=None)
    action = Varchar(length=8)

    row_change_action_is_known = Check("action IN ('created','changed','removed')")


class SecurityEvent(Table, tablename="security_event"):
    """Who came in, who was refused, who may do what; never changed, removed when it is old."""

    id = BigSerial(primary_key=True)
    at = Timestamptz()
    kind = Varchar(length=40)
    # Numbers, not references: an event outlives the rows it names.
    person_id = BigInt(null=True, default=None)
    actor_id = BigInt(null=True, default=None)
    actor_name = Varchar(length=120, null=True, default=None)
    school_id = BigInt(null=True, default=None)
    address = Varchar(length=64)
    detail = Varchar(length=200)


class Outbox(Table, tablename="outbox"):
    """An effect outside the database, enqueued in the transaction that decided it."""

    id = BigSerial(primary_key=True)
    topic = Varchar(length=64)
    payload = JSONB()
    created_at = Timestamptz(default=TimestamptzNow())
    due_at = Timestamptz(default=TimestamptzNow(), index=True, index_method=IndexMethod.btree)
    attempts = Integer(default=0)
    last_error = Text(null=True, default=None)


class IdempotencyKey(Table, tablename="idempotency_key"):
    """What a request answered, so that its repetition answers the same and does nothing."""

    id = BigSerial(primary_key=True)
    person = ForeignKey(Person, null=False, on_delete=OnDelete.cascade)
    key = Varchar(length=128)
    verb = Varchar(length=120)
    answer = JSONB(null=True, default=None)
    created_at = Timestamptz(default=TimestamptzNow())

    idempotency_key_once_a_person = Unique(["person", "key"])


class Heartbeat(Table, tablename="heartbeat"):
    """When each worker process was last alive."""

    id = UUID(primary_key=True)
    process = Varchar(length=64)
    seen_at = Timestamptz()
    is_leader = Boolean(default=False)


class JobCount(Table, tablename="job_count"):
    """How often a job failed, and how often it was left out; one row for all workers."""

    job = Varchar(length=80, primary_key=True)
    failed = BigInt()
    missed = BigInt()

    job_count_is_counted = Check("failed >= 0 AND missed >= 0")
