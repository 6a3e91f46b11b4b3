"""Rows of signing in: sessions, second factors, one-time links and keys for programs."""

from piccolo.columns import (
    BigInt,
    BigSerial,
    Boolean,
    Bytea,
    ForeignKey,
    Integer,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.columns.column_types import Array
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.tables import Person


class SignIn(Table, tablename="sign_in"):
    """One browser's session: a row that can be revoked; only the token's hash is kept."""

    id = BigSerial(primary_key=True)
    person = ForeignKey(Person, null=False, index=True, on_delete=OnDelete.cascade)
    token_hash = Bytea(secret=True)
    created_at = Timestamptz()
    seen_at = Timestamptz()
    expires_at = Timestamptz()
    revoked_at = Timestamptz(null=True, default=None)
    # When the password was last typed in this browser: what is dangerous asks for a fresh one.
    confirmed_at = Timestamptz(null=True, default=None)
    # How often the password was wrong here since it was last right: too often ends the session.
    wrong_passwords = Integer(default=0)
    # The password was right and the second factor is still to come: it opens only that page.
    needs_code = Boolean(default=False)
    address = Varchar(length=64)
    browser = Varchar(length=255)

    sign_in_token_hash_is_unique = Unique(["token_hash"])


class KnownBrowser(Table, tablename="known_browser"):
    """A browser in which the person has signed in before: it opens nothing."""

    id = BigSerial(primary_key=True)
    person = ForeignKey(Person, null=False, on_delete=OnDelete.cascade)
    token_hash = Bytea(secret=True, index=True)
    seen_at = Timestamptz()
    # Since this person last signed in there; at the limit the browser counts as unknown to them.
    failures = Integer(default=0)

    known_browser_once_a_person = Unique(["person", "token_hash"])


class SignInAttempt(Table, tablename="sign_in_attempt"):
    """A failed try, kept for the throttle of its account, its browser and its address."""

    id = BigSerial(primary_key=True)
    login = Varchar(length=64)
    address = Varchar(length=64)
    # Of a session or a second factor; without one it is a try of the password at the sign-in.
    counter = Bytea(null=True, default=None, secret=True)
    # Where it was tried, if that was a browser which the person was known in.
    known_browser = ForeignKey(KnownBrowser, null=True, default=None, on_delete=OnDelete.set_null)
    at = Timestamptz()


class SecondFactor(Table, tablename="second_factor"):
    """The secret that somebody's phone shares with us, encrypted; good once it is confirmed."""

    id = BigSerial(primary_key=True)
    person = ForeignKey(Person, null=False, on_delete=OnDelete.cascade)
    secret = Bytea(secret=True)
    created_at = Timestamptz()
    confirmed_at = Timestamptz(null=True, default=None)
    # RFC 6238, section 5.2: a code that was taken is not taken again.
    last_step = BigInt(default=0)

    second_factor_one_a_person = Unique(["person"])


class RecoveryCode(Table, tablename="recovery_code"):
    """What opens the account once when the phone is lost; only its hash is kept."""

    id = BigSerial(primary_key=True)
    person = ForeignKey(Person, null=False, on_delete=OnDelete.cascade)
    code_hash = Bytea(secret=True)
    used_at = Timestamptz(null=True, default=None)

    recovery_code_once_a_person = Unique(["person", "code_hash"])


class ApiToken(Table, tablename="api_token"):
    """A key for programs: hashed, limited to scopes, ending on a day."""

    id = BigSerial(primary_key=True)
    person = ForeignKey(Person, null=False, index=True, on_delete=OnDelete.cascade)
    name = Varchar(length=120)
    token_hash = Bytea(secret=True)
    scopes = Array(base_column=Varchar(length=32))
    created_at = Timestamptz()
    expires_at = Timestamptz()
    used_at = Timestamptz(null=True, default=None)
    revoked_at = Timestamptz(null=True, default=None)

    api_token_hash_is_unique = Unique(["token_hash"])
    api_token_has_a_scope = Check("cardinality(scopes) > 0")


class SetupLink(Table, tablename="setup_link"):
    """The one-time link that makes the first admin of an empty installation."""

    id = BigSerial(primary_key=True)
    token_hash = Bytea(secret=True)
    created_at = Timestamptz()
    expires_at = Timestamptz()
    used_at = Timestamptz(null=True, default=None)

    setup_link_hash_is_unique = Unique(["token_hash"])
