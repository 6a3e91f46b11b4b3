"""The User-based Security Model (RFC 3414): engines, their clocks, and the frames of its messages."""

from time import monotonic
from typing import NamedTuple

import msgspec

from monitoring.snmp.ciphers import SALT_BYTES, PayloadCipher
from monitoring.snmp.elements import INTEGER, OCTETS, SEQUENCE
from monitoring.snmp.keys import Signer, local_cipher
from monitoring.snmp.messages import element, integer
from monitoring.snmp.secure_reader import USER_SECURITY_MODEL, Layout, Secure
from monitoring.snmp.shapes import Habit
from monitoring.snmp.values import MOST_ID, User

# Version 3, and the header as far as the message id of four bytes.
BEFORE_ID = b"\x02\x01\x03\x30\x11\x02\x04"
ID_BYTES = 4


class Names(NamedTuple):
    """The bytes that all messages of one user to one engine have in common."""

    after_id: bytes
    engine: bytes
    user: bytes
    digest_size: int
    salt_size: int


class Frame(msgspec.Struct, frozen=True):
    """A message around the places of its id, time, digest, salt and data."""

    boots: int
    time_size: int
    data_size: int
    before_id: bytes
    before_time: bytes
    before_digest: bytes
    blank: bytes
    before_salt: bytes
    before_data: bytes

    names: Names

    @classmethod
    def of(cls, names: Names, boots: int = 0, time_size: int = 1, data_size: int = 1) -> "Frame":
        """The frame of messages to an engine that booted so often, at a time of so many bytes."""
        blank, salt = bytes(names.digest_size), bytes(names.salt_size)
        before_digest = names.user + element(OCTETS, blank)[: -len(blank) or None]
        before_salt = element(OCTETS, salt)[: -len(salt) or None]
        before_time = names.engine + integer(boots) + bytes((INTEGER, time_size))
        rest = bytes(time_size) + before_digest + blank + before_salt + salt
        security = element(OCTETS, element(SEQUENCE, before_time + rest))
        data = bytes(data_size)
        # What is encrypted is an octet string; in the clear, a sequence that has its own header.
        wrapped = element(OCTETS, data) if salt else data
        after_id = names.after_id + security[: -len(rest)]
        message = BEFORE_ID + bytes(ID_BYTES) + names.after_id + security + wrapped
        before_id = element(SEQUENCE, message)[: len(BEFORE_ID) - len(message)]
        return cls(
            boots,
            time_size,
            data_size,
            before_id,
            after_id,
            before_digest,
            blank,
            before_salt,
            wrapped[: len(wrapped) - data_size],
            names,
        )

    def fitting(self, boots: int, time_size: int, data_size: int) -> "Frame":
        """This frame, or another for other sizes."""
        if data_size == self.data_size and time_size == self.time_size and boots == self.boots:
            return self
        return Frame.of(self.names, boots, time_size, data_size)


SIGNED, ENCRYPTED, REPORTABLE = 1, 2, 4  # flags of a message (RFC 3412, 6.4)
LARGEST_MESSAGE = 65_507
MOST_USERS = 4  # at one engine: one, and the next while its password is changed


class LocalUser:
    """A user as one engine knows it: localised keys, and the bytes that all messages repeat."""

    __slots__ = (
        "cipher",
        "engine_element",
        "frame",
        "habit",
        "layout",
        "name",
        "name_and_blank",
        "scope",
        "signer",
    )

    def __init__(self, user: User, engine_id: bytes) -> None:
        self.name = user.name.encode()
        self.engine_element = element(OCTETS, engine_id)
        self.scope = self.engine_element + element(OCTETS, user.context.encode())
        self.layout: Layout | None = None
        self.habit = Habit()
        self.signer: Signer | None = None
        self.cipher: PayloadCipher | None = None
        if user.auth:
            self.signer = Signer(user.auth, user.auth_password, engine_id)
            if user.priv:
                self.cipher = local_cipher(user.auth, user.priv, user.priv_password, engine_id)
        # The signature's place holds zeros until all else is written.
        blank = bytes(self.signer.length) if self.signer else b""
        self.name_and_blank = element(OCTETS, self.name) + element(OCTETS, blank)
        flags = REPORTABLE | (SIGNED if self.signer else 0) | (ENCRYPTED if self.cipher else 0)
        self.frame = Frame.of(
            Names(
                integer(LARGEST_MESSAGE)
                + element(OCTETS, bytes((flags,)))
                + integer(USER_SECURITY_MODEL),
                self.engine_element,
                element(OCTETS, self.name),
                len(blank),
                SALT_BYTES if self.cipher else 0,
            )
        )

    def has_signed(self, payload: bytes, secure: Secure) -> bool:
        """Whether the message's digest is this user's, made with the key of this engine."""
        signer = self.signer
        return signer is not None and signer.has_signed(payload, secure.digest, secure.digest_at)


class Engine(msgspec.Struct, eq=False):
    """One agent: its clock is as it was when last heard, plus the time since."""

    engine_id: bytes
    boots: int = 0
    time: int = 0
    heard_at: float | None = None
    users: dict[User, LocalUser] = {}

    def now(self) -> int:
        if self.heard_at is None:
            return 0
        return min(self.time + int(monotonic() - self.heard_at), MOST_ID)

    def hear(self, boots: int, engine_time: int) -> None:
        """Set the clock by what the agent says."""
        self.boots, self.time, self.heard_at = boots, engine_time, monotonic()

    def follow(self, boots: int, engine_time: int) -> None:
        """Go with a clock that was signed, but never back: that would let old messages in again."""
        if boots > self.boots or (boots == self.boots and engine_time > self.time):
            self.hear(boots, engine_time)

    def local(self, user: User) -> LocalUser:
        """The user at this engine; keys are localised once."""
        local = self.users.get(user)
        if local is None:
            if len(self.users) >= MOST_USERS:
                self.users.clear()
            local = self.users[user] = LocalUser(user, self.engine_id)
        return local
