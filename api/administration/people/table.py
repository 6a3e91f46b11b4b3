"""The columns of the list of people, on its page and in its files."""

from api import urls
from api.kit.list_files import list_files
from api.kit.list_tables import Column, ListTable
from api.wording.language import Language
from api.wording.words import word_of
from core import people, schools
from core.errors import Message, say
from core.people import ORDERS, PeopleFilters, Person
from core.permissions import READ_PEOPLE


def _roles(person: Person, speech: Language) -> str:
    return ("；" if speech.code == "zh_CN" else "; ").join(
        f"{word_of(speech, 'role', one.role)} · "
        + schools.name_in(speech.code, one.school_name_zh, one.school_name_en)
        for one in person.memberships
        if one.is_valid
    )


def _account(person: Person) -> Message:
    if person.closed_at:
        return say("closed")
    return say("invited") if person.is_invited else say("open")


TABLE = ListTable[Person](
    "people",
    [
        Column("name", say("Full name"), lambda person, _: person.name),
        Column("login", say("Sign-in name"), lambda person, _: person.login),
        Column("roles", say("Roles"), _roles),
        Column("account", say("Account"), lambda person, speech: speech.words(_account(person))),
        Column("created_at", say("Added on"), lambda person, _: person.created_at, on_page=False),
    ],
    ORDERS,
)
FILES = list_files(
    TABLE,
    PeopleFilters,
    people.list_people,
    csv=urls.people_csv,
    xlsx=urls.people_xlsx,
    read=READ_PEOPLE,
)
