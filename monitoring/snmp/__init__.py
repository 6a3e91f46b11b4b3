"""The wire: SNMP v1, v2c and v3 behind one interface that speaks plain Python values."""

from monitoring.snmp.errors import (
    AgentError,
    BadReply,
    EngineChanged,
    PortClosed,
    SnmpError,
    TimedOut,
    TooManyRows,
    UnknownUser,
    WrongCredentials,
)
from monitoring.snmp.session import Session, Wire
from monitoring.snmp.values import (
    Address,
    AuthProtocol,
    Community,
    Credential,
    Oid,
    PrivProtocol,
    User,
    Value,
    VarBind,
    dotted,
    oid,
)

__all__ = [
    "Address",
    "AgentError",
    "AuthProtocol",
    "BadReply",
    "Community",
    "Credential",
    "EngineChanged",
    "Oid",
    "PortClosed",
    "PrivProtocol",
    "Session",
    "SnmpError",
    "TimedOut",
    "TooManyRows",
    "UnknownUser",
    "User",
    "Value",
    "VarBind",
    "Wire",
    "WrongCredentials",
    "dotted",
    "oid",
]
