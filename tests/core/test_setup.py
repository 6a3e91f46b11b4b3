"""The first admin: once, with a code, and never again."""

import asyncio

import pytest

from core import database, setup
from core.errors import Conflict, Invalid
from core.person_facts import PersonFacts
from core.schools import SchoolFacts
from core.setup import FirstAdmin
from tests import factories

pytestmark = pytest.mark.usefixtures("db")


def _first(
    code: str, *, login: str = "admin-one", password: str = "willow kettle orbit"
) -> FirstAdmin:
    return FirstAdmin(
        setup_code=code,
        school=SchoolFacts("NO1", name_zh="第一中学"),
        admin=PersonFacts("管理员一", login),
        password=password,
    )


async def _count(table: str) -> int:
    count: int = await database.fetch_value(f"SELECT count(*) FROM {table}")
    return count


async def test_the_code_makes_the_school_and_its_admin() -> None:
    code = await setup.create_link()
    person_id = await setup.create_first_admin(_first(code.lower().replace("-", " ")))
    role = await database.fetch_value("SELECT role FROM membership WHERE person = $1", person_id)
    assert role == "admin"
    assert not await setup.is_needed()


async def test_of_32_set_ups_at_once_one_succeeds() -> None:
    code = await setup.create_link()
    results = await asyncio.gather(
        *(setup.create_first_admin(_first(code, login=f"admin-{n}")) for n in range(32)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, int) for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 31
    assert (await _count("school"), await _count("person"), await _count("membership")) == (1, 1, 1)


async def test_two_codes_at_once_make_one_admin() -> None:
    codes = [await setup.create_link() for _ in range(4)]
    results = await asyncio.gather(
        *(setup.create_first_admin(_first(code, login=f"a-{n}")) for n, code in enumerate(codes)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, int) for result in results) == 1
    assert await _count("person") == 1


async def test_a_code_that_is_wrong_used_or_old_makes_nothing() -> None:
    old = await setup.create_link()
    await database.execute("UPDATE setup_link SET expires_at = now()")
    used = await setup.create_link()
    await database.execute("UPDATE setup_link SET used_at = now() WHERE expires_at > now()")
    for code in ("", "AAAA-BBBB-CCCC-DDDD-EEEE", old, used):
        with pytest.raises(Invalid) as refused:
            await setup.create_first_admin(_first(code))
        assert (refused.value.field, refused.value.code) == ("setup_code", "setup_code")
    assert await _count("person") == await _count("school") == 0


async def test_a_refused_field_leaves_the_code_good() -> None:
    code = await setup.create_link()
    with pytest.raises(Invalid) as refused:
        await setup.create_first_admin(_first(code, password="short"))
    assert refused.value.field == "password"
    with pytest.raises(Invalid):
        await setup.create_first_admin(_first(code, login="two words"))
    assert await setup.create_first_admin(_first(code))


async def test_once_a_person_exists_there_is_no_set_up() -> None:
    code = await setup.create_link()
    await factories.person("teacher", await factories.school())
    with pytest.raises(Conflict):
        await setup.create_first_admin(_first(code))
    with pytest.raises(Conflict):
        await setup.create_link()
