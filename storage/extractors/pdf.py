"""Words and first pages of a PDF."""

import time
from pathlib import Path

import pypdfium2

from storage.extractors.findings import (
    MOST_PAGES,
    PICTURED_PAGES,
    SIDES,
    Findings,
    Picture,
    save,
    tidy,
)

# Of the minute that the process has; the rest is for words, and for slower machines.
PICTURE_CPU_SECONDS = 25


def read(path: Path, folder: Path) -> Findings:
    """Text of the first pages, a cover and page pictures; a locked file is said to be locked."""
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        return Findings(note="locked" if "assword" in str(error) else "unreadable")
    count = len(document)
    pages = [_text(document[number]) for number in range(min(count, MOST_PAGES))]
    pictures = _first_pictures(document, min(count, PICTURED_PAGES), folder)
    return Findings(pages, count, pictures, "" if any(pages) else "no_text")


def _text(page: pypdfium2.PdfPage) -> str:
    text_page = page.get_textpage()
    try:
        return tidy(text_page.get_text_bounded(), wrapped=True)
    finally:
        text_page.close()


def _first_pictures(document: pypdfium2.PdfDocument, count: int, folder: Path) -> list[Picture]:
    pictures: list[Picture] = []
    for number in range(count):
        # The first page always; a file of maps may take seconds for each.
        if number and time.process_time() > PICTURE_CPU_SECONDS:
            break
        pictures.extend(_pictures(document[number], number + 1, folder))
    return pictures


def _pictures(page: pypdfium2.PdfPage, number: int, folder: Path) -> list[Picture]:
    scale = min(4.0, SIDES["large"] / max(1.0, *page.get_size()))
    image = page.render(scale=scale).to_pil()
    kinds = ["large", "page", *(["thumbnail"] if number == 1 else [])]
    return [save(image, folder, kind, number) for kind in kinds]
