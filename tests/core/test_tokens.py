"""Tokens for programs: limits, ends, and what is kept of them."""

import hashlib
from datetime import timedelta

import pytest

from core import database, tokens
from core.access import Actor
from core.clock import now
from core.errors import Forbidden, Invalid, NotFound
from core.tokens import MOST_OPEN, SCOPES, NewToken
from tests import factories

pytestmark = pytest.mark.usefixtures("db")


async def _owner() -> Actor:
    return (await factories.person("technician", await factories.school())).actor


async def test_a_token_acts_as_its_owner_within_its_scopes() -> None:
    owner = await _owner()
    issued = await tokens.create_token(owner, NewToken("poller", ("monitoring:write",), days=7))
    actor = await tokens.find_actor(issued.secret)
    assert actor is not None
    assert (actor.person_id, actor.school_ids) == (owner.person_id, owner.school_ids)
    assert actor.may("monitoring:read")
    assert not actor.may("library:read")
    assert timedelta(days=6) < issued.expires_at - now() <= timedelta(days=7)


async def test_only_the_hash_of_a_token_is_kept() -> None:
    issued = await tokens.create_token(await _owner(), NewToken("t", ("library:read",)))
    assert issued.secret.startswith("lsh_")
    assert len(issued.secret) >= 47
    kept: bytes = await database.fetch_value("SELECT token_hash FROM api_token")
    assert kept == hashlib.sha256(issued.secret.encode()).digest()


async def test_a_token_that_is_revoked_or_over_opens_nothing() -> None:
    owner = await _owner()
    revoked = await tokens.create_token(owner, NewToken("a", ("library:read",)))
    over = await tokens.create_token(owner, NewToken("b", ("library:read",)))
    await tokens.revoke_token(owner, revoked.id)
    await database.execute("UPDATE api_token SET expires_at = now() WHERE id = $1", over.id)
    assert await tokens.find_actor(revoked.secret) is None
    assert await tokens.find_actor(over.secret) is None
    assert [token.is_valid for token in await tokens.list_tokens(owner)] == [False, False]
    with pytest.raises(NotFound):
        await tokens.revoke_token(owner, revoked.id)


async def test_nobody_sees_or_revokes_the_token_of_somebody_else() -> None:
    owner, other = await _owner(), await _owner()
    issued = await tokens.create_token(owner, NewToken("a", ("library:read",)))
    assert await tokens.list_tokens(other) == []
    with pytest.raises(NotFound):
        await tokens.revoke_token(other, issued.id)


async def test_a_token_makes_no_other_token() -> None:
    owner = await _owner()
    issued = await tokens.create_token(
        owner, NewToken("a", ("people:write", "library:read"), days=1)
    )
    actor = await tokens.find_actor(issued.secret)
    assert actor is not None
    with pytest.raises(Forbidden):
        await tokens.create_token(actor, NewToken("longer", ("library:read",), days=365))


@pytest.mark.parametrize(
    ("new", "field"),
    [
        (NewToken(" ", ("library:read",)), "name"),
        (NewToken("t", ()), "scopes"),
        (NewToken("t", ("everything",)), "scopes"),
        (NewToken("t", ("library:read",), days=0), "days"),
        (NewToken("t", ("library:read",), days=366), "days"),
    ],
)
async def test_a_token_without_limits_is_refused(new: NewToken, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        await tokens.create_token(await _owner(), new)
    assert refused.value.field == field


async def test_a_person_holds_only_so_many_tokens() -> None:
    owner = await _owner()
    for _ in range(MOST_OPEN):
        await tokens.create_token(owner, NewToken("t", SCOPES))
    with pytest.raises(Invalid, match="revoke one first"):
        await tokens.create_token(owner, NewToken("t", SCOPES))


@pytest.mark.parametrize("rubbish", ["", "lsh_", "lsh_wrong", "other_prefix", "lsh_" + "é" * 20])
async def test_rubbish_is_no_token(rubbish: str) -> None:
    assert await tokens.find_actor(rubbish) is None
