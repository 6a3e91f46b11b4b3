"""What v3 keeps of each agent (RFC 3414): its engine ID, its clock, and its users' keys."""

from time import monotonic

import msgspec

from monitoring.snmp.ciphers import SALT_BYTES, PayloadCipher
from monitoring.snmp.frames import Frame, Names
from monitoring.snmp.keys import Signer, local_cipher
from monitoring.snmp.reader import USER_SECURITY_MODEL, Layout, Secure
from monitoring.snmp.requests import MOST_ID
from monitoring.snmp.shapes import Habit
from monitoring.snmp.values import User
from monitoring.snmp.writer import OCTETS, element, integer

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
