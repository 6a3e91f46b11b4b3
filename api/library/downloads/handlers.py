"""What answers for downloads: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.library.downloads.routes import DownloadRoutes, show_picture

PAGES: list[ControllerRouterHandler] = []
ROUTES: list[ControllerRouterHandler] = [DownloadRoutes, show_picture]
