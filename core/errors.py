"""The refusals of the domain; the HTTP layer turns each class into a status code."""

from collections.abc import Iterable

import msgspec


class Message(msgspec.Struct, frozen=True):
    """A sentence that is not yet in anybody's language: an English template and its values.

    A value may be a Message itself; read back from JSON it is one again.
    """

    template: str
    params: dict[str, object] = {}

    def __post_init__(self) -> None:
        if any(isinstance(value, dict) for value in self.params.values()):
            whole = {name: _message_or_value(value) for name, value in self.params.items()}
            msgspec.structs.force_setattr(self, "params", whole)

    def __str__(self) -> str:
        return self.template.format(**self.params) if self.params else self.template


def _message_or_value(value: object) -> object:
    if isinstance(value, dict) and value.keys() == {"template", "params"}:
        return Message(value["template"], value["params"])
    return value


def say(template: str, /, **params: object) -> Message:
    """Mark a sentence for the catalogues and keep its values apart from it."""
    return Message(template, params)


class FieldError(msgspec.Struct, frozen=True):
    """What is wrong with one field, and its mend; ``field`` is the name the sender used.

    Of a list ``index`` is the wrong entry, from 0, and ``value`` what was sent there.
    """

    field: str
    message: Message
    code: str = "invalid"
    index: int | None = None
    value: str = ""


class Problem(Exception):
    """A refusal with its reason: ``message`` for people, ``code`` (snake_case) for programs.

    ``errors`` names each of several things that stand in the way.
    """

    default_code = "problem"

    def __init__(
        self,
        message: Message,
        *,
        code: str | None = None,
        field: str | None = None,
        errors: Iterable[FieldError] = (),
    ) -> None:
        super().__init__(str(message))
        self.message = message
        self.code = code or self.default_code
        self.field = field
        self.errors = tuple(errors)


class NotSignedIn(Problem):
    """Nobody is known to be asking."""

    default_code = "not_signed_in"


class NotFound(Problem):
    """It does not exist, or not for this person: the two are never told apart."""

    default_code = "not_found"


class Forbidden(Problem):
    """The person may see it but not do this."""

    default_code = "forbidden"


class NotConfirmed(Forbidden):
    """The person may do this, once the password has been typed again in this browser."""

    default_code = "confirm_password"


class Conflict(Problem):
    """The state of things refuses it now; ``message`` names what stands in the way."""

    default_code = "conflict"


class Outdated(Problem):
    """The sender named a version of the row, and it has another one by now."""

    default_code = "outdated"


class Unavailable(Problem):
    """What this needs does not answer or has no room now; nothing was changed."""

    default_code = "unavailable"


class NoRoom(Unavailable):
    """A disk is full: nothing was changed, and it works again as soon as somebody makes room."""

    default_code = "disk_full"


class OutcomeUnknown(Unavailable):
    """The answer to a change was lost: it may or may not have been made; look before repeating."""

    default_code = "outcome_unknown"


class TooMany(Problem):
    """Tried too often; ``retry_after_seconds`` says when to come back."""

    default_code = "too_many"

    def __init__(self, message: Message, *, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class Invalid(Problem):
    """The input cannot be accepted; ``errors`` names every field that is wrong."""

    default_code = "invalid"

    def __init__(self, errors: Iterable[FieldError]) -> None:
        every = tuple(errors)
        first = every[0]
        super().__init__(first.message, code=first.code, field=first.field, errors=every)

    @classmethod
    def of(cls, field: str, message: Message, *, code: str = "invalid") -> "Invalid":
        """One wrong field."""
        return cls([FieldError(field, message, code)])
