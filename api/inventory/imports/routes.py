"""Imports of assets over JSON: stage a file, look through it, apply it."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery

from api.http.access import allow
from api.http.types import WebRequest
from api.kit.numbers import Limit
from api.wording.language import Language
from api.wording.reader import language_of
from core.access import Actor
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import IMPORT_EQUIPMENT, READ_IMPORTS
from inventory import imports
from inventory.imports import ImportJob, ImportRow, Verdict
from inventory.imports.shapes import FieldDiff

# The file, and a little for the form around it.
MOST_BODY = imports.MOST_BYTES + 64 * 1024


class ImportFile(msgspec.Struct):
    """A CSV or XLSX file, and the code of the school whose assets it lists."""

    school: str
    file: UploadFile


class ImportRemark(msgspec.Struct, frozen=True):
    """What is wrong in one column."""

    column: str
    message: str


class ImportVerdict(msgspec.Struct, frozen=True):
    """One row of the file and what would become of it."""

    line: int
    verdict: Verdict
    tag: str | None
    raw: dict[str, str]
    diff: tuple[FieldDiff, ...]
    remarks: tuple[ImportRemark, ...]


class ImportRoutes(Controller):
    """/api/v1/imports"""

    path = "/imports"
    tags = ("imports",)

    @get(guards=[allow(READ_IMPORTS)], operation_id="import_list", summary="Imports, newest first")
    async def list_imports(
        self,
        actor: NamedDependency[Actor],
        limit: Limit = DEFAULT_LIMIT,
        cursor: FromQuery[str | None] = None,
    ) -> Page[ImportJob]:
        return await imports.list_imports(actor, cursor=cursor, limit=limit)

    @post(
        guards=[allow(IMPORT_EQUIPMENT)],
        operation_id="import_stage",
        summary="Stage a file of assets: each row gets a verdict, nothing is changed",
        request_max_body_size=MOST_BODY,
    )
    async def stage(
        self,
        actor: NamedDependency[Actor],
        data: Annotated[ImportFile, Body(media_type=RequestEncodingType.MULTI_PART)],
    ) -> ImportJob:
        """XLSX, or CSV in UTF-8 or GB18030; at most 20,000 rows and 10 MB."""
        content = await data.file.read()
        return await imports.stage_assets(actor, data.school, data.file.filename, content)

    @get(
        "/{job_id:uuid}",
        guards=[allow(READ_IMPORTS)],
        operation_id="import_get",
        summary="One import",
    )
    async def get_import(self, actor: NamedDependency[Actor], job_id: FromPath[UUID]) -> ImportJob:
        return await imports.get_import(actor, job_id)

    @get(
        "/{job_id:uuid}/rows",
        guards=[allow(READ_IMPORTS)],
        operation_id="import_rows",
        summary="The rows of an import with their verdicts",
    )
    async def list_rows(
        self,
        request: WebRequest,
        actor: NamedDependency[Actor],
        job_id: FromPath[UUID],
        verdict: FromQuery[Verdict | None] = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: FromQuery[str | None] = None,
    ) -> Page[ImportVerdict]:
        page = await imports.list_rows(actor, job_id, verdict=verdict, cursor=cursor, limit=limit)
        speech = language_of(request)
        return Page([_told(row, speech) for row in page.items], page.next_cursor)

    @post(
        "/{job_id:uuid}/application",
        guards=[allow(IMPORT_EQUIPMENT)],
        operation_id="import_apply",
        summary="Write a staged import into the books: every row or none",
        status_code=200,
    )
    async def apply(self, actor: NamedDependency[Actor], job_id: FromPath[UUID]) -> ImportJob:
        """409 if a row is wrong, or if the books have changed since the preview."""
        return await imports.apply_import(actor, job_id)

    @post(
        "/{job_id:uuid}/discard",
        guards=[allow(IMPORT_EQUIPMENT)],
        operation_id="import_discard",
        summary="Throw a staged import away",
        status_code=200,
    )
    async def discard(self, actor: NamedDependency[Actor], job_id: FromPath[UUID]) -> ImportJob:
        return await imports.discard(actor, job_id)


def _told(row: ImportRow, speech: Language) -> ImportVerdict:
    return ImportVerdict(
        row.line,
        row.verdict,
        row.tag,
        row.raw,
        row.diff,
        tuple(ImportRemark(one.column, speech.words(one.message)) for one in row.remarks),
    )
