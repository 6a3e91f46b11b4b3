"""Words and first pages of a PDF."""

from pathlib import Path

import pypdfium2

from storage.extractors.findings import (
    MOST_PAGES,
    PAGE_SIDE,
    PICTURED_PAGES,
    Findings,
    Picture,
    save,
    tidy,
)


def read(path: Path, folder: Path) -> Findings:
    """Text of the first pages, a cover and page pictures; a locked file is said to be locked."""
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        return Findings(note="locked" if "assword" in str(error) else "unreadable")
    count = len(document)
    pages = [_text(document[number]) for number in range(min(count, MOST_PAGES))]
    pictures = [
        picture
        for number in range(min(count, PICTURED_PAGES))
        for picture in _pictures(document[number], number + 1, folder)
    ]
    return Findings(pages, count, pictures, "" if any(pages) else "no_text")


def _text(page: pypdfium2.PdfPage) -> str:
    text_page = page.get_textpage()
    try:
        return tidy(text_page.get_text_bounded(), wrapped=True)
    finally:
        text_page.close()


def _pictures(page: pypdfium2.PdfPage, number: int, folder: Path) -> list[Picture]:
    scale = min(4.0, PAGE_SIDE / max(1.0, *page.get_size()))
    image = page.render(scale=scale).to_pil()
    pictures = [save(image, folder, "page", number)]
    if number == 1:
        pictures.append(save(image, folder, "thumbnail"))
    return pictures
