"""The columns of the list of classes, on its page and in its files."""

from api import urls
from api.kit.list_files import list_files
from api.kit.list_tables import Column, ListTable
from core.errors import say
from core.permissions import READ_EQUIPMENT
from inventory import groups
from inventory.groups import ORDERS, Group, GroupFilters

TABLE = ListTable[Group](
    "classes",
    [
        Column("name", say("Class or group"), lambda row, _: row.name),
        Column(
            "year",
            say("School year"),
            lambda row, _: None if row.year is None else f"{row.year}–{row.year + 1}",
            line="title",
        ),
        Column(
            "teacher",
            say("Teacher who answers for it"),
            lambda row, _: row.teacher,
            line=lambda row: "where" if row.teacher else "",
        ),
        Column("school", say("School"), lambda row, _: row.school, names_school=True),
        Column("holding", say("Holds now"), lambda row, _: row.holding, line="state", numeric=True),
    ],
    ORDERS,
    sorts=[("grade", say("Grade"))],
)
FILES = list_files(
    TABLE,
    GroupFilters,
    groups.list_groups,
    csv=urls.groups_csv,
    xlsx=urls.groups_xlsx,
    read=READ_EQUIPMENT,
)
