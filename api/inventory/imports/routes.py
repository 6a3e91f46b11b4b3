"""Imports of assets over JSON: stage a file, look through it, apply it."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery
from litestar.types import ControllerRouterHandler

from api.http.access import allow
from api.http.types import WebRequest
from api.kit.noun_routes import NounRoutes
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


@post(
    "/imports",
    guards=[allow(IMPORT_EQUIPMENT)],
    operation_id="import_stage",
    summary="Stage a file of assets: each row gets a verdict, nothing is changed",
    tags=("imports",),
    request_max_body_size=MOST_BODY,
)
async def stage(
    actor: NamedDependency[Actor],
    data: Annotated[ImportFile, Body(media_type=RequestEncodingType.MULTI_PART)],
) -> ImportJob:
    """XLSX, or CSV in UTF-8 or GB18030; at most 20,000 rows and 10 MB."""
    content = await data.file.read()
    return await imports.stage_assets(actor, data.school, data.file.filename, content)


@get(
    "/imports/{job_id:uuid}/rows",
    guards=[allow(READ_IMPORTS)],
    operation_id="import_rows",
    summary="The rows of an import with their verdicts",
    tags=("imports",),
)
async def list_rows(
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


def _told(row: ImportRow, speech: Language) -> ImportVerdict:
    return ImportVerdict(
        row.line,
        row.verdict,
        row.tag,
        row.raw,
        row.diff,
        tuple(ImportRemark(one.column, speech.words(one.message)) for one in row.remarks),
    )


_routes = NounRoutes(
    "/imports", "import", tags=("imports",), read=READ_IMPORTS, write=IMPORT_EQUIPMENT
)
ROUTES: list[ControllerRouterHandler] = [
    _routes.list(imports.list_imports, "Imports, newest first"),
    stage,
    _routes.get(imports.get_import, "One import"),
    list_rows,
    _routes.step(
        "application",
        imports.apply_import,
        "Write a staged import into the books: every row or none",
        "409 if a row is wrong, or if the books have changed since the preview.",
        called="apply",
    ),
    _routes.step("discard", imports.discard, "Throw a staged import away"),
]
