"""Questions of v1 and v2c: a community in the clear, and nothing to agree on first."""

from functools import partial

from monitoring.snmp.questions import Answer, Request, Verb
from monitoring.snmp.reader import VERSION_1, VERSION_2C, Key, Message, read_answer
from monitoring.snmp.templates import Templates, community_template
from monitoring.snmp.values import Community
from monitoring.snmp.writer import OCTETS, SEQUENCE, element, integer, write_pdu


class CommunityQuestion:
    """One request under one community."""

    __slots__ = ("_community", "_credential", "_request", "_templates", "_version")

    def __init__(self, templates: Templates, credential: Community, request: Request) -> None:
        self._templates = templates
        self._credential = credential
        self._request = request
        self._community = credential.community.encode()
        self._version = VERSION_1 if credential.version == "1" else VERSION_2C

    def message(self, message_id: int) -> tuple[Key, bytes]:
        return (self._version, self._community, message_id), self._payload(message_id)

    def read(self, answer: Message) -> Answer:
        return read_answer(answer)

    def _payload(self, message_id: int) -> bytes:
        credential, request = self._credential, self._request
        if request.verb is Verb.get:
            build = partial(community_template, credential, request)
            template = self._templates.find((credential, request), build)
            if template is not None:
                return template.filled(message_id)
        head = integer(self._version) + element(OCTETS, self._community)
        return element(SEQUENCE, head + write_pdu(request, message_id))
