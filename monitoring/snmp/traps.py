"""The gate for traps and informs: who may speak is checked here, by v1, v2c or v3 alike.

pysnmp's engine knows a user by name alone, for all senders, so two schools could not each have
a user of one name; hence its parts, as for visits (docs/decisions/0011-traps-on-the-parts.md).
"""

import hmac
from collections import OrderedDict
from collections.abc import Collection
from enum import StrEnum
from typing import NamedTuple

from monitoring.snmp.ciphers import Undecipherable
from monitoring.snmp.errors import BadReply
from monitoring.snmp.messages import Message, open_message
from monitoring.snmp.notifications import (
    Notification,
    Scoped,
    acknowledged,
    open_plain,
    open_scoped,
    read_notification,
    version_of,
)
from monitoring.snmp.secure_reader import Secure, read_encrypted, read_secure
from monitoring.snmp.trap_clocks import Authority, Clocks
from monitoring.snmp.trap_messages import (
    ENCRYPTED,
    REPORTABLE,
    SECURITY_LEVEL,
    SIGNED,
    VERSION_3,
    Keys,
    Reply,
    keys_of,
    level_of,
    write_reply,
    write_report,
)
from monitoring.snmp.values import Community, Credential, PrivProtocol, User

MOST_PROVEN = 10_000


class Refusal(StrEnum):
    """Why a datagram was not let in."""

    unreadable = "unreadable"
    unknown_community = "unknown_community"
    unknown_user = "unknown_user"
    wrong_level = "wrong_level"
    wrong_digest = "wrong_digest"
    undecryptable = "undecryptable"
    not_in_time = "not_in_time"
    unknown_engine = "unknown_engine"


# The usmStats counter that tells the sender of an inform what is wrong (RFC 3414, 5).
REPORTED = {
    Refusal.wrong_level: 1,
    Refusal.not_in_time: 2,
    Refusal.unknown_user: 3,
    Refusal.unknown_engine: 4,
    Refusal.wrong_digest: 5,
    Refusal.undecryptable: 6,
}


