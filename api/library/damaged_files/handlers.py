"""What answers for damaged files: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.library.damaged_files.pages import show_damaged_files
from api.library.damaged_files.routes import DamagedFileRoutes

PAGES: list[ControllerRouterHandler] = [show_damaged_files]
ROUTES: list[ControllerRouterHandler] = [DamagedFileRoutes]
