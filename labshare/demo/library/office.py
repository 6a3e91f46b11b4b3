"""Lessons as slides, documents and sheets."""

from io import BytesIO
from typing import Any

from docx import Document
from docx.shared import Pt as DocumentPoints
from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.util import Inches, Pt

from labshare.demo.library import pdf
from labshare.demo.library.lessons import Lesson, Page, is_program
from labshare.demo.library.look import INK, Colour, colour_of

PROGRAM_FONT = "Consolas"
COVER = "/docProps/thumbnail.jpeg"
BLANK_LAYOUT = 6


def write_slides(lesson: Lesson) -> bytes:
    """A wide deck, one slide a page, with the cover that office programs look for."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(13.333), Inches(7.5)
    deck.core_properties.title = lesson.title
    for page in lesson.page:
        _slide(deck, lesson, page)
    _put_cover(deck.part.package, pdf.cover(lesson))
    return _saved(deck)


def _slide(deck: Any, lesson: Lesson, page: Page) -> None:
    slide = deck.slides.add_slide(deck.slide_layouts[BLANK_LAYOUT])
    band = slide.shapes.add_shape(1, 0, 0, deck.slide_width, Inches(1.3))
    band.fill.solid()
    band.fill.fore_color.rgb = _colour(colour_of(lesson.subject))
    band.line.fill.background()
    band.text_frame.text = page.heading
    band.text_frame.paragraphs[0].runs[0].font.size = Pt(34)
    box = slide.shapes.add_textbox(Inches(0.8), Inches(1.7), Inches(11.7), Inches(5.3))
    box.text_frame.word_wrap = True
    for number, line in enumerate(page.lines):
        frame = box.text_frame
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        run = paragraph.add_run()
        run.text = line if is_program(line) else f"• {line}"
        run.font.size = Pt(22 if is_program(line) else 26)
        run.font.color.rgb = _colour(INK)
        if is_program(line):
            run.font.name = PROGRAM_FONT
        paragraph.space_after = Pt(10)


def _colour(colour: Colour) -> Any:
    return RGBColor(*colour)  # type: ignore[no-untyped-call]


def write_document(lesson: Lesson) -> bytes:
    """A document with a heading for each page of the lesson."""
    document = Document()
    document.core_properties.title = lesson.title
    document.add_heading(lesson.title, level=0)
    document.add_paragraph(lesson.abstract)
    for page in lesson.page:
        document.add_heading(page.heading, level=1)
        for line in page.lines:
            run = document.add_paragraph().add_run(line)
            if is_program(line):
                run.font.name = PROGRAM_FONT
                run.font.size = DocumentPoints(10)
    _put_cover(document.part.package, pdf.cover(lesson))
    return _saved(document)


def write_sheets(lesson: Lesson) -> bytes:
    """A workbook with a sheet for each page; cells that begin with = are formulas."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for page in lesson.page:
        sheet = book.create_sheet(page.heading)
        for row, line in enumerate(page.lines, start=1):
            for column, text in enumerate(line.split("|"), start=1):
                cell = sheet.cell(row, column, _value(text))
                if row == 1:
                    cell.font = Font(bold=True, color="FFFFFF")
                    colour = "".join(f"{part:02X}" for part in colour_of(lesson.subject))
                    cell.fill = PatternFill("solid", fgColor=colour)
        sheet.column_dimensions["A"].width = 18
        sheet.freeze_panes = "A2"
    return _saved(book)


def _value(text: str) -> str | float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return text


def _put_cover(package: Any, jpeg: bytes) -> None:
    # The templates carry a picture of an empty page; it is not theirs that should be shown.
    for part in package.iter_parts():
        if str(part.partname) == COVER:
            part._blob = jpeg  # noqa: SLF001 (neither library has a door to it)


def _saved(made: Any) -> bytes:
    file = BytesIO()
    made.save(file)
    return file.getvalue()
