"""The first tables of the core, as they were released first.

Frozen: core/tables.py goes on, and what changes there is a migration of its own. What Piccolo cannot
say of these tables is in the migrations that follow.
"""

from piccolo.columns import (
    JSONB,
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
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.table_migrations import table_migration

ID = "2026-11-30T00:00:01:000000"
VERSION = "1.38.0"
DESCRIPTION = "the first tables"


class School(Table, tablename="school"):
    id = BigSerial(primary_key=True)
    code = Varchar(length=32, unique=True)
    name_zh = Varchar(length=120)
    name_en = Varchar(length=120)
    zone = Varchar(length=64, default="Asia/Shanghai")
    created_at = Timestamptz()
    requires_second_factor = Boolean()

    school_code_is_plain = Check("code ~ '^[A-Za-z0-9-]{1,32}$'")


class Place(Table, tablename="place"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, on_delete=OnDelete.restrict, null=False, index=True)
    parent = ForeignKey("self", on_delete=OnDelete.restrict, index=True)
    kind = Varchar(length=16)
    name = Varchar(length=120)
    retired_at = Timestamptz(default=None, null=True)

    place_kind_is_known = Check("kind IN ('building','room','cabinet')")
    place_name_is_given = Check("btrim(name) <> ''")
    place_id_school = Unique(["id", "school"])
    place_name_once_in_its_parent = Unique(["school", "parent", "name"], nulls_distinct=False)


class Person(Table, tablename="person"):
    id = BigSerial(primary_key=True)
    login = Varchar(length=64)
    name = Varchar(length=120)
    password_hash = Varchar(default=None, null=True, secret=True)
    one_time_until = Timestamptz(default=None, null=True)
    locale = Varchar(length=8, default="zh_CN")
    created_at = Timestamptz()
    closed_at = Timestamptz(default=None, null=True)

    person_login_is_plain = Check("login = lower(login) AND login ~ '^[^[:space:]]{2,64}$'")
    person_login_is_unique = Unique(["login"])
    person_name_is_given = Check("btrim(name) <> ''")
    person_locale_is_known = Check("locale IN ('zh_CN','en')")


class PersonMembership(Table, tablename="membership"):
    id = BigSerial(primary_key=True)
    person = ForeignKey(Person, null=False, index=True)
    school = ForeignKey(School, on_delete=OnDelete.restrict, null=False, index=True)
    role = Varchar(length=16)
    valid_from = Timestamptz()
    valid_until = Timestamptz(default=None, null=True)

    membership_role_is_known = Check(
        "role IN ('admin','technician','teacher','student_helper','auditor')"
    )
    membership_ends_after_it_begins = Check("valid_until IS NULL OR valid_until >= valid_from")


class SignIn(Table, tablename="sign_in"):
    id = BigSerial(primary_key=True)
    person = ForeignKey(Person, null=False, index=True)
    token_hash = Bytea(secret=True)
    created_at = Timestamptz()
    seen_at = Timestamptz()
    expires_at = Timestamptz()
    revoked_at = Timestamptz(default=None, null=True)
    confirmed_at = Timestamptz(default=None, null=True)
    needs_code = Boolean()
    address = Varchar(length=64)
    browser = Varchar()

    sign_in_token_hash_is_unique = Unique(["token_hash"])


class KnownBrowser(Table, tablename="known_browser"):
    id = BigSerial(primary_key=True)
    person = ForeignKey(Person, null=False)
    token_hash = Bytea(index=True, secret=True)
    seen_at = Timestamptz()
    failures = Integer()

    known_browser_once_a_person = Unique(["person", "token_hash"])


class SignInAttempt(Table, tablename="sign_in_attempt"):
    id = BigSerial(primary_key=True)
    login = Varchar(length=64)
    address = Varchar(length=64)
    counter = Bytea(default=None, null=True, secret=True)
    known_browser = ForeignKey(KnownBrowser, on_delete=OnDelete.set_null)
    at = Timestamptz()


class SecondFactor(Table, tablename="second_factor"):
    id = BigSerial(primary_key=True)
    person = ForeignKey(Person, null=False)
    secret = Bytea(secret=True)
    created_at = Timestamptz()
    confirmed_at = Timestamptz(default=None, null=True)
    last_step = BigInt()

    second_factor_one_a_person = Unique(["person"])


class RecoveryCode(Table, tablename="recovery_code"):
    id = BigSerial(primary_key=True)
    person = ForeignKey(Person, null=False)
    code_hash = Bytea(secret=True)
    used_at = Timestamptz(default=None, null=True)

    recovery_code_once_a_person = Unique(["person", "code_hash"])


class ApiToken(Table, tablename="api_token"):
    id = BigSerial(primary_key=True)
    person = ForeignKey(Person, null=False, index=True)
    name = Varchar(length=120)
    token_hash = Bytea(secret=True)
    scopes = Array(base_column=Varchar(length=32))
    created_at = Timestamptz()
    expires_at = Timestamptz()
    used_at = Timestamptz(default=None, null=True)
    revoked_at = Timestamptz(default=None, null=True)

    api_token_hash_is_unique = Unique(["token_hash"])
    api_token_has_a_scope = Check("cardinality(scopes) > 0")


class SetupLink(Table, tablename="setup_link"):
    id = BigSerial(primary_key=True)
    token_hash = Bytea(secret=True)
    created_at = Timestamptz()
    expires_at = Timestamptz()
    used_at = Timestamptz(default=None, null=True)

    setup_link_hash_is_unique = Unique(["token_hash"])


class AuditEvent(Table, tablename="audit_event"):
    id = BigSerial(primary_key=True)
    at = Timestamptz()
    actor_id = BigInt(default=None, null=True)
    actor_name = Varchar(length=120, default=None, null=True)
    request_id = Varchar(length=64, default=None, null=True)
    school_id = BigInt(default=None, null=True)
    entity = Varchar(length=63)
    entity_id = Text()
    action = Varchar(length=8)
    before = JSONB(default=None, null=True)
    after = JSONB(default=None, null=True)

    audit_event_action_is_known = Check("action IN ('insert','update','delete')")


class SecurityEvent(Table, tablename="security_event"):
    id = BigSerial(primary_key=True)
    at = Timestamptz()
    kind = Varchar(length=40)
    person_id = BigInt(default=None, null=True)
    actor_id = BigInt(default=None, null=True)
    actor_name = Varchar(length=120, default=None, null=True)
    school_id = BigInt(default=None, null=True)
    address = Varchar(length=64)
    detail = Varchar(length=200)


class Outbox(Table, tablename="outbox"):
    id = BigSerial(primary_key=True)
    topic = Varchar(length=64)
    payload = JSONB()
    created_at = Timestamptz()
    due_at = Timestamptz(index=True)
    attempts = Integer()
    last_error = Text(default=None, null=True)


class IdempotencyKey(Table, tablename="idempotency_key"):
    id = BigSerial(primary_key=True)
    person = ForeignKey(Person, null=False)
    key = Varchar(length=128)
    verb = Varchar(length=120)
    answer = JSONB(default=None, null=True)
    created_at = Timestamptz()

    idempotency_key_once_a_person = Unique(["person", "key"])


class Heartbeat(Table, tablename="heartbeat"):
    id = UUID(primary_key=True)
    process = Varchar(length=64)
    seen_at = Timestamptz()
    is_leader = Boolean()


class JobCount(Table, tablename="job_count"):
    job = Varchar(length=80, primary_key=True)
    failed = BigInt()
    missed = BigInt()

    job_count_is_counted = Check("failed >= 0 AND missed >= 0")


TABLES = (
    School,
    Place,
    Person,
    PersonMembership,
    SignIn,
    KnownBrowser,
    SignInAttempt,
    SecondFactor,
    RecoveryCode,
    ApiToken,
    SetupLink,
    AuditEvent,
    SecurityEvent,
    Outbox,
    IdempotencyKey,
    Heartbeat,
    JobCount,
)


async def forwards():
    return table_migration("core", ID, DESCRIPTION, TABLES)
