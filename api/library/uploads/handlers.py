"""What answers for uploads: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.library.uploads.routes import UploadRoutes, describe_tus

PAGES: list[ControllerRouterHandler] = []
ROUTES: list[ControllerRouterHandler] = [describe_tus, UploadRoutes]
