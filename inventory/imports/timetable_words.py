"""What stands in the cells of timetables: lessons of the day, weeks of the term, a lesson in a cell; pure."""

import re
from collections.abc import Collection, Sequence

import msgspec

from core.errors import say
from core.natural_order import natural_key
from core.sheets import CellRefused, spelling_key
from core.sheets.cells import tidy
from inventory.holds.times import Lesson

MOST_WEEKS = 60
CLOCK = re.compile(r"\d{1,2}:\d\d")
RANGE = re.compile(r"(\d+)(?:\s*[-~–—至到]\s*(\d+))?")
# From which hour a lesson belongs to each part of the day.
PARTS = {"上午": (0, 12), "下午": (12, 18), "晚": (18, 24)}
OF_WEEKS = re.compile(r"[第周次每全单双隔()\[\],、;\s]|odd|even|weeks?|all|every", re.IGNORECASE)
CLASS = re.compile(r".*(班|组|级)$|^([初高]?[一二三四五六七八九]|\d{1,4}|[A-Z])[.(]\d{1,2}\)?$")
WEEKS_IN_CELL = re.compile(r"^(?=.*[周单双])\(?第?[\d,、\-~–—]*周?\(?[单双]?周?\)?\)?$")
IN_CELL = re.compile(r"[\s/|,;、·]+")


class Weeks(msgspec.Struct, frozen=True):
    """Weeks of a term by their numbers from 1; ``numbers`` None is all of them."""

    numbers: frozenset[int] | None = None
    parity: int | None = None

    def __contains__(self, week: int) -> bool:
        is_named = self.numbers is None or week in self.numbers
        return is_named and (self.parity is None or week % 2 == self.parity)


ALL_WEEKS = Weeks()


class Cell(msgspec.Struct, frozen=True):
    """One lesson as a cell of a grid has it."""

    group: str = ""
    subject: str = ""
    teacher: str = ""
    weeks: Weeks = ALL_WEEKS


def read_weeks(text: str) -> Weeks:
    """1-16, 1-8,10-16, 单周, 2-16双: the weeks of the term that are meant; refused if unclear."""
    plain = tidy(text)
    numbers = set[int]()
    for first, last in RANGE.findall(plain):
        if not 1 <= int(first) <= int(last or first) <= MOST_WEEKS:
            raise _unclear(plain)
        numbers.update(range(int(first), int(last or first) + 1))
    is_odd, is_even = (
        "单" in plain or "odd" in plain.lower(),
        "双" in plain or "even" in plain.lower(),
    )
    if OF_WEEKS.sub("", RANGE.sub("", plain)) or (is_odd and is_even):
        raise _unclear(plain)
    parity = 1 if is_odd else 0 if is_even else None
    return Weeks(frozenset(numbers) or None, parity)


def _unclear(text: str) -> CellRefused:
    return CellRefused(
        say("“{text}” is not clear: write weeks as 1-16, 单周 or 2-16双", text=text[:40])
    )


def find_lessons_meant(text: str, lessons: Sequence[Lesson]) -> tuple[Lesson, Lesson] | None:
    """The first and the last lesson that 第三节, 3, 3-4 or 下午第1节 means; None if it is none."""
    plain = tidy(text)
    key = spelling_key(plain)
    for lesson in lessons:
        if spelling_key(lesson.name) == key:
            return lesson, lesson
    numbers = _numbers(CLOCK.sub("", plain))
    within = next((hours for word, hours in PARTS.items() if word in plain), None)
    found = [_numbered(number, lessons, within) for number in numbers]
    if not found or not found[0] or not found[-1]:
        return None
    first, last = found[0], found[-1]
    return (first, last) if first.position <= last.position else None


def _numbered(
    number: int, lessons: Sequence[Lesson], within: tuple[int, int] | None
) -> Lesson | None:
    """The lesson whose name has the number; by its place in the day if no name has any."""
    here = [one for one in lessons if within is None or within[0] <= one.starts.hour < within[1]]
    named = {numbers[0]: one for one in here if (numbers := _numbers(one.name))}
    if number in named:
        return named[number]
    if named and within is None:
        return None
    return here[number - 1] if 1 <= number <= len(here) else None


def _numbers(text: str) -> list[int]:
    """The numbers in a text, Arabic and Chinese."""
    return [value for kind, value, _ in natural_key(text) if kind == 0]


def split_cell(text: str, teachers: Collection[str]) -> Cell:
    """七(3)班 物理 王芳 (单): the class, the teacher if the school has one of that name, the weeks."""
    group, teacher, weeks = "", "", ALL_WEEKS
    subject = []
    for part in filter(None, IN_CELL.split(tidy(text))):
        if WEEKS_IN_CELL.match(part):
            weeks = read_weeks(part)
        elif not group and CLASS.match(part):
            group = part
        elif not teacher and (spelling_key(part) in teachers or part.endswith("老师")):
            teacher = part
        else:
            subject.append(part)
    return Cell(group, " ".join(subject), teacher, weeks)
