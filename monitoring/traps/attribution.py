"""Whose a notification is, and what it means there."""

from collections import OrderedDict
from collections.abc import Iterable
from ipaddress import ip_address
from time import monotonic

import msgspec

from monitoring.profiles import Trap
from monitoring.snmp import dotted
from monitoring.snmp.notifications import Notification
from monitoring.snmp.trap_socket import Peer
from monitoring.traps.effects import Call
from monitoring.traps.inbox import Datagram
from monitoring.traps.meaning import Said, find_trap, port_index, said_by
from monitoring.traps.ports import port_names
from monitoring.traps.senders import DeviceThere, Grant, Senders
from monitoring.traps.store import Row

PORTS_SECONDS = 600.0
MOST_PORTS = 1000
MOST_OID_TEXT = 400  # an OID may be three times as long; no maker's is


class Letter(msgspec.Struct):
    """A datagram that was opened: what it says, who may be meant, the replies to it."""

    datagram: Datagram
    notification: Notification
    grants: tuple[Grant, ...] = ()
    replies: list[tuple[bytes, Peer]] = []
    school_id: int | None = None
    device: DeviceThere | None = None
    trap: Trap | None = None
    said: Said = Said()

    @property
    def mark(self) -> int:
        """The same for an inform that is sent again because our answer was late or lost."""
        said = self.notification
        return hash((self.datagram.peer, said.request_id, said.trap_oid, tuple(said.varbinds)))

    def row(self) -> Row:
        """As it is stored. Of what strangers say only that they said it: anybody can claim anything."""
        return Row(
            self.school_id,
            self.device.device_id if self.device else None,
            self.datagram.source,
            self.notification.is_inform,
            dotted(self.notification.trap_oid)[:MOST_OID_TEXT],
            self.trap.name if self.trap else None,
            self.trap.severity if self.trap else None,
            [self.said] if self.school_id is not None else [],
            self.datagram.at,
            self.datagram.at,
        )

    def call(self) -> Call | None:
        """What is to follow from it, if its device is known and its profile knows it."""
        if self.device is None or self.trap is None:
            return None
        return Call(self.device.device_id, self.trap, self.said.part)


class Reader:
    """Finds school, device and meaning; remembers the names of ports for a while."""

    def __init__(self, senders: Senders) -> None:
        self._senders = senders
        self._ports: OrderedDict[int, tuple[float, dict[int, str]]] = OrderedDict()

    async def understand(self, letters: list[Letter]) -> None:
        """Fill in whose each letter is and what it says."""
        proxied = [letter for letter in letters if letter.grants and _agent_of(letter)]
        await self._senders.look_up(agent for one in proxied if (agent := _agent_of(one)))
        for letter in letters:
            self._address(letter)
        await self._learn_ports(letters)
        for letter in letters:
            profile = letter.device.profile if letter.device else None
            letter.trap = find_trap(profile, letter.notification)
            ports = self._ports.get(letter.device.device_id) if letter.device else None
            letter.said = said_by(letter.trap, letter.notification, ports[1] if ports else {})

    def _address(self, letter: Letter) -> None:
        """Its school and device; where several schools could be meant it is of none."""
        sender = self._senders.sender(letter.datagram.source)
        letter.school_id = sender.school_for(letter.grants)
        if letter.school_id is None:
            letter.replies = []
            return
        letter.device = self._proxied(letter) or sender.device_for(letter.grants)

    def _proxied(self, letter: Letter) -> DeviceThere | None:
        """The device that a proxy names, if the school visits it with what opened the message."""
        agent = _agent_of(letter)
        if agent is None:
            return None
        credentials = {g.credential_id for g in letter.grants if g.school_id == letter.school_id}
        fitting = [
            device
            for device in self._senders.sender(agent).devices
            if device.school_id == letter.school_id and device.credential_id in credentials
        ]
        return fitting[0] if len(fitting) == 1 else None

    async def _learn_ports(self, letters: Iterable[Letter]) -> None:
        now = monotonic()
        wanted = {
            letter.device.device_id
            for letter in letters
            if letter.device is not None and port_index(letter.notification) is not None
        }
        unknown = [
            i for i in sorted(wanted) if now - self._ports.get(i, (0.0, {}))[0] > PORTS_SECONDS
        ]
        found = await port_names(unknown)
        for device_id in unknown:
            self._ports[device_id] = (now, found.get(device_id, {}))
            self._ports.move_to_end(device_id)
        while len(self._ports) > MOST_PORTS:
            self._ports.popitem(last=False)


def _agent_of(letter: Letter) -> str | None:
    """Whose it is by its own account, where that is another than its sender and an address."""
    agent = letter.notification.agent
    if agent is None or agent == letter.datagram.source:
        return None
    address = ip_address(agent)
    return None if address.is_unspecified or address.is_loopback else agent
