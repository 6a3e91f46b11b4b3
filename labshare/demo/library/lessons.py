"""What the lessons say, read from the TOML files beside this module."""

import tomllib
from pathlib import Path
from typing import Literal

import msgspec

FOLDER = Path(__file__).parent / "lessons"
OWNERS = {"LB": "teacher", "HG": "teacher-hg"}


class Page(msgspec.Struct, frozen=True):
    """One slide, page, sheet or file; lines indented by four spaces are programs."""

    heading: str
    lines: tuple[str, ...]


class Lesson(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One resource of the library and the content of its newest file."""

    title: str
    subject: str
    stage: str
    grade: str
    kind: str
    format: Literal["pdf", "pptx", "docx", "xlsx", "png", "zip"]
    school: str
    abstract: str
    keywords: list[str]
    page: tuple[Page, ...]
    language: str = "zh"
    visibility: str = "shared"
    state: str = "published"
    revisions: int = 1
    figure: str = ""
    owner: str = ""

    @property
    def owner_login(self) -> str:
        return self.owner or OWNERS[self.school]

    def as_of_revision(self, number: int) -> "Lesson":
        """An earlier file of the lesson: it lacked the pages that came later."""
        pages = len(self.page) - (self.revisions - number)
        return msgspec.structs.replace(self, page=self.page[: max(1, pages)])


def read_all() -> list[Lesson]:
    """Every lesson, in the order of the files and within them."""
    return [
        lesson
        for path in sorted(FOLDER.glob("*.toml"))
        for lesson in msgspec.convert(
            tomllib.loads(path.read_text("utf-8"))["lesson"], list[Lesson]
        )
    ]


def is_program(line: str) -> bool:
    """Whether a line is part of a program, to be set as it stands."""
    return line.startswith("    ")
