"""Signatures drawn on a screen: strokes on a board, and what is none."""

from typing import Annotated

import msgspec
from msgspec import Meta

from core.errors import FieldError, say

# What is drawn on: every point lies on it.
BOARD_WIDTH, BOARD_HEIGHT = 600, 200
MOST_STROKES, MOST_POINTS = 200, 4000
Stroke = Annotated[
    list[Annotated[int, Meta(ge=0, le=BOARD_WIDTH)]],
    Meta(min_length=2, max_length=2 * MOST_POINTS, examples=[[20, 100, 60, 40, 110, 130]]),
]


def find_drawing_error(strokes: list[list[int]]) -> FieldError | None:
    """What is wrong with a drawing: a stroke is x, y, x, y …, and there are enough of them to be one."""
    if sum(len(stroke) for stroke in strokes) < 8:
        return FieldError("strokes", say("Sign in the field with a finger or a pen"), "required")
    if sum(len(stroke) for stroke in strokes) > 2 * MOST_POINTS or len(strokes) > MOST_STROKES:
        return FieldError("strokes", say("This is more than a signature"), "too_many")
    if not all(_is_on_board(stroke) for stroke in strokes):
        return FieldError(
            "strokes", say("A stroke is x, y, x, y … on a board of 600 × 200"), "point"
        )
    return None


def as_json(value: object) -> str:
    """As a column of JSON takes it."""
    return msgspec.json.encode(value).decode()


def _is_on_board(stroke: list[int]) -> bool:
    return (
        len(stroke) % 2 == 0
        and max(stroke[::2], default=0) <= BOARD_WIDTH
        and max(stroke[1::2], default=0) <= BOARD_HEIGHT
    )
