"""What the preparation tells the supervisor."""

import msgspec


class DemoSignIn(msgspec.Struct, frozen=True):
    """A way into the sample data."""

    role: str
    name: str
    login: str
    password: str


class Prepared(msgspec.Struct, frozen=True):
    """What was found or done."""

    migrations: list[str]
    setup_code: str | None = None
    sign_ins: list[DemoSignIn] = []
