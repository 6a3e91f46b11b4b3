"""Who can sign in to the demo; the passwords are made for each installation and kept beside it."""

import secrets

import msgspec

from core.access import Role
from core.settings import Settings
from labshare.engines.account import OURSELVES
from labshare.engines.folders import write_private

FILE_NAME = "demo-sign-ins.json"
WORDS = (
    "almond", "anchor", "bamboo", "basket", "beacon", "bridge", "canyon", "carbon", "cedar",
    "cherry", "cobalt", "copper", "cotton", "cricket", "desert", "falcon", "forest", "garden",
    "ginger", "glacier", "harbor", "hazel", "island", "jasmine", "kettle", "lantern", "lemon",
    "lotus", "magnet", "maple", "marble", "meadow", "mercury", "orchid", "otter", "pebble",
    "pepper", "pigeon", "planet", "prairie", "quartz", "ribbon", "river", "saddle", "salmon",
    "silver", "sparrow", "summit", "sunset", "timber", "tunnel", "velvet", "violet", "walnut",
    "willow", "window", "winter", "zephyr",
)  # fmt: skip


class DemoSignIn(msgspec.Struct, frozen=True):
    """One account of the demo."""

    login: str
    password: str
    name: str
    role: Role
    schools: tuple[str, ...]


class DemoSignIns(msgspec.Struct, frozen=True):
    """What ``labshare demo`` prints: the first account of each role comes first."""

    accounts: tuple[DemoSignIn, ...]

    def of(self, role: Role) -> DemoSignIn:
        """The account to show for a role."""
        return next(account for account in self.accounts if account.role == role)


class Cast(msgspec.Struct, frozen=True):
    """Somebody with an account: which role, at which schools, in which language."""

    login: str
    name: str
    role: Role
    schools: tuple[str, ...]
    locale: str = "zh_CN"


CAST = (
    Cast("admin", "管理员一", Role.admin, ("LB", "HG")),
    Cast("technician", "技术员一", Role.technician, ("LB", "HG")),
    Cast("teacher", "教师一", Role.teacher, ("LB",)),
    Cast("helper", "学生助手一", Role.student_helper, ("LB",)),
    Cast("auditor", "审计员一", Role.auditor, ("LB", "HG")),
    Cast("admin-hg", "管理员二", Role.admin, ("HG",)),
    Cast("technician-lb", "技术员二", Role.technician, ("LB",)),
    Cast("teacher-hg", "教师二", Role.teacher, ("HG",)),
    Cast("teacher-en", "Teacher Three", Role.teacher, ("HG",), "en"),
)


def find_or_make(settings: Settings) -> tuple[DemoSignIns, bool]:
    """The accounts with the passwords of this installation, and whether they were made just now."""
    path = settings.data / FILE_NAME
    if path.exists():
        return msgspec.json.decode(path.read_bytes(), type=DemoSignIns), False
    made = DemoSignIns(
        tuple(DemoSignIn(one.login, _password(), one.name, one.role, one.schools) for one in CAST)
    )
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(path, msgspec.json.format(msgspec.json.encode(made)).decode(), OURSELVES)
    return made, True


def _password() -> str:
    return "-".join(secrets.choice(WORDS) for _ in range(3))
