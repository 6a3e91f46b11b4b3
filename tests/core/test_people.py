"""Accounts, roles, schools: who may do what to whom, and what can never happen."""

import asyncio
from datetime import timedelta

import pytest

from core import account, database, memberships, passwords, people, schools, sign_in, tokens
from core.access import Actor, Role
from core.clock import now
from core.errors import Conflict, Forbidden, Invalid, NotFound, NotSignedIn
from core.memberships import NewRole
from core.people import NewPerson, PeopleFilters, Standing
from core.person_facts import PersonFacts
from core.schools import SchoolFacts
from tests import factories
from tests.conftest import Stack

pytestmark = pytest.mark.usefixtures("db")


async def _actor(person_id: int) -> Actor:
    """The person as the next request would see them."""
    token = await sign_in.start_session(person_id, address="127.0.0.1", browser="test")
    actor = await sign_in.find_actor(token)
    assert actor is not None
    return actor


async def test_an_admin_opens_accounts_at_their_own_school_only() -> None:
    here, there = await factories.school(), await factories.school()
    admin = await factories.person("admin", here)
    made = await people.create_person(
        admin.actor, NewPerson("Teacher One", "teacher-one", here.id, Role.teacher)
    )
    found = await people.get_person(admin.actor, made.person_id)
    assert (found.login, found.is_invited, found.memberships[0].role) == (
        "teacher-one",
        True,
        Role.teacher,
    )
    with pytest.raises(NotFound):
        await people.create_person(
            admin.actor, NewPerson("Teacher Two", "teacher-two", there.id, Role.teacher)
        )


@pytest.mark.parametrize("role", ["technician", "teacher", "student_helper", "auditor"])
async def test_only_an_admin_opens_accounts(role: str) -> None:
    here = await factories.school()
    who = await factories.person(role, here)
    with pytest.raises(Forbidden):
        await people.create_person(who.actor, NewPerson("One", "one", here.id, Role.teacher))


async def test_a_taken_sign_in_name_is_refused_in_its_field() -> None:
    here = await factories.school()
    admin = await factories.person("admin", here)
    with pytest.raises(Invalid) as refused:
        await people.create_person(
            admin.actor, NewPerson("One", admin.login.upper(), here.id, Role.teacher)
        )
    assert (refused.value.field, refused.value.code) == ("login", "taken")


async def test_an_admin_here_cannot_take_over_an_account_that_works_elsewhere() -> None:
    here, there = await factories.school(), await factories.school()
    admin = await factories.person("admin", here)
    both = await factories.person("teacher", here)
    await memberships.insert_role(both.id, NewRole(there.id, Role.admin))
    for attempt in (
        people.invite_again(admin.actor, both.id),
        people.close_account(admin.actor, both.id),
        people.update_person(admin.actor, both.id, PersonFacts("Other", "other")),
    ):
        with pytest.raises(Forbidden):
            await attempt
    shown = await people.get_person(admin.actor, both.id)
    assert {m.school_id for m in shown.memberships} == {here.id}
    await memberships.end_role(admin.actor, both.id, shown.memberships[0].id)
    assert not (await people.get_person(admin.actor, both.id)).memberships[0].is_valid


async def test_a_token_gives_nobody_a_password() -> None:
    here = await factories.school()
    admin, teacher = await factories.person("admin", here), await factories.person("teacher", here)
    issued = await tokens.create_token(admin.actor, tokens.NewToken("t", ("people:write",)))
    by_token = await tokens.find_actor(issued.secret)
    assert by_token is not None
    with pytest.raises(Forbidden):
        await people.invite_again(by_token, teacher.id)
    with pytest.raises(Forbidden):
        await people.create_person(by_token, NewPerson("One", "one", here.id, Role.admin))


async def test_a_school_that_somebody_has_left_has_no_say_over_the_account() -> None:
    here, there = await factories.school(), await factories.school()
    admin, left = await factories.person("admin", here), await factories.person("teacher", here)
    own = (await people.get_person(admin.actor, left.id)).memberships[0]
    await memberships.end_role(admin.actor, left.id, own.id)
    for attempt in (
        people.invite_again(admin.actor, left.id),
        people.close_account(admin.actor, left.id),
        people.reopen_account(admin.actor, left.id),
        people.update_person(admin.actor, left.id, PersonFacts("Other", "other")),
    ):
        with pytest.raises(Forbidden) as refused:
            await attempt
        assert refused.value.code == "no_role"
    # Who comes back is given a role first; it opens nothing once they work elsewhere too.
    await memberships.give_role(admin.actor, left.id, NewRole(here.id, Role.teacher))
    await people.invite_again(admin.actor, left.id)
    await memberships.insert_role(left.id, NewRole(there.id, Role.teacher))
    with pytest.raises(Forbidden):
        await people.invite_again(admin.actor, left.id)


