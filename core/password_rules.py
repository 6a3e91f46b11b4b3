"""Which passwords people may choose: long, and none of those that everybody tries first.

Source: NIST SP 800-63B-4, section 3.1.1.2: length and a list of common and breached passwords,
no rules about kinds of characters.
"""

import importlib.util
import re
import sys
import unicodedata
from functools import cache

from core.errors import Invalid, say

SHORTEST = 12
LONGEST = 200

# What a password may not be made of, however often it is repeated, counted up or dressed up.
COMMON_WORDS = (
    "administrator", "qwertyuiop", "asdfghjkl", "1q2w3e4r", "iloveyou", "labshare", "password",
    "passw0rd", "p4ssw0rd", "abc123", "a123456", "default", "letmein", "student", "teacher",
    "welcome", "zxcvbnm", "1q2w3e", "master", "monkey", "qazwsx", "qwerty", "school", "secret",
    "woaini", "zxcvbn", "admin", "hello", "login", "asdf", "test",
)  # fmt: skip
ROWS = ("01234567890", "09876543210", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")
# Less than this beside known words adds too little: a year, an exclamation mark.
LEAST_OWN_LETTERS = 6
LEAST_DIFFERENT_LETTERS = 4
# One of the few thousand characters that people write carries as much as two letters.
HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
DECORATION = re.compile(r"^[\W\d_]+|[\W\d_]+$")
SEPARATORS = re.compile(r"[\s\-_.·]+")
DISGUISES = str.maketrans("013457@$!", "oleastasi")


def check_password(
    password: str, *, login: str, names: tuple[str, ...] = (), field: str = "password"
) -> None:
    """Raise Invalid with the mend if the password is short, endless, common or the person's own.

    ``names`` are those of the person and of their schools.
    """
    if length(password) < SHORTEST:
        raise Invalid.of(
            field,
            say("Use at least {least} characters; a Chinese one counts as two", least=SHORTEST),
            code="too_short",
        )
    if len(password) > LONGEST:
        raise Invalid.of(field, say("Use at most {most} characters", most=LONGEST), code="too_long")
    if is_common(password, own_words=(login, *names)):
        raise Invalid.of(
            field,
            say(
                "This password is easy to guess: it is a common one, or made of your name, your"
                " school or one word. Put three unlike words together."
            ),
            code="too_common",
        )


def length(text: str) -> int:
    """How many characters, a Chinese one counted as two."""
    return len(text) + len(HAN.findall(text))


def is_common(password: str, *, own_words: tuple[str, ...] = ()) -> bool:
    """Whether it is on the list of those in use, or little is left without known words.

    Known words are a few that everybody uses, the person's own, and runs of the keyboard; a text
    written several times counts once.
    """
    plain = "".join(unicodedata.normalize("NFKC", password).casefold().split())
    once = _unit(plain)
    if any(text in breached() for text in _undressed(plain) | _undressed(once)):
        return True
    rest = SEPARATORS.sub("", once)
    for word in sorted(_own(own_words).union(COMMON_WORDS), key=len, reverse=True):
        rest = rest.replace(word, "")
    return length(_without_runs(rest)) < LEAST_OWN_LETTERS or (
        len(set(plain)) < LEAST_DIFFERENT_LETTERS
    )


@cache
def breached() -> frozenset[str]:
    """The 30,000 passwords that leaks hold most often, in small letters.

    They are the list of zxcvbn, read apart from that package, which would build tables of
    another 60,000 words that nothing here needs.
    """
    package = importlib.util.find_spec("zxcvbn")
    assert package is not None
    assert package.submodule_search_locations
    folder = package.submodule_search_locations[0]
    lists = importlib.util.spec_from_file_location("_lists", f"{folder}/frequency_lists.py")
    assert lists is not None
    assert lists.loader is not None
    module = importlib.util.module_from_spec(lists)
    lists.loader.exec_module(module)
    sys.modules.pop("_lists", None)
    return frozenset(module.FREQUENCY_LISTS["passwords"])


def _own(words: tuple[str, ...]) -> set[str]:
    """The words of one's own that are long enough to be recognized: two Chinese characters."""
    texts = [unicodedata.normalize("NFKC", text).casefold() for text in words]
    parts = {part for text in texts for part in SEPARATORS.split(text)}
    return {word for word in parts.union(SEPARATORS.sub("", t) for t in texts) if length(word) >= 3}


def _undressed(text: str) -> set[str]:
    """The text, without the year and the mark around it, and with letters for look-alikes."""
    bare = DECORATION.sub("", text)
    return {text, bare, bare.translate(DISGUISES), text.translate(DISGUISES)}


def _unit(text: str) -> str:
    """What is written several times, once: the whole text where nothing is."""
    # A text made of repetitions is found again inside two of itself before its own end.
    period = (text + text).find(text, 1)
    return text[:period] if 0 < period < len(text) else text


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
