"""Words of slides, documents and sheets, and the cover that the office program left in them."""

import zipfile
from collections.abc import Iterable, Iterator
from importlib.resources import files
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pptx
from docx.table import Table as DocumentTable
from PIL import Image

from core import zip_files
from storage.extractors.findings import (
    MOST_PAGES,
    Findings,
    Picture,
    in_pages,
    save,
    tidy,
)

MOST_UNPACKED_BYTES = 400 * 1024 * 1024
MOST_ENTRIES = 20_000
MOST_ROWS = 2_000
_COVERS = ("docProps/thumbnail.jpeg", "docProps/thumbnail.jpg", "docProps/thumbnail.png")


def read_slides(path: Path, folder: Path) -> Findings:
    """One page a slide: shapes, groups, tables and the speaker's notes."""
    if _is_bomb(path):
        return Findings(note="too_large_inside")
    slides = pptx.Presentation(str(path)).slides
    pages = [tidy("\n".join(_slide_texts(slide))) for slide in islice(slides, MOST_PAGES)]
    return Findings(pages, len(slides), _cover(path, folder))


def read_document(path: Path, folder: Path) -> Findings:
    """Paragraphs and tables in their order, cut into pages of even length."""
    if _is_bomb(path):
        return Findings(note="too_large_inside")
    body = docx.Document(str(path))
    lines = [text for part in body.iter_inner_content() for text in _block_texts(part)]
    return Findings(in_pages("\n".join(lines)), None, _cover(path, folder))


def read_sheets(path: Path, folder: Path) -> Findings:
    """The values of each sheet, row by row."""
    if _is_bomb(path):
        return Findings(note="too_large_inside")
    # By its bytes: openpyxl refuses a path whose name does not end in .xlsx.
    with path.open("rb") as file:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        sheets = [list(_row_texts(sheet)) for sheet in book.worksheets]
    pages = [page for lines in sheets for page in in_pages("\n".join(lines))]
    return Findings(pages[:MOST_PAGES], len(sheets), _cover(path, folder))


def _row_texts(sheet: Any) -> Iterator[str]:
    yield sheet.title
    for row in islice(sheet.iter_rows(values_only=True), MOST_ROWS):
        yield " ".join(str(value) for value in row if value is not None)


def _slide_texts(slide: Any) -> Iterator[str]:
    yield from _shape_texts(slide.shapes)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        yield slide.notes_slide.notes_text_frame.text


def _shape_texts(shapes: Iterable[Any]) -> Iterator[str]:
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _shape_texts(shape.shapes)
        elif shape.has_text_frame:
            yield shape.text_frame.text
        elif getattr(shape, "has_table", False):
            for row in shape.table.rows:
                yield " ".join(cell.text for cell in row.cells)


def _block_texts(block: Any) -> Iterator[str]:
    if not isinstance(block, DocumentTable):
        yield block.text
        return
    for row in block.rows:
        # A merged cell is given once for each column it spans.
        yield " ".join(dict.fromkeys(cell.text for cell in row.cells))


def _cover(path: Path, folder: Path) -> list[Picture]:
    with zipfile.ZipFile(path) as archive:
        name = next((name for name in _COVERS if name in archive.namelist()), None)
        data = archive.read(name) if name else b""
    if not data or data in _template_covers():
        return []
    try:
        with Image.open(BytesIO(data)) as image:
            return [save(image, folder, "thumbnail")]
    except (OSError, ValueError, Image.DecompressionBombError):
        return []


def _template_covers() -> list[bytes]:
    # What programs make by these libraries carries the picture of the library's own template,
    # which shows nothing of the file.
    covers = []
    for package, name in (("pptx", "default.pptx"), ("docx", "default.docx")):
        template = files(package).joinpath("templates", name).read_bytes()
        with zipfile.ZipFile(BytesIO(template)) as archive:
            covers.append(archive.read(_COVERS[0]))
    return covers


def _is_bomb(path: Path) -> bool:
    try:
        with zip_files.opened(path) as archive:
            entries = archive.infolist()
    except zip_files.DirectoryTooLarge:
        return True
    unpacked = sum(entry.file_size for entry in entries)
    return len(entries) > MOST_ENTRIES or unpacked > MOST_UNPACKED_BYTES
