"""Damaged files over JSON, for the admins who see to it that they are uploaded again."""

from litestar.types import ControllerRouterHandler

from api.kit.noun_routes import NounRoutes
from core.permissions import READ_DAMAGED_FILES
from storage import damaged_files

_routes = NounRoutes("/damaged-files", "damaged_file", tags=("library",), read=READ_DAMAGED_FILES)
ROUTES: list[ControllerRouterHandler] = [
    _routes.list(
        damaged_files.list_damaged_files,
        "Files that the store no longer gives back whole; the newest found first",
        "Of the schools where you are an admin, and your own. Uploading the same content again\n"
        "repairs every revision with it.",
    )
]
