"""Every pair of v3 protocols against net-snmp's agent: a GET, a walk, and no secret in sight."""

from collections.abc import Iterator

import pytest

from monitoring.snmp import AuthProtocol, PrivProtocol, User, WrongCredentials, oid
from tests.monitoring.agents import OTHER_SECRET, SECRET, Snmpd, needs_snmpd, running
from tests.monitoring.sessions import PatientSession

pytestmark = needs_snmpd

SYS_LOCATION = oid("1.3.6.1.2.1.1.6.0")
SYSTEM = oid("1.3.6.1.2.1.1")
# As snmpd.conf writes them.
AUTH_WORDS = {
    AuthProtocol.md5: "MD5",
    AuthProtocol.sha: "SHA",
    AuthProtocol.sha224: "SHA-224",
    AuthProtocol.sha256: "SHA-256",
    AuthProtocol.sha384: "SHA-384",
    AuthProtocol.sha512: "SHA-512",
}
PRIV_WORDS = {
    PrivProtocol.des: "DES",
    PrivProtocol.aes: "AES",
    PrivProtocol.aes192: "AES-192",
    PrivProtocol.aes256: "AES-256",
    PrivProtocol.aes192c: "AES-192-C",
    PrivProtocol.aes256c: "AES-256-C",
}
PAIRS = [(auth, priv) for auth in AUTH_WORDS for priv in PRIV_WORDS]


@pytest.fixture(scope="module")
def snmpd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snmpd]:
    lines = []
    for auth, priv in PAIRS:
        auth_words = f"{AUTH_WORDS[auth]} {SECRET}"
        lines.append(f"createUser {auth}-{priv} {auth_words} {PRIV_WORDS[priv]} {OTHER_SECRET}")
        lines.append(f"rouser {auth}-{priv} authpriv")
    agent = Snmpd(tmp_path_factory.mktemp("protocols"), extra="\n".join(lines))
    with running(agent):
        yield agent


@pytest.mark.parametrize(("auth", "priv"), PAIRS)
async def test_a_device_is_asked_with_any_pair_of_protocols(
    snmpd: Snmpd, auth: AuthProtocol, priv: PrivProtocol
) -> None:
    user = User(f"{auth}-{priv}", auth, SECRET, priv, OTHER_SECRET)
    assert SECRET not in repr(user)
    assert OTHER_SECRET not in repr(user)
    async with PatientSession() as wire:
        for _ in range(3):  # learning the engine, then building a template, then from it
            (location,) = await wire.get(snmpd.address, user, [SYS_LOCATION])
            assert location.value == b"Room 301"
        assert len(await wire.walk(snmpd.address, user, SYSTEM)) > 5


@pytest.mark.parametrize(
    "user",
    [
        User("sha-aes", AuthProtocol.sha, SECRET, PrivProtocol.aes, OTHER_SECRET, "no such room"),
        User("shaaes", AuthProtocol.sha, SECRET, PrivProtocol.aes, OTHER_SECRET, "no such room"),
        User("signed", AuthProtocol.sha, SECRET, context="no such room"),
    ],
)
async def test_an_unknown_context_is_told_from_silence(snmpd: Snmpd, user: User) -> None:
    async with PatientSession(user) as wire:  # the agent says nothing of a context
        for _ in range(2):  # learning the engine, then knowing it
            with pytest.raises(WrongCredentials, match="no context no such room"):
                await wire.get(snmpd.address, user, [SYS_LOCATION])


def test_none_is_left_out() -> None:
    assert set(AUTH_WORDS) == set(AuthProtocol)
    assert set(PRIV_WORDS) == set(PrivProtocol)
