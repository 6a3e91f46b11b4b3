"""What a manager asks of an agent, and what comes back, whatever the version."""

from enum import IntEnum
from typing import NamedTuple

from monitoring.snmp.values import Oid, VarBind

MOST_ID = 0x7FFFFFFF


class Verb(IntEnum):
    """The three questions that a manager asks, by the tags of their PDUs."""

    get = 0xA0
    next = 0xA1
    bulk = 0xA5


class Request(NamedTuple):
    """One question; ``max_repetitions`` counts for bulk only."""

    verb: Verb
    oids: tuple[Oid, ...]
    max_repetitions: int = 0


class Answer(NamedTuple):
    """One answer; ``error_index`` counts from 1.

    ``is_as_asked``: the names are known to be those of the question. If not set, they may be.
    """

    error_status: int
    error_index: int
    varbinds: list[VarBind]
    is_report: bool = False
    is_as_asked: bool = False
