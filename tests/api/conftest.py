"""What the tests of pages begin with."""

import httpx
import pytest

from tests import factories
from tests.api.office import Office, office_of
from tests.factories import MadePerson, MadeSchool


@pytest.fixture
async def office(client: httpx.AsyncClient) -> Office:
    return await office_of(client, "admin")


@pytest.fixture
async def admin(client: httpx.AsyncClient, school: MadeSchool) -> MadePerson:
    """An admin of the school, signed in at the client."""
    who = await factories.person("admin", school)
    await factories.signed_in(client, who)
    return who
