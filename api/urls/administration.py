"""Addresses of people, schools and of the house itself."""

from api.kit.addresses import with_query


def home() -> str:
    return "/"


def sign_in(next_path: str | None = None) -> str:
    return with_query("/sign-in", next=next_path if next_path != "/" else None)


def sign_out() -> str:
    return "/sign-out"


def first_password() -> str:
    return "/sign-in/first"


def second_step(next_path: str | None = None, *, stays: bool = False) -> str:
    """The code of the second factor, after the password was right."""
    onward = next_path if next_path != "/" else None
    return with_query("/sign-in/code", next=onward, stays="on" if stays else None)


def setup() -> str:
    return "/setup"


def account() -> str:
    return "/account"


def password() -> str:
    return "/account/password"


def confirm() -> str:
    return "/account/confirm"


def second_factor() -> str:
    return "/account/second-factor"


def begin_second_factor() -> str:
    return "/account/second-factor/begin"


def remove_second_factor() -> str:
    return "/account/second-factor/remove"


def recovery_codes() -> str:
    return "/account/second-factor/recovery-codes"


def end_session(session_id: int) -> str:
    return f"/account/sessions/{session_id}/end"


def end_other_sessions() -> str:
    return "/account/sessions/end-others"


def tokens() -> str:
    return "/account/tokens"


def revoke_token(token_id: int) -> str:
    return f"/account/tokens/{token_id}/revoke"


def language() -> str:
    return "/language"


def search(q: str | None = None) -> str:
    return with_query("/search", q=q)


def api() -> str:
    return "/api"


def people(**filters: object) -> str:
    return with_query("/people", **filters)


def new_person() -> str:
    return "/people/new"


def person(person_id: int) -> str:
    return f"/people/{person_id}"


def give_role(person_id: int) -> str:
    return f"/people/{person_id}/roles"


def end_role(person_id: int, membership_id: int) -> str:
    return f"/people/{person_id}/roles/{membership_id}/end"


def invite_person(person_id: int) -> str:
    return f"/people/{person_id}/invite"


def close_person(person_id: int) -> str:
    return f"/people/{person_id}/close"


def reopen_person(person_id: int) -> str:
    return f"/people/{person_id}/reopen"


def reset_second_factor(person_id: int) -> str:
    return f"/people/{person_id}/second-factor/reset"


def schools() -> str:
    return "/schools"


def new_school() -> str:
    return "/schools/new"


def school(school_id: int) -> str:
    return f"/schools/{school_id}"


def second_factor_rule(school_id: int) -> str:
    return f"/schools/{school_id}/second-factor"


def security_log(**filters: object) -> str:
    return with_query("/security-log", **filters)


def security_log_csv(**filters: object) -> str:
    return with_query("/security-log.csv", **filters)


def audit(**filters: object) -> str:
    return with_query("/audit", **filters)
