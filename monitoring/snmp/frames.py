"""What surrounds the data of our v3 messages: put together once, as long as sizes stay the same."""

from typing import NamedTuple

import msgspec

from monitoring.snmp.writer import INTEGER, OCTETS, SEQUENCE, element, integer

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
