"""What every form of a new password asks for."""

from core.errors import Invalid, say


def require_same(password: str, again: str, *, field: str = "new_password_again") -> None:
    """Raise Invalid unless a new password was typed alike twice."""
    if password != again:
        raise Invalid.of(field, say("The two passwords differ"), code="differs")
