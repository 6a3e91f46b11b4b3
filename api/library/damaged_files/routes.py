"""Damaged files over JSON, for the admins who see to it that they are uploaded again."""

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from api.http.access import allow
from api.kit.numbers import Limit
from core.access import Actor
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import READ_DAMAGED_FILES
from storage import damaged_files
from storage.damaged_files import DamagedFile


class DamagedFileRoutes(Controller):
    """/api/v1/damaged-files"""

    path = "/damaged-files"
    tags = ("library",)

    @get(
        guards=[allow(READ_DAMAGED_FILES)],
        operation_id="damaged_file_list",
        summary="Files that the store no longer gives back whole; the newest found first",
    )
    async def list_damaged_files(
        self,
        actor: NamedDependency[Actor],
        limit: Limit = DEFAULT_LIMIT,
        cursor: FromQuery[str | None] = None,
    ) -> Page[DamagedFile]:
        """Of the schools where you are an admin, and your own. Uploading the same content again
        repairs every revision with it."""
        return await damaged_files.list_damaged_files(actor, limit=limit, cursor=cursor)