async def test_a_technician_with_an_admin_role_elsewhere_does_not_edit_people_here() -> None:
    here, there = await factories.school(), await factories.school()
    who = await factories.person("technician", here)
    await memberships.insert_role(who.id, NewRole(there.id, Role.admin))
    teacher = await factories.person("teacher", here)
    actor = await _actor(who.id)
    assert (await people.get_person(actor, teacher.id)).name == teacher.name
    with pytest.raises(Forbidden):
        await people.close_account(actor, teacher.id)
    with pytest.raises(Forbidden):
        await memberships.give_role(actor, teacher.id, NewRole(here.id, Role.admin))


async def test_the_last_admin_of_a_school_stays() -> None:
    here = await factories.school()
    admin = await factories.person("admin", here)
    own = (await people.get_person(admin.actor, admin.id)).memberships[0]
    with pytest.raises(Conflict) as refused:
        await memberships.end_role(admin.actor, admin.id, own.id)
    assert refused.value.code == "last_admin"
    with pytest.raises(Conflict):
        await people.close_account(admin.actor, admin.id)
    await factories.person("admin", here)
    await memberships.end_role(admin.actor, admin.id, own.id)
    assert (await _actor(admin.id)).memberships == ()


async def test_two_admins_who_leave_at_once_cannot_both_leave() -> None:
    here = await factories.school()
    first, second = await factories.person("admin", here), await factories.person("admin", here)
    results = await asyncio.gather(
        people.close_account(first.actor, first.id),
        people.close_account(second.actor, second.id),
        return_exceptions=True,
    )
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "Person"]


async def test_an_account_that_closes_is_out_at_once() -> None:
    here = await factories.school()
    admin, teacher = await factories.person("admin", here), await factories.person("teacher", here)
    session = await sign_in.start_session(teacher.id, address="127.0.0.1", browser="test")
    token = (
        await tokens.create_token(teacher.actor, tokens.NewToken("t", ("library:read",)))
    ).secret
    await people.close_account(admin.actor, teacher.id)
    assert await sign_in.find_actor(session) is None
    assert await tokens.find_actor(token) is None
    await people.reopen_account(admin.actor, teacher.id)
    assert await sign_in.find_actor(session) is None
    assert await tokens.find_actor(token) is None
    page = await people.list_people(admin.actor, PeopleFilters(standing=Standing.open))
    assert {person.id for person in page.items} == {admin.id, teacher.id}


async def test_a_role_given_twice_at_once_is_given_once() -> None:
    here = await factories.school()
    admin, teacher = await factories.person("admin", here), await factories.person("teacher", here)
    new = NewRole(here.id, Role.technician, now() + timedelta(days=30))
    results = await asyncio.gather(
        *(memberships.give_role(admin.actor, teacher.id, new) for _ in range(8)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, int) for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 7


@pytest.mark.parametrize(
    ("begins", "ends", "counts"),
    [(-2, None, True), (-2, 1, True), (-2, -1, False), (1, None, False)],
)
async def test_a_role_counts_only_while_it_is_valid(
    begins: int, ends: int | None, counts: bool
) -> None:
    here = await factories.school()
    who = await factories.person("teacher")
    await database.execute(
        "INSERT INTO membership (person, school, role, valid_from, valid_until)"
        " VALUES ($1, $2, 'teacher', $3, $4)",
        who.id,
        here.id,
        now() + timedelta(days=begins),
        None if ends is None else now() + timedelta(days=ends),
    )
    actor = await _actor(who.id)
    assert actor.school_ids == ([here.id] if counts else [])
    assert [s.id for s in await schools.list_schools(actor)] == ([here.id] if counts else [])


async def test_the_maker_of_a_school_is_its_first_admin() -> None:
    admin = await factories.person("admin", await factories.school())
    made = await schools.create_school(admin.actor, SchoolFacts("NEW-1", name_zh="新学校"))
    actor = await _actor(admin.id)
    assert made.id in actor.school_ids_as(Role.admin)
    renamed = await schools.update_school(actor, made.id, SchoolFacts("NEW-2", name_en="New"))
    assert (renamed.code, renamed.name("zh_CN")) == ("NEW-2", "New")
    with pytest.raises(NotFound):
        await schools.update_school(admin.actor, made.id, SchoolFacts("NEW-3", name_en="New"))


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        (SchoolFacts("", name_zh="某校"), "code"),
        (SchoolFacts("has space", name_zh="某校"), "code"),
        (SchoolFacts("X"), "name_zh"),
        (SchoolFacts("X", name_zh="某校", zone="Mars/Olympus"), "zone"),
        (SchoolFacts("X", name_en="n" * 121), "name_en"),
    ],
)
async def test_a_school_without_its_facts_is_refused(facts: SchoolFacts, field: str) -> None:
    admin = await factories.person("admin", await factories.school())
    with pytest.raises(Invalid) as refused:
        await schools.create_school(admin.actor, facts)
    assert refused.value.field == field


