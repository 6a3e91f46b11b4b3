"""A lesson as the file that a teacher would have uploaded."""

import zipfile
from collections.abc import Callable
from io import BytesIO

import msgspec

from labshare.demo.library import office, pdf, pictures
from labshare.demo.library.lessons import Lesson


class File(msgspec.Struct, frozen=True):
    """A file with its name."""

    name: str
    data: bytes


def make(lesson: Lesson) -> File:
    """The file of a lesson, named after it."""
    name = lesson.title.replace("：", "-").replace("/", "-")
    return File(f"{name}.{lesson.format}", WRITERS[lesson.format](lesson))


def _archive(lesson: Lesson) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for page in lesson.page:
            archive.writestr(page.heading, "\n".join(page.lines) + "\n")
    return file.getvalue()


WRITERS: dict[str, Callable[[Lesson], bytes]] = {
    "pdf": pdf.write,
    "pptx": office.write_slides,
    "docx": office.write_document,
    "xlsx": office.write_sheets,
    "png": pictures.write,
    "zip": _archive,
}
