"""Real files of every kind the library reads, made on the spot with Chinese words in them."""

import struct
import zipfile
import zlib
from io import BytesIO

import docx
import openpyxl
import pptx
from PIL import Image, ImageDraw
from pptx.util import Inches
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas


def pdf(*pages: str, password: str | None = None) -> bytes:
    """A PDF with one line of text a page."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    buffer = BytesIO()
    sheet = canvas.Canvas(buffer, pagesize=A4, encrypt=password)
    for page in pages:
        sheet.setFont("STSong-Light", 24)
        sheet.drawString(72, 720, page)
        sheet.showPage()
    sheet.save()
    return buffer.getvalue()


def slides(*titles: str, note: str = "", cell: str = "") -> bytes:
    """A deck with one title a slide; the first has a note, and a table with one cell."""
    deck = pptx.Presentation()
    for number, title in enumerate(titles):
        slide = deck.slides.add_slide(deck.slide_layouts[5])
        slide.shapes.title.text = title
        if number == 0 and note:
            slide.notes_slide.notes_text_frame.text = note
        if number == 0 and cell:
            table = slide.shapes.add_table(1, 1, Inches(1), Inches(2), Inches(3), Inches(1)).table
            table.cell(0, 0).text = cell
            group = slide.shapes.add_group_shape()
            box = group.shapes.add_textbox(Inches(1), Inches(4), Inches(3), Inches(1))
            box.text_frame.text = f"组合{cell}"
    return _saved(deck)


def document(*paragraphs: str, cell: str = "") -> bytes:
    """A Word document, with a table of one cell when asked."""
    paper = docx.Document()
    for paragraph in paragraphs:
        paper.add_paragraph(paragraph)
    if cell:
        paper.add_table(1, 1).cell(0, 0).text = cell
    return _saved(paper)


def sheets(**rows: list[list[object]]) -> bytes:
    """A workbook with one sheet a keyword."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, values in rows.items():
        sheet = book.create_sheet(title)
        for row in values:
            sheet.append(row)
    return _saved(book)


def picture(kind: str = "PNG", size: tuple[int, int] = (640, 360), colour: str = "teal") -> bytes:
    """A picture with a stripe, so that no two colours give the same bytes."""
    image = Image.new("RGB", size, colour)
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 3, size[1]), fill="white")
    buffer = BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


def archive(*names: str) -> bytes:
    """A ZIP of small texts."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name in names:
            file.writestr(name, "内容")
    return buffer.getvalue()


def video() -> bytes:
    """The smallest thing that is an MP4 by its first bytes."""
    brand = b"ftypisom\x00\x00\x02\x00isomiso2mp41"
    return (
        struct.pack(">I", len(brand) + 4)
        + brand
        + struct.pack(">I", 1024 + 8)
        + b"mdat"
        + bytes(1024)
    )


def archive_from_chinese_windows(*names: str) -> bytes:
    """A ZIP whose names are GBK and not said to be so; zipfile itself can only write UTF-8."""
    body = b"1"
    tail = struct.pack("<I2I", zlib.crc32(body), len(body), len(body))
    files, directory = b"", b""
    for name in names:
        raw = name.encode("gbk")
        entry = struct.pack("<4H", 20, 0, 0, 0) + struct.pack("<H", 33) + tail
        directory += b"PK\x01\x02" + struct.pack("<H", 20) + entry
        directory += struct.pack("<5H2I", len(raw), 0, 0, 0, 0, 0, len(files)) + raw
        files += b"PK\x03\x04" + entry + struct.pack("<2H", len(raw), 0) + raw + body
    count = len(names)
    end = struct.pack("<4H2IH", 0, 0, count, count, len(directory), len(files), 0)
    return files + directory + b"PK\x05\x06" + end


def _saved(thing: object) -> bytes:
    buffer = BytesIO()
    thing.save(buffer)  # type: ignore[attr-defined]
    return buffer.getvalue()
