"""Puts the lessons into the library: files into the store, then all rows of one lesson at once."""

import asyncio
import hashlib
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import ParamSpec, TypeVar
from uuid import UUID

import msgspec

from core.database import execute, execute_many, fetch, fetch_value, transaction
from labshare.demo import history
from labshare.demo.calendar import YearBehind
from labshare.demo.library import files
from labshare.demo.library.files import File
from labshare.demo.library.lessons import Lesson, read_all
from labshare.demo.rows import random_for
from storage import blobs, extraction, formats, objects, quotas, search
from storage.extractors.findings import Findings
from storage.extractors.readers import is_readable, reader_of
from storage.ids import uuid7

P = ParamSpec("P")
T = TypeVar("T")

AT_ONCE = 4
# On top of the library stands something with pages to look at.
NEWEST = "认识循线小车套件：零件清单与装配"
# The operator has given one of the two schools a limit, so that the pages show one.
LIMITED_SCHOOL = "LB"
LIMIT_BYTES = 2 * 1024**3
# PDFium may not be used by two threads at once.
_drawing = asyncio.Lock()
NOTES = ("第一稿", "根据试讲意见修改", "补充练习和拓展")


class Stored(msgspec.Struct, frozen=True):
    """A file that is in the store, read, and waits for its rows."""

    name: str
    media_type: str
    content: blobs.Content
    findings: Findings
    pictures: list[blobs.MadePicture]


class Owner(msgspec.Struct, frozen=True):
    """Whose a lesson is."""

    login: str
    person_id: int
    school_id: int
    school: str


async def add_lessons(year: YearBehind) -> None:
    """Add every lesson that the library does not hold yet."""
    lessons = await _missing(read_all())
    if not lessons:
        return
    gate = asyncio.Semaphore(AT_ONCE)
    stored = await asyncio.gather(*(_store_revisions(gate, lesson) for lesson in lessons))
    owners = await _owners()
    readers = await _readers()
    moments = _moments(year, len(lessons))
    for lesson, revisions, at in zip(lessons, stored, moments, strict=True):
        owner = owners[lesson.owner_login, lesson.school]
        async with transaction():
            await history.pause(history.LIBRARY)
            resource_id = await _add_resource(lesson, owner, at)
            newest = await _add_revisions(year, resource_id, owner, revisions, at)
            await _move_to_state(resource_id, lesson.state, at)
            await _add_downloads(year, lesson, newest, readers, at)
            await history.write_library(resource_id)
            await history.resume(history.LIBRARY)
    await quotas.set_quota(LIMITED_SCHOOL, LIMIT_BYTES)


async def _missing(lessons: list[Lesson]) -> list[Lesson]:
    known = set(await fetch_value("SELECT array_agg(title) FROM resource") or ())
    random_for("order of lessons").shuffle(lessons)
    lessons.sort(key=lambda lesson: lesson.title == NEWEST)
    return [lesson for lesson in lessons if lesson.title not in known]


async def _store_revisions(gate: asyncio.Semaphore, lesson: Lesson) -> list[Stored]:
    async with gate:
        return [
            await _store(await _drawn(files.make, lesson.as_of_revision(number)))
            for number in range(1, lesson.revisions + 1)
        ]


async def _store(file: File) -> Stored:
    """What the worker does with an upload, without the process of its own: we trust our files."""
    with tempfile.TemporaryDirectory(prefix="lesson-") as folder:
        path = Path(folder) / "content"
        path.write_bytes(file.data)
        media_type = formats.decided_type(file.name, "", await extraction.content_of(path))
        findings = await _drawn(_read, path, media_type)
        key = objects.new_key("b")
        await objects.put(key, file.data, media_type)
        pictures = await blobs.store_pictures(findings, path.parent)
    digest = hashlib.sha256(file.data).hexdigest()
    content = blobs.Content(key, len(file.data), digest)
    return Stored(file.name, media_type, content, findings, pictures)


