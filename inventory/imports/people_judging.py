"""Each row of a list of people judged against the accounts that there are."""

from collections.abc import Sequence

import msgspec

from core.database import fetch
from core.errors import Invalid, say
from core.person_facts import PersonFacts, checked_facts
from core.roles import Role
from core.sheets import CellKind, Field
from inventory.imports.importers import Judged, Order
from inventory.imports.mapped_cells import MappedCells
from inventory.imports.plain_judging import (
    Twins,
    changed,
    created,
    read_choice,
    said_before,
    skipped,
    wrong,
)
from inventory.imports.shapes import FieldDiff, Findings

# No administrators: who gives that role types the password and means one person.
ROLES: dict[Role, tuple[str, ...]] = {
    Role.teacher: ("教师", "老师", "任课教师", "班主任", "教員", "教師"),
    Role.technician: (
        "技术员",
        "实验员",
        "电教员",
        "网管",
        "管理员",
        "信息技术员",
        "lab technician",
    ),
    Role.student_helper: ("学生助理", "学生助手", "助理", "helper"),
    Role.auditor: ("审计员", "审计", "督导", "inspector"),
}


LANGUAGES = {
    "zh_CN": ("中文", "简体中文", "汉语", "Chinese"),
    "en": ("英文", "英语", "English"),
}
USUAL = "zh_CN"
FIELDS = (
    Field("name", ("Name", "姓名", "名字", "教师姓名", "人员姓名", "Full name")),
    Field(
        "login",
        (
            "Sign-in name",
            "登录名",
            "用户名",
            "账号",
            "帐号",
            "登录账号",
            "工号",
            "Login",
            "Username",
        ),
    ),
    Field(
        "role",
        ("Role", "角色", "身份", "岗位", "职务", "Job"),
        CellKind.choice,
        {role.value: (role.value.replace("_", " "), *words) for role, words in ROLES.items()},
    ),
    Field(
        "locale",
        ("Language", "语言", "界面语言"),
        CellKind.choice,
        LANGUAGES,
    ),
)
SOURCE = """
SELECT p.id, p.login, p.name, p.locale, p.closed_at IS NOT NULL AS is_closed,
       EXISTS (SELECT FROM membership m WHERE m.person = p.id AND m.school = $2) AS is_known,
       EXISTS (SELECT FROM valid_membership m WHERE m.person = p.id AND m.school <> $2)
           AS works_elsewhere,
       EXISTS (SELECT FROM valid_membership m WHERE m.person = p.id AND m.role = 'admin')
           AS is_admin,
       array(SELECT m.role FROM valid_membership m WHERE m.person = p.id AND m.school = $2
              ORDER BY m.role) AS roles
  FROM person p WHERE p.login = any($1::text[])
"""


class Known(msgspec.Struct, frozen=True):
    """An account by its sign-in name; ``is_known`` if the person has, or had, a role at the school."""

    id: int
    login: str
    name: str
    locale: str
    is_closed: bool
    is_known: bool
    works_elsewhere: bool
    is_admin: bool
    roles: tuple[Role, ...]


class PeopleJudge:
    """A row finds its person by the sign-in name; without one that is the name without spaces."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.known: dict[str, Known] = {}
        self.twins = Twins()

    async def learn(self, rows: Sequence[MappedCells]) -> None:
        """The accounts with these sign-in names, at whichever school: each is given once."""
        logins = sorted({_login(cells.plain("login"), cells.plain("name")) for cells in rows})
        found = await fetch(Known, SOURCE, logins, self.order.school_id)
        self.known = {one.login: one for one in found}

    def findings(self) -> Findings:
        return Findings()

    def judge(self, cells: MappedCells) -> Judged:
        """The verdict on one row."""
        name = cells.text("name")
        login = _login(cells.text("login"), name)
        text = cells["role"]
        role = read_choice(
            cells, "role", say("“{text}” is no role that a list can give", text=text)
        )
        locale = read_choice(cells, "locale", say("This language is not one of ours"))
        if login and (earlier := self.twins.line_before(login, cells.line)) is not None:
            said_before(cells, "login", earlier)
        known = self.known.get(login)
        if known is not None and not known.is_known:
            cells.complain("login", say("Another account has this sign-in name"))
        if cells.remarks:
            return wrong(cells, login)
        if known is None:
            return self._created(cells, name, login, role, locale or USUAL)
        return self._changed(cells, known, name or known.name, role, locale or known.locale)

    def _created(
        self, cells: MappedCells, name: str, login: str, role: str | None, locale: str
    ) -> Judged:
        if role is None:
            cells.complain("role", say("A new person needs a role"))
        facts = _checked(cells, PersonFacts(name, login, locale))
        if facts is None or role is None:
            return wrong(cells, login)
        fields = msgspec.to_builtins(facts)
        return created(cells.line, facts.login, fields, fields | {"role": role}, roles=[role])

    def _changed(
        self, cells: MappedCells, known: Known, name: str, role: str | None, locale: str
    ) -> Judged:
        facts = _checked(cells, PersonFacts(name, known.login, locale))
        if facts is None:
            return wrong(cells, known.login)
        given = {"name": facts.name, "locale": facts.locale}
        is_new = role is not None and role not in known.roles
        more = {"roles": [role]} if is_new else {}
        judged = changed(
            cells.line, known.login, known.id, given, msgspec.to_builtins(known), **more
        )
        if is_new:
            diff = (*judged.diff, FieldDiff("role", None, role))
            judged = msgspec.structs.replace(judged, diff=diff)
        if not judged.change:
            return judged
        if known.is_closed:
            why = say("The account is closed; reopen it on the page of the person")
            return skipped(cells.line, known.login, why, target=known.id)
        if known.is_admin:
            cells.complain("login", say("Accounts of administrators are changed one at a time"))
        elif known.works_elsewhere and judged.change["fields"]:
            cells.complain("login", say("This person also works at another school"))
        return wrong(cells, known.login) if cells.remarks else judged


def _login(login: str, name: str) -> str:
    return (login.strip() or "".join(name.split())).lower()


def _checked(cells: MappedCells, facts: PersonFacts) -> PersonFacts | None:
    try:
        return checked_facts(facts)
    except Invalid as refusal:
        for error in refusal.errors:
            cells.complain(error.field, error.message)
        return None
