"""Signatures as forms send them and pages show them."""

import re

from core.errors import Invalid, say
from inventory.signatures import MOST_STROKES

MOST_DIGITS = 3
NUMBERS = re.compile(rf"[0-9]{{1,{MOST_DIGITS}}}( [0-9]{{1,{MOST_DIGITS}}})*")


def read_strokes(text: str) -> list[list[int]]:
    """Strokes as signature.js writes them: "x y x y;x y …"; Invalid for anything else."""
    parts = [part for part in text.split(";", MOST_STROKES) if part]
    if any(NUMBERS.fullmatch(part) is None for part in parts):
        raise Invalid.of("strokes", say("This is more than a signature"), code="too_many")
    return [[int(number) for number in part.split()] for part in parts]


def as_path(strokes: list[list[int]]) -> str:
    """The strokes as the path of an SVG."""
    return " ".join(_path(stroke) for stroke in strokes)


def _path(stroke: list[int]) -> str:
    points = [f"{x} {y}" for x, y in zip(stroke[::2], stroke[1::2], strict=False)]
    # One point alone is a dot: a line to itself, which has round ends.
    return "M" + "L".join(points if len(points) > 1 else points * 2)
