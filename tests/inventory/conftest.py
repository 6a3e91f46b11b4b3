"""Who the tests of the inventory begin with."""

import pytest

from core.access import Role
from tests import factories
from tests.factories import MadePerson, MadeSchool


@pytest.fixture
async def technician(school: MadeSchool) -> MadePerson:
    return await factories.person(Role.technician, school)


@pytest.fixture
async def admin(school: MadeSchool) -> MadePerson:
    return await factories.person(Role.admin, school)
