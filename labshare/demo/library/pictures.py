"""Figures for slides, drawn as PNG; their few words are Latin, so that no Chinese font is needed."""

import math
from collections.abc import Callable
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from labshare.demo.library.lessons import Lesson
from labshare.demo.library.look import INK, PALE, Colour, colour_of

WIDTH, HEIGHT = 1600, 1000
LINE = 6
SCALE = 110  # pixels a unit of the coordinate grid
CURVES: tuple[tuple[str, Callable[[float], float], Colour], ...] = (
    ("y = x^2", lambda x: x * x, (31, 95, 153)),
    ("y = (x - 2)^2 - 1", lambda x: (x - 2) ** 2 - 1, (176, 83, 26)),
    ("y = -x^2 / 2 + 3", lambda x: 3 - x * x / 2, (46, 112, 52)),
)


def write(lesson: Lesson) -> bytes:
    """The lesson's figure."""
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    FIGURES[lesson.figure](ImageDraw.Draw(image), colour_of(lesson.subject))
    file = BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def _parabolas(draw: ImageDraw.ImageDraw, colour: Colour) -> None:
    for step in range(-6, 8):
        x, y = _place(step, step)
        draw.line((x, 0, x, HEIGHT), PALE, 2)
        draw.line((0, y, WIDTH, y), PALE, 2)
    x0, y0 = _place(0, 0)
    draw.line((0, y0, WIDTH, y0), INK, 4)
    draw.line((x0, 0, x0, HEIGHT), INK, 4)
    for number, (words, function, shade) in enumerate(CURVES):
        points = [_place(x / 50, function(x / 50)) for x in range(-330, 361)]
        draw.line(points, shade, LINE, joint="curve")
        draw.text((60, 60 + 70 * number), words, shade, _font(46))


def _place(x: float, y: float) -> tuple[float, float]:
    return WIDTH / 2 + x * SCALE, HEIGHT * 0.7 - y * SCALE


def _circuit(draw: ImageDraw.ImageDraw, colour: Colour) -> None:
    left, top, right, bottom = 300, 220, 1300, 800
    draw.rectangle((left, top, right, bottom), outline=INK, width=LINE)
    _part(draw, (right, 500), "A", colour)
    draw.rectangle((680, top - 45, 920, top + 45), fill="white", outline=INK, width=LINE)
    draw.text((800, top), "R", INK, _font(60), anchor="mm")
    draw.line((580, top, 580, 420, 740, 420), INK, LINE)
    draw.line((1020, top, 1020, 420, 860, 420), INK, LINE)
    _part(draw, (800, 420), "V", colour)
    draw.rectangle((740, bottom - 70, 800, bottom + 70), fill="white")
    draw.line((740, bottom - 70, 740, bottom + 70), INK, LINE)
    draw.line((800, bottom - 38, 800, bottom + 38), INK, LINE * 2)
    draw.text((770, bottom + 110), "E", INK, _font(60), anchor="mm")
    draw.rectangle((left - 20, 470, left + 20, 590), fill="white")
    draw.line((left, 590, left + 70, 480), INK, LINE)


def _part(draw: ImageDraw.ImageDraw, at: tuple[int, int], letter: str, colour: Colour) -> None:
    x, y = at
    draw.ellipse((x - 60, y - 60, x + 60, y + 60), fill="white", outline=colour, width=LINE)
    draw.text(at, letter, colour, _font(64), anchor="mm")


def _control_loop(draw: ImageDraw.ImageDraw, colour: Colour) -> None:
    boxes = ("target", "controller", "motors", "robot")
    for number, words in enumerate(boxes):
        x = 120 + 370 * number
        draw.rounded_rectangle((x, 330, x + 260, 470), 24, fill=PALE, outline=colour, width=LINE)
        draw.text((x + 130, 400), words, INK, _font(44), anchor="mm")
        if number:
            _arrow(draw, (x - 108, 400), (x - 6, 400), colour)
    draw.rounded_rectangle((670, 680, 930, 820), 24, fill=PALE, outline=colour, width=LINE)
    draw.text((800, 750), "sensor", INK, _font(44), anchor="mm")
    draw.line((1360, 470, 1360, 750), colour, LINE)
    _arrow(draw, (1360, 750), (936, 750), colour)
    draw.line((670, 750, 435, 750), colour, LINE)
    _arrow(draw, (435, 750), (435, 410), colour)
    draw.text((470, 560), "error = reading - target", INK, _font(38))


def _arrow(
    draw: ImageDraw.ImageDraw, start: tuple[int, int], end: tuple[int, int], colour: Colour
) -> None:
    draw.line((start, end), colour, LINE)
    angle = math.atan2(end[1] - start[1], end[0] - start[0])
    for turn in (2.6, -2.6):
        tip = (end[0] + 28 * math.cos(angle + turn), end[1] + 28 * math.sin(angle + turn))
        draw.line((end, tip), colour, LINE)


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


FIGURES: dict[str, Callable[[ImageDraw.ImageDraw, Colour], None]] = {
    "parabolas": _parabolas,
    "circuit": _circuit,
    "control_loop": _control_loop,
}
