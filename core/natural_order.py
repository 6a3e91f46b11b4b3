"""The order in which people count: "Room 2" before "Room 10", and 一, 二, 三 before 十."""

import re
import unicodedata

DIGITS = {digit: value for value, digit in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
RANKS = {"十": 10, "百": 100, "千": 1000}
# As long as a number in a name may sensibly be; more digits are text.
NUMBER = re.compile(rf"(\d{{1,18}}|[{''.join(DIGITS)}{''.join(RANKS)}]{{1,12}})")

Part = tuple[int, int, str]


def natural_key(name: str) -> tuple[Part, ...]:
    """What to sort names by: the numbers in them by value, Arabic and Chinese alike."""
    text = unicodedata.normalize("NFKC", name).casefold()
    parts = (part for part in NUMBER.split(text) if part)
    return tuple(
        (0, _value(part), "") if NUMBER.fullmatch(part) else (1, 0, part) for part in parts
    )


def _value(written: str) -> int:
    """The value of Arabic digits, of 二十三, or of Chinese digits one by one as in 二〇三."""
    if written[0] not in DIGITS and written[0] not in RANKS:
        return int(written)
    if not any(letter in RANKS for letter in written):
        return int("".join(str(DIGITS[letter]) for letter in written))
    total, digit = 0, None
    for letter in written:
        if letter in RANKS:
            total += (1 if digit is None else digit) * RANKS[letter]
            digit = None
        else:
            digit = DIGITS[letter]
    return total + (digit or 0)
