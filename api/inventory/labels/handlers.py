"""What answers for labels: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.inventory.labels.pages import LabelPages
from api.inventory.labels.routes import ROUTES as ROUTES
from api.inventory.labels.scan_pages import ScanPages

PAGES: list[ControllerRouterHandler] = [LabelPages, ScanPages]
