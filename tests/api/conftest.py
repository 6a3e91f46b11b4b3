"""What the tests of pages begin with."""

import httpx
import pytest

from tests.api.office import Office, office_of


@pytest.fixture
async def office(client: httpx.AsyncClient) -> Office:
    return await office_of(client, "admin")
