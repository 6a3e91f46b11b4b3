"""Lessons as PDF, in a Chinese font that every reader brings along, and covers for office files."""

from io import BytesIO

import pypdfium2
from reportlab.lib.pagesizes import A5
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from labshare.demo.library.lessons import Lesson, Page, is_program
from labshare.demo.library.look import INK, PALE, Colour, colour_of

FONT = "STSong-Light"
MARGIN = 34.0
TITLE, HEADING, BODY, LEADING = 19.0, 17.0, 13.0, 22.0
SLIDE = (480.0, 270.0)
COVER_SCALE = 1.2

pdfmetrics.registerFont(UnicodeCIDFont(FONT))


def write(lesson: Lesson) -> bytes:
    """The lesson on A5, each of its pages on a page of its own."""
    return _document(lesson, A5)


def cover(lesson: Lesson) -> bytes:
    """A JPEG of the first page, as an office program would leave it in its file."""
    first = lesson.page[:1]
    document = _document(lesson, SLIDE if lesson.format == "pptx" else A5, first)
    image = pypdfium2.PdfDocument(document)[0].render(scale=COVER_SCALE).to_pil()
    file = BytesIO()
    image.convert("RGB").save(file, "JPEG", quality=80)
    return file.getvalue()


def _document(
    lesson: Lesson, size: tuple[float, float], pages: tuple[Page, ...] | None = None
) -> bytes:
    file = BytesIO()
    canvas = Canvas(file, pagesize=size, pageCompression=1)
    canvas.setTitle(lesson.title)
    canvas.setSubject(lesson.abstract)
    for number, page in enumerate(pages or lesson.page, start=1):
        _draw(canvas, lesson, page, number, size)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def _draw(
    canvas: Canvas, lesson: Lesson, page: Page, number: int, size: tuple[float, float]
) -> None:
    width, height = size
    _fill(canvas, colour_of(lesson.subject))
    canvas.rect(0, height - 62, width, 62, stroke=0, fill=1)
    canvas.setFillColorRGB(1, 1, 1)
    wanted = canvas.stringWidth(lesson.title, FONT, TITLE)
    canvas.setFont(FONT, TITLE * min(1.0, (width - 2 * MARGIN) / wanted))
    canvas.drawString(MARGIN, height - 38, lesson.title)
    _fill(canvas, colour_of(lesson.subject))
    canvas.setFont(FONT, HEADING)
    canvas.drawString(MARGIN, height - 94, page.heading)
    y, was_program = height - 124, False
    for line in page.lines:
        # Air between a program and the words that follow it.
        y -= 8 * (was_program and not is_program(line))
        y = _draw_line(canvas, line, y, width - 2 * MARGIN)
        was_program = is_program(line)
    _fill(canvas, INK)
    canvas.setFont(FONT, 9)
    canvas.drawRightString(width - MARGIN, 18, f"{number} / {len(lesson.page)}")


def _draw_line(canvas: Canvas, line: str, y: float, width: float) -> float:
    """Draw a paragraph or a line of a program at ``y``; where the next one begins."""
    if is_program(line):
        _fill(canvas, PALE)
        canvas.rect(MARGIN, y - 6, width, LEADING, stroke=0, fill=1)
        _fill(canvas, INK)
        canvas.setFont(FONT, BODY)
        indent = (len(line) - len(line.lstrip())) * BODY / 2
        canvas.drawString(MARGIN + indent - 14, y, line.strip())
        return y - LEADING
    _fill(canvas, INK)
    canvas.setFont(FONT, BODY)
    for part in simpleSplit(line, FONT, BODY, width):
        canvas.drawString(MARGIN, y, part)
        y -= LEADING
    return y - 6


def _fill(canvas: Canvas, colour: Colour) -> None:
    canvas.setFillColorRGB(*(part / 255 for part in colour))
