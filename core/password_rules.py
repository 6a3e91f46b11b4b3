"""Which passwords people may choose: long, and none of those that everybody tries first."""

from core.errors import Invalid, say

SHORTEST = 10
LONGEST = 200

# What a password may not be made of, however often it is repeated, counted up or dressed up.
COMMON_WORDS = (
    "administrator", "qwertyuiop", "asdfghjkl", "1q2w3e4r", "iloveyou", "labshare", "password",
    "passw0rd", "p4ssw0rd", "abc123", "a123456", "default", "letmein", "student", "teacher",
    "welcome", "zxcvbnm", "1q2w3e", "master", "monkey", "qazwsx", "qwerty", "school", "secret",
    "woaini", "zxcvbn", "admin", "hello", "login", "asdf", "test",
)  # fmt: skip
ROWS = ("01234567890", "09876543210", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")
# Less than this beside known words is a decoration: a year, an exclamation mark.
LEAST_OWN_LETTERS = 6
LEAST_DIFFERENT_LETTERS = 4


def check_password(password: str, *, login: str, name: str = "", field: str = "password") -> None:
    """Raise Invalid with the mend if the password is short, endless, common or the person's own."""
    if len(password) < SHORTEST:
        raise Invalid.of(
            field, say("Use at least {least} characters", least=SHORTEST), code="too_short"
        )
    if len(password) > LONGEST:
        raise Invalid.of(field, say("Use at most {most} characters", most=LONGEST), code="too_long")
    if is_common(password, own_words=(login, name)):
        raise Invalid.of(
            field,
            say("This password is easy to guess. Put three unlike words together."),
            code="too_common",
        )


def is_common(password: str, *, own_words: tuple[str, ...] = ()) -> bool:
    """Whether little is left once known words, the person's own and keyboard runs are taken out."""
    rest = "".join(password.casefold().split())
    own = {part for word in own_words for part in word.casefold().split() if len(part) >= 3}
    for word in sorted(own.union(COMMON_WORDS), key=len, reverse=True):
        rest = rest.replace(word, "")
    rest = _without_runs(rest)
    return len(rest) < LEAST_OWN_LETTERS or len(set(password)) < LEAST_DIFFERENT_LETTERS


def _without_runs(text: str) -> str:
    """``text`` without runs of three or more neighbours, such as 12345, qwerty or aaaa."""
    kept, start = "", 0
    while start < len(text):
        end = start + 1
        while end < len(text) and _is_run(text[start : end + 1]):
            end += 1
        if end - start < 3:
            kept += text[start:end]
        start = end
    return kept


def _is_run(text: str) -> bool:
    return len(set(text)) == 1 or any(text in row for row in ROWS)
