"""The list of changes calls things by what people call them."""

import pytest

from core import audit, database
from core.audit import AuditFilter
from tests import factories

pytestmark = pytest.mark.usefixtures("db")


async def test_a_change_names_the_thing_by_its_tag() -> None:
    school = await factories.school()
    admin = await factories.person("admin", school)
    asset = await factories.asset(school, tag="LB-7")
    await database.execute("UPDATE asset SET condition = 'broken' WHERE id = $1", asset.id)
    page = await audit.list_changes(admin.actor, AuditFilter(entity="asset"))
    assert [(change.action, change.label) for change in page.items] == [
        ("update", "LB-7"),
        ("insert", "LB-7"),
    ]


async def test_what_has_no_name_of_its_own_has_no_label() -> None:
    school = await factories.school()
    admin = await factories.person("admin", school)
    page = await audit.list_changes(admin.actor, AuditFilter(entity="membership"))
    assert [change.label for change in page.items] == [None]