async def _drawn(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    async with _drawing:
        return await asyncio.to_thread(work, *args, **kwargs)


def _read(path: Path, media_type: str) -> Findings:
    if not is_readable(media_type):
        return Findings(note="no_preview")
    return reader_of(media_type)(path, path.parent)


async def _owners() -> dict[tuple[str, str], Owner]:
    found = await fetch(
        Owner,
        "SELECT p.login, p.id AS person_id, s.id AS school_id, s.code AS school"
        " FROM person p JOIN membership m ON m.person = p.id JOIN school s ON s.id = m.school",
    )
    return {(owner.login, owner.school): owner for owner in found}


async def _readers() -> list[Owner]:
    return sorted((await _owners()).values(), key=lambda owner: (owner.person_id, owner.school_id))


def _moments(year: YearBehind, count: int) -> list[datetime]:
    """When each lesson was made, oldest first, so that ids and times agree."""
    chance = random_for("library")
    days = sorted(chance.choices(year.lesson_days()[:-5], k=count))
    return [year.moment(day, chance.randint(8 * 60, 20 * 60)) for day in days]


async def _add_resource(lesson: Lesson, owner: Owner, at: datetime) -> UUID:
    resource_id = uuid7()
    await execute(
        "INSERT INTO resource (id, school, owner, title, initials, abstract, stage, subject, grade,"
        " edition, kind, language, licence, authors, keywords, visibility, state, previous_state,"
        " version, created_at, updated_at) VALUES (:id, :school, :owner, :title, :initials,"
        " :abstract, :stage, :subject, :grade, '', :kind,"
        " :language, 'cc_by_sa', :authors, :keywords, :visibility, 'draft', 'new', 1, :created_at,"
        " :created_at)",
        id=resource_id,
        school=owner.school_id,
        owner=owner.person_id,
        title=lesson.title,
        initials=search.initials(lesson.title),
        abstract=lesson.abstract,
        stage=lesson.stage,
        subject=lesson.subject,
        grade=lesson.grade,
        kind=lesson.kind,
        language=lesson.language,
        authors=[await fetch_value("SELECT name FROM person WHERE id = $1", owner.person_id)],
        keywords=lesson.keywords,
        visibility=lesson.visibility,
        created_at=at,
    )
    return resource_id


async def _add_revisions(
    year: YearBehind, resource_id: UUID, owner: Owner, revisions: list[Stored], at: datetime
) -> UUID:
    """The files of a lesson, some days between them; the id of the newest."""
    for number, stored in enumerate(revisions, start=1):
        kept = await blobs.store_blob(
            stored.content, stored.media_type, stored.findings, stored.pictures
        )
        revision_id = uuid7()
        await execute(
            "INSERT INTO revision (id, resource, school, number, blob, file_name, note, created_by,"
            " created_at) VALUES (:id, :resource, :school, :number, :blob, :file_name, :note,"
            " :created_by, :created_at)",
            id=revision_id,
            resource=resource_id,
            school=owner.school_id,
            number=number,
            blob=kept.id,
            file_name=stored.name,
            note=NOTES[number - 1] if len(revisions) > 1 else "",
            created_by=owner.person_id,
            created_at=min(at + timedelta(days=9 * (number - 1)), year.at),
        )
    return revision_id


async def _move_to_state(resource_id: UUID, state: str, at: datetime) -> None:
    if state in {"published", "withdrawn"}:
        await execute(
            "UPDATE resource SET state = 'published', published_at = $2, updated_at = $2,"
            " version = version + 1 WHERE id = $1",
            resource_id,
            at,
        )
    if state in {"in_review", "withdrawn"}:
        await execute(
            "UPDATE resource SET state = $2, version = version + 1 WHERE id = $1",
            resource_id,
            state,
        )


async def _add_downloads(
    year: YearBehind, lesson: Lesson, revision_id: UUID, readers: list[Owner], at: datetime
) -> None:
    """Colleagues who took the newest file, once a day at most."""
    if lesson.state not in {"published", "withdrawn"}:
        return
    chance = random_for(f"downloads:{lesson.title}")
    days = (year.at - at).days
    may_see = [r for r in readers if lesson.visibility == "shared" or r.school == lesson.school]
    taken = {
        (reader.person_id, year.days_ago(chance.randint(0, days))): reader.school_id
        for reader in chance.choices(may_see, k=chance.choice((2, 5, 9, 14, 22, 37)))
    }
    await execute_many(
        "INSERT INTO download (revision, school, person, downloaded_on) VALUES ($1, $2, $3, $4)",
        [(revision_id, school_id, person, day) for (person, day), school_id in taken.items()],
    )