async def test_people_are_found_by_part_of_a_name_and_page_by_page() -> None:
    here = await factories.school()
    admin = await factories.person("admin", here)
    for number in range(5):
        await people.create_person(
            admin.actor, NewPerson(f"Wang {number}", f"w{number}", here.id, Role.teacher)
        )
    first = await people.list_people(admin.actor, PeopleFilters("wang"), limit=3)
    rest = await people.list_people(
        admin.actor, PeopleFilters("wang"), limit=3, cursor=first.next_cursor
    )
    assert [p.name for p in first.items + rest.items] == [f"Wang {n}" for n in range(5)]
    assert rest.next_cursor is None
    assert (await people.list_people(admin.actor, PeopleFilters("100%"))).items == []


async def test_the_command_line_opens_an_account(db: Stack) -> None:
    here = await factories.school()
    invited = await people.create_from_command_line(
        "技术员一", role="technician", school_code=here.code
    )
    assert invited.login == "技术员一"
    assert await people.find_id("技术员一") == invited.person_id
    stored = await database.fetch_value(
        "SELECT password_hash FROM person WHERE id = $1", invited.person_id
    )
    assert stored.startswith("$argon2id$")
    assert await passwords.is_correct(stored, invited.one_time_password)
    for role, code, problem in (
        ("king", here.code, Invalid),
        ("teacher", "NOWHERE", NotFound),
    ):
        with pytest.raises(problem):
            await people.create_from_command_line("Another", role=role, school_code=code)


async def test_changing_the_password_ends_every_other_session() -> None:
    who = await factories.person("teacher", await factories.school())
    other = await sign_in.start_session(who.id, address="127.0.0.1", browser="other")
    actor = await _actor(who.id)
    ended = await account.change_password(
        actor, current=factories.PASSWORD, new="willow kettle orbit", address="127.0.0.1"
    )
    assert ended == 1
    assert await sign_in.find_actor(other) is None
    assert [session.is_this_one for session in await account.list_sessions(actor)] == [True]


async def test_the_current_password_is_asked_and_guessing_it_is_stopped() -> None:
    who = await factories.person("teacher", await factories.school())
    actor = await _actor(who.id)
    for _ in range(9):
        with pytest.raises(Invalid) as refused:
            await account.change_password(
                actor, current="wrong", new="willow kettle orbit", address="127.0.0.1"
            )
        assert refused.value.code == "wrong_password"
    with pytest.raises(NotSignedIn) as ended:
        await account.change_password(
            actor, current="wrong", new="willow kettle orbit", address="127.0.0.1"
        )
    assert ended.value.code == "session_ended"
    with pytest.raises(Exception, match="Too many"):
        await account.change_password(
            actor, current=factories.PASSWORD, new="willow kettle orbit", address="127.0.0.1"
        )


async def test_nobody_ends_the_session_of_somebody_else() -> None:
    school = await factories.school()
    mine, theirs = (
        await factories.person("teacher", school),
        await factories.person("admin", school),
    )
    their_session = (await _actor(theirs.id)).sign_in_id
    assert their_session is not None
    with pytest.raises(NotFound):
        await account.end_session(mine.actor, their_session)


async def test_no_secret_reaches_the_history() -> None:
    here = await factories.school()
    admin = await factories.person("admin", here)
    made = await people.create_person(admin.actor, NewPerson("One", "one", here.id, Role.teacher))
    await people.invite_again(admin.actor, made.person_id)
    issued = await tokens.create_token(admin.actor, tokens.NewToken("t", ("library:read",)))
    await tokens.revoke_token(admin.actor, issued.id)
    written: str = await database.fetch_value(
        "SELECT string_agg(concat(before::text, after::text), ' ') FROM audit_event"
    )
    assert "One" in written
    for secret in ("argon2", "password_hash", "token_hash", made.one_time_password, issued.secret):
        assert secret not in written
