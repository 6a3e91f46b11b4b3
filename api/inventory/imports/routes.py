"""Imports over JSON: send a file, map it, look through its rows, apply it, undo it."""

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
from inventory.imports import ImportJob, ImportRow, Noun, RowFilters, Verdict
from inventory.imports.shapes import FieldDiff

# The file, and a little for the form around it.
MOST_BODY = imports.MOST_BYTES + 64 * 1024


class ImportFile(msgspec.Struct):
    """A file of a spreadsheet program, what its rows are, and the code of the school that they are of."""

    school: str
    file: UploadFile
    noun: Noun = Noun.assets


class ImportRemark(msgspec.Struct, frozen=True):
    """What is wrong in one column."""

    column: str
    message: str


class ImportVerdict(msgspec.Struct, frozen=True):
    """One row of the file and what would become of it; ``obstacle`` is why it cannot be undone."""

    line: int
    verdict: Verdict | None
    tag: str | None
    raw: dict[str, str]
    diff: tuple[FieldDiff, ...]
    remarks: tuple[ImportRemark, ...]
    is_left_out: bool
    obstacle: str


class RowChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether a row is left out."""

    is_left_out: bool


def _localized(job: ImportJob, speech: Language) -> ImportJob:
    return msgspec.structs.replace(job, problem=speech.words(job.problem) or None)


@post(
    "/imports",
    guards=[allow(IMPORT_EQUIPMENT)],
    operation_id="import_upload",
    summary="Send a file: the worker reads it, nothing is changed",
    tags=("imports",),
    request_max_body_size=MOST_BODY,
)
async def upload(
    request: WebRequest,
    actor: NamedDependency[Actor],
    data: Annotated[ImportFile, Body(media_type=RequestEncodingType.MULTI_PART)],
) -> ImportJob:
    """XLSX, XLS, ODS or text with delimiters; at most 100,000 rows and 20 MB.

    Then ask for the import until it is ``read``, and say what its columns mean.
    """
    content = await data.file.read()
    job = await imports.upload(actor, data.school, data.file.filename, content, noun=data.noun)
    return _localized(job, language_of(request))


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
    left_out: FromQuery[bool] = False,
    in_the_way: FromQuery[bool] = False,
    limit: Limit = DEFAULT_LIMIT,
    cursor: FromQuery[str | None] = None,
) -> Page[ImportVerdict]:
    """``left_out``: those left out by hand; ``in_the_way``: those that keep it from being undone."""
    filters = RowFilters(verdict, left_out, in_the_way)
    page = await imports.list_rows(actor, job_id, filters, cursor=cursor, limit=limit)
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
        row.is_left_out,
        speech.words(row.obstacle),
    )


_routes = NounRoutes(
    "/imports",
    "import",
    tags=("imports",),
    read=READ_IMPORTS,
    write=IMPORT_EQUIPMENT,
    localize=_localized,
)
ROUTES: list[ControllerRouterHandler] = [
    _routes.list(imports.list_imports, "Imports, newest first"),
    upload,
    _routes.get(imports.get_import, "One import, with how far its present step is"),
    list_rows,
    _routes.at(
        "GET /{job_id:uuid}/fields",
        imports.list_fields,
        "The fields that its columns may fill",
        operation="import_fields",
    ),
    _routes.step(
        "mapping",
        imports.map_columns,
        "Say what its columns and words mean; the worker then judges each row",
        "What is left out stays as it was, or as suggested; an empty mapping takes all of that.",
        called="map",
    ),
    _routes.at(
        "PATCH /{job_id:uuid}/rows/{line:int}",
        imports.leave_out,
        "Leave a row out, or take it in again",
        operation="import_leave_out",
        body=RowChange,
    ),
    _routes.step(
        "application",
        imports.apply_import,
        "Have it written into the books: every row or none",
        "409 if a row is wrong. The worker does it; if the books have changed since the preview,"
        " the import is `judged` anew and its `problem` says so.",
        called="apply",
    ),
    _routes.step(
        "undo",
        imports.undo_import,
        "Have an applied import taken back, whole",
        "The worker does it; if something stands in the way, the import stays `applied`, its"
        " `problem` says so, and the rows that are in the way say why.",
    ),
    _routes.step("discard", imports.discard, "Throw an import away that is not applied"),
]