class Refused(Exception):
    """Not let in; ``report`` is what the sender is to be told at once, if anything."""

    def __init__(self, why: Refusal, report: bytes | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.report = report


class Heard(NamedTuple):
    """A notification whose sender has the right; ``reply`` is sent once it is durably stored.

    ``opened_by`` are the credentials it fits: of a community there may be several.
    """

    notification: Notification
    opened_by: tuple[Credential, ...]
    reply: bytes | None = None


class Gate:
    """Opens datagrams with the credentials of their source; keeps the clocks of v3."""

    def __init__(self, ours: Authority, clocks: Clocks | None = None) -> None:
        self._ours = ours
        self.clocks = clocks or Clocks()
        self._proven: OrderedDict[tuple[User, bytes], Keys] = OrderedDict()
        self._reported = dict.fromkeys(Refusal, 0)

    def open(self, payload: bytes, source: str, credentials: Collection[Credential]) -> Heard:
        """What the datagram says; Refused unless one of ``credentials`` proves its sender."""
        try:
            if version_of(payload) == VERSION_3:
                users = [c for c in credentials if isinstance(c, User)]
                return self._open_secure(open_message(payload), source, users)
            return _open_plain(payload, [c for c in credentials if isinstance(c, Community)])
        except BadReply as error:
            raise Refused(Refusal.unreadable) from error

    def _open_secure(self, message: Message, source: str, users: list[User]) -> Heard:
        secure = read_secure(message)
        if secure.flags & SECURITY_LEVEL == ENCRYPTED:  # without a signature: no such level
            raise Refused(Refusal.unreadable)
        to = Reply(message.key[2], secure.user_name)
        is_to_us = secure.engine_id == self._ours.engine_id
        if not secure.engine_id or (secure.flags & REPORTABLE and not is_to_us):
            raise self._refused(Refusal.unknown_engine, secure, to)
        user, keys, scoped = self._prove(message, secure, users, to)
        self._check_time(secure, source, to._replace(keys=keys))
        notification = read_notification(scoped.data, scoped.pdu_at)
        if notification.is_inform is not is_to_us:
            # Who receives an inform vouches for its time, who sends a trap does (RFC 3414, 1.5.1).
            raise Refused(Refusal.unreadable)
        reply = None
        if notification.is_inform:
            said = acknowledged(scoped.data, scoped.pdu_at)
            reply = write_reply(self._ours, to._replace(keys=keys), said)
        return Heard(notification, (user,), reply)

    def _prove(
        self, message: Message, secure: Secure, users: list[User], to: Reply
    ) -> tuple[User, Keys, Scoped]:
        """The user whose password made the signature: of one name there may be several."""
        named = [user for user in users if user.name.encode() == secure.user_name]
        if not named:
            raise self._refused(Refusal.unknown_user, secure, to)
        fitting = [u for u in named if level_of(u) == secure.flags & SECURITY_LEVEL]
        if not fitting:
            raise self._refused(Refusal.wrong_level, secure, to)
        why = Refusal.wrong_digest
        for user in fitting:
            keys = self._proven.get((user, secure.engine_id)) or keys_of(user, secure.engine_id)
            if keys.signer and not keys.signer.has_signed(
                message.payload, secure.digest, secure.digest_at
            ):
                continue
            scoped = _scoped(message, secure, user, keys)
            if scoped is None:
                why = Refusal.undecryptable
                continue
            self._remember(user, secure.engine_id, keys)
            return user, keys, scoped
        raise self._refused(why, secure, to)

    def _check_time(self, secure: Secure, source: str, to: Reply) -> None:
        if not secure.flags & SIGNED:
            return
        if secure.engine_id == self._ours.engine_id:
            is_in_time = self._ours.is_in_time(secure.boots, secure.time)
        else:
            sender = (source, secure.engine_id)
            is_in_time = self.clocks.follow(sender, secure.boots, secure.time)
        if not is_in_time:
            # Signed but not encrypted, so that the sender may believe our clock.
            signed = to._replace(keys=Keys(to.keys.signer, None))
            raise self._refused(Refusal.not_in_time, secure, signed)

    def _refused(self, why: Refusal, secure: Secure, to: Reply) -> Refused:
        """The refusal, with a report for those who wait for one."""
        if not secure.flags & REPORTABLE or why not in REPORTED:
            return Refused(why)
        self._reported[why] += 1
        return Refused(why, write_report(self._ours, to, REPORTED[why], self._reported[why]))

    def _remember(self, user: User, engine_id: bytes, keys: Keys) -> None:
        """Only keys that were proven, so that strangers fill nothing."""
        if user.auth is None:
            return
        self._proven[user, engine_id] = keys
        self._proven.move_to_end((user, engine_id))
        if len(self._proven) > MOST_PROVEN:
            self._proven.popitem(last=False)


def _open_plain(payload: bytes, communities: list[Community]) -> Heard:
    plain = open_plain(payload)
    fitting = tuple(
        c for c in communities if hmac.compare_digest(c.community.encode(), plain.community)
    )
    if not fitting:
        raise Refused(Refusal.unknown_community)
    notification = read_notification(payload, plain.pdu_at, is_v1=plain.is_v1)
    reply = acknowledged(payload, plain.pdu_at) if notification.is_inform else None
    return Heard(notification, fitting, reply)


def read_stranger(payload: bytes) -> Notification:
    """What somebody says whose right nobody can check; Refused for v3, which is encrypted."""
    try:
        if version_of(payload) == VERSION_3:
            raise Refused(Refusal.unknown_user)
        plain = open_plain(payload)
        return read_notification(payload, plain.pdu_at, is_v1=plain.is_v1)
    except BadReply as error:
        raise Refused(Refusal.unreadable) from error


def _scoped(message: Message, secure: Secure, user: User, keys: Keys) -> Scoped | None:
    """The scoped PDU; None if it does not decrypt to one."""
    if keys.cipher is None:
        return open_scoped(message.payload[: message.end], secure.data_at, is_padded=False)
    encrypted = read_encrypted(message, secure)
    try:
        plain = keys.cipher.decrypt(encrypted, secure.boots, secure.time, secure.salt)
        return open_scoped(plain, 0, is_padded=user.priv is PrivProtocol.des)
    except (Undecipherable, BadReply):
        return None
