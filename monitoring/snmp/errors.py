"""Why a device gave no values; each error carries a sentence for people and a code."""

from typing import Any

from core.errors import Message, say


class SnmpError(Exception):
    """The visit failed; ``message`` says why, ``code`` (snake_case) is for programs.

    ``was_heard``: something at the address answered, be it nonsense or a refusal.
    """

    code = "snmp_error"
    was_heard = True

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


class TimedOut(SnmpError):
    """Nothing came back: switched off, unreachable, or (v1, v2c) another community."""

    code = "timed_out"
    was_heard = False


class PortClosed(SnmpError):
    """The machine is there, and says itself that nobody listens at the port."""

    code = "port_closed"


class WrongCredentials(SnmpError):
    """The agent answers, and refuses this password or security level."""

    code = "wrong_credentials"


class UnknownUser(WrongCredentials):
    """The agent answers, and knows no user of this name."""

    code = "unknown_user"


class EngineChanged(SnmpError):
    """The agent keeps changing its engine ID: two devices at one address, or a faulty agent."""

    code = "engine_changed"


class BadReply(SnmpError):
    """The reply is not what the protocol allows."""

    code = "bad_reply"


class TooManyRows(BadReply):
    """A table is longer than we read; ``columns`` are the rows until there, column by column."""

    code = "too_many_rows"

    def __init__(self, message: Message, columns: list[Any]) -> None:
        super().__init__(message)
        self.columns = columns


class AgentError(SnmpError):
    """The agent understood the request and answered with an error status."""

    code = "agent_error"

    def __init__(self, status: int, index: int) -> None:
        name = ERROR_STATUS.get(status, str(status))
        super().__init__(say("The device refused the request: {status}", status=name))
        self.status = status
        self.index = index


TOO_BIG = 1
NO_SUCH_NAME = 2
GENERAL_ERROR = 5
AUTHORIZATION_ERROR = 16
ERROR_STATUS = {
    TOO_BIG: "tooBig",
    NO_SUCH_NAME: "noSuchName",
    3: "badValue",
    4: "readOnly",
    GENERAL_ERROR: "genErr",
    6: "noAccess",
    13: "resourceUnavailable",
    AUTHORIZATION_ERROR: "authorizationError",
}


def silence() -> TimedOut:
    return TimedOut(say("No answer: the device is off, out of reach, or expects other credentials"))


def port_closed(port: int) -> PortClosed:
    sentence = say(
        "The device is there, but port {port} is closed: its SNMP service is not running,"
        " or listens elsewhere",
        port=str(port),
    )
    return PortClosed(sentence)


def bad_reply() -> BadReply:
    return BadReply(say("The device's answer cannot be read as SNMP"))
