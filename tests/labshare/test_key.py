"""Another secret key: every stored secret opens with it afterwards, whenever the power went."""

from pathlib import Path
from uuid import uuid4

import pytest

from core import database
from core.errors import Unavailable
from core.settings import Settings
from labshare import secret_key
from monitoring.devices.credential_encryption import CredentialCipher, Secrets
from monitoring.devices.credentials import rotate_key
from tests import factories, factories_monitoring
from tests.conftest import Stack
from tests.labshare.service import labshare

OLD = factories_monitoring.CIPHER
SECRETS = Secrets(community="public")


async def _sealed() -> dict[int, bytes]:
    rows = await database.fetch_value(
        "SELECT jsonb_object_agg(id, encode(sealed, 'hex')) FROM credential"
    )
    return {int(key): bytes.fromhex(value) for key, value in rows.items()}


def test_the_key_is_made_once_and_kept(tmp_path: Path) -> None:
    first = secret_key.with_keys(Settings(data=tmp_path))
    assert first.secret_key
    assert secret_key.with_keys(Settings(data=tmp_path)) == first
    assert (tmp_path / secret_key.FILE_NAME).stat().st_mode & 0o077 == 0


def test_a_rotation_that_was_cut_short_goes_on_with_the_same_keys(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    before = secret_key.with_keys(settings)
    begun = secret_key.begin_rotation(settings)
    assert begun.previous_secret_key == before.secret_key != begun.secret_key
    assert secret_key.with_keys(settings) == begun
    assert secret_key.begin_rotation(settings) == begun
    secret_key.end_rotation(settings)
    ended = secret_key.with_keys(settings)
    assert (ended.secret_key, ended.previous_secret_key) == (begun.secret_key, "")


def test_what_the_key_before_sealed_still_opens_and_a_third_key_opens_nothing() -> None:
    sealed = OLD.encrypt(SECRETS, owner=1)
    between = CredentialCipher("new", "a secret of the tests, not of any school")
    assert between.decrypt(sealed, owner=1) == SECRETS
    with pytest.raises(Unavailable):
        OLD.decrypt(between.encrypt(SECRETS, owner=1), owner=1)
    with pytest.raises(Unavailable):
        between.decrypt(sealed, owner=2)


async def test_every_secret_is_sealed_with_the_new_key(db: Stack) -> None:
    school = await factories.school()
    for _ in range(3):
        await factories_monitoring.credential(school)
    done = labshare(
        db.settings.data,
        "key",
        "rotate",
        LABSHARE_DATABASE_URL=db.dsn,
        LABSHARE_SECRET_KEY="the new key",
        LABSHARE_PREVIOUS_SECRET_KEY=db.settings.secret_key,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("3 credentials are encrypted with the new key\n0 second factors ")
    new = CredentialCipher("the new key")
    opened = [new.decrypt(sealed, owner=school.id) for sealed in (await _sealed()).values()]
    assert opened == [SECRETS] * 3


async def test_one_secret_that_does_not_open_stops_the_whole_rotation(db: Stack) -> None:
    school = await factories.school()
    await factories_monitoring.credential(school)
    lost = await factories_monitoring.credential(school)
    foreign = CredentialCipher("a key that was lost").encrypt(SECRETS, owner=school.id)
    await database.execute("UPDATE credential SET sealed = $2 WHERE id = $1", lost, foreign)
    before = await _sealed()
    with pytest.raises(Unavailable):
        await rotate_key(CredentialCipher("the new key", db.settings.secret_key))
    assert await _sealed() == before


async def test_without_the_key_before_the_command_says_what_to_set(db: Stack) -> None:
    refused = labshare(
        db.settings.data,
        "key",
        "rotate",
        LABSHARE_DATABASE_URL=db.dsn,
        LABSHARE_SECRET_KEY="the new key",
    )
    assert refused.returncode == 1
    assert "LABSHARE_PREVIOUS_SECRET_KEY" in refused.stderr


async def test_a_key_file_is_not_changed_while_a_worker_holds_its_key(
    db: Stack, tmp_path: Path
) -> None:
    before = secret_key.with_keys(Settings(data=tmp_path)).secret_key
    beat = "INSERT INTO heartbeat (id, process, seen_at, is_leader) VALUES ($1, 'w', now(), false)"
    await database.execute(beat, uuid4())
    refused = labshare(tmp_path, "key", "rotate", LABSHARE_DATABASE_URL=db.dsn)
    assert refused.returncode == 1
    assert "stop Labshare first" in refused.stderr
    assert secret_key.with_keys(Settings(data=tmp_path)).secret_key == before
    await database.execute("DELETE FROM heartbeat")
    assert labshare(tmp_path, "key", "rotate", LABSHARE_DATABASE_URL=db.dsn).returncode == 0
    assert secret_key.with_keys(Settings(data=tmp_path)).secret_key != before


async def test_the_last_admin_comes_back_by_the_machines_own_command_line(db: Stack) -> None:
    who = await factories.person("admin", await factories.school())
    await database.execute(
        "INSERT INTO second_factor (person, secret, created_at, confirmed_at)"
        " VALUES ($1, '\\x01', now(), now())",
        who.id,
    )
    done = labshare(
        db.settings.data,
        "person",
        "reset-second-factor",
        who.login,
        LABSHARE_DATABASE_URL=db.dsn,
        LABSHARE_SECRET_KEY=db.settings.secret_key,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert await database.fetch_value("SELECT count(*) FROM second_factor") == 0
