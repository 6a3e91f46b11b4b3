"""Questions of v1 and v2c: a community in the clear, and nothing to agree on first."""

from monitoring.snmp.reader import VERSION_1, VERSION_2C, Key, Message, read_answer
from monitoring.snmp.requests import Answer, Request
from monitoring.snmp.templates import Template
from monitoring.snmp.values import Community
from monitoring.snmp.writer import OCTETS, SEQUENCE, element, integer, write_pdu


class CommunityQuestion:
    """One request under one community."""

    __slots__ = ("_community", "_request", "_template", "_version")

    def __init__(self, credential: Community, request: Request, template: Template | None) -> None:
        self._request = request
        self._template = template
        self._community = credential.community.encode()
        self._version = VERSION_1 if credential.version == "1" else VERSION_2C

    def message(self, message_id: int) -> tuple[Key, bytes]:
        key = (self._version, self._community, message_id)
        template = self._template
        if template is not None:
            return key, template.filled(message_id)
        head = integer(self._version) + element(OCTETS, self._community)
        return key, element(SEQUENCE, head + write_pdu(self._request, message_id))

    def read(self, answer: Message) -> Answer:
        return read_answer(answer, self._template.asked if self._template else None)
